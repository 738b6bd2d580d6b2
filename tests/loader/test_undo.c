/* test_undo.c - what a failed open leaves: nothing. */
#include "so.h"

#include "loader/undo.h"

static struct image *open_marked(struct fixture *f, const char *path, struct loader_mark *m)
{
	loader_mark(f->p, m);
	return loader_open(f->p, path, 0);
}

static void a_library_that_failed_fails_again(void **state)
{
	struct fixture *f = *state;
	struct loader_mark m = { .cap = 0 };
	size_t before;

	put_lib(f, "/x/liba.so", NULL, NEEDS("libnone.so.1"));
	before = f->p->images.n;
	for (int i = 0; i < 3; i++) {
		assert_null(open_marked(f, "/x/liba.so", &m));
		assert_true(f->p->trace.failures.n > 0);
		assert_contains(f->p->trace.failures.items[0].message, "libnone.so.1");
		f->p->trace.failures.n = 0;
		loader_undo(f->p, &m);
		assert_int_equal(f->p->images.n, before);
	}
}

static void what_it_needed_is_gone_as_well(void **state)
{
	struct fixture *f = *state;
	struct loader_mark m = { .cap = 0 };
	bool by_soname;

	put_lib(f, "/lib/libgood.so.1", "libgood.so.1", NULL);
	put_lib(f, "/x/liba.so", NULL, NEEDS("libgood.so.1", "libnone.so.1"));
	assert_null(open_marked(f, "/x/liba.so", &m));
	assert_non_null(process_find(f->p, "libgood.so.1", &by_soname));
	loader_undo(f->p, &m);
	assert_null(process_find(f->p, "libgood.so.1", &by_soname));
	f->p->trace.failures.n = 0;
	assert_non_null(loader_open(f->p, "/lib/libgood.so.1", 0));
}

static void what_was_there_before_stays(void **state)
{
	struct fixture *f = *state;
	struct loader_mark m = { .cap = 0 };
	struct image *good;
	bool by_soname;

	put_lib(f, "/x/libgood.so.1", "libgood.so.1", NULL);
	put_lib(f, "/x/liba.so", NULL, NEEDS("libgood.so.1", "libnone.so.1"));
	good = loader_open(f->p, "/x/libgood.so.1", OPEN_GLOBAL);
	assert_non_null(good);
	assert_null(open_marked(f, "/x/liba.so", &m));
	loader_undo(f->p, &m);
	assert_ptr_equal(process_find(f->p, "libgood.so.1", &by_soname), good);
	assert_ptr_equal(process_find(f->p, "/x/libgood.so.1", &by_soname), good);
	assert_true(good->global);
	assert_ptr_equal(f->p->global.v[f->p->global.n - 1], good);
}

static void a_symbol_that_is_missing_leaves_no_definitions(void **state)
{
	struct fixture *f = *state;
	struct loader_mark m = { .cap = 0 };
	struct so *s = so_new(f);

	so_rela(s, R_X86_64_GLOB_DAT, so_undef(s, "nowhere"));
	so_put(f, s, "/x/liba.so");
	assert_null(open_marked(f, "/x/liba.so", &m));
	assert_int_equal(f->p->trace.failures.items[0].kind, FAIL_SYMBOL);
	f->p->trace.failures.n = 0;
	loader_undo(f->p, &m);
	/* It was "relocated" once: the second time must not take it for done. */
	assert_null(open_marked(f, "/x/liba.so", &m));
	assert_int_equal(f->p->trace.failures.items[0].kind, FAIL_SYMBOL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SO_TEST(a_library_that_failed_fails_again),
		SO_TEST(what_it_needed_is_gone_as_well),
		SO_TEST(what_was_there_before_stays),
		SO_TEST(a_symbol_that_is_missing_leaves_no_definitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
