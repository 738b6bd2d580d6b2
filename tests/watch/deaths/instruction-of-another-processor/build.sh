# FMA4 was in some processors of AMD alone; on those this program is healthy, and the test is passed over.
cat >prog.c <<'C'
#include <stdio.h>
int main(void)
{
	puts("computing");
	fflush(stdout);
	__asm__ volatile("vfmaddpd %xmm0, %xmm1, %xmm2, %xmm3");
	return 0;
}
C
$CC -o prog prog.c
