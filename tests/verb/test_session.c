/* test_session.c - opening a session: options, the environment under study, worlds. */
#include <errno.h>

#include "root.h"

static struct dlwhy_session *open_with(const struct dlwhy_options *opt)
{
	struct dlwhy_error err;
	struct dlwhy_session *s = dlwhy_session_new(opt, &err);

	if (s == NULL)
		fail_msg("%s", err.message);
	return s;
}

static void refused(const struct dlwhy_options *opt, enum dlwhy_code code, const char *part)
{
	struct dlwhy_error err;

	assert_null(dlwhy_session_new(opt, &err));
	assert_int_equal(err.code, code);
	assert_contains(err.message, part);
	assert_null(dlwhy_session_new(opt, NULL));
}

/* ---- version and names ---------------------------------------------------------------------------- */

static void the_version_is_a_number_of_three_parts(void **state)
{
	int a, b, c;

	(void)state;
	assert_int_equal(sscanf(dlwhy_version(), "%d.%d.%d", &a, &b, &c), 3);
}

static void every_code_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(dlwhy_code_name(DLWHY_OK), "OK");
	assert_string_equal(dlwhy_code_name(DLWHY_E_NO_MEMORY), "E_NO_MEMORY");
	assert_string_equal(dlwhy_code_name(DLWHY_E_INTERNAL), "E_INTERNAL");
	assert_string_equal(dlwhy_code_name((enum dlwhy_code)99), "E_INTERNAL");
}

/* ---- options -------------------------------------------------------------------------------------- */

static void options_that_nobody_prepared_are_refused(void **state)
{
	struct dlwhy_options opt = { .size = 0 };

	(void)state;
	refused(&opt, DLWHY_E_ARGUMENT, "dlwhy_options_init");
}

static void a_root_must_be_a_folder(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);

	opt.root = "/nowhere/at/all";
	refused(&opt, DLWHY_E_ARGUMENT, "/nowhere/at/all");
	opt.root = arena_printf(f->a, "%s" LD, f->dir);
	refused(&opt, DLWHY_E_ARGUMENT, "not a folder");
}

static void unknown_loaders_and_processors_are_refused(void **state)
{
	struct dlwhy_options opt = root_options(*state);

	opt.cpu = "pentium-of-the-future";
	refused(&opt, DLWHY_E_ARGUMENT, "pentium-of-the-future");
	opt.cpu = NULL;
	opt.loader = "bionic";
	refused(&opt, DLWHY_E_UNSUPPORTED, "bionic");
	opt.loader = "musl";
	opt.macos = "15.4";
	refused(&opt, DLWHY_E_ARGUMENT, "musl");
	opt.loader = NULL;
	opt.macos = "11";
	refused(&opt, DLWHY_E_ARGUMENT, "11");
	opt.macos = NULL;
	opt.arch = "arm64e";
	refused(&opt, DLWHY_E_ARGUMENT, "arm64e");
	opt.arch = NULL;
	opt.loader = "glibc";
	dlwhy_session_free(open_with(&opt));
	opt.loader = "musl";
	dlwhy_session_free(open_with(&opt));
}

static void options_of_an_older_caller_are_shorter(void **state)
{
	struct dlwhy_options opt = root_options(*state);
	struct dlwhy_session *s;

	opt.threads = 7;
	opt.size = offsetof(struct dlwhy_options, threads);
	s = open_with(&opt);
	assert_int_equal(s->opt.threads, 0);
	dlwhy_session_free(s);
}

static void a_session_keeps_its_own_copy_of_the_options(void **state)
{
	struct fixture *f = *state;
	char program[] = "none";
	struct dlwhy_options opt = root_options(f);
	struct dlwhy_session *s;

	opt.program = program;
	s = open_with(&opt);
	program[0] = 'x';
	assert_string_equal(s->opt.program, "none");
	dlwhy_session_free(s);
}

static void freeing_nothing_is_fine(void **state)
{
	(void)state;
	dlwhy_session_free(NULL);
}

/* ---- environment -------------------------------------------------------------------------------- */

static const char *variable(const struct dlwhy_options *opt, const char *name)
{
	static char value[200];
	struct dlwhy_session *s = open_with(opt);
	const char *found = session_env(s, name);

	snprintf(value, sizeof(value), "%s", found != NULL ? found : "");
	dlwhy_session_free(s);
	return found != NULL ? value : NULL;
}

