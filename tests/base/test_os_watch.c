/* test_os_watch.c - commands that run undisturbed, folders, shared files, dying threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"
#include "base/os_watch.h"

static const char *const environment[] = { "PATH=/usr/bin:/bin", "COLOUR=blue", NULL };

struct ticks {
	unsigned n;
	struct os_command_end *end;
	unsigned children;
};

static void count_child(long child, void *ctx)
{
	struct ticks *t = ctx;

	t->children += child > 0;
}

static void count_tick(void *ctx)
{
	struct ticks *t = ctx;

	t->n++;
	assert_true(t->end->pid > 0);
	os_each_child(t->end->pid, count_child, t);
}

static int run_shell(const char *script, struct ticks *t, struct os_command_end *end)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct os_command c = { argv, environment, t != NULL ? count_tick : NULL, t };

	if (t != NULL)
		t->end = end;
	return os_command_run(&c, end);
}

static void endings_are_told(void **state)
{
	struct os_command_end end;

	(void)state;
	assert_int_equal(run_shell("exit 7", NULL, &end), 0);
	assert_int_equal(end.status, 7);
	assert_int_equal(end.signal, 0);
	assert_int_equal(end.failed, 0);
	assert_int_equal(run_shell("test \"$COLOUR\" = blue", NULL, &end), 0);
	assert_int_equal(end.status, 0);
	assert_int_equal(run_shell("kill -9 $$", NULL, &end), 0);
	assert_int_equal(end.signal, SIGKILL);
}

static void a_command_that_is_not_there(void **state)
{
	const char *const argv[] = { "no-such-command-at-all", NULL };
	struct os_command c = { argv, environment, NULL, NULL };
	struct os_command_end end;

	(void)state;
	assert_int_equal(os_command_run(&c, &end), 0);
	assert_int_equal(end.failed, ENOENT);
}

static void it_is_looked_at_while_it_runs(void **state)
{
	struct ticks t = { 0, NULL, 0 };
	struct os_command_end end;

	(void)state;
	assert_int_equal(run_shell("sleep 0.3; exit 1", &t, &end), 0);
	assert_int_equal(end.status, 1);
	assert_true(t.n >= 3);
	assert_true(t.children > 0);
}

/* Somebody who ignores SIGCHLD has his children reaped by the system. */
static void signals_are_as_before(void **state)
{
	struct os_command_end end;
	sigset_t before, after;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(run_shell("exit 3", NULL, &end), 0);
	assert_int_equal(end.status, 3);
	sigprocmask(SIG_SETMASK, NULL, &after);
	for (int sig = 1; sig < 32; sig++)
		assert_int_equal(sigismember(&before, sig), sigismember(&after, sig));
	assert_ptr_equal(signal(SIGCHLD, SIG_DFL), SIG_IGN);
}

static void a_request_to_end_is_handed_on(void **state)
{
	struct os_command_end end;

	(void)state;
	/* The shell's parent is this test. */
	assert_int_equal(run_shell("trap 'exit 9' TERM; kill -TERM $PPID; sleep 5 & wait", NULL, &end), 0);
	assert_int_equal(end.status, 9);
}

static void folders_come_and_go(void **state)
{
	char folder[128], path[256];
	struct stat st;

	(void)state;
	assert_int_equal(os_private_folder("/tmp", folder, sizeof(folder)), 0);
	assert_int_equal(stat(folder, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(os_open_to_others(folder), 0);
	snprintf(path, sizeof(path), "%s/sub", folder);
	assert_int_equal(os_make_folder(path), 0);
	snprintf(path, sizeof(path), "%s/sub/file", folder);
	assert_int_equal(os_write_new(path, (struct view){ (const unsigned char *)"abc", 3 }), 0);
	assert_int_equal(os_write_new(path, (struct view){ (const unsigned char *)"abc", 3 }), EEXIST);
	snprintf(path, sizeof(path), "%s/link", folder);
	assert_int_equal(os_make_link("sub", path), 0);
	os_remove_folder(folder);
	assert_int_equal(stat(folder, &st), -1);
	assert_int_not_equal(os_private_folder("/no/such/folder", folder, sizeof(folder)), 0);
	assert_int_equal(os_private_folder("/tmp", folder, 8), ENAMETOOLONG);
}

static void a_shared_file_is_seen_by_others(void **state)
{
	char folder[128], path[256];
	struct os_shared a;
	FILE *f;
	int c;

	(void)state;
	assert_int_equal(os_private_folder("/tmp", folder, sizeof(folder)), 0);
	snprintf(path, sizeof(path), "%s/log", folder);
	assert_int_equal(os_shared_new(path, 1 << 20, false, &a), 0);
	assert_int_equal(os_shared_reserve(&a, 0, 1 << 16), 0);
	assert_int_equal(os_shared_reserve(&a, 1 << 20, 1), EINVAL);
	a.p[0] = 'x';
	f = fopen(path, "r");
	assert_non_null(f);
	c = fgetc(f);
	fclose(f);
	assert_int_equal(c, 'x');
	os_remove_folder(folder);
	os_shared_free(&a);
	assert_null(a.p);
}

/* A child that waits, is traced, and dies by its own signal. */
static void a_thread_is_stopped_where_it_dies(void **state)
{
	int ready[2];
	pid_t pid;
	int status;
	char c = 0;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		char go;

		if (read(ready[0], &go, 1) == 1)
			raise(SIGUSR2);
		_exit(1);
	}
	if (os_trace_begin(pid) != 0) { /* not everywhere is it allowed */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return;
	}
	assert_int_equal(write(ready[1], &c, 1), 1);
	assert_int_equal(os_trace_wait(pid, pid, SIGUSR2, 5000), 0);
	os_trace_end(pid, SIGUSR2);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR2);
	close(ready[0]);
	close(ready[1]);
}

/* Its end stays for whoever waits for it. */
static void a_thread_that_ends_is_not_waited_for(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		os_pause(50);
		_exit(4);
	}
	if (os_trace_begin(pid) == 0)
		assert_int_equal(os_trace_wait(pid, pid, SIGSEGV, 5000), ESRCH);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endings_are_told),
		cmocka_unit_test(a_command_that_is_not_there),
		cmocka_unit_test(it_is_looked_at_while_it_runs),
		cmocka_unit_test(signals_are_as_before),
		cmocka_unit_test(a_request_to_end_is_handed_on),
		cmocka_unit_test(folders_come_and_go),
		cmocka_unit_test(a_shared_file_is_seen_by_others),
		cmocka_unit_test(a_thread_is_stopped_where_it_dies),
		cmocka_unit_test(a_thread_that_ends_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
