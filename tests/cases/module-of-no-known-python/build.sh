# The names begin like those of a debug build and of Python 2, and are neither.
echo "void _Py_NegativeRefcounts(void), PyStringy(void); void *PyInit_f(void) { _Py_NegativeRefcounts(); PyStringy(); return 0; }" >f.c
$CC -shared -fPIC -o f.so f.c
