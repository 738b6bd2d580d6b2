/* test_d_pyext.c - extensions that Python opens and does not take. */
#include "importer.h"

static const struct dlwhy_finding *no_init(struct fixture *f, struct importer *i, const struct so *so)
{
	struct native_load *l = importer_load(i, put_so(f, "ext.so", so), PY_LOAD_NO_INIT, NULL);

	l->image = add_image(f, IMAGE_LIBRARY, l->what.path);
	i->done.decisive = l;
	importer_raise(i, "ImportError",
		       "dynamic module does not define module export function (PyInit_ext)", NULL, 0);
	return run(f);
}

static void a_plain_library_is_no_module(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d = no_init(f, importer_new(f), &(struct so){ .defs = { "f" } });

	assert_string_equal(d->code, "python-module");
	assert_string_equal(d->detail, "no-init");
	assert_string_equal(d->symbol, "PyInit_ext");
	assert_true(fix_has(d, "ctypes", NULL));
}

static void a_module_under_another_name_is_known_by_its_function(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d =
		no_init(f, importer_new(f), &(struct so){ .defs = { "PyInit_other" } });

	assert_string_equal(d->detail, "renamed");
	assert_contains(d->summary, "module other");
}

static void a_module_of_python_2_is_known(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(no_init(f, importer_new(f), &(struct so){ .defs = { "init_ext" } })->detail,
			    "python-abi");
}

static const struct dlwhy_finding *refused(struct fixture *f, struct importer *i, const char *message)
{
	struct native_load *l = importer_load(i, "/x/site-packages/pkg/ext.so", PY_LOAD_ERROR, message);

	l->what.module = "pkg.ext";
	i->done.decisive = l;
	importer_raise(i, "ImportError", message, NULL, 0);
	return run(f);
}

static void numpy_1_in_numpy_2_is_likely(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	put_text(f, "site-packages/numpy-2.1.3.dist-info/METADATA", "");
	d = refused(f, i, "numpy.core.multiarray failed to import");
	assert_string_equal(d->detail, "numpy-abi");
	assert_int_equal(d->certainty, DLWHY_LIKELY);
	assert_contains(d->summary, "NumPy 2.1.3");
	assert_true(fix_has(d, "update", "--upgrade pkg"));
	assert_true(fix_has(d, "downgrade", "numpy<2"));
	assert_true(fix_has(d, "run", "dlwhy run"));
}

static void another_message_is_not_about_numpy(void **state)
{
	struct fixture *f = *state;

	assert_string_not_equal(refused(f, importer_new(f), "numpy is not there")->code, "numpy-abi");
	assert_string_equal(f->out.findings[0]->code, "init-failed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_plain_library_is_no_module),
		DIAGNOSE_TEST(a_module_under_another_name_is_known_by_its_function),
		DIAGNOSE_TEST(a_module_of_python_2_is_known),
		DIAGNOSE_TEST(numpy_1_in_numpy_2_is_likely),
		DIAGNOSE_TEST(another_message_is_not_about_numpy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
