# A library whose only function begins with an instruction of AVX, and nothing that could choose.
cat >f.c <<'C'
__asm__(".globl compute\n.type compute, @function\ncompute:\n.cfi_startproc\n"
	"vaddps %ymm1, %ymm0, %ymm0\nvzeroupper\nret\n.cfi_endproc\n.size compute, .-compute\n"
	".section .note.GNU-stack,\"\",@progbits\n");
C
$CC -shared -fPIC -o libf.so f.c
