# The same, and no other is found: the library that was skipped is the cause.
cat >log <<'END'
/usr/bin/ld: skipping incompatible /opt/lib32/libtide.so when searching for -ltide
/usr/bin/ld: cannot find -ltide: No such file or directory
collect2: error: ld returned 1 exit status
END
