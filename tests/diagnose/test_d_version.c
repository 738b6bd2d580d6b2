/* test_d_version.c - versions that a provider lacks. */
#include "fixture.h"

static struct failure *add_version(struct fixture *f, struct image *who, struct image *provider,
				   const char *version, const char *file)
{
	struct failure *x = add_failure(f, FAIL_VERSION);

	x->image = who;
	x->provider = provider;
	x->version = version;
	x->version_file = file;
	x->string = "version not found";
	return x;
}

static struct image *add_provider(struct fixture *f, const char *name, const struct so *o)
{
	return add_image(f, IMAGE_LIBRARY, put_so(f, name, o));
}

static void the_highest_version_of_the_loaded_copy_is_named(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct so o = { .versions = { "GLIBCXX_3.4", "GLIBCXX_3.4.28", "GLIBCXX_3.4.9",
				      "CXXABI_1.3.12" } };
	struct image *p = add_provider(f, "old/libver-x.so.6", &o);
	const struct dlwhy_finding *d;

	add_version(f, a, p, "GLIBCXX_3.4.30", "libver-x.so.6");
	d = run(f);
	assert_string_equal(d->code, "missing-version");
	assert_string_equal(d->detail, "version-skew");
	assert_string_equal(d->symbol, "GLIBCXX_3.4.30");
	assert_string_equal(d->object, p->name);
	assert_string_equal(d->needed_by, a->name);
	assert_contains(d->summary, "ends at GLIBCXX_3.4.28");
	assert_contains(d->summary, "GCC 12.1");
	assert_contains(d->summary, "GCC 9.3");
	assert_true(evidence_has(d, "version", "highest", "GLIBCXX_3.4.28"));
}

static void versions_of_one_family_are_one_finding(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct so o = { .versions = { "GLIBCXX_3.4" } };
	struct image *p = add_provider(f, "old/libver-x.so.6", &o);
	const struct dlwhy_finding *d;

	add_version(f, a, p, "GLIBCXX_3.4.29", "libver-x.so.6");
	add_version(f, a, p, "CXXABI_1.3.13", "libver-x.so.6");
	add_version(f, a, p, "GLIBCXX_3.4.30", "libver-x.so.6");
	d = run(f);
	assert_int_equal(f->out.nfindings, 2);
	assert_string_equal(d->symbol, "GLIBCXX_3.4.29"); /* what the loader says */
	assert_contains(d->summary, "GLIBCXX_3.4.30");    /* what it takes */
	assert_string_equal(f->out.findings[1]->symbol, "CXXABI_1.3.13");
}

static void a_copy_that_has_it_is_pointed_at(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct so old = { .versions = { "V1" } }, new = { .versions = { "V1", "V2" } };
	struct image *p = add_provider(f, "old/libver-x.so.1", &old);
	const char *good = put_so(f, "default/libver-x.so.1", &new);
	const struct dlwhy_finding *d;

	add_version(f, a, p, "V2", "libver-x.so.1");
	d = run(f);
	assert_string_equal(d->detail, "wrong-provider");
	assert_string_equal(d->also[0]->code, "search-path");
	assert_string_equal(d->also[0]->object, good);
	assert_true(fix_has(d, "library-path", "/default"));
}

static void each_copy_is_told_with_the_reason_why_it_was_not_taken(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct so old = { .versions = { "V1" } }, new = { .versions = { "V1", "V2" } };
	struct image *p = add_provider(f, "old/libver-x.so.1", &old);
	struct request *rq = add_request(f, a, "libver-x.so.1");
	const char *good = put_so(f, "default/libver-x.so.1", &new);
	const struct dlwhy_finding *d;

	rq->rule = RULE_RUNPATH;
	rq->rule_of = a;
	rq->to = p;
	p->request = rq;
	put_so(f, "app/libver-x.so.1", &old);
	add_version(f, a, p, "V2", "libver-x.so.1");
	d = run(f);
	assert_true(evidence_has(d, "version", arena_printf(f->a, "%s has it", good), NULL));
	assert_true(evidence_has(d, "version", "RUNPATH of liba.so comes before a default folder",
				 NULL));
	assert_true(evidence_has(d, "version", "app/libver-x.so.1, another copy, ends at", "V1"));
}

