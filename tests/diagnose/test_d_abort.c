/* test_d_abort.c - deaths of the loader. */
#include <signal.h>

#include "fixture.h"

static void a_version_of_what_is_not_needed_aborts(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_ASSERTION);
	const struct dlwhy_finding *d;

	x->image = a;
	x->version = "V2";
	x->version_file = "libv.so.1";
	x->string = "Inconsistency detected by ld.so: dl-version.c: 204: _dl_check_map_versions: "
		    "Assertion `needed != NULL' failed!";
	d = run(f);
	assert_string_equal(d->code, "loader-abort");
	assert_contains(d->summary, "no longer names libv.so.1");
	assert_true(fix_has(d, "edit-needed", "patchelf --add-needed libv.so.1"));
	assert_true(evidence_has(d, "text", "prints", x->string));
}

static void a_provider_without_versions_aborts(void **state)
{
	struct fixture *f = *state;
	struct image *a = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	struct image *p = add_image(f, IMAGE_LIBRARY, put_so(f, "libv.so.1", &(struct so){ 0 }));
	struct failure *x = add_failure(f, FAIL_ASSERTION);
	const struct dlwhy_finding *d;

	x->image = a;
	x->provider = p;
	x->symbol = "f";
	x->version = "V1";
	x->version_file = "libv.so.1";
	x->string = "Assertion `version->filename == NULL || …' failed!";
	d = run(f);
	assert_string_equal(d->code, "loader-abort");
	assert_string_equal(d->object, p->name);
	assert_string_equal(d->needed_by, a->name);
	assert_contains(d->summary, "has none at all");
}

static void tables_of_a_wrong_size_abort(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_ASSERTION);

	x->object = "libx.so";
	x->string = "get-dynamic-info.h: Assertion `info[DT_RELAENT]…' failed!";
	assert_string_equal(run(f)->code, "loader-abort");
	assert_contains(f->out.findings[0]->summary, "wrong size");
}

static void an_ifunc_of_the_program_is_a_circle(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_IFUNC);

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->symbol = "chosen";
	assert_string_equal(run(f)->code, "loader-abort");
	assert_contains(f->out.findings[0]->summary, "chosen");
}

static void a_cut_file_counts_the_missing_bytes(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_SIGNAL);
	const struct dlwhy_finding *d;

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->signal = SIGBUS;
	x->wanted = 5000;
	x->available = 3766;
	d = run(f);
	assert_string_equal(d->code, "corrupt-file");
	assert_contains(d->summary, "1,234 bytes of 5,000 bytes are missing");
	assert_contains(d->summary, "SIGBUS");
	assert_int_equal(d->evidence[0]->offset, 3766);
	assert_int_equal(d->evidence[0]->size, 1234);
}

static void a_whole_file_with_wild_tables_is_damage_too(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_SIGNAL);

	x->image = set_target(f, put_so(f, "liba.so", &(struct so){ 0 }));
	x->signal = SIGSEGV;
	x->wanted = x->available = 4096;
	assert_string_equal(run(f)->code, "corrupt-file");
	assert_contains(f->out.findings[0]->summary, "SIGSEGV");
}

static void a_library_without_names_kills_musl_and_is_not_damaged(void **state)
{
	struct fixture *f = *state;
	const char *path = put_so(f, "liba.so", &(struct so){ 0 });
	struct failure *x = add_failure(f, FAIL_SIGNAL);
	const struct store_entry *en = store_open(f->store, path);

	use_musl(f);
	((struct store_file *)(uintptr_t)en->file)->elf.has &=
		~(UINT64_C(1) << ELF_DT_HASH | UINT64_C(1) << ELF_DT_GNU_HASH);
	x->candidate = en;
	x->signal = SIGSEGV;
	assert_string_equal(run(f)->code, "not-loadable");
	assert_contains(f->out.findings[0]->summary, "no table of its symbols' names");
}

static void compact_relocations_want_a_newer_musl(void **state)
{
	struct fixture *f = *state;
	struct failure *x = add_failure(f, FAIL_SIGNAL);
	const char *path = put_so(f, "liba.so", &(struct so){ 0 });
	struct store_file *file =
		(struct store_file *)(uintptr_t)store_open(f->store, path)->file;

	use_musl(f);
	file->elf.has |= UINT64_C(1) << ELF_DT_RELR;
	x->image = set_target(f, path);
	x->signal = SIGSEGV;
	assert_string_equal(run(f)->code, "os-too-old");
	assert_contains(f->out.findings[0]->summary, "1.2.4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(a_version_of_what_is_not_needed_aborts),
		DIAGNOSE_TEST(a_provider_without_versions_aborts),
		DIAGNOSE_TEST(tables_of_a_wrong_size_abort),
		DIAGNOSE_TEST(an_ifunc_of_the_program_is_a_circle),
		DIAGNOSE_TEST(a_cut_file_counts_the_missing_bytes),
		DIAGNOSE_TEST(a_whole_file_with_wild_tables_is_damage_too),
		DIAGNOSE_TEST(a_library_without_names_kills_musl_and_is_not_damaged),
		DIAGNOSE_TEST(compact_relocations_want_a_newer_musl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
