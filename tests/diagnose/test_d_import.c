/* test_d_import.c - an exception goes to the family that knows it; how sure it is. */
#include "importer.h"

static void a_native_failure_gets_the_lines_that_led_there(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const char *file = put_text(f, "local/m.py", "import os\n  import ext  \n");
	struct native_load *l = importer_load(i, "/x/ext.so", PY_LOAD_ERROR, "libgone.so: no");
	const struct dlwhy_finding *d;
	struct py_exception *e;

	add_missing(f, set_target(f, put_so(f, "ext.so", &(struct so){ 0 })), "libgone.so");
	l->failures = f->p->trace.failures;
	e = importer_raise(i, "ImportError", "libgone.so: no", file, 2);
	e->from_load = true;
	i->done.decisive = l;
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_true(evidence_has(d, "text", "the line of Python that fails", "import ext  "));
	assert_int_equal(d->certainty, DLWHY_PREDICTED);
	assert_contains(d->assumes, "sources");
}

static void a_healthy_import_has_nothing_to_say(void **state)
{
	importer_new(*state);
	assert_null(run(*state));
}

static void what_nothing_knows_is_quoted(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	importer_raise(i, "KeyError", "'k'", put_text(f, "local/m.py", "x = {}['k']\n"), 1);
	assert_string_equal(run(f)->code, "init-failed");
	assert_string_equal(f->out.findings[0]->detail, "exception");
	assert_contains(f->out.findings[0]->summary, "KeyError: 'k'");
	assert_true(evidence_has(f->out.findings[0], "text", "", "x = {}['k']"));
}

static void before_any_source_it_is_proved(void **state)
{
	struct importer *i = importer_new(*state);
	const char *assumes;

	importer_raise(i, "ModuleNotFoundError", "No module named 'm'", NULL, 0);
	assert_int_equal(imported_certainty(&i->done, &assumes), DLWHY_PROVED);
	i->e.exact = false;
	assert_int_equal(imported_certainty(&i->done, &assumes), DLWHY_PREDICTED);
	i->e.maybe = true;
	assert_int_equal(imported_certainty(&i->done, &assumes), DLWHY_LIKELY);
	i->e.maybe = false;
	i->im.limited = true;
	assert_int_equal(imported_certainty(&i->done, &assumes), DLWHY_LIKELY);
	assert_non_null(assumes);
}

static void what_is_not_sure_can_be_run(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	importer_raise(i, "RuntimeError", "no", put_text(f, "local/m.py", "f()\n"), 1)->maybe = true;
	assert_int_equal(run(f)->certainty, DLWHY_LIKELY);
	assert_true(fix_has(f->out.findings[0], "run", "dlwhy run -- /x/bin/python3 -c 'import m'"));
}

static void an_import_before_a_file_is_the_first_finding(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);

	add_missing(f, set_target(f, put_so(f, "a.so", &(struct so){ 0 })), "libb.so");
	importer_raise(i, "RuntimeError", "no", put_text(f, "local/m.py", "f()\n"), 1);
	i->done.before = true;
	assert_string_equal(run(f)->code, "init-failed");
	assert_contains(f->out.findings[0]->summary, "import m stops");
	assert_string_equal(f->out.findings[1]->code, "missing-library");
}

static void distributions_have_names_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct diag d = { .in = &f->in, .a = f->a, .store = f->store, .source = f->source };

	importer_new(f);
	assert_string_equal(import_distribution(f->a, "cv2"), "opencv-python");
	assert_string_equal(import_distribution(f->a, "sklearn.tree"), "scikit-learn");
	assert_string_equal(import_distribution(f->a, "numpy.linalg"), "numpy");
	put_text(f, "site-packages/Scikit_Learn-1.4.0.dist-info/METADATA", "");
	assert_string_equal(import_version(&d, "sklearn"), "1.4.0");
	assert_null(import_version(&d, "numpy"));
	assert_string_equal(import_pip(&d, "x"), "/x/bin/python3 -m pip install x");
}

static void lines_of_source_are_found_by_number(void **state)
{
	struct fixture *f = *state;
	struct diag d = { .in = &f->in, .a = f->a, .store = f->store, .source = f->source };
	const char *file = put_text(f, "m.py", "one\n\ttwo\r\n\n  last");

	assert_string_equal(import_source_line(&d, file, 1), "one");
	assert_string_equal(import_source_line(&d, file, 2), "two");
	assert_string_equal(import_source_line(&d, file, 3), "");
	assert_string_equal(import_source_line(&d, file, 4), "last");
	assert_null(import_source_line(&d, file, 5));
	assert_null(import_source_line(&d, at(f, "none.py"), 1));
	assert_null(import_source_line(&d, NULL, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_native_failure_gets_the_lines_that_led_there),
		DIAGNOSE_TEST(a_healthy_import_has_nothing_to_say),
		DIAGNOSE_TEST(what_nothing_knows_is_quoted),
		DIAGNOSE_TEST(before_any_source_it_is_proved),
		DIAGNOSE_TEST(what_is_not_sure_can_be_run),
		DIAGNOSE_TEST(an_import_before_a_file_is_the_first_finding),
		DIAGNOSE_TEST(distributions_have_names_of_their_own),
		DIAGNOSE_TEST(lines_of_source_are_found_by_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
