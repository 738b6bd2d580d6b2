/* test_pip_record.c - RECORD as Python's csv module writes it, and rows that are changed. */
#include "package/pip_record.h"

#include "../base/tree.h"

#include "package/package.h"

#define EMPTY "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

static struct view text(const char *s)
{
	return (struct view){ (const unsigned char *)s, strlen(s) };
}

static void rows_are_read_with_their_quotes(void **state)
{
	struct arena *a = arena_new(0);
	struct view rest = text("a/b.py,sha256=" EMPTY ",0\r\n\"odd, \"\"x\"\".txt\",,\nlast,sha256=" EMPTY "=,12");
	struct record_row row;
	bool bad = false;

	(void)state;
	assert_true(record_next(a, &rest, &row, &bad));
	assert_string_equal(row.path, "a/b.py");
	assert_int_equal(row.digest, DIGEST_SHA256);
	assert_int_equal(row.hash[0], 0xe3);
	assert_true(row.has_size && row.size == 0);
	assert_true(record_next(a, &rest, &row, &bad));
	assert_string_equal(row.path, "odd, \"x\".txt");
	assert_true(row.hash == NULL && !row.has_size);
	assert_true(record_next(a, &rest, &row, &bad));
	assert_true(row.hash != NULL && row.size == 12); /* padding is taken, too */
	assert_false(record_next(a, &rest, &row, &bad));
	assert_false(bad);
	arena_free(a);
}

static void what_says_nothing_is_bad(void **state)
{
	static const char *const bads[] = { "a,sha256=AAAA,1\n", "a,nonsense,1\n", "a,,x\n", "\"a,,\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(*bads); i++) {
		struct arena *a = arena_new(0);
		struct view rest = text(bads[i]);
		struct record_row row;
		bool bad = false;

		while (record_next(a, &rest, &row, &bad))
			;
		assert_true(bad);
		arena_free(a);
	}
}

static void an_unknown_hash_is_passed_over(void **state)
{
	struct arena *a = arena_new(0);
	struct view rest = text("a,blake3=AAAA,1\n");
	struct record_row row;
	bool bad = false;

	(void)state;
	assert_true(record_next(a, &rest, &row, &bad));
	assert_true(!bad && row.hash == NULL && row.size == 1);
	arena_free(a);
}

static void expect_changed(const char *before, const char *path, const char *after)
{
	struct arena *a = arena_new(0);
	unsigned char hash[32];
	struct view out;

	digest_of(DIGEST_SHA256, text(""), hash);
	out = package_record_updated(a, text(before), path, hash, 7);
	assert_int_equal(out.n, strlen(after));
	assert_memory_equal(out.p, after, out.n);
	arena_free(a);
}

static void one_row_changes_and_the_others_stay(void **state)
{
	(void)state;
	expect_changed("x,,\na,sha256=old,1\ny,,\n", "a", "x,,\na,sha256=" EMPTY ",7\ny,,\n");
	expect_changed("x,,\r\n\"a,b\",,\r\n", "a,b", "x,,\r\n\"a,b\",sha256=" EMPTY ",7\r\n");
	expect_changed("a,,", "a", "a,sha256=" EMPTY ",7");
	expect_changed("x,,", "a", "x,,\na,sha256=" EMPTY ",7\n");
	expect_changed("", "a\"b", "\"a\"\"b\",sha256=" EMPTY ",7\n");
}

static void paths_are_joined_as_text(void **state)
{
	struct arena *a = arena_new(0);

	(void)state;
	assert_string_equal(package_path(a, "/e/lib/python3.11/site-packages", "../../../bin/x"), "/e/bin/x");
	assert_string_equal(package_path(a, "/e/", "./a//b/"), "/e/a/b");
	assert_string_equal(package_path(a, "/e", "../../../.."), "/");
	assert_string_equal(package_path(a, "/e", "/abs/x"), "/abs/x");
	assert_true(package_same_project("Foo.Bar__baz", "foo-bar-baz"));
	assert_false(package_same_project("foo", "foo-bar"));
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_read_with_their_quotes),
		cmocka_unit_test(what_says_nothing_is_bad),
		cmocka_unit_test(an_unknown_hash_is_passed_over),
		cmocka_unit_test(one_row_changes_and_the_others_stay),
		cmocka_unit_test(paths_are_joined_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
