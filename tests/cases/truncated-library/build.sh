# The file ends inside its segments: the loader maps it and dies of SIGBUS.
echo 'int foo_version(void) { return 1; } int foo_table[2000] = { 1 };' >foo.c
$CC -shared -fPIC -Wl,-soname,libfoo.so -o libfoo.so foo.c
head -c 8292 libfoo.so >cut
mv cut libfoo.so
