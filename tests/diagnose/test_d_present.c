/* test_d_present.c - copies that are in the process already. */
#include "fixture.h"

struct scene {
	struct image *loaded;
	struct request *rq;
};

/* The target asks for liba.so.1, which is loaded from one/; a search would find two/. */
static struct scene shadow(struct fixture *f)
{
	struct scene s;

	s.loaded = add_image(f, IMAGE_LIBRARY, put_so(f, "one/liba.so.1", &(struct so){ .soname = "liba.so.1" }));
	s.loaded->is_host = true;
	s.loaded->soname = "liba.so.1";
	set_target(f, put_so(f, "libx.so", &(struct so){ 0 }));
	s.rq = add_request(f, f->target, "liba.so.1");
	s.rq->failed = false;
	s.rq->to = s.loaded;
	s.rq->rule = RULE_SONAME;
	s.rq->shadowed = store_open(
		f->store, put_so(f, "two/liba.so.1", &(struct so){ .soname = "liba.so.1", .defs = { "more" } }));
	return s;
}

static void another_copy_is_a_note(void **state)
{
	struct fixture *f = *state;
	const struct dlwhy_finding *d;

	shadow(f);
	d = run(f);
	assert_string_equal(d->code, "already-loaded");
	assert_string_equal(d->detail, "other-copy");
	assert_int_equal(d->severity, DLWHY_NOTE);
	assert_contains(d->summary, at(f, "one/liba.so.1"));
	assert_contains(d->summary, at(f, "two/liba.so.1"));
	assert_int_equal(f->out.nfindings, 1);
}

static void it_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct scene s = shadow(f);
	struct request *again = add_request(f, f->target, "liba.so.1");

	again->to = s.loaded;
	again->shadowed = s.rq->shadowed;
	run(f);
	assert_int_equal(f->out.nfindings, 1);
}

static void a_symbol_that_the_other_copy_has_is_explained(void **state)
{
	struct fixture *f = *state;
	struct failure *x;
	const struct dlwhy_finding *d;

	shadow(f);
	x = add_failure(f, FAIL_SYMBOL);
	x->image = f->target;
	x->symbol = "more";
	d = run(f);
	assert_int_equal(f->out.nfindings, 1);
	assert_string_equal(d->code, "missing-symbol");
	assert_contains(d->summary, at(f, "two/liba.so.1"));
	assert_true(evidence_has(d, "fact", "what a search would have found", NULL));
	assert_string_equal(d->fixes[0]->kind, "preload");
	assert_int_equal(d->fixes[0]->n, 1);
	assert_true(fix_has(d, "preload", "two/liba.so.1"));
}

static void a_symbol_that_neither_copy_has_is_not(void **state)
{
	struct fixture *f = *state;
	struct failure *x;

	shadow(f);
	x = add_failure(f, FAIL_SYMBOL);
	x->image = f->target;
	x->symbol = "nowhere";
	assert_string_equal(run(f)->code, "missing-symbol");
	assert_int_equal(f->out.nfindings, 2);
	assert_string_equal(f->out.findings[1]->code, "already-loaded");
}

static void a_version_that_the_loaded_copy_lacks_is_explained(void **state)
{
	struct fixture *f = *state;
	struct scene s = shadow(f);
	struct failure *x = add_failure(f, FAIL_VERSION);

	x->image = f->target;
	x->provider = s.loaded;
	x->version = "A_2.0";
	x->version_file = "liba.so.1";
	assert_string_equal(run(f)->code, "missing-version");
	assert_int_equal(f->out.nfindings, 1);
	assert_contains(f->out.findings[0]->summary, "another copy");
}

static void what_was_asked_before_does_not_count(void **state)
{
	struct fixture *f = *state;

	shadow(f);
	f->in.first_request = f->p->trace.requests.n;
	assert_null(run(f));
}

static void a_second_copy_by_its_path(void **state)
{
	struct fixture *f = *state;
	struct image *first = add_image(f, IMAGE_LIBRARY, put_so(f, "one/liba.so", &(struct so){ .soname = "liba.so" }));

	first->is_host = true;
	first->soname = "liba.so";
	set_target(f, put_so(f, "two/liba.so", &(struct so){ .soname = "liba.so" }));
	f->target->soname = "liba.so";
	assert_string_equal(run(f)->detail, "two-copies");
	first->soname = "libb.so";
	assert_null(run(f));
}

static void a_file_that_changed_is_told_of(void **state)
{
	struct fixture *f = *state;
	struct scene s = shadow(f);

	s.rq->shadowed = NULL;
	assert_null(run(f));
	s.loaded->disk = DISK_REPLACED;
	assert_string_equal(run(f)->detail, "replaced-file");
	assert_true(fix_has(run(f), "restart", NULL));
	s.loaded->disk = DISK_DELETED;
	assert_string_equal(run(f)->detail, "deleted-file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(another_copy_is_a_note),
		DIAGNOSE_TEST(it_is_told_once),
		DIAGNOSE_TEST(a_symbol_that_the_other_copy_has_is_explained),
		DIAGNOSE_TEST(a_symbol_that_neither_copy_has_is_not),
		DIAGNOSE_TEST(a_version_that_the_loaded_copy_lacks_is_explained),
		DIAGNOSE_TEST(what_was_asked_before_does_not_count),
		DIAGNOSE_TEST(a_second_copy_by_its_path),
		DIAGNOSE_TEST(a_file_that_changed_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
