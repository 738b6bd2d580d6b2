/* os_stopped.c - what ptrace(2) tells of a stopped thread. */
#include "base/os_stopped.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>

int os_stopped_registers(long tid, void *buf, size_t cap, size_t *n)
{
	struct iovec io = { buf, cap };

	*n = 0;
	if (ptrace(PTRACE_GETREGSET, (pid_t)tid, (void *)(uintptr_t)NT_PRSTATUS, &io) != 0)
		return errno;
	*n = io.iov_len;
	return 0;
}

/* Of a general protection fault (SI_KERNEL) the processor does not say the address. */
static bool has_address(const siginfo_t *s)
{
	switch (s->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGILL:
	case SIGFPE:
	case SIGTRAP:
		return s->si_code > 0 && s->si_code != SI_KERNEL;
	default:
		return false;
	}
}

int os_stopped_signal(long pid, long tid, struct os_signal *out)
{
	siginfo_t s;

	memset(out, 0, sizeof(*out));
	memset(&s, 0, sizeof(s));
	if (ptrace(PTRACE_GETSIGINFO, (pid_t)tid, NULL, &s) != 0)
		return errno;
	out->signal = s.si_signo;
	out->code = s.si_code;
	out->sent = s.si_code <= 0;
	if (s.si_code == SI_USER && s.si_pid != (pid_t)pid)
		out->sender = s.si_pid;
	if (has_address(&s))
		out->address = (uint64_t)(uintptr_t)s.si_addr;
	return 0;
}
