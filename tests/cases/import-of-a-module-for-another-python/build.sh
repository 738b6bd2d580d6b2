# A file whose name says that it is for Python 3.3.
echo "void *PyInit_m(void) { return 0; }" >m.c
$CC -shared -fPIC -o m.cpython-33m-x86_64-linux-gnu.so m.c
