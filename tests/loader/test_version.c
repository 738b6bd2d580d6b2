/* test_version.c - are the versions there that an object asks for? */
#include <signal.h>

#include "loader/search.h"
#include "loader/version.h"
#include "so.h"

/* libdef.so, which defines V1 and V2, as an image. */
static struct image *provider(struct fixture *f)
{
	struct so *s = so_new(f);
	struct image *im;

	so_verdef(s, "libdef.so", 1, VER_FLG_BASE);
	so_verdef(s, "V1", 2, 0);
	so_verdef(s, "V2", 3, 0);
	so_put(f, s, "/lib/libdef.so");
	im = search_map(f->p, f->p->program, "libdef.so", SEARCH_DLOPEN, NULL);
	assert_non_null(im);
	return im;
}

static struct image *user(struct fixture *f, struct so *s)
{
	struct image *im;

	so_put(f, s, "/lib/libuse.so");
	im = search_map(f->p, f->p->program, "libuse.so", SEARCH_DLOPEN, NULL);
	assert_non_null(im);
	return im;
}

static struct image *user_of(struct fixture *f, const char *file, const char *version,
			     unsigned flags)
{
	struct so *s = so_new(f);

	so_verneed(s, file, version, 2, flags);
	return user(f, s);
}

static bool check(struct fixture *f, struct image *im)
{
	return version_check(f->p, im, false);
}

/* ---- found and not found ---------------------------------------------------------------------- */

static void a_version_that_is_defined_is_found(void **state)
{
	struct fixture *f = *state;

	provider(f);
	assert_true(check(f, user_of(f, "libdef.so", "V2", 0)));
	assert_int_equal(f->p->trace.failures.n, 0);
}

static void the_base_version_can_be_asked_for(void **state)
{
	struct fixture *f = *state;

	provider(f);
	assert_true(check(f, user_of(f, "libdef.so", "libdef.so", 0)));
}

static void a_version_that_is_missing_is_told_of_its_provider(void **state)
{
	struct fixture *f = *state;
	struct image *def = provider(f);
	struct image *im = user_of(f, "libdef.so", "V9", 0);
	const struct failure *x;

	assert_false(check(f, im));
	x = first_failure(f);
	assert_int_equal(x->kind, FAIL_VERSION);
	assert_string_equal(x->object, "/lib/libdef.so");
	assert_string_equal(x->string, "version `V9' not found (required by /lib/libuse.so)");
	assert_string_equal(x->version, "V9");
	assert_ptr_equal(x->provider, def);
	assert_ptr_equal(x->image, im);
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void a_start_prints_every_missing_version_with_the_warnings(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	provider(f);
	so_verneed(s, "libdef.so", "V8", 2, VER_FLG_WEAK);
	so_verneed(s, "libdef.so", "V9", 3, 0);
	so_verneed(s, "libdef.so", "V10", 4, 0);
	assert_false(version_check(f->p, user(f, s), true));
	assert_int_equal(f->p->trace.lines.n, 3);
	assert_string_equal(f->p->trace.lines.items[0],
			    "./prog: /lib/libdef.so: weak version `V8' not found "
			    "(required by /lib/libuse.so)");
	assert_string_equal(f->p->trace.lines.items[2],
			    "./prog: /lib/libdef.so: version `V10' not found "
			    "(required by /lib/libuse.so)");
	assert_int_equal(first_failure(f)->exit_status, 1);
}

static void a_weak_version_may_be_missing(void **state)
{
	struct fixture *f = *state;

	provider(f);
	assert_true(check(f, user_of(f, "libdef.so", "V9", VER_FLG_WEAK)));
	assert_int_equal(f->p->trace.lines.n, 0);
}

static void the_name_alone_does_not_make_a_version(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint32_t other_hash = 1;

	provider(f);
	so_verneed(s, "libdef.so", "V1", 2, 0);
	memcpy(s->b + SO_VERNEED + sizeof(Elf64_Verneed), &other_hash, sizeof(other_hash));
	assert_false(check(f, user(f, s)));
}

/* ---- providers of other kinds ------------------------------------------------------------------- */

static void a_provider_without_versions_is_a_warning_of_a_start(void **state)
{
	struct fixture *f = *state;
	struct image *im;

	put_lib(f, "/lib/libold.so", NULL, NULL);
	search_map(f->p, f->p->program, "libold.so", SEARCH_DLOPEN, NULL);
	im = user_of(f, "libold.so", "V1", 0);
	assert_true(check(f, im));
	assert_int_equal(f->p->trace.lines.n, 0);
	assert_true(version_check(f->p, im, true));
	assert_string_equal(f->p->trace.lines.items[0],
			    "./prog: /lib/libold.so: no version information available "
			    "(required by /lib/libuse.so)");
}

static void a_provider_that_is_not_loaded_trips_an_assertion(void **state)
{
	struct fixture *f = *state;

	assert_false(check(f, user_of(f, "libgone.so", "V1", 0)));
	assert_int_equal(first_failure(f)->kind, FAIL_ASSERTION);
	assert_contains(first_failure(f)->string, "needed != NULL");
	assert_true(first_failure(f)->fatal);
}

static void a_provider_is_known_by_recorded_names_not_by_its_soname(void **state)
{
	struct fixture *f = *state;

	put_lib(f, "/lib/libfile.so", "libsona.so", NULL);
	search_map(f->p, f->p->program, "libfile.so", SEARCH_DLOPEN, NULL);
	assert_false(check(f, user_of(f, "libsona.so", "V1", 0)));
	assert_int_equal(first_failure(f)->kind, FAIL_ASSERTION);
}

static void a_provider_without_string_table_kills(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->no_hash = true;
	so_put(f, s, "/lib/libbare.so");
	search_map(f->p, f->p->program, "libbare.so", SEARCH_DLOPEN, NULL);
	assert_false(check(f, user_of(f, "libbare.so", "V1", 0)));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

/* ---- records ------------------------------------------------------------------------------------ */

static void a_record_of_another_version_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	provider(f);
	so_verneed(s, "libdef.so", "V1", 2, 0);
	s->b[SO_VERNEED] = 7;
	assert_false(check(f, user(f, s)));
	assert_int_equal(first_failure(f)->kind, FAIL_VERSION_RECORD);
	assert_string_equal(first_failure(f)->string, "unsupported version 7 of Verneed record");
}

static void a_definition_of_another_record_version_is_refused(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_verdef(s, "V1", 2, 0);
	s->b[SO_VERDEF] = 3;
	so_put(f, s, "/lib/libdef.so");
	search_map(f->p, f->p->program, "libdef.so", SEARCH_DLOPEN, NULL);
	assert_false(check(f, user_of(f, "libdef.so", "V9", 0)));
	assert_string_equal(first_failure(f)->string, "unsupported version 3 of Verdef record");
}

static void records_behind_the_end_of_the_file_kill(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	s->ph[PH_LOAD].p_filesz = s->ph[PH_LOAD].p_memsz = 0x10000;
	so_dyn(s, DT_VERNEED, 0x9000);
	assert_false(check(f, user(f, s)));
	assert_int_equal(first_failure(f)->signal, SIGBUS);
}

static void a_record_outside_all_segments_kills_unless_something_lies_there(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);

	so_dyn(s, DT_VERNEED, 0x9000);
	assert_false(check(f, user(f, s)));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
	assert_non_null(first_failure(f)->assumes);
}

