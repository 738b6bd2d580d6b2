# The same code for another processor; without --code nobody looks.
cat >f.c <<'C'
__asm__(".globl compute\n.type compute, @function\ncompute:\n"
	"vaddps %ymm1, %ymm0, %ymm0\nvzeroupper\nret\n.size compute, .-compute\n"
	".section .note.GNU-stack,\"\",@progbits\n");
C
$CC -shared -fPIC -o libf.so f.c
