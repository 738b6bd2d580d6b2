echo 'int answer(void) { return 42; }' >answer.c
cat >prog.c <<'C'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	for (int i = 0; i < 20; i++) {
		void *h = dlopen("./libanswer.so", RTLD_NOW);
		int (*f)(void) = (int (*)(void))dlsym(h, "answer");
		if (f() != 42 || dlclose(h) != 0)
			return 1;
	}
	puts("42");
	return 0;
}
C
$CC -shared -fPIC -o libanswer.so answer.c
$CC -o prog prog.c
