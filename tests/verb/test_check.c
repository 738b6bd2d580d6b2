/* test_check.c - the verb check: which file, what is it, who loads it, what comes of it. */
#include "root.h"

/* What a test wants to know of a result, which lives only as long as the callback. */
struct seen {
	const char *target, *message, *host, *code, *path, *hint, *platform;
	enum dlwhy_answer loads;
	bool is_program;
	size_t nfindings, nlines, nobjects, nbindings, index;
	enum dlwhy_code error;
	int32_t target_object;
};

struct collector {
	struct fixture *f;
	struct seen all[200];
	size_t n, stop_after;
};

static const char *keep(struct fixture *f, const char *s)
{
	return s != NULL ? arena_strdup(f->a, s) : NULL;
}

static int on_result(const struct dlwhy_result *r, size_t index, void *user)
{
	struct collector *c = user;
	struct seen *s = &c->all[c->n++];

	*s = (struct seen){ keep(c->f, r->target), keep(c->f, r->loader_message),
			    keep(c->f, r->host),
			    r->nfindings > 0 ? keep(c->f, r->findings[0]->code) : NULL,
			    r->target_object >= 0 ?
				    keep(c->f, r->objects[r->target_object]->path) : NULL,
			    keep(c->f, r->hint), keep(c->f, r->platform.loader_version),
			    r->loads, r->is_program, r->nfindings, r->nloader_lines, r->nobjects,
			    r->nbindings, index, r->error != NULL ? r->error->code : DLWHY_OK,
			    r->target_object };
	assert_string_equal(r->verb, "check");
	return c->n == c->stop_after;
}

static struct collector check_with(struct fixture *f, const struct dlwhy_options *opt,
				   const char *const *targets, size_t n)
{
	struct collector c = { .f = f };
	struct dlwhy_error err;
	struct dlwhy_session *s = dlwhy_session_new(opt, &err);

	assert_non_null(s);
	assert_int_equal(dlwhy_check(s, targets, n, on_result, &c, &err), DLWHY_OK);
	dlwhy_session_free(s);
	assert_int_equal(c.n, n);
	return c;
}

static struct seen check(struct fixture *f, const char *target)
{
	struct dlwhy_options opt = root_options(f);

	return check_with(f, &opt, &target, 1).all[0];
}

/* ---- libraries ---------------------------------------------------------------------------------- */

static void a_sound_library_loads(void **state)
{
	struct fixture *f = *state;
	struct seen s;

	put_lib(f, "/x/liba.so", "liba.so", NEEDS("libc.so.6"));
	s = check(f, "/x/liba.so");
	assert_int_equal(s.loads, DLWHY_YES);
	assert_int_equal(s.nfindings, 0);
	assert_null(s.message);
	assert_string_equal(s.path, "/x/liba.so");
	assert_string_equal(s.host, "a bare program");
	assert_string_equal(s.platform, "2.36");
	assert_false(s.is_program);
}

static void a_missing_dependency_is_told_in_the_loaders_words(void **state)
{
	struct fixture *f = *state;
	struct seen s;

	put_lib(f, "/x/liba.so", NULL, NEEDS("libnone.so.1"));
	s = check(f, "/x/liba.so");
	assert_int_equal(s.loads, DLWHY_NO);
	assert_string_equal(s.message, "libnone.so.1: cannot open shared object file: "
				       "No such file or directory");
	assert_string_equal(s.code, "missing-library");
	assert_string_equal(s.path, "/x/liba.so"); /* it was mapped before it failed */
}

static void a_file_that_does_not_exist_is_what_the_loader_says_of_it(void **state)
{
	struct fixture *f = *state;
	struct seen s = check(f, "/x/none.so");

	assert_int_equal(s.loads, DLWHY_NO);
	assert_int_equal(s.error, DLWHY_OK);
	assert_string_equal(s.message, "/x/none.so: cannot open shared object file: "
				       "No such file or directory");
	assert_int_equal(s.target_object, -1);
	assert_true(s.nfindings > 0);
}

static void a_name_means_a_file_of_the_working_folder_before_a_search(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/liba.so", NULL, NULL);
	put_lib(f, "/lib/liba.so", NULL, NULL);
	put_lib(f, "/lib/libb.so", NULL, NULL);
	assert_string_equal(check(f, "liba.so").path, "./liba.so");
	assert_string_equal(check(f, "libb.so").path, "/lib/libb.so");
}

