# A function that only Pythons built with --with-pydebug have.
echo "void _Py_NegativeRefcount(void); void *PyInit_f(void) { _Py_NegativeRefcount(); return 0; }" >f.c
$CC -shared -fPIC -o f.so f.c