static void a_name_that_is_no_number_is_not_the_highest(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *p = add_provider(f, "libQt6Core.so.6",
				       &(struct so){ .versions = { "Qt_6", "Qt_6.5",
								   "Qt_6_PRIVATE_API" } });

	add_version(f, a, p, "Qt_6.7", "libQt6Core.so.6");
	assert_contains(run(f)->summary, "ends at Qt_6.5.");
	assert_contains(f->out.findings[0]->fixes[0]->says, "Qt 6.7 or newer");
}

static void an_old_copy_of_glibc_is_no_system_too_old(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *c = add_provider(f, "old/libc.so.6",
				       &(struct so){ .versions = { "GLIBC_2.31" } });

	put_so(f, "default/libc.so.6", &(struct so){ .versions = { "GLIBC_2.31", "GLIBC_2.34" } });
	add_version(f, a, c, "GLIBC_2.34", "libc.so.6"); /* the system has 2.36 */
	assert_string_equal(run(f)->code, "missing-version");
	assert_string_equal(f->out.findings[0]->detail, "wrong-provider");
}

static void who_first_had_the_libraries_of_gcc_is_told(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *p = add_provider(f, "old/libver-x.so.6",
				       &(struct so){ .versions = { "GLIBCXX_3.4.28" } });

	add_version(f, a, p, "GLIBCXX_3.4.33", "libver-x.so.6");
	assert_contains(run(f)->fixes[1]->says, "GCC 14.1 were Debian 13");
}

static void a_new_glibc_is_a_system_too_old(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *c = add_provider(f, "libc.so.6", &(struct so){ .versions = { "GLIBC_2.36" } });
	struct image *m = add_provider(f, "libm.so.6", &(struct so){ .versions = { "GLIBC_2.29" } });
	const struct dlwhy_finding *d;

	add_version(f, a, c, "GLIBC_2.38", "libc.so.6");
	add_version(f, a, m, "GLIBC_2.39", "libm.so.6");
	d = run(f);
	assert_int_equal(f->out.nfindings, 1);
	assert_string_equal(d->code, "os-too-old");
	assert_string_equal(d->summary, "liba.so needs glibc 2.39 or newer (it asks for GLIBC_2.39), but "
					"this system has glibc 2.36.");
	assert_contains(d->fixes[1]->says, "Ubuntu 24.04");
}

static void the_mark_for_packed_relocations_means_glibc_2_36(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *c = add_provider(f, "libc.so.6", &(struct so){ .versions = { "GLIBC_2.31" } });

	f->w.install.minor = 31;
	add_version(f, a, c, "GLIBC_ABI_DT_RELR", "libc.so.6");
	assert_string_equal(run(f)->code, "os-too-old");
	assert_contains(f->out.findings[0]->summary, "glibc 2.36 or newer");
}

static void private_glibc_symbols_are_no_matter_of_age(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct image *c = add_provider(f, "libc.so.6", &(struct so){ .versions = { "GLIBC_2.31" } });

	add_version(f, a, c, "GLIBC_PRIVATE", "libc.so.6");
	assert_string_equal(run(f)->code, "missing-version");
}

static void a_record_of_unknown_form_is_damage(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_VERSION_RECORD);

	x->image = a;
	x->string = "unsupported version 7 of Verneed record";
	assert_string_equal(run(f)->code, "corrupt-file");
	assert_string_equal(f->out.findings[0]->object, a->name);
}

static void packed_relocations_without_the_mark_are_named(void **state)
{
	struct fixture *f = *state;

	add_failure(f, FAIL_RELR_MARKER)->image =
		set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
	assert_string_equal(run(f)->code, "not-loadable");
	assert_contains(f->out.findings[0]->summary, "DT_RELR");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_highest_version_of_the_loaded_copy_is_named),
		DIAGNOSE_TEST(versions_of_one_family_are_one_finding),
		DIAGNOSE_TEST(a_copy_that_has_it_is_pointed_at),
		DIAGNOSE_TEST(each_copy_is_told_with_the_reason_why_it_was_not_taken),
		DIAGNOSE_TEST(a_name_that_is_no_number_is_not_the_highest),
		DIAGNOSE_TEST(an_old_copy_of_glibc_is_no_system_too_old),
		DIAGNOSE_TEST(who_first_had_the_libraries_of_gcc_is_told),
		DIAGNOSE_TEST(a_new_glibc_is_a_system_too_old),
		DIAGNOSE_TEST(the_mark_for_packed_relocations_means_glibc_2_36),
		DIAGNOSE_TEST(private_glibc_symbols_are_no_matter_of_age),
		DIAGNOSE_TEST(a_record_of_unknown_form_is_damage),
		DIAGNOSE_TEST(packed_relocations_without_the_mark_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
