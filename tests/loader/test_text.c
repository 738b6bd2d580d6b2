/* test_text.c - the loader's sentences by release, and their two forms. */
#include <errno.h>
#include <stdlib.h>

#include "fixture.h"
#include "loader/text.h"

static void sentences_change_with_the_release(void **state)
{
	(void)state;
	assert_string_equal(text_of("ALIGN_OFFSET", 34),
			    "ELF load command address/offset not properly aligned");
	assert_string_equal(text_of("ALIGN_OFFSET", 35),
			    "ELF load command address/offset not page-aligned");
	assert_string_equal(text_of("ALIGN_PAGE", 35), "");
	assert_string_equal(text_of("ISA_LEVEL", 32), "");
	assert_string_equal(text_of("NO_SUCH_SENTENCE", 36), "");
}

static void rows_of_one_sentence_do_not_overlap(void **state)
{
	static const char *const names[] = {
#define TEXT(id, first, last, text) #id,
#include "loader/text.def"
#undef TEXT
	};
	static const int range[][2] = {
#define NEWEST 9999
#define TEXT(id, first, last, text) { first, last },
#include "loader/text.def"
#undef TEXT
#undef NEWEST
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = i + 1; k < sizeof(names) / sizeof(names[0]); k++)
			if (strcmp(names[i], names[k]) == 0)
				assert_true(range[i][1] < range[k][0]);
}

static void dlerror_shows_the_whole_errno_table(void **state)
{
	struct fixture *f = *state;
	struct failure *x = fail_add(f->p, FAIL_CANDIDATE, "/x/dir.so", "cannot read file data",
				     EISDIR);

	fail_message(f->p, x, false);
	assert_string_equal(x->message, "/x/dir.so: cannot read file data: Is a directory");
}

static void a_start_knows_only_six_errno_texts(void **state)
{
	struct fixture *f = *state;
	struct failure *x = fail_add(f->p, FAIL_CANDIDATE, "/x/dir.so", "cannot read file data",
				     EISDIR);

	fail_message(f->p, x, true);
	assert_string_equal(x->message, "./prog: error while loading shared libraries: "
					"/x/dir.so: cannot read file data: Error 21");
	assert_string_equal(text_errno(f->a, ENOENT, true), "No such file or directory");
}

static void a_death_without_words_has_no_message(void **state)
{
	struct fixture *f = *state;
	struct failure *x = fail_add(f->p, FAIL_ASSERTION, "/x/a.so",
				     text_assertion(f->p, ASSERT_NEEDED), 0);

	fail_message(f->p, x, false);
	assert_null(x->message);
	assert_string_equal(x->string,
			    "Inconsistency detected by ld.so: dl-version.c: 204: "
			    "_dl_check_map_versions: Assertion `needed != NULL' failed!");
}

static void bad_types_are_printed_with_two_or_eight_digits(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(text_reloc_digits(f->a, 0x77, true), "77");
	assert_string_equal(text_reloc_digits(f->a, 0x177, true), "00000177");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOADER_TEST(sentences_change_with_the_release),
		LOADER_TEST(rows_of_one_sentence_do_not_overlap),
		LOADER_TEST(dlerror_shows_the_whole_errno_table),
		LOADER_TEST(a_start_knows_only_six_errno_texts),
		LOADER_TEST(a_death_without_words_has_no_message),
		LOADER_TEST(bad_types_are_printed_with_two_or_eight_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
