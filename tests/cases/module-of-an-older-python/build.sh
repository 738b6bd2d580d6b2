# Names that left Python long ago: the last one that had both is told.
echo "void PyEval_GetCallStats(void), PyErr_Warn(void); void *PyInit_f(void) { PyErr_Warn(); PyEval_GetCallStats(); return 0; }" >f.c
$CC -shared -fPIC -o f.so f.c
