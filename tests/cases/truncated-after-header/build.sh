# The file ends inside its table of segments.
echo 'int foo_version(void) { return 1; } int foo_table[2000] = { 1 };' >foo.c
$CC -shared -fPIC -Wl,-soname,libfoo.so -o libfoo.so foo.c
head -c 100 libfoo.so >cut
mv cut libfoo.so
