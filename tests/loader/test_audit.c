/* test_audit.c - LD_AUDIT: what a start says of libraries that cannot watch it. */
#include "so.h"

static struct process *start(struct fixture *f, const char *audit, bool secure)
{
	so_put(f, so_new(f), "/bin/prog");
	f->w.env.audit = audit;
	return glibc_start(&f->w, f->a, "/bin/prog", "./prog", secure, 0);
}

static void put_auditor(struct fixture *f, const char *path)
{
	struct so *s = so_new(f);

	so_def(s, "la_version");
	so_put(f, s, path);
}

static void a_library_that_can_watch_makes_the_verdict_rest_on_it(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	put_auditor(f, "/lib/libaudit.so");
	p = start(f, "/lib/libaudit.so", false);
	assert_int_equal(p->trace.lines.n, 0);
	assert_contains(p->trace.assumes, "LD_AUDIT");
}

static void a_library_without_entry_point_is_ignored_with_a_line(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	put_lib(f, "/lib/libplain.so", NULL, NULL);
	p = start(f, "/lib/libplain.so", false);
	assert_int_equal(p->trace.lines.n, 1);
	assert_string_equal(p->trace.lines.items[0],
			    "ERROR: ld.so: object '/lib/libplain.so' cannot be loaded as audit "
			    "interface: undefined symbol: la_version; ignored.");
	assert_int_equal(p->trace.failures.n, 0);
	assert_null(p->trace.assumes);
}

static void a_missing_library_is_ignored_with_a_line(void **state)
{
	struct fixture *f = *state;
	struct process *p = start(f, "/none.so", false);

	assert_string_equal(p->trace.lines.items[0],
			    "ERROR: ld.so: object '/none.so' cannot be loaded as audit "
			    "interface: cannot open shared object file; ignored.");
	assert_int_equal(p->trace.failures.n, 0);
}

static void each_entry_of_the_list_is_tried(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	put_auditor(f, "/lib/libaudit.so");
	p = start(f, "/none1.so::/lib/libaudit.so:/none2.so", false);
	assert_int_equal(p->trace.lines.n, 2);
	assert_contains(p->trace.lines.items[1], "/none2.so");
	assert_non_null(p->trace.assumes);
}

static void an_audit_library_is_not_in_the_programs_namespace(void **state)
{
	struct fixture *f = *state;
	struct process *p;

	put_auditor(f, "/lib/libaudit.so");
	p = start(f, "/lib/libaudit.so", false);
	for (size_t i = 0; i < p->images.n; i++)
		assert_string_not_equal(p->images.items[i]->name, "/lib/libaudit.so");
}

static void a_secure_program_takes_no_paths(void **state)
{
	struct fixture *f = *state;
	struct process *p = start(f, "/none.so", true);

	assert_int_equal(p->trace.lines.n, 0);
}

static void without_the_variable_nothing_happens(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(start(f, NULL, false)->trace.lines.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_library_that_can_watch_makes_the_verdict_rest_on_it),
		SO_TEST(a_library_without_entry_point_is_ignored_with_a_line),
		SO_TEST(a_missing_library_is_ignored_with_a_line),
		SO_TEST(each_entry_of_the_list_is_tried),
		SO_TEST(an_audit_library_is_not_in_the_programs_namespace),
		SO_TEST(a_secure_program_takes_no_paths),
		SO_TEST(without_the_variable_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
