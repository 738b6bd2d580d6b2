# One library was built by GCC, one by Clang, and each brings its compiler's OpenMP runtime. Both
# runtimes define the functions of the standard.
echo 'int GOMP_parallel(void) { return 1; } int omp_get_max_threads(void) { return 1; }' >gomp.c
echo 'int __kmpc_fork_call(void) { return 2; } int omp_get_max_threads(void) { return 2; }' >iomp.c
$CC -shared -fPIC -Wl,-soname,libgomp.so.1 -o libgomp.so.1 gomp.c
$CC -shared -fPIC -Wl,-soname,libiomp5.so -o libiomp5.so iomp.c
echo 'int GOMP_parallel(void), omp_get_max_threads(void);
int by_gcc(void) { return GOMP_parallel() + omp_get_max_threads(); }' >a.c
echo 'int __kmpc_fork_call(void), omp_get_max_threads(void);
int by_clang(void) { return __kmpc_fork_call() + omp_get_max_threads(); }' >b.c
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o liba.so a.c ./libgomp.so.1
$CC -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libb.so b.c ./libiomp5.so
echo 'int by_gcc(void), by_clang(void); int f(void) { return by_gcc() + by_clang(); }' >f.c
$CC -shared -fPIC -o libf.so f.c ./liba.so ./libb.so
