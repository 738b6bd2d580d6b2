# It loads, but import does not look for files of that name.
echo 'void *PyInit_m(void) { return 0; }' >m.c
$CC -shared -fPIC -o m.cpython-33-x86_64-linux-gnu.so m.c
