# Bytes behind the end of the segments mean nothing.
echo 'int foo_version(void) { return 1; } int foo_table[2000] = { 1 };' >foo.c
$CC -shared -fPIC -Wl,-soname,libfoo.so -o libfoo.so foo.c
head -c 8192 /dev/zero >>libfoo.so
strip --strip-all libfoo.so
head -c 50 /dev/zero >>libfoo.so
