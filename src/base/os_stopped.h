/* os_stopped.h - what the kernel tells of a thread that this process traces and has stopped. */
#ifndef DLWHY_BASE_OS_STOPPED_H
#define DLWHY_BASE_OS_STOPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a signal came: siginfo_t. */
struct os_signal {
	int signal, code; /* 0: none */
	bool sent;        /* by a process (kill, raise, abort), not by the machine */
	long sender;      /* another process that sent it by kill(2); 0: none, or not known */
	uint64_t address; /* of the fault; 0 if there is none, or if it is not known */
};

/* The general registers as the kernel keeps them (NT_PRSTATUS): 0 and *n bytes in buf, or errno.
 * Their number tells a thread of the other class. */
int os_stopped_registers(long tid, void *buf, size_t cap, size_t *n);
/* The signal that it, a thread of that process, was stopped for: 0 or errno. */
int os_stopped_signal(long pid, long tid, struct os_signal *out);

#endif
