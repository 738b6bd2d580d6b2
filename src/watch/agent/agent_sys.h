/* agent_sys.h - the system calls of the agent, without a C library: each gives -errno on failure. */
#ifndef DLWHY_WATCH_AGENT_SYS_H
#define DLWHY_WATCH_AGENT_SYS_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
enum {
	SYS_READ = 0, SYS_CLOSE = 3, SYS_MMAP = 9, SYS_SIGACTION = 13, SYS_GETPID = 39,
	SYS_GETCWD = 79, SYS_GETPPID = 110, SYS_PRCTL = 157, SYS_GETTID = 186, SYS_FUTEX = 202,
	SYS_OPENAT = 257, SYS_READLINKAT = 267, SYS_SIGQUEUE = 297, SYS_SIGALTSTACK = 131,
	SYS_MADVISE = 28
};
enum { UCONTEXT_PC = 168, MMAP_UNIT = 1 };

static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long out;

	__asm__ volatile("syscall"
			 : "=a"(out)
			 : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return out;
}
#elif defined(__i386__)
enum {
	SYS_READ = 3, SYS_CLOSE = 6, SYS_MMAP = 192, SYS_SIGACTION = 174, SYS_GETPID = 20,
	SYS_GETCWD = 183, SYS_GETPPID = 64, SYS_PRCTL = 172, SYS_GETTID = 224, SYS_FUTEX = 240,
	SYS_OPENAT = 295, SYS_READLINKAT = 305, SYS_SIGQUEUE = 335, SYS_SIGALTSTACK = 186,
	SYS_MADVISE = 219
};
enum { UCONTEXT_PC = 76, MMAP_UNIT = 4096 };

/* ebx and ebp belong to the compiler: they are kept on the stack. */
static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	const long more[3] = { a, d, f };
	const long *args = more;
	long out;

	__asm__ volatile("push %%ebp\n\tpush %%ebx\n\t"
			 "mov (%%esi), %%ebx\n\tmov 8(%%esi), %%ebp\n\tmov 4(%%esi), %%esi\n\t"
			 "int $0x80\n\t"
			 "pop %%ebx\n\tpop %%ebp"
			 : "=a"(out), "+S"(args)
			 : "a"(n), "c"(b), "d"(c), "D"(e)
			 : "memory");
	return out;
}
#elif defined(__aarch64__)
enum {
	SYS_READ = 63, SYS_CLOSE = 57, SYS_MMAP = 222, SYS_SIGACTION = 134, SYS_GETPID = 172,
	SYS_GETCWD = 17, SYS_GETPPID = 173, SYS_PRCTL = 167, SYS_GETTID = 178, SYS_FUTEX = 98,
	SYS_OPENAT = 56, SYS_READLINKAT = 78, SYS_SIGQUEUE = 240, SYS_SIGALTSTACK = 132,
	SYS_MADVISE = 233
};
enum { UCONTEXT_PC = 440, MMAP_UNIT = 1 };

static inline long sys6(long n, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = n;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory", "cc");
	return x0;
}
#else
#error "the agent does not know how this machine makes system calls"
#endif

enum {
	AT_CWD = -100,
	OPEN_READ = 02000000,       /* O_RDONLY | O_CLOEXEC */
	OPEN_WRITE = 02000002,      /* O_RDWR | O_CLOEXEC */
	MAP_BOTH = 3,               /* PROT_READ | PROT_WRITE */
	MAP_WITH_OTHERS = 1,        /* MAP_SHARED */
	MAP_OF_NO_FILE = 0x22,      /* MAP_PRIVATE | MAP_ANONYMOUS */
	WIPE_ON_FORK = 18,          /* MADV_WIPEONFORK, Linux 4.14 */
	PAGE = 4096,
	FUTEX_WAIT_SHARED = 0,
	PRCTL_SET_PTRACER = 0x59616d61
};

static inline long sys_open(const char *path, int flags)
{
	return sys6(SYS_OPENAT, AT_CWD, (long)path, flags, 0, 0, 0);
}

#endif
