/* os_child.h - running a program as a child: what it prints, how it ends, within limits.
 *
 * The program is a file or bytes in memory. No shell takes part and no PATH is searched. The child
 * gets a session of its own, /dev/null as standard input, no other open file, default signals and
 * no core dump. When it has ended, or its time is up, whatever it left running in its session's
 * first process group is killed. May be called from several threads at once.
 */
#ifndef DLWHY_BASE_OS_CHILD_H
#define DLWHY_BASE_OS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

enum { OS_CHILD_SECONDS = 10 };

/* Where output goes: the caller's memory. What exceeds cap - 1 bytes is read and dropped. */
struct os_capture {
	char *p;    /* NUL-ended by os_child_run */
	size_t cap; /* bytes at p, at least 1 */
	size_t n;   /* bytes kept, without the NUL */
	bool cut;   /* some were dropped */
};

struct os_child {
	const char *path;         /* the program; NULL: the one in `image` */
	struct view image;        /* bytes of a program */
	const char *const *argv;  /* NULL-ended, at least the name */
	const char *const *env;   /* NAME=VALUE, NULL-ended */
	const char *root;         /* chroot there first, which only uid 0 may; NULL: do not */
	const char *cwd;          /* inside root; NULL: "/" in a root, else as it is */
	unsigned seconds;         /* then it is killed; 0: OS_CHILD_SECONDS */
	int log;                  /* an open file that both outputs go to, past the captures; 0: none */
	bool merged;              /* what it writes to standard error goes where its output goes */
	const volatile int *stop; /* it is killed once this is not 0; NULL: never */
	int held;                 /* an open file that it and all that it starts have open too; 0: none */
};

enum os_child_step {
	OS_CHILD_PREPARE, /* pipes, fork, a file in memory */
	OS_CHILD_CHROOT,
	OS_CHILD_CHDIR,
	OS_CHILD_EXEC
};

struct os_child_end {
	enum os_child_step step; /* what failed if os_child_run did not return 0 */
	int signal;              /* that killed it, 0: it exited */
	int status;              /* exit status if signal is 0 */
	bool timed_out;          /* killed by us; signal is SIGKILL then */
};

/* Runs it to its end. 0 and *end, or the errno of a start that failed and end->step. The captures
 * are filled as far as it came. Allocates nothing. */
int os_child_run(const struct os_child *c, struct os_capture *out, struct os_capture *err,
		 struct os_child_end *end);
/* "SIGBUS", in buf of at least 24 bytes. */
const char *os_signal_name(int sig, char *buf, size_t n);

#endif
