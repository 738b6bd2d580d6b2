# Each compiler brought its runtime, and the second one refuses to work beside the first: LLVM's and Intel's
# do so with these words.
cat >iomp.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
int omp_get_max_threads(void) { return 1; }
int __kmpc_fork_call(void)
{
	static const char mark[] = "__KMP_REGISTERED_LIB";
	if (getenv(mark) != NULL) {
		fputs("OMP: Error #15: Initializing " TEXT(NAME) ", but found another one already initialized.\n", stderr);
		abort();
	}
	return setenv(mark, TEXT(NAME), 1);
}
C
$CC -DNAME=libiomp5.so -shared -fPIC -Wl,-soname,libiomp5.so -o libiomp5.so iomp.c
$CC -DNAME=libomp.so.5 -shared -fPIC -Wl,-soname,libomp.so.5 -o libomp.so.5 iomp.c
echo 'int __kmpc_fork_call(void); int NAME(void) { return __kmpc_fork_call(); }' >use.c
$CC -DNAME=by_intel -shared -fPIC -Wl,-rpath,'$ORIGIN' -o libmath.so use.c ./libiomp5.so
$CC -DNAME=by_llvm -shared -fPIC -Wl,-rpath,'$ORIGIN' -o liblearn.so use.c ./libomp.so.5
cat >prog.c <<'C'
#include <dlfcn.h>
int main(void)
{
	void *a = dlopen("./libmath.so", RTLD_NOW), *b = dlopen("./liblearn.so", RTLD_NOW);
	int (*f)(void) = (int (*)(void))dlsym(a, "by_intel"), (*g)(void) = (int (*)(void))dlsym(b, "by_llvm");
	return f() + g();
}
C
$CC -o prog prog.c
