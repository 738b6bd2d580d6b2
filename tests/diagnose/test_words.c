/* test_words.c - machines, sizes, names and versions in words. */
#include "fixture.h"

static void the_usual_word_size_is_not_said(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(machine_words(f->a, EM_X86_64, true, false), "x86_64");
	assert_string_equal(machine_words(f->a, EM_AARCH64, true, false), "aarch64");
	assert_contains(machine_words(f->a, EM_386, false, false), "(32 bit)");
	assert_contains(machine_words(f->a, EM_AARCH64, false, false), "(32 bit)");
	assert_contains(machine_words(f->a, EM_X86_64, false, false), "x32");
	assert_contains(machine_words(f->a, EM_AARCH64, true, true), "(big-endian)");
	assert_contains(machine_words(f->a, 4711, true, false), "4711");
}

static void a_path_has_a_name_and_a_folder(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(base_name("/a/b.so"), "b.so");
	assert_string_equal(base_name("b.so"), "b.so");
	assert_string_equal(base_name("/a/"), "/a/");
	assert_string_equal(dir_name(f->a, "/a/b.so"), "/a");
	assert_string_equal(dir_name(f->a, "/b.so"), "/");
	assert_string_equal(dir_name(f->a, "b.so"), ".");
	assert_string_equal(join_path(f->a, "/a/", "b"), "/a/b");
	assert_string_equal(join_path(f->a, "/a", "b"), "/a/b");
}

static void a_shell_reads_quoted_words_as_they_were(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(shell_quote(f->a, "/usr/lib/libc.so.6"), "/usr/lib/libc.so.6");
	assert_string_equal(shell_quote(f->a, "$ORIGIN/../lib"), "'$ORIGIN/../lib'");
	assert_string_equal(shell_quote(f->a, "a'b"), "'a'\\''b'");
	assert_string_equal(shell_quote(f->a, ""), "''");
	assert_string_equal(shell_quote(f->a, "a\nb;c"), "$'a\\012b;c'");
}

static void sizes_have_groups_of_three_digits(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(bytes_words(f->a, 0), "0 bytes");
	assert_string_equal(bytes_words(f->a, 1), "1 byte");
	assert_string_equal(bytes_words(f->a, 999), "999 bytes");
	assert_string_equal(bytes_words(f->a, 1000), "1,000 bytes");
	assert_string_equal(bytes_words(f->a, UINT64_MAX), "18,446,744,073,709,551,615 bytes");
}

static void versions_compare_by_numbers(void **state)
{
	(void)state;
	assert_true(compare_versions("GLIBCXX_3.4.9", "GLIBCXX_3.4.30") < 0);
	assert_true(compare_versions("GLIBC_2.4", "GLIBC_2.34") < 0);
	assert_true(compare_versions("GLIBC_2.34", "GLIBC_2.34") == 0);
	assert_true(compare_versions("GLIBC_2.2.5", "GLIBC_2.2") > 0);
	assert_true(compare_versions("V2", "V1") > 0);
	assert_true(compare_versions("V007", "V7") == 0);
	assert_true(compare_versions("", "V1") < 0);
}

static void a_star_matches_anything(void **state)
{
	(void)state;
	assert_true(matches_pattern("libcudart.so.12", "libcudart.so.*"));
	assert_true(matches_pattern("/x/_solib_k8/y", "*/_solib_*"));
	assert_true(matches_pattern("", "*"));
	assert_true(matches_pattern("abab", "*ab"));
	assert_false(matches_pattern("libcudart.so", "libcudart.so.*"));
	assert_false(matches_pattern("xlibz.so.1", "libz.so.1"));
	assert_false(matches_pattern("libz.so.11", "libz.so.1"));
}

static void long_symbols_are_shortened(void **state)
{
	struct fixture *f = *state;
	char longer[500];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_string_equal(symbol_word(f->a, "f"), "f");
	assert_true(strlen(symbol_word(f->a, longer)) < 130);
}

static void every_outcome_has_words_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i < PROBE_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(outcome_words((enum probe_outcome)i),
						outcome_words((enum probe_outcome)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAGNOSE_TEST(the_usual_word_size_is_not_said),
		DIAGNOSE_TEST(a_path_has_a_name_and_a_folder),
		DIAGNOSE_TEST(a_shell_reads_quoted_words_as_they_were),
		DIAGNOSE_TEST(sizes_have_groups_of_three_digits),
		cmocka_unit_test(versions_compare_by_numbers),
		cmocka_unit_test(a_star_matches_anything),
		DIAGNOSE_TEST(long_symbols_are_shortened),
		cmocka_unit_test(every_outcome_has_words_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