static void this_process_lends_its_environment(void **state)
{
	struct dlwhy_options opt;

	(void)state;
	dlwhy_options_init(&opt);
	setenv("DLWHY_TEST_VARIABLE", "here", 1);
	assert_string_equal(variable(&opt, "DLWHY_TEST_VARIABLE"), "here");
	opt.clear_env = true;
	assert_null(variable(&opt, "DLWHY_TEST_VARIABLE"));
}

static void a_root_begins_with_an_empty_environment(void **state)
{
	struct dlwhy_options opt = root_options(*state);

	setenv("DLWHY_TEST_VARIABLE", "here", 1);
	assert_null(variable(&opt, "DLWHY_TEST_VARIABLE"));
	opt.env = NEEDS("A=1", "B=", "A=2=3");
	assert_string_equal(variable(&opt, "A"), "2=3");
	assert_string_equal(variable(&opt, "B"), "");
	assert_null(variable(&opt, "C"));
}

static void a_setting_without_name_or_value_is_refused(void **state)
{
	struct dlwhy_options opt = root_options(*state);

	opt.env = NEEDS("NOTHING");
	refused(&opt, DLWHY_E_ARGUMENT, "NAME=VALUE");
	opt.env = NEEDS("=x");
	refused(&opt, DLWHY_E_ARGUMENT, "NAME=VALUE");
}

static void another_process_lends_its_environment(void **state)
{
	struct dlwhy_options opt;

	(void)state;
	dlwhy_options_init(&opt);
	opt.env_of_pid = (long)getpid();
	setenv("DLWHY_TEST_LATE", "not seen: /proc shows the environment of the start", 1);
	assert_null(variable(&opt, "DLWHY_TEST_LATE"));
	opt.env_of_pid = 0x7fffffff;
	refused(&opt, DLWHY_E_IO, "environment of process");
}

/* ---- worlds ------------------------------------------------------------------------------------- */

static void programs_of_one_kind_share_a_world(void **state)
{
	struct dlwhy_options opt = root_options(*state);
	struct dlwhy_session *s = open_with(&opt);
	struct dlwhy_error err;
	const struct world *w = session_world(s, EM_X86_64, true, false, 0, LD, &err);

	assert_non_null(w);
	assert_int_equal(world_minor(w), 36);
	assert_ptr_equal(session_world(s, EM_X86_64, true, false, 0, LD, &err), w);
	assert_ptr_not_equal(session_world(s, EM_X86_64, true, false, 0, "/other/ld.so", &err), w);
	assert_ptr_not_equal(session_world(s, EM_386, false, false, 0, NULL, &err), w);
	dlwhy_session_free(s);
}

static void a_world_that_cannot_be_made_fails_each_time(void **state)
{
	struct dlwhy_options opt = root_options(*state);
	struct dlwhy_session *s = open_with(&opt);
	struct dlwhy_error err;

	for (int i = 0; i < 2; i++) {
		err.code = DLWHY_OK;
		assert_null(session_world(s, 4711, true, false, 0, NULL, &err));
		assert_int_equal(err.code, DLWHY_E_UNSUPPORTED);
	}
	dlwhy_session_free(s);
}

static void the_machine_of_a_root_is_that_of_its_loader(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	struct dlwhy_session *s = open_with(&opt);
	bool is64 = false;

	assert_int_equal(session_machine(s, &is64, s->a), EM_X86_64);
	assert_true(is64);
	dlwhy_session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_is_a_number_of_three_parts),
		cmocka_unit_test(every_code_has_a_name),
		cmocka_unit_test(options_that_nobody_prepared_are_refused),
		ROOT_TEST(a_root_must_be_a_folder),
		ROOT_TEST(unknown_loaders_and_processors_are_refused),
		ROOT_TEST(options_of_an_older_caller_are_shorter),
		ROOT_TEST(a_session_keeps_its_own_copy_of_the_options),
		cmocka_unit_test(freeing_nothing_is_fine),
		cmocka_unit_test(this_process_lends_its_environment),
		ROOT_TEST(a_root_begins_with_an_empty_environment),
		ROOT_TEST(a_setting_without_name_or_value_is_refused),
		cmocka_unit_test(another_process_lends_its_environment),
		ROOT_TEST(programs_of_one_kind_share_a_world),
		ROOT_TEST(a_world_that_cannot_be_made_fails_each_time),
		ROOT_TEST(the_machine_of_a_root_is_that_of_its_loader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
