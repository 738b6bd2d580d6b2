/* test_live.c - what /proc says of a process. */
#include "machine/live.h"

#include <errno.h>
#include <stdlib.h>

#include "live_child.h"

static void a_process_tells_where_and_what_it_is(void **state)
{
	char var[] = "LD_LIBRARY_PATH=/a:/b";
	char *env[] = { var, NULL };
	struct arena *a = arena_new(0);
	struct child c;
	struct live l;
	char cwd[4096];

	(void)state;
	child_start(&c, env);
	assert_int_equal(live_open(c.pid, a, &l), 0);
	assert_true(l.same_root);
	assert_string_equal(l.cwd, getcwd(cwd, sizeof(cwd)));
	assert_string_equal(strrchr(l.exe, '/'), "/cat");
	assert_false(l.exe_deleted);
	assert_string_equal(l.argv0, "cat");
	assert_string_equal(l.environ[0], "LD_LIBRARY_PATH=/a:/b");
	assert_null(l.environ[1]);
	assert_false(l.overwritten);
	assert_int_equal(l.maps_err, 0);
	assert_true(l.rows.n > 4);
	assert_int_equal(l.auxv_err, 0);
	assert_true(live_is_same(&l));
	child_stop(&c);
	assert_false(live_is_same(&l));
	arena_free(a);
}

static void a_number_without_process_is_none(void **state)
{
	struct arena *a = arena_new(0);
	struct live l;

	(void)state;
	assert_int_equal(live_open(0, a, &l), ESRCH);
	assert_int_equal(live_open(-5, a, &l), ESRCH);
	assert_int_equal(live_open(0x7ffffffe, a, &l), ESRCH);
	arena_free(a);
}

static void a_process_that_has_ended_is_none(void **state)
{
	struct arena *a = arena_new(0);
	siginfo_t info;
	struct live l;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(live_open(pid, a, &l), ECHILD);
	waitpid(pid, &status, 0);
	arena_free(a);
}

/* The thread that makes the kernel's others; in a container it is somebody else, or nobody. */
static void a_thread_of_the_kernel_is_no_program(void **state)
{
	struct arena *a = arena_new(0);
	struct live l;
	char name[64] = "";
	int fd = open("/proc/2/comm", O_RDONLY);

	(void)state;
	if (fd < 0 || read(fd, name, sizeof(name) - 1) <= 0 || strcmp(name, "kthreadd\n") != 0)
		skip();
	close(fd);
	assert_int_equal(live_open(2, a, &l), ENOEXEC);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_tells_where_and_what_it_is),
		cmocka_unit_test(a_number_without_process_is_none),
		cmocka_unit_test(a_process_that_has_ended_is_none),
		cmocka_unit_test(a_thread_of_the_kernel_is_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
