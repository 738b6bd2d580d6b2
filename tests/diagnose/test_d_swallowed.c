/* test_d_swallowed.c - native files that a package goes on without. */
#include "importer.h"

/* A load that failed because a library is missing. */
static struct native_load *failed(struct fixture *f, struct importer *i, const char *path)
{
	struct native_load *l = importer_load(i, path, PY_LOAD_ERROR, "libgone.so: no");

	l->image = add_image(f, IMAGE_LIBRARY, put_so(f, "ext.so", &(struct so){ 0 }));
	add_missing(f, l->image, "libgone.so");
	l->failures = f->p->trace.failures;
	f->p->trace.failures = (struct failure_list){ NULL, 0, 0 };
	return l;
}

static void caught(struct fixture *f, struct importer *i, const struct native_load *l)
{
	struct py_swallowed *s = ARENA_PUSH(f->a, &i->im.swallowed);

	s->e = (struct py_exception){ .type = "ImportError", .message = "libgone.so: no",
				      .exact = true, .from_load = true, .load = l->what };
	s->at = (struct py_place){ put_text(f, "local/m.py", "try:\n  import ext\nexcept ImportError:\n"), 3,
				   "<module>" };
}

static void a_file_that_is_refused_is_a_warning(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	const struct dlwhy_finding *d;

	caught(f, i, failed(f, i, at(f, "ext.so")));
	d = run(f);
	assert_string_equal(d->code, "missing-library");
	assert_int_equal(d->severity, DLWHY_WARNING);
	assert_contains(d->summary, "ext.so is refused, and the package goes on without it");
	assert_true(evidence_has(d, "text", "caught here", "ImportError: libgone.so: no"));
}

static void one_file_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	struct native_load *l = failed(f, i, at(f, "ext.so"));

	caught(f, i, l);
	caught(f, i, l);
	run(f);
	assert_int_equal(f->out.nfindings, 1);
}

static void a_library_that_is_tried_by_its_name_is_no_finding(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	struct native_load *l = failed(f, i, "libcuda.so.1");

	l->image = NULL;
	caught(f, i, l);
	assert_null(run(f));
}

static void an_exception_without_a_file_is_no_finding(void **state)
{
	struct fixture *f = *state;
	struct importer *i = importer_new(f);
	struct py_swallowed *s = ARENA_PUSH(f->a, &i->im.swallowed);

	s->e = (struct py_exception){ .type = "ModuleNotFoundError", .message = "No module named 'x'" };
	assert_null(run(f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_file_that_is_refused_is_a_warning),
		DIAGNOSE_TEST(one_file_is_told_once),
		DIAGNOSE_TEST(a_library_that_is_tried_by_its_name_is_no_finding),
		DIAGNOSE_TEST(an_exception_without_a_file_is_no_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
