/* test_musl_text.c - musl's sentences, to the letter. */
#include <errno.h>

#include "musl_world.h"

static void loading_says_what_who_and_why(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(musl_text_load(f->p, "liba.so", ENOENT, "./prog"),
			    "Error loading shared library liba.so: No such file or directory "
			    "(needed by ./prog)");
	assert_string_equal(musl_text_load(f->p, "./liba.so", ENOEXEC, NULL),
			    "Error loading shared library ./liba.so: Exec format error");
}

static void relocating_says_where_and_what(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(musl_text_symbol(f->p, "/lib/liba.so", "x"),
			    "Error relocating /lib/liba.so: x: symbol not found");
	assert_string_equal(musl_text_tls(f->p, "a", "x", "b"),
			    "Error relocating a: x: initial-exec TLS resolves to dynamic definition "
			    "in b");
	assert_string_equal(musl_text_type(f->p, "a", 37),
			    "Error relocating a: unsupported relocation type 37");
}

static void errors_have_words_of_their_own(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(musl_strerror(f->a, 0), "No error information");
	assert_string_equal(musl_strerror(f->a, ELOOP), "Symbolic link loop");
	assert_string_equal(musl_strerror(f->a, EBUSY), "Resource busy");
	assert_string_equal(musl_strerror(f->a, 4711), "No error information");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(loading_says_what_who_and_why),
		MUSL_TEST(relocating_says_where_and_what),
		MUSL_TEST(errors_have_words_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
