# A library that runs an instruction of AVX2 as soon as it is loaded.
cat >f.c <<'C'
static volatile long sum;
__attribute__((constructor)) static void begin(void)
{
	__asm__ volatile("vpaddd %%ymm1, %%ymm0, %%ymm0\n\tvzeroupper" ::: "xmm0");
	sum++;
}
C
$CC -O1 -shared -fPIC -o libf.so f.c
