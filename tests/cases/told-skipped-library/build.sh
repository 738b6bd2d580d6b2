# A library for another machine is skipped, the next one taken: the link goes on.
cat >log <<'END'
gcc -o prog main.o -L/opt/lib32 -ltide
/usr/bin/ld: skipping incompatible /opt/lib32/libtide.so when searching for -ltide
END
