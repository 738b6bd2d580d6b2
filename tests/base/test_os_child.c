/* test_os_child.c - children: output, endings, limits, environments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/os_child.h"

struct run {
	char out_bytes[4096], err_bytes[4096];
	struct os_capture out, err;
	struct os_child_end end;
	int answer;
};

static void run_child(struct run *r, const struct os_child *c)
{
	memset(r, 0, sizeof(*r));
	r->out = (struct os_capture){ .p = r->out_bytes, .cap = sizeof(r->out_bytes) };
	r->err = (struct os_capture){ .p = r->err_bytes, .cap = sizeof(r->err_bytes) };
	r->answer = os_child_run(c, &r->out, &r->err, &r->end);
}

static void run_shell(struct run *r, const char *script)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", "COLOUR=blue", NULL };
	struct os_child c = { .path = "/bin/sh", .argv = argv, .env = env };

	run_child(r, &c);
}

static long long ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void output_and_status_come_back(void **state)
{
	struct run r;

	(void)state;
	run_shell(&r, "printf one; printf two >&2; exit 3");
	assert_int_equal(r.answer, 0);
	assert_string_equal(r.out.p, "one");
	assert_string_equal(r.err.p, "two");
	assert_int_equal(r.end.status, 3);
	assert_int_equal(r.end.signal, 0);
	assert_false(r.out.cut);
}

static void death_by_signal_is_told(void **state)
{
	struct run r;

	(void)state;
	run_shell(&r, "kill -BUS $$");
	assert_int_equal(r.answer, 0);
	assert_int_equal(r.end.signal, SIGBUS);
	assert_false(r.end.timed_out);
}

static void environment_is_the_given_one(void **state)
{
	struct run r;

	(void)state;
	setenv("DLWHY_TEST_SECRET", "x", 1);
	run_shell(&r, "printf '%s %s' \"$COLOUR\" \"${DLWHY_TEST_SECRET-unset}\"");
	assert_string_equal(r.out.p, "blue unset");
}

static void standard_input_is_empty_and_no_other_file_is_open(void **state)
{
	struct run r;
	int leak = open("/dev/null", O_RDONLY); /* without close-on-exec, as others may leave it */

	(void)state;
	assert_true(leak >= 3);
	run_shell(&r, "cat; for f in /proc/self/fd/*; do case $f in */[012]) ;; *) "
		      "test -e $f && readlink $f;; esac; done");
	close(leak);
	assert_string_equal(r.out.p, "");
}

static void ignored_and_blocked_signals_are_normal_again(void **state)
{
	sigset_t set, old;
	struct run r;

	(void)state;
	signal(SIGTERM, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	run_shell(&r, "kill -TERM $$; exit 0");
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGTERM, SIG_DFL);
	assert_int_equal(r.end.signal, SIGTERM);
}

static void long_output_is_cut_but_read_to_the_end(void **state)
{
	struct run r;

	(void)state;
	run_shell(&r, "head -c 300000 /dev/zero | tr '\\0' x; echo end >&2");
	assert_int_equal(r.end.status, 0);
	assert_int_equal(r.out.n, sizeof(r.out_bytes) - 1);
	assert_true(r.out.cut);
	assert_int_equal(strlen(r.out.p), r.out.n);
	assert_string_equal(r.err.p, "end\n");
}

static void what_takes_too_long_is_killed(void **state)
{
	const char *const argv[] = { "sh", "-c", "echo begun; sleep 30", NULL };
	const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	struct os_child c = { .path = "/bin/sh", .argv = argv, .env = env, .seconds = 1 };
	long long from = ms();
	struct run r;

	(void)state;
	run_child(&r, &c);
	assert_int_equal(r.answer, 0);
	assert_true(r.end.timed_out);
	assert_int_equal(r.end.signal, SIGKILL);
	assert_string_equal(r.out.p, "begun\n");
	assert_true(ms() - from >= 1000 && ms() - from < 10000);
}

static void what_stays_behind_is_killed_and_not_waited_for(void **state)
{
	long long from = ms();
	struct run r;
	long pid;

	(void)state;
	run_shell(&r, "sleep 30 & echo $!");
	assert_int_equal(r.end.status, 0);
	assert_true(ms() - from < 10000);
	pid = strtol(r.out.p, NULL, 10);
	assert_true(pid > 1);
	for (int i = 0; i < 500 && kill((pid_t)pid, 0) == 0; i++) {
		char path[64], *stat = NULL;
		size_t n;

		/* nobody may be there to bury it: a zombie is dead as well */
		snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		if (os_read_all(path, 4096, &stat, &n) == 0 && strstr(stat, ") Z ") != NULL) {
			free(stat);
			return;
		}
		free(stat);
		usleep(10000);
	}
	assert_int_equal(kill((pid_t)pid, 0), -1);
}

