/* old.h - lets a program built here start on glibc from 2.17 on.
 *
 * Included before everything else (-include), it asks for the oldest versions of the functions whose
 * default is younger, and brings an entry point that does not want __libc_start_main@GLIBC_2.34.
 * Link with -nostartfiles -fno-stack-protector and libdl.so.2, where dlopen lived until 2.33.
 */
#ifndef ORACLE_OLD_H
#define ORACLE_OLD_H

#define OLDER(name, version) __asm__(".symver " #name "," #name "@" version)

OLDER(dlopen, "GLIBC_2.2.5");
OLDER(dlclose, "GLIBC_2.2.5");
OLDER(dlerror, "GLIBC_2.2.5");
OLDER(dlsym, "GLIBC_2.2.5");
OLDER(dlvsym, "GLIBC_2.2.5");
OLDER(dlmopen, "GLIBC_2.3.4");
OLDER(__libc_start_main, "GLIBC_2.2.5");

int __libc_start_main(int (*main)(int, char **), int argc, char **argv, void (*init)(void),
		      void (*fini)(void), void (*rtld_fini)(void), void *stack_end);
int main(int argc, char **argv);

__asm__(".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rdx, %r9\n"
	"	pop %rsi\n"
	"	mov %rsp, %rdx\n"
	"	and $-16, %rsp\n"
	"	push %rax\n"
	"	push %rsp\n"
	"	xor %r8d, %r8d\n"
	"	xor %ecx, %ecx\n"
	"	lea main(%rip), %rdi\n"
	"	call *__libc_start_main@GOTPCREL(%rip)\n"
	"	hlt\n");

#endif
