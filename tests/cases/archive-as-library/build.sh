# A static library under the name of a shared one.
echo 'int foo_version(void) { return 1; }' >foo.c
$CC -c foo.c
ar rc libfoo.so foo.o
