# It fails, is repaired, and ends well.
cat >log <<'END'
/usr/bin/ld: cannot find -ltide: No such file or directory
make: *** [tide] Error 1
+ apt-get install -y libtide-dev
+ make
gcc -o tide main.o -ltide
Build succeeded
END