static void a_library_of_another_machine_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->eh.e_machine = EM_AARCH64;
	so_put(f, s, "/x/liba.so");
	assert_string_equal(check(f, "/x/liba.so").code, "wrong-arch");
}

static void a_text_is_no_library(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/x/liba.so",
		 "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 1234567\n");
	assert_string_equal(check(f, "/x/liba.so").message, "/x/liba.so: invalid ELF header");
}

static void bindings_and_their_failures_are_left_out_on_request(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *target = "/x/liba.so";
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "nowhere"));
	so_put(f, s, target);
	opt.bindings = true;
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].nbindings, 1);
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].loads, DLWHY_NO);
	opt.no_bind = true;
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].nbindings, 0);
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].loads, DLWHY_YES);
}

/* ---- who loads it --------------------------------------------------------------------------------- */

static void a_named_program_lends_its_symbols(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *target = "/x/plugin.so";
	struct so *s = so_new(f), *prog = new_program(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "host_fn"));
	so_put(f, s, target);
	so_def(prog, "host_fn");
	prog->eh.e_machine = EM_X86_64;
	so_put(f, prog, "/bin/prog");
	assert_int_equal(check(f, target).loads, DLWHY_NO);
	if (cpu_host_machine() != EM_X86_64)
		skip(); /* the kernel here would not start it */
	opt.program = "/bin/prog";
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].loads, DLWHY_YES);
	assert_string_equal(check_with(f, &opt, &target, 1).all[0].host, "/bin/prog");
}

static void a_program_that_loads_nothing_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *target = "/x/liba.so";
	struct so *s = so_new(f);

	put_lib(f, target, NULL, NULL);
	s->eh.e_machine = cpu_host_machine();
	so_put(f, s, "/bin/static");
	opt.program = "/bin/static";
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].error, DLWHY_E_ARGUMENT);
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].loads, DLWHY_UNKNOWN);
	opt.program = "/bin/none";
	assert_int_equal(check_with(f, &opt, &target, 1).all[0].error, DLWHY_E_ARGUMENT);
}

static void the_interface_of_an_absent_host_is_assumed(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *target = "/x/foo.so", *broken = "/x/bar.so";
	struct so *s = so_new(f);
	struct seen r;

	so_def(s, "PyInit_foo");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "PyList_New"));
	so_put(f, s, target);
	s = so_new(f);
	so_def(s, "PyInit_bar");
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "PyList_New"));
	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "nowhere"));
	so_put(f, s, broken);
	opt.program = NULL;
	r = check_with(f, &opt, &target, 1).all[0];
	assert_int_equal(r.loads, DLWHY_YES);
	assert_contains(r.host, "Python");
	r = check_with(f, &opt, &broken, 1).all[0];
	assert_int_equal(r.loads, DLWHY_NO);
	assert_contains(r.message, "nowhere");
}

/* ---- programs ----------------------------------------------------------------------------------- */

static struct so *runnable(struct fixture *f)
{
	struct so *s = new_program(f);

	s->eh.e_machine = cpu_host_machine();
	return s;
}

static void an_object_with_an_interpreter_is_a_program(void **state)
{
	struct fixture *f = *state;
	struct seen s;

	if (cpu_host_machine() != EM_X86_64)
		skip();
	so_put(f, runnable(f), "/bin/prog");
	s = check(f, "/bin/prog");
	assert_true(s.is_program);
	assert_int_equal(s.loads, DLWHY_YES);
	assert_string_equal(s.path, "/bin/prog");
}

static void an_object_with_a_soname_is_a_library_all_the_same(void **state)
{
	struct fixture *f = *state;
	struct so *s = runnable(f), *named = runnable(f);

	so_soname(s, "libx");
	so_put(f, s, "/bin/libx");
	so_put(f, named, "/bin/liby.so.1"); /* and what is called like one */
	assert_false(check(f, "/bin/libx").is_program);
	assert_false(check(f, "/bin/liby.so.1").is_program);
}

static void a_program_that_lacks_a_library_has_a_line_and_no_more(void **state)
{
	struct fixture *f = *state;
	struct so *prog = runnable(f);
	struct seen s;

	if (cpu_host_machine() != EM_X86_64)
		skip();
	so_need(prog, "libnone.so");
	so_put(f, prog, "/bin/prog");
	s = check(f, "/bin/prog");
	assert_int_equal(s.loads, DLWHY_NO);
	assert_contains(s.message, "/bin/prog: error while loading shared libraries: libnone.so");
	assert_int_equal(s.nlines, 0);
}

