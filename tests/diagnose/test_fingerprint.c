/* test_fingerprint.c - one name for one finding, on every machine. */
#include "fixture.h"

static void it_never_changes(void **state)
{
	struct fixture *f = *state;

	/* XXH3, 128 bits, of "missing-library||libfoo.so.1|||". */
	assert_string_equal(fingerprint(f->a, "missing-library", NULL, "libfoo.so.1", NULL, NULL),
			    "c60fdd3dc9f2ebbc3a8f03cd101b1714");
}

static void the_folder_does_not_count(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(fingerprint(f->a, "corrupt-file", NULL, "/a/b/libfoo.so", NULL, NULL),
			    fingerprint(f->a, "corrupt-file", NULL, "/c/libfoo.so", NULL, NULL));
}

static void every_part_counts(void **state)
{
	struct fixture *f = *state;
	const char *all[] = {
		fingerprint(f->a, "a", "d", "o", "s", "v"), fingerprint(f->a, "b", "d", "o", "s", "v"),
		fingerprint(f->a, "a", NULL, "o", "s", "v"), fingerprint(f->a, "a", "d", "p", "s", "v"),
		fingerprint(f->a, "a", "d", "o", "t", "v"), fingerprint(f->a, "a", "d", "o", "s", NULL),
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(strlen(all[i]), 32);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(all[i], all[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(it_never_changes),
		DIAGNOSE_TEST(the_folder_does_not_count),
		DIAGNOSE_TEST(every_part_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
