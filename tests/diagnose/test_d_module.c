/* test_d_module.c - modules that Python does not find. */
#include "importer.h"

static const struct dlwhy_finding *missing(struct fixture *f, struct importer *i, const char *name)
{
	importer_raise(i, "ModuleNotFoundError",
		       arena_printf(f->a, "No module named '%s'", name), put_text(f, "local/m.py", "import x\n"),
		       1);
	i->e.name = name;
	return run(f);
}

static void what_is_nowhere_is_not_installed(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d = missing(f, importer_new(f), "cv2.aruco");

	assert_string_equal(d->code, "python-module");
	assert_string_equal(d->detail, "not-installed");
	assert_int_equal(d->severity, DLWHY_ERROR);
	assert_true(fix_has(d, "install", "/x/bin/python3 -m pip install opencv-python"));
	assert_true(evidence_has(d, "fact", "looked for in", at(f, "site-packages")));
	assert_contains(d->needed_by, "m.py");
}

static void a_file_for_another_python_is_named(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	put_text(f, "site-packages/ext.cpython-312-x86_64-linux-gnu.so", "");
	d = missing(f, i, "ext");
	assert_string_equal(d->detail, "python-abi");
	assert_contains(d->object, "ext.cpython-312");
	assert_contains(d->summary, "3.12");
	assert_contains(d->summary, "3.11.2");
}

static void a_part_that_a_package_lacks_is_of_another_release(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	put_text(f, "site-packages/pkg/__init__.py", "");
	put_text(f, "site-packages/pkg-2.0.dist-info/METADATA", "");
	d = missing(f, i, "pkg.part");
	assert_string_equal(d->detail, "version-skew");
	assert_contains(d->summary, "pkg 2.0 has no module part");
}

static void a_folder_alone_is_no_package(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	put_text(f, "local/pkg/data.txt", "");
	assert_contains(missing(f, i, "pkg.part")->summary, "without __init__.py");
}

static void modules_that_were_removed_are_known(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	i->home.minor = 12;
	assert_string_equal(missing(f, i, "distutils.core")->detail, "removed");
	assert_contains(f->out.findings[0]->summary, "Python 3.11 was the last");
	i->home.minor = 11;
	assert_string_not_equal(missing(f, i, "distutils.core")->detail, "removed");
}

static void a_python_may_be_built_without_a_part(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(missing(f, importer_new(f), "_ssl")->detail, "python-build");
}

static void a_local_file_hides_a_module(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const char *mine = put_text(f, "local/random.py", "import random\nrandom.x\n");
	const struct dlwhy_finding *d;

	put_text(f, "lib/random.py", "");
	importer_module(i, "random", NULL, 0);
	importer_raise(i, "AttributeError",
		       "partially initialized module 'random' has no attribute 'x' (most likely due to a "
		       "circular import)",
		       mine, 2);
	d = run(f);
	assert_string_equal(d->code, "circular-import-or-shadow");
	assert_string_equal(d->detail, "shadow");
	assert_string_equal(d->object, mine);
	assert_contains(d->summary, at(f, "lib/random.py"));
	assert_true(fix_has(d, "rename", NULL));
}

static void a_name_that_hides_nobody_is_no_shadow(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const char *mine = put_text(f, "local/dice.py", "import dice\ndice.x\n");

	importer_module(i, "dice", NULL, 0);
	importer_raise(i, "AttributeError",
		       "partially initialized module 'dice' has no attribute 'x' (most likely due to a "
		       "circular import)",
		       mine, 2);
	assert_string_equal(run(f)->detail, "circular");
}

static void a_file_that_has_nothing_to_do_with_it_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	put_text(f, "local/random.py", "");
	put_text(f, "lib/random.py", "");
	importer_module(i, "random", NULL, 0);
	assert_string_equal(missing(f, i, "numpy")->detail, "not-installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(what_is_nowhere_is_not_installed),
		DIAGNOSE_TEST(a_file_for_another_python_is_named),
		DIAGNOSE_TEST(a_part_that_a_package_lacks_is_of_another_release),
		DIAGNOSE_TEST(a_folder_alone_is_no_package),
		DIAGNOSE_TEST(modules_that_were_removed_are_known),
		DIAGNOSE_TEST(a_python_may_be_built_without_a_part),
		DIAGNOSE_TEST(a_local_file_hides_a_module),
		DIAGNOSE_TEST(a_name_that_hides_nobody_is_no_shadow),
		DIAGNOSE_TEST(a_file_that_has_nothing_to_do_with_it_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
