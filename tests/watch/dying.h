/* dying.h - a child of the test that stops where it dies. */
#ifndef DLWHY_TESTS_WATCH_DYING_H
#define DLWHY_TESTS_WATCH_DYING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch/stack.h"

/* Starts fn(arg) in a child; the answer is stopped at the delivery of `sig`. */
static inline pid_t dying_start(void (*fn)(void *), void *arg, int sig)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		/* Sanitizers catch what a plain program dies of. */
		for (int i = 1; i < 32; i++)
			signal(i, SIG_DFL);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		fn(arg);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), sig);
	return pid;
}

static inline void dying_end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	/* What stands at its end already is not woken by a signal. */
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	do
		assert_int_equal(waitpid(pid, &status, 0), pid);
	while (WIFSTOPPED(status) && ptrace(PTRACE_CONT, pid, NULL, NULL) == 0);
}

/* The same read and ended. *out is valid until arena_free(a). */
static inline void dying_read(void (*fn)(void *), void *arg, int sig, struct arena *a,
			      struct watch_stack *out)
{
	pid_t pid = dying_start(fn, arg, sig);
	struct dlwhy_error err;

	assert_int_equal(watch_stack(pid, pid, a, out, &err), DLWHY_OK);
	dying_end(pid);
	assert_int_equal(out->why.signal, sig);
	assert_true(out->nframes > 0);
}

/* The first frame with that symbol; fails if there is none. */
static inline const struct watch_frame *dying_frame(const struct watch_stack *s, const char *symbol)
{
	for (size_t i = 0; i < s->nframes; i++)
		if (s->frames[i].symbol != NULL && strcmp(s->frames[i].symbol, symbol) == 0)
			return &s->frames[i];
	fail_msg("no frame of %s among %zu", symbol, s->nframes);
	return NULL;
}

#endif
