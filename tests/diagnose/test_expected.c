/* test_expected.c - who should define a symbol, and what bears a guess out. */
#include "fixture.h"

#include "diagnose/expected.h"

static struct image *in_scope(struct fixture *f, struct image *who, const char *name,
			      const struct so *o)
{
	struct image *im = add_image(f, IMAGE_LIBRARY, put_so(f, name, o));
	struct search_list *l = ARENA_NEW(f->a, struct search_list);

	l->v = ARENA_ARRAY(f->a, 1, struct image *);
	l->v[0] = im;
	l->n = 1;
	who->scopes[who->nscopes++] = l;
	return im;
}

static struct image *asker(struct fixture *f)
{
	return set_target(f, put_so(f, "app/liba.so", &(struct so){ 0 }));
}

static struct expected found(struct fixture *f, struct image *who, const char *const *symbols)
{
	const struct failure *missing[8];
	struct expected e;
	struct diag d = { .in = &f->in, .w = &f->w, .p = f->p, .t = &f->p->trace, .a = f->a,
			  .store = f->store, .source = f->source };
	size_t n = 0;

	for (; symbols[n] != NULL; n++) {
		struct failure *x = ARENA_NEW(f->a, struct failure);

		x->image = who;
		x->symbol = symbols[n];
		missing[n] = x;
	}
	expected_find(&d, missing, n, &e);
	return e;
}

#define FOUND(f, who, ...) found(f, who, (const char *const[]){ __VA_ARGS__, NULL })

static void who_has_most_of_the_namespace_is_expected(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f), *tsl;
	struct expected e;

	in_scope(f, a, "libone.so", &(struct so){ .defs = { "_ZN3tsl1aEv", "_ZN3foo1bEv" } });
	tsl = in_scope(f, a, "libtsl.so",
		       &(struct so){ .defs = { "_ZN3tsl1cEv", "_ZN3tsl1dEv", "_ZNK3tsl1D1eEv",
					       "_ZTVN3tsl1DE" } });
	e = FOUND(f, a, "_ZN3tsl4goneEv");
	assert_ptr_equal(e.provider, tsl);
	assert_int_equal(e.names, 4);
	assert_string_equal(e.family, "tsl");
	assert_int_equal(e.near.kind, NEAR_NONE);
}

static void two_names_make_no_provider(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libone.so", &(struct so){ .defs = { "_ZN3tsl1aEv", "_ZN3tsl1bEv" } });
	assert_null(FOUND(f, a, "_ZN3tsl4goneEv").provider);
}

static void only_those_that_may_be_asked_count(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	add_image(f, IMAGE_LIBRARY,
		  put_so(f, "libprivate.so", &(struct so){ .defs = { "_ZN3foo3runEi" } }));
	assert_int_equal(FOUND(f, a, "_ZN3foo3runEv").near.kind, NEAR_NONE);
}

static void the_nearest_of_several_wins(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f), *b;
	struct expected e;

	in_scope(f, a, "libfar.so", &(struct so){ .defs = { "_ZN3foo3runEll" } });
	b = in_scope(f, a, "libnear.so", &(struct so){ .defs = { "_ZN3foo3runEil" } });
	e = FOUND(f, a, "_ZN3foo3runEii");
	assert_int_equal(e.near.kind, NEAR_PARAMETERS);
	assert_int_equal(e.near.parameter, 2);
	assert_ptr_equal(e.near_in, b);
}

static void a_release_that_is_there_as_well_explains_nothing(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libfmt.so", &(struct so){ .defs = { "_ZN3fmt3v103runEv" } });
	assert_int_equal(FOUND(f, a, "_ZN3fmt2v93runEv").near.kind, NEAR_RELEASE);
	in_scope(f, a, "libold.so", &(struct so){ .defs = { "_ZN3fmt2v95otherEv" } });
	assert_int_equal(FOUND(f, a, "_ZN3fmt2v93runEv").near.kind, NEAR_NONE);
}

static void numbers_of_functions_are_no_release(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libcrypto.so",
		 &(struct so){ .defs = { "EVP_sha3_256", "EVP_sha512_256", "EVP_sha512_224" } });
	assert_int_equal(FOUND(f, a, "EVP_sha3_224").near.kind, NEAR_NONE);
}

static void a_release_is_behind_all_names(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);
	struct expected e;

	in_scope(f, a, "libicu.so",
		 &(struct so){ .defs = { "ucnv_open_72", "ucnv_close_72" } });
	e = FOUND(f, a, "ucnv_open_67", "ucnv_close_67");
	assert_int_equal(e.near.kind, NEAR_SUFFIX);
	assert_string_equal(e.near.there, "72");
	assert_int_equal(e.alike, 2);
	assert_int_equal(e.asked, 2);
}