static void what_the_kernel_refuses_has_the_shells_words(void **state)
{
	struct fixture *f = *state;
	struct so *prog = new_program(f);
	struct seen s;

	prog->eh.e_machine = EM_68K;
	so_put(f, prog, "/bin/prog");
	s = check(f, "/bin/prog");
	assert_int_equal(s.loads, DLWHY_NO);
	assert_contains(s.message, "Exec format error");
	assert_true(s.nfindings > 0);
	assert_int_equal(s.nobjects, 0);
}

static void a_static_program_needs_no_loader(void **state)
{
	struct fixture *f = *state;
	struct so *prog = so_new(f);
	struct seen s;

	prog->eh.e_machine = cpu_host_machine();
	so_dyn(prog, DT_FLAGS_1, DF_1_PIE);
	so_put(f, prog, "/bin/prog");
	s = check(f, "/bin/prog");
	assert_int_equal(s.loads, DLWHY_YES);
	assert_contains(s.hint, "statically");
}

static void a_script_is_judged_by_its_interpreter(void **state)
{
	struct fixture *f = *state;

	put_text(f, "/bin/script", "#!/bin/none\n");
	assert_string_equal(check(f, "/bin/script").message,
			    "/bin/script: cannot execute: required file not found");
}

/* ---- several targets ------------------------------------------------------------------------------ */

static void results_come_in_the_order_given_whoever_is_faster(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *targets[150];
	struct collector c;

	opt.threads = 4;
	for (int i = 0; i < 150; i++) {
		targets[i] = arena_printf(f->a, "/x/lib%d.so", i);
		put_lib(f, targets[i], NULL, i % 3 == 0 ? NEEDS("libnone.so") : NULL);
	}
	c = check_with(f, &opt, targets, 150);
	for (size_t i = 0; i < 150; i++) {
		assert_string_equal(c.all[i].target, targets[i]);
		assert_int_equal(c.all[i].index, i);
		assert_int_equal(c.all[i].loads, i % 3 == 0 ? DLWHY_NO : DLWHY_YES);
	}
}

static void a_caller_can_end_the_call(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *targets[] = { "/a", "/b", "/c" };
	struct collector c = { .f = f, .stop_after = 2 };
	struct dlwhy_session *s = dlwhy_session_new(&opt, NULL);

	assert_int_equal(dlwhy_check(s, targets, 3, on_result, &c, NULL), DLWHY_OK);
	assert_int_equal(c.n, 2);
	dlwhy_session_free(s);
}

static void a_target_without_name_is_refused_before_any_work(void **state)
{
	struct fixture *f = *state;
	struct dlwhy_options opt = root_options(f);
	const char *targets[] = { "/a", "" };
	struct collector c = { .f = f };
	struct dlwhy_session *s = dlwhy_session_new(&opt, NULL);
	struct dlwhy_error err;

	assert_int_equal(dlwhy_check(s, targets, 2, on_result, &c, &err), DLWHY_E_ARGUMENT);
	assert_int_equal(c.n, 0);
	assert_int_equal(dlwhy_check(s, targets, 0, on_result, &c, &err), DLWHY_OK);
	dlwhy_session_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(a_sound_library_loads),
		ROOT_TEST(a_missing_dependency_is_told_in_the_loaders_words),
		ROOT_TEST(a_file_that_does_not_exist_is_what_the_loader_says_of_it),
		ROOT_TEST(a_name_means_a_file_of_the_working_folder_before_a_search),
		ROOT_TEST(a_library_of_another_machine_is_refused),
		ROOT_TEST(a_text_is_no_library),
		ROOT_TEST(bindings_and_their_failures_are_left_out_on_request),
		ROOT_TEST(a_named_program_lends_its_symbols),
		ROOT_TEST(a_program_that_loads_nothing_is_an_error),
		ROOT_TEST(the_interface_of_an_absent_host_is_assumed),
		ROOT_TEST(an_object_with_an_interpreter_is_a_program),
		ROOT_TEST(an_object_with_a_soname_is_a_library_all_the_same),
		ROOT_TEST(a_program_that_lacks_a_library_has_a_line_and_no_more),
		ROOT_TEST(what_the_kernel_refuses_has_the_shells_words),
		ROOT_TEST(a_static_program_needs_no_loader),
		ROOT_TEST(a_script_is_judged_by_its_interpreter),
		ROOT_TEST(results_come_in_the_order_given_whoever_is_faster),
		ROOT_TEST(a_caller_can_end_the_call),
		ROOT_TEST(a_target_without_name_is_refused_before_any_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
