/* test_proc.c - the environment of a live process. */
#include "machine/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that sleeps with that environment; it has been executed when this returns. */
static pid_t start(char *const *env)
{
	char name[] = "sleep", seconds[] = "60";
	char *argv[] = {name, seconds, NULL};
	int fds[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execve("/bin/sleep", argv, env);
		_exit(127);
	}
	close(fds[1]);
	/* The end of the pipe is closed by a successful execve. */
	assert_int_equal(read(fds[0], &byte, 1), 0);
	close(fds[0]);
	return pid;
}

static void stop(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

static void test_the_environment_is_read_in_order(void **state)
{
	char path[] = "LD_LIBRARY_PATH=/a:/b", empty[] = "EMPTY=", none[] = "no value", a_b[] = "A=b=c";
	char *env[] = {path, empty, none, a_b, NULL};
	struct arena *a = arena_new(0);
	const char *const *out;
	pid_t pid = start(env);
	size_t n = 0;

	(void)state;
	assert_int_equal(proc_environ(pid, a, &out, &n), 0);
	stop(pid);
	assert_int_equal(n, 3);
	assert_string_equal(out[0], "LD_LIBRARY_PATH=/a:/b");
	assert_string_equal(out[1], "EMPTY=");
	assert_string_equal(out[2], "A=b=c");
	arena_free(a);
}

static void test_an_empty_environment_is_no_error(void **state)
{
	char *env[] = {NULL};
	struct arena *a = arena_new(0);
	const char *const *out;
	pid_t pid = start(env);
	size_t n = 9;

	(void)state;
	assert_int_equal(proc_environ(pid, a, &out, &n), 0);
	stop(pid);
	assert_int_equal(n, 0);
	arena_free(a);
}

static void test_no_such_process(void **state)
{
	struct arena *a = arena_new(0);
	const char *const *out;
	size_t n;

	(void)state;
	assert_int_equal(proc_environ(0, a, &out, &n), ESRCH);
	assert_int_equal(proc_environ(-1, a, &out, &n), ESRCH);
	assert_int_equal(proc_environ(0x7fffffff, a, &out, &n), ESRCH);
	assert_int_equal(n, 0);
	arena_free(a);
}

static void test_a_full_arena_is_told(void **state)
{
	char text[] = "A=0123456789012345678901234567890123456789";
	char *env[] = {text, NULL};
	struct arena *a = arena_new(16);
	const char *const *out;
	pid_t pid = start(env);
	size_t n;

	(void)state;
	assert_int_equal(proc_environ(pid, a, &out, &n), ENOMEM);
	stop(pid);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_environment_is_read_in_order),
		cmocka_unit_test(test_an_empty_environment_is_no_error),
		cmocka_unit_test(test_no_such_process),
		cmocka_unit_test(test_a_full_arena_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
