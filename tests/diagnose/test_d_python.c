/* test_d_python.c - modules under a name that Python does not look for. */
#include "fixture.h"

static const struct dlwhy_finding *judged(struct fixture *f, const char *name, const char *python)
{
	set_target(f, put_so(f, name, &(struct so){ 0 }));
	f->program->real_path = put_so(f, python, &(struct so){ 0 });
	return run(f);
}

static void a_module_for_another_python_is_passed_over(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d =
		judged(f, "m.cpython-38-x86_64-linux-gnu.so", "bin/python3.11");

	assert_string_equal(d->code, "python-module");
	assert_string_equal(d->detail, "python-abi");
	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_contains(d->summary, "Python 3.11");
	assert_contains(d->summary, "Python 3.8");
}

static void the_link_that_python_is_leads_to_its_release(void **state)
{
	struct fixture *f = *state;

	put_so(f, "bin/python3.12", &(struct so){ 0 });
	assert_int_equal(symlink("python3.12", at(f, "bin/python3")), 0);
	set_target(f, put_so(f, "m.cpython-38-x86_64-linux-gnu.so", &(struct so){ 0 }));
	f->program->real_path = at(f, "bin/python3");
	assert_contains(run(f)->summary, "Python 3.12");
}

static void the_library_of_python_tells_its_release(void **state)
{
	struct fixture *f = *state;

	add_image(f, IMAGE_LIBRARY, put_so(f, "lib/libpython3.9.so.1.0", &(struct so){ 0 }));
	assert_contains(judged(f, "m.cpython-38-x86_64-linux-gnu.so", "bin/app")->summary,
			"Python 3.9");
}

static void its_own_python_takes_it(void **state)
{
	assert_null(judged(*state, "m.cpython-311-x86_64-linux-gnu.so", "bin/python3.11"));
}

static void a_name_for_every_python_is_taken(void **state)
{
	assert_null(judged(*state, "m.abi3.so", "bin/python3.11"));
}

static void a_process_without_python_is_not_judged(void **state)
{
	assert_null(judged(*state, "m.cpython-38-x86_64-linux-gnu.so", "bin/app"));
}

static void another_kind_of_python_is_not_guessed(void **state)
{
	assert_null(judged(*state, "m.cpython-313t-x86_64-linux-gnu.so", "bin/python3.11"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_module_for_another_python_is_passed_over),
		DIAGNOSE_TEST(the_link_that_python_is_leads_to_its_release),
		DIAGNOSE_TEST(the_library_of_python_tells_its_release),
		DIAGNOSE_TEST(its_own_python_takes_it),
		DIAGNOSE_TEST(a_name_for_every_python_is_taken),
		DIAGNOSE_TEST(a_process_without_python_is_not_judged),
		DIAGNOSE_TEST(another_kind_of_python_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