static void what_has_moved_left_nothing_behind(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libtsl.so",
		 &(struct so){ .defs = { "_ZNK3tsl4Node4nameEv", "_ZNK3tsl4Node4sizeEv" } });
	/* One alone may be chance: another project's class of that name. */
	assert_int_equal(FOUND(f, a, "_ZNK10tensorflow4Node4nameEv").near.kind, NEAR_NONE);
	assert_int_equal(
		FOUND(f, a, "_ZNK10tensorflow4Node4nameEv", "_ZNK10tensorflow4Node4sizeEv").near.kind,
		NEAR_MOVED);
	in_scope(f, a, "libtf.so", &(struct so){ .defs = { "_ZNK10tensorflow4Node2idEv" } });
	assert_int_equal(
		FOUND(f, a, "_ZNK10tensorflow4Node4nameEv", "_ZNK10tensorflow4Node4sizeEv").near.kind,
		NEAR_NONE);
}

static void a_name_without_its_number_wants_company(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libp.so", &(struct so){ .defs = { "compute", "ustr_len", "ustr_cpy" } });
	assert_int_equal(FOUND(f, a, "compute_2").near.kind, NEAR_NONE);
	assert_int_equal(FOUND(f, a, "ustr_len_72", "ustr_cpy_72").near.kind, NEAR_SUFFIX);
}

static void several_numbers_in_one_library_are_no_release(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);

	in_scope(f, a, "libp.so",
		 &(struct so){ .defs = { "rotate_90", "rotate_180", "flip_90", "flip_180" } });
	assert_int_equal(FOUND(f, a, "rotate_270").near.kind, NEAR_NONE);
}

static void a_hostile_name_costs_little(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);
	char name[600] = "_Z";

	memset(name + 2, 'S', sizeof(name) - 3);
	in_scope(f, a, "libp.so", &(struct so){ .defs = { name } });
	assert_int_equal(FOUND(f, a, "_ZN3foo3runEv").near.kind, NEAR_NONE);
}

static void the_release_of_others_tells_of_one_that_is_gone(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f), *im;
	struct expected e;

	im = in_scope(f, a, "libfmt.so", &(struct so){ .defs = { "_ZN3fmt2v93runEv" } });
	e = FOUND(f, a, "_ZN3fmt2v74goneEv", "_ZN3fmt2v73runEv");
	assert_int_equal(e.near.kind, NEAR_NONE);
	assert_string_equal(e.release, "v7");
	assert_string_equal(e.release_there, "v9");
	assert_ptr_equal(e.near_in, im);
}

static void others_that_differ_otherwise_are_counted(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);
	struct expected e;

	in_scope(f, a, "libs.so",
		 &(struct so){ .defs = { "_ZN3foo3runESs", "_ZN3foo4stopESs", "_ZN3foo3endEi" } });
	e = FOUND(f, a, "_ZN3foo3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		  "_ZN3foo4stopENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE",
		  "_ZN3foo3endEl", "_ZN3foo4goneEv");
	assert_int_equal(e.near.kind, NEAR_CXX11);
	assert_int_equal(e.alike, 2);
	assert_int_equal(e.otherwise, 1);
	assert_int_equal(e.asked, 4);
}

static void names_that_cannot_be_read_conclude_nothing(void **state)
{
	struct fixture *f = *state;
	struct image *a = asker(f);
	struct expected e;

	in_scope(f, a, "libs.so", &(struct so){ .defs = { "_ZN3foo3runESs", "_ZN9999999999foo" } });
	e = FOUND(f, a, "_ZN3foo3runE?");
	assert_null(e.provider);
	assert_int_equal(e.near.kind, NEAR_NONE);
	assert_int_equal(FOUND(f, a, "").near.kind, NEAR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(who_has_most_of_the_namespace_is_expected),
		DIAGNOSE_TEST(two_names_make_no_provider),
		DIAGNOSE_TEST(only_those_that_may_be_asked_count),
		DIAGNOSE_TEST(the_nearest_of_several_wins),
		DIAGNOSE_TEST(a_release_that_is_there_as_well_explains_nothing),
		DIAGNOSE_TEST(numbers_of_functions_are_no_release),
		DIAGNOSE_TEST(a_release_is_behind_all_names),
		DIAGNOSE_TEST(what_has_moved_left_nothing_behind),
		DIAGNOSE_TEST(a_name_without_its_number_wants_company),
		DIAGNOSE_TEST(several_numbers_in_one_library_are_no_release),
		DIAGNOSE_TEST(a_hostile_name_costs_little),
		DIAGNOSE_TEST(the_release_of_others_tells_of_one_that_is_gone),
		DIAGNOSE_TEST(others_that_differ_otherwise_are_counted),
		DIAGNOSE_TEST(names_that_cannot_be_read_conclude_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