static void program_from_memory_runs(void **state)
{
	const char *const argv[] = { "echo", "from", "memory", NULL };
	const char *const env[] = { NULL };
	struct os_child c = { .argv = argv, .env = env };
	struct run r;
	char *bytes;

	(void)state;
	assert_int_equal(os_read_all("/bin/echo", 1 << 24, &bytes, &c.image.n), 0);
	c.image.p = (unsigned char *)bytes;
	run_child(&r, &c);
	free(bytes);
	assert_int_equal(r.answer, 0);
	assert_string_equal(r.out.p, "from memory\n");
}

static void start_that_fails_names_step_and_errno(void **state)
{
	const char *const argv[] = { "x", NULL };
	const char *const env[] = { NULL };
	struct os_child c = { .path = "/no/such/program", .argv = argv, .env = env };
	struct run r;

	(void)state;
	run_child(&r, &c);
	assert_int_equal(r.answer, ENOENT);
	assert_int_equal(r.end.step, OS_CHILD_EXEC);
	c.cwd = "/no/such/folder";
	run_child(&r, &c);
	assert_int_equal(r.answer, ENOENT);
	assert_int_equal(r.end.step, OS_CHILD_CHDIR);
	c = (struct os_child){ .argv = argv, .env = env };
	c.image = (struct view){ (const unsigned char *)"no program", 10 };
	run_child(&r, &c);
	assert_int_equal(r.answer, ENOEXEC);
	assert_int_equal(r.end.step, OS_CHILD_EXEC);
}

static void working_folder_and_root_are_entered(void **state)
{
	const char *const argv[] = { "sh", "-c", "pwd", NULL };
	const char *const env[] = { NULL };
	struct os_child c = { .path = "/bin/sh", .argv = argv, .env = env, .cwd = "/usr" };
	struct run r;

	(void)state;
	run_child(&r, &c);
	assert_string_equal(r.out.p, "/usr\n");
	c.cwd = NULL;
	c.root = "/";
	run_child(&r, &c);
	if (os_euid() == 0) {
		assert_string_equal(r.out.p, "/\n");
	} else {
		assert_int_equal(r.answer, EPERM);
		assert_int_equal(r.end.step, OS_CHILD_CHROOT);
	}
}

static void closed_standard_files_do_no_harm(void **state)
{
	int saved = fcntl(0, F_DUPFD_CLOEXEC, 10);
	struct run r;

	(void)state;
	close(0);
	run_shell(&r, "cat; printf out; printf err >&2");
	if (saved >= 0) {
		dup2(saved, 0);
		close(saved);
	}
	assert_string_equal(r.out.p, "out");
	assert_string_equal(r.err.p, "err");
}

static void *many_times(void *wrong)
{
	struct run r;

	for (int i = 0; i < 20; i++) {
		run_shell(&r, "echo $$; exit 7");
		if (r.answer != 0 || r.end.status != 7 || strtol(r.out.p, NULL, 10) <= 1)
			*(int *)wrong = 1;
	}
	return NULL;
}

static void threads_do_not_mix_their_children(void **state)
{
	pthread_t t[4];
	int wrong[4] = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, many_times, &wrong[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		assert_int_equal(wrong[i], 0);
	}
}

static void signals_have_names(void **state)
{
	char buf[24];

	(void)state;
	assert_string_equal(os_signal_name(SIGBUS, buf, sizeof(buf)), "SIGBUS");
	assert_string_equal(os_signal_name(200, buf, sizeof(buf)), "signal 200");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_status_come_back),
		cmocka_unit_test(death_by_signal_is_told),
		cmocka_unit_test(environment_is_the_given_one),
		cmocka_unit_test(standard_input_is_empty_and_no_other_file_is_open),
		cmocka_unit_test(ignored_and_blocked_signals_are_normal_again),
		cmocka_unit_test(long_output_is_cut_but_read_to_the_end),
		cmocka_unit_test(what_takes_too_long_is_killed),
		cmocka_unit_test(what_stays_behind_is_killed_and_not_waited_for),
		cmocka_unit_test(program_from_memory_runs),
		cmocka_unit_test(start_that_fails_names_step_and_errno),
		cmocka_unit_test(working_folder_and_root_are_entered),
		cmocka_unit_test(closed_standard_files_do_no_harm),
		cmocka_unit_test(threads_do_not_mix_their_children),
		cmocka_unit_test(signals_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
