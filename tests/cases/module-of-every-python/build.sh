# The stable interface of Python: no release in the name.
echo 'void *PyInit_m(void) { return 0; }' >m.c
$CC -shared -fPIC -o m.abi3.so m.c
