/* test_d_tls.c - the static TLS block is full. */
#include "fixture.h"

static struct failure *add_tls(struct fixture *f, struct image *who, struct image *def)
{
	struct failure *x = add_failure(f, FAIL_STATIC_TLS);

	x->image = who;
	x->provider = def;
	x->wanted = 100000;
	x->available = 1664;
	return x;
}

static void sizes_and_ways_out_are_told(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "libtls-x.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	add_tls(f, a, a)->symbol = "big";
	d = run(f);
	assert_string_equal(d->code, "static-tls");
	assert_string_equal(d->object, a->name);
	assert_string_equal(d->symbol, "big");
	assert_contains(d->summary, "wants 100,000 bytes");
	assert_contains(d->summary, "only 1,664 bytes");
	assert_true(fix_has(d, "preload", "LD_PRELOAD="));
	assert_true(fix_has(d, "environment", "optional_static_tls=200000"));
}

static void it_is_about_who_defines_the_variable(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct image *b = add_image(f, IMAGE_LIBRARY, put_so(f, "libb.so", &(struct so){ 0 }));

	add_tls(f, a, b);
	assert_string_equal(run(f)->object, b->name);
	assert_string_equal(f->out.findings[0]->needed_by, a->name);
}

static void old_releases_have_no_tunable(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	f->w.install.minor = 31;
	add_tls(f, a, a);
	assert_false(fix_has(run(f), "environment", NULL));
}

static void variables_of_one_block_are_one_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));

	add_tls(f, a, a);
	add_tls(f, a, a)->symbol = "second";
	run(f);
	assert_int_equal(f->out.nfindings, 1);
	assert_true(evidence_has(f->out.findings[0], "symbol", "same block", "second"));
}

static void musl_has_no_room_for_later_libraries_at_all(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	const struct dlwhy_finding *d;

	use_musl(f);
	add_tls(f, a, a)->symbol = "big";
	d = run(f);
	assert_contains(d->summary, "only for libraries that are loaded when the program starts");
	assert_true(fix_has(d, "preload", "LD_PRELOAD="));
	assert_false(fix_has(d, "environment", NULL));
	assert_false(fix_has(d, "import-first", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(sizes_and_ways_out_are_told),
		DIAGNOSE_TEST(it_is_about_who_defines_the_variable),
		DIAGNOSE_TEST(old_releases_have_no_tunable),
		DIAGNOSE_TEST(variables_of_one_block_are_one_finding),
		DIAGNOSE_TEST(musl_has_no_room_for_later_libraries_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
