# A callback into a library that is no longer there.
echo 'int answer(void) { return 42; }' >answer.c
cat >prog.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
__attribute__((noinline)) static int ask(int (*f)(void)) { return f() + 1; }
int main(void)
{
	void *h = dlopen("./libanswer.so", RTLD_NOW);
	int (*f)(void) = (int (*)(void))dlsym(h, "answer");
	printf("%d\n", ask(f));
	fflush(stdout);
	dlclose(h);
	return ask(f);
}
C
$CC -O1 -shared -fPIC -o libanswer.so answer.c
$CC -O1 -o prog prog.c
