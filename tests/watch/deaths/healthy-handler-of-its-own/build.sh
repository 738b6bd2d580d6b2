cat >prog.c <<'C'
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
static sigjmp_buf back;
static void on(int s) { (void)s; siglongjmp(back, 1); }
int main(void)
{
	signal(SIGSEGV, on);
	for (volatile int i = 0; i < 1000; i++)
		if (sigsetjmp(back, 1) == 0)
			*(volatile int *)8 = 1;
	puts("a thousand");
	return 0;
}
C
$CC -o prog prog.c
