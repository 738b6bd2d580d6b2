/* live_child.h - a process to look at. */
#ifndef DLWHY_TESTS_MACHINE_LIVE_CHILD_H
#define DLWHY_TESTS_MACHINE_LIVE_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* `cat`, once it has answered: its start is over. Its environment is `env`. */
struct child {
	pid_t pid;
	int to, from;
};

static inline void child_start(struct child *c, char *const *env)
{
	char name[] = "cat", byte = '\n';
	char *argv[] = { name, NULL };
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execve("/bin/cat", argv, env);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	c->from = out[0];
	assert_int_equal(write(c->to, &byte, 1), 1);
	assert_int_equal(read(c->from, &byte, 1), 1);
}

static inline void child_stop(struct child *c)
{
	int status;

	close(c->to);
	close(c->from);
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	assert_true(WIFEXITED(status));
}

#endif
