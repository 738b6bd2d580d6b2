/* test_loader.c - a world's loader decides whose rules a process follows. */
#include "musl_world.h"

static void each_loader_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(loader_name(LOADER_GLIBC), "glibc");
	assert_string_equal(loader_name(LOADER_MUSL), "musl");
}

static void the_same_file_fails_in_the_words_of_each(void **state)
{
	struct fixture *f = *state;

	f->p = loader_start(&f->w, f->a, NULL, "program", false, 0);
	assert_null(loader_open(f->p, "/lib/none.so", 0));
	assert_contains(first_failure(f)->message, "Error loading shared library");
	f->w.kind = LOADER_GLIBC;
	f->p = loader_start(&f->w, f->a, NULL, "program", false, OPEN_NO_BIND);
	assert_contains(first_failure(f)->message, "cannot open shared object file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_loader_has_a_name),
		MUSL_TEST(the_same_file_fails_in_the_words_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
