# An object for a fixed address in a library.
cat >log <<'END'
/usr/bin/ld: x.o: relocation R_X86_64_32S against symbol `table' can not be used when making a shared object; recompile with -fPIC
/usr/bin/ld: failed to set dynamic section sizes: bad value
collect2: error: ld returned 1 exit status
END
