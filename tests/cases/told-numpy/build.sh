# Compiled against a newer numpy.
cat >log <<'END'
RuntimeError: module compiled against API version 0x10 but this version of numpy is 0xf
END
