/* test_d_pyraise.c - imports that their own sources end. */
#include "importer.h"

static void a_circle_is_told_with_its_first_import(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const char *a = put_text(f, "local/a.py", "from b import y\n");
	const char *b = put_text(f, "local/b.py", "from a import x\n");
	const struct dlwhy_finding *d;

	importer_module(i, "a", NULL, 0);
	importer_module(i, "b", a, 1);
	importer_raise(i, "ImportError",
		       "cannot import name 'y' from partially initialized module 'b' (most likely due to a "
		       "circular import) (/x/b.py)",
		       b, 1);
	d = run(f);
	assert_string_equal(d->code, "circular-import-or-shadow");
	assert_string_equal(d->detail, "circular");
	assert_true(evidence_has(d, "text", "b is imported first", "from b import y"));
}

static void a_name_that_a_module_lacks_is_of_another_release(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	put_text(f, "site-packages/pkg/__init__.py", "");
	put_text(f, "site-packages/pkg-1.0.dist-info/METADATA", "");
	importer_module(i, "pkg", NULL, 0);
	importer_raise(i, "ImportError", "cannot import name 'go' from 'pkg' (/x/pkg/__init__.py)",
		       put_text(f, "local/m.py", "from pkg import go\n"), 1);
	d = run(f);
	assert_string_equal(d->code, "python-module");
	assert_string_equal(d->detail, "version-skew");
	assert_string_equal(d->symbol, "go");
	assert_contains(d->summary, "pkg 1.0 has no go, which m.py imports");
}

static void a_package_that_refuses_is_quoted(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	importer_raise(i, "ImportError", "needs a display\nand more",
		       put_text(f, "local/m.py", "if 1:\n    raise ImportError('needs a display')\n"), 2);
	assert_string_equal(run(f)->code, "init-failed");
	assert_string_equal(f->out.findings[0]->detail, "raised");
	assert_contains(f->out.findings[0]->summary, "on purpose: ImportError: needs a display");
	assert_true(evidence_has(f->out.findings[0], "text", "", "raise ImportError('needs a display')"));
}

static void a_message_that_is_not_known_is_likely(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	importer_raise(i, "ImportError", NULL, put_text(f, "local/m.py", "raise ImportError(x)\n"), 1)->exact =
		false;
	assert_int_equal(run(f)->certainty, DLWHY_LIKELY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_circle_is_told_with_its_first_import),
		DIAGNOSE_TEST(a_name_that_a_module_lacks_is_of_another_release),
		DIAGNOSE_TEST(a_package_that_refuses_is_quoted),
		DIAGNOSE_TEST(a_message_that_is_not_known_is_likely),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
