# A shared object without PyInit, under a name that import looks for.
echo "int f(void) { return 0; }" >m.c
$CC -shared -fPIC -o m.so m.c
