# Python's own names begin with and without an underscore: one cause, one finding.
echo 'void PyOld_Gone(void), _PyOld_Gone(void); void *PyInit_f(void) { PyOld_Gone(); _PyOld_Gone(); return 0; }' >f.c
$CC -shared -fPIC -o f.cpython-33-x86_64-linux-gnu.so f.c