static void names_outside_the_string_table_kill(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint32_t far = 0x100000;

	provider(f);
	so_verneed(s, "libdef.so", "V1", 2, 0);
	memcpy(s->b + SO_VERNEED + sizeof(Elf64_Verneed) + offsetof(Elf64_Vernaux, vna_name), &far,
	       sizeof(far));
	assert_false(check(f, user(f, s)));
	assert_int_equal(first_failure(f)->signal, SIGSEGV);
}

static void a_link_to_nowhere_ends_the_walk(void **state)
{
	struct fixture *f = *state;
	struct so *s = so_new(f);
	const uint32_t next = UINT32_MAX; /* on and on */

	provider(f);
	so_verneed(s, "libdef.so", "V1", 2, 0);
	memcpy(s->b + SO_VERNEED + offsetof(Elf64_Verneed, vn_next), &next, sizeof(next));
	assert_false(check(f, user(f, s)));
	assert_int_equal(f->p->trace.failures.n, 1);
}

/* ---- DT_RELR ------------------------------------------------------------------------------------ */

static struct image *relr_user(struct fixture *f, const char *version)
{
	struct so *s = so_new(f);

	put_lib(f, "/lib/libc.so.6", "libc.so.6", NULL);
	search_map(f->p, f->p->program, "libc.so.6", SEARCH_DLOPEN, NULL);
	so_dyn(s, DT_RELR, SO_DATA);
	so_dyn(s, DT_RELRENT, 8);
	so_verneed(s, "libc.so.6", version, 2, 0);
	return user(f, s);
}

static void relr_without_its_marker_is_refused_from_2_36_on(void **state)
{
	struct fixture *f = *state;
	struct image *im = relr_user(f, "GLIBC_2.2.5");

	f->w.install.minor = 35;
	assert_true(check(f, im));
	f->w.install.minor = 36;
	assert_false(check(f, im));
	assert_int_equal(first_failure(f)->kind, FAIL_RELR_MARKER);
	assert_string_equal(first_failure(f)->string,
			    "DT_RELR without GLIBC_ABI_DT_RELR dependency");
}

static void relr_with_its_marker_is_fine(void **state)
{
	struct fixture *f = *state;

	assert_true(check(f, relr_user(f, "GLIBC_ABI_DT_RELR")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_version_that_is_defined_is_found),
		SO_TEST(the_base_version_can_be_asked_for),
		SO_TEST(a_version_that_is_missing_is_told_of_its_provider),
		SO_TEST(a_start_prints_every_missing_version_with_the_warnings),
		SO_TEST(a_weak_version_may_be_missing),
		SO_TEST(the_name_alone_does_not_make_a_version),
		SO_TEST(a_provider_without_versions_is_a_warning_of_a_start),
		SO_TEST(a_provider_that_is_not_loaded_trips_an_assertion),
		SO_TEST(a_provider_is_known_by_recorded_names_not_by_its_soname),
		SO_TEST(a_provider_without_string_table_kills),
		SO_TEST(a_record_of_another_version_is_refused),
		SO_TEST(a_definition_of_another_record_version_is_refused),
		SO_TEST(records_behind_the_end_of_the_file_kill),
		SO_TEST(a_record_outside_all_segments_kills_unless_something_lies_there),
		SO_TEST(names_outside_the_string_table_kill),
		SO_TEST(a_link_to_nowhere_ends_the_walk),
		SO_TEST(relr_without_its_marker_is_refused_from_2_36_on),
		SO_TEST(relr_with_its_marker_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
