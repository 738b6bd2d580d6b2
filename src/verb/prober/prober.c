/* prober.c - the smallest program that asks the real loader: what does dlopen say of a file?
 *
 *     prober FILE [global]
 *
 * Opens FILE with RTLD_NOW, and with RTLD_GLOBAL if there is one more word.
 * Writes "+" to file descriptor 1 when it is about to, then "ok", or "no", a newline and
 * the text of dlerror(). Constructors of FILE run; what they print to standard output goes to
 * standard error instead.
 *
 * The program dlwhy is static and cannot open libraries itself. This one is linked to libc alone
 * and is kept inside libdlwhy as bytes, which are run from memory. With PROBER_OLD it starts on
 * any glibc since 2.2.5: dlopen was in libdl.so.2 up to 2.33, and a program linked with a newer
 * glibc would ask for GLIBC_2.34 even for its start, so that is written by hand here.
 */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

enum { REPORT_FD = 9 }; /* a number that no constructor takes for standard output */

#ifdef PROBER_OLD
#ifndef __x86_64__
#error "the old symbol versions are those of x86_64"
#endif
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5\n"
	".symver dlerror,dlerror@GLIBC_2.2.5\n"
	".symver __libc_start_main,__libc_start_main@GLIBC_2.2.5\n"
	".globl _start\n"
	".type _start,@function\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rdx, %r9\n" /* rtld_fini */
	"	pop %rsi\n"      /* argc */
	"	mov %rsp, %rdx\n" /* argv */
	"	and $-16, %rsp\n"
	"	push %rax\n"
	"	push %rsp\n"      /* stack_end */
	"	xor %r8d, %r8d\n" /* no fini, no init */
	"	xor %ecx, %ecx\n"
	"	mov $main, %edi\n"
	"	call *__libc_start_main@GOTPCREL(%rip)\n"
	"	hlt\n");
#endif

static void put(const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		ssize_t k = write(REPORT_FD, s, n);

		if (k <= 0)
			_exit(1);
		s += k;
		n -= (size_t)k;
	}
}

int main(int argc, char **argv);
int main(int argc, char **argv)
{
	const char *text;

	if (argc < 2 || dup2(1, REPORT_FD) < 0 || dup2(2, 1) < 0)
		return 2;
	put("+");
	if (dlopen(argv[1], RTLD_NOW | (argc > 2 ? RTLD_GLOBAL : 0)) != NULL) {
		put("ok");
	} else {
		text = dlerror();
		put("no\n");
		put(text != NULL ? text : "");
	}
	_exit(0);
}
