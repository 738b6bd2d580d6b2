/* test_pid.c - a session about a running process. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "../machine/live_child.h"
#include "root.h"
#include "verb/pid.h"

static struct dlwhy_session *open_pid(long pid)
{
	struct dlwhy_options opt;
	struct dlwhy_error err;
	struct dlwhy_session *s;

	dlwhy_options_init(&opt);
	opt.pid = pid;
	opt.threads = 1;
	s = dlwhy_session_new(&opt, &err);
	if (s == NULL)
		fail_msg("%s", err.message);
	return s;
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	(void)index;
	assert_null(r->error);
	assert_contains(r->host, "process ");
	assert_int_equal(r->certainty, DLWHY_PROVED);
	*(enum dlwhy_answer *)user = r->loads;
	return 0;
}

static void a_library_is_judged_in_it(void **state)
{
	char var[] = "LD_LIBRARY_PATH=/nowhere";
	char *env[] = { var, NULL };
	const char *target = "libnope-of-nobody.so";
	enum dlwhy_answer loads = DLWHY_UNKNOWN;
	struct dlwhy_session *s;
	struct child c;

	(void)state;
	child_start(&c, env);
	s = open_pid(c.pid);
	assert_string_equal(session_env(s, "LD_LIBRARY_PATH"), "/nowhere");
	assert_true(s->process->has_list);
	assert_int_equal(dlwhy_check(s, &target, 1, on_result, &loads, NULL), DLWHY_OK);
	assert_int_equal(loads, DLWHY_NO);
	target = "libc.so.6";
	assert_int_equal(dlwhy_check(s, &target, 1, on_result, &loads, NULL), DLWHY_OK);
	assert_int_equal(loads, DLWHY_YES);
	assert_true(pid_holds(s));
	child_stop(&c);
	dlwhy_session_free(s);
}

static void refused(const struct dlwhy_options *opt, enum dlwhy_code code, const char *part)
{
	struct dlwhy_error err;

	assert_null(dlwhy_session_new(opt, &err));
	assert_int_equal(err.code, code);
	assert_contains(err.message, part);
}

static void a_number_without_process_is_wrong_usage(void **state)
{
	struct dlwhy_options opt;

	(void)state;
	dlwhy_options_init(&opt);
	opt.pid = 0x7ffffffe;
	refused(&opt, DLWHY_E_ARGUMENT, "there is no process");
	opt.pid = -3;
	refused(&opt, DLWHY_E_ARGUMENT, "-3");
}

static void a_process_goes_with_no_other_place(void **state)
{
	struct dlwhy_options opt;

	(void)state;
	dlwhy_options_init(&opt);
	opt.pid = getpid();
	opt.root = "/";
	refused(&opt, DLWHY_E_ARGUMENT, "a root");
	opt.root = NULL;
	opt.prove = true;
	refused(&opt, DLWHY_E_ARGUMENT, "a proof");
	opt.prove = false;
	opt.preload = NEEDS("liba.so");
	refused(&opt, DLWHY_E_ARGUMENT, "preloads");
}

static void an_older_caller_has_no_such_options(void **state)
{
	struct dlwhy_options opt;
	struct dlwhy_session *s;
	struct dlwhy_error err;

	(void)state;
	memset(&opt, 0x77, sizeof(opt));
	memset(&opt, 0, offsetof(struct dlwhy_options, pid));
	opt.size = offsetof(struct dlwhy_options, pid);
	s = dlwhy_session_new(&opt, &err);
	if (s == NULL)
		fail_msg("%s", err.message);
	assert_null(s->process);
	dlwhy_session_free(s);
}

static void preloads_stand_before_the_others(void **state)
{
	struct dlwhy_options opt;
	struct dlwhy_session *s;

	(void)state;
	dlwhy_options_init(&opt);
	opt.env = NEEDS("LD_PRELOAD=libz.so");
	opt.preload = NEEDS("liba.so", "/b/libb.so");
	s = dlwhy_session_new(&opt, NULL);
	assert_non_null(s);
	assert_string_equal(session_env(s, "LD_PRELOAD"), "liba.so:/b/libb.so:libz.so");
	dlwhy_session_free(s);
	opt.preload = NEEDS("a b");
	refused(&opt, DLWHY_E_ARGUMENT, "a b");
	opt.preload = NEEDS("");
	refused(&opt, DLWHY_E_ARGUMENT, "not empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_is_judged_in_it),
		cmocka_unit_test(a_number_without_process_is_wrong_usage),
		cmocka_unit_test(a_process_goes_with_no_other_place),
		cmocka_unit_test(an_older_caller_has_no_such_options),
		cmocka_unit_test(preloads_stand_before_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
