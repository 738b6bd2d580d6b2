# A library with code for AVX2 that it only runs where the processor says that it has it.
cat >f.c <<'C'
static __attribute__((noinline)) void fast(void)
{
	__asm__ volatile("vpaddd %%ymm1, %%ymm0, %%ymm0\n\tvzeroupper" ::: "xmm0");
}
__attribute__((constructor)) static void begin(void)
{
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2"))
		fast();
}
C
$CC -O1 -shared -fPIC -o libf.so f.c
