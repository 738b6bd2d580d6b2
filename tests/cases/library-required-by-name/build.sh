# A library whose note says that it opens another one at run time, required, which is not there.
cat >f.c <<'C'
__asm__(".section .note.dlopen,\"a\",@note\n.balign 4\n.long 2f-1f, 4f-3f, 0x407c0c0a\n"
	"1: .asciz \"FDO\"\n2: .balign 4\n"
	"3: .asciz \"[{\\\"feature\\\":\\\"x\\\",\\\"description\\\":\\\"reading of x\\\","
	"\\\"priority\\\":\\\"required\\\",\\\"soname\\\":[\\\"libdlwhy-case.so.7\\\"]}]\"\n4: .balign 4\n.previous\n");
int f(void) { return 1; }
C
$CC -shared -fPIC -o libf.so f.c
