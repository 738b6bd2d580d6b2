# An object file that was never linked.
echo 'int foo_version(void) { return 1; }' >foo.c
$CC -c -o libfoo.so foo.c
