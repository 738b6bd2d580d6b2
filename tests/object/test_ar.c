/* test_ar.c - archives of the three forms, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/ar.h"

struct bytes {
	char p[2048];
	size_t n;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	assert_true(n <= sizeof(b->p) - b->n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void member(struct bytes *b, const char *name, const void *p, size_t n)
{
	char head[61];

	snprintf(head, sizeof(head), "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "644", n);
	put(b, head, 60);
	put(b, p, n);
	if (n % 2 != 0)
		put(b, "\n", 1);
}

/* In a block of exactly that size: a read behind it is seen by the sanitizers. */
static struct view copy_of(const struct bytes *b, size_t n)
{
	unsigned char *p = malloc(n > 0 ? n : 1);

	assert_non_null(p);
	memcpy(p, b->p, n);
	return (struct view){ p, n };
}

static void name_is(const struct ar_member *m, const char *name)
{
	assert_int_equal(m->nname, strlen(name));
	assert_memory_equal(m->name, name, m->nname);
}

static void make_gnu(struct bytes *b)
{
	static const char index[] = "\0\0\0\2\0\0\0\xcc\0\0\1\x0c" "first\0second";

	b->n = 0;
	put(b, "!<arch>\n", 8);
	member(b, "/", index, sizeof(index));
	member(b, "//", "a_name_that_is_long.o/\n", 23);
	member(b, "short.o/", "abc", 3);
	member(b, "/0", "de", 2);
}

static void gnu_archives_have_an_index_and_long_names(void **state)
{
	struct ar_walk walk = { 0, 0 };
	struct bytes b;
	struct ar ar;
	struct ar_member m;
	const char *symbol;
	uint64_t at, header;
	struct view v;

	(void)state;
	make_gnu(&b);
	v = copy_of(&b, b.n);
	assert_true(ar_open(v, &ar));
	assert_int_equal(ar.form, AR_INDEX_SYSV);
	assert_true(ar_index_next(&ar, &walk, &symbol, &header));
	assert_string_equal(symbol, "first");
	assert_int_equal(header, 0xcc);
	assert_true(ar_index_next(&ar, &walk, &symbol, &header));
	assert_string_equal(symbol, "second");
	assert_false(ar_index_next(&ar, &walk, &symbol, &header));
	at = ar.first;
	assert_true(ar_next(&ar, &at, &m));
	name_is(&m, "short.o");
	assert_int_equal(ar_bytes(&ar, &m).n, 3);
	assert_true(ar_next(&ar, &at, &m));
	name_is(&m, "a_name_that_is_long.o");
	assert_memory_equal(ar_bytes(&ar, &m).p, "de", 2);
	assert_false(ar_next(&ar, &at, &m));
	free((void *)(uintptr_t)v.p);
}

static void bsd_archives_keep_names_before_the_bytes(void **state)
{
	static const char index[] = "\x08\0\0\0\0\0\0\0\x64\0\0\0\5\0\0\0" "main\0";
	struct ar_walk walk = { 0, 0 };
	struct bytes b = { .n = 0 };
	struct ar ar;
	struct ar_member m;
	const char *symbol;
	uint64_t at, header;
	struct view v;

	(void)state;
	put(&b, "!<arch>\n", 8);
	member(&b, "__.SYMDEF SORTED", index, sizeof(index));
	member(&b, "#1/8", "name.o\0\0xyz", 11);
	v = copy_of(&b, b.n);
	assert_true(ar_open(v, &ar));
	assert_int_equal(ar.form, AR_INDEX_BSD);
	assert_true(ar_index_next(&ar, &walk, &symbol, &header));
	assert_string_equal(symbol, "main");
	at = ar.first;
	assert_true(ar_next(&ar, &at, &m));
	name_is(&m, "name.o");
	assert_int_equal(ar_bytes(&ar, &m).n, 3);
	assert_memory_equal(ar_bytes(&ar, &m).p, "xyz", 3);
	free((void *)(uintptr_t)v.p);
}

static void members_of_thin_archives_lie_elsewhere(void **state)
{
	struct bytes b = { .n = 0 };
	char head[61];
	struct ar ar;
	struct ar_member m;
	uint64_t at;

	(void)state;
	put(&b, "!<thin>\n", 8);
	member(&b, "//", "dir/a.o/\n", 9);
	snprintf(head, sizeof(head), "%-16s%-12d%-6d%-6d%-8s%-10d`\n", "/0", 0, 0, 0, "644", 99999);
	put(&b, head, 60);
	assert_true(ar_open((struct view){ (unsigned char *)b.p, b.n }, &ar));
	at = ar.first;
	assert_true(ar_next(&ar, &at, &m));
	assert_true(m.outside);
	name_is(&m, "dir/a.o");
	assert_int_equal(ar_bytes(&ar, &m).n, 0);
	assert_false(ar_next(&ar, &at, &m));
}

/* Wherever it is cut: the reader ends, and reads nothing behind the end. */
static void archives_that_are_cut_end_early(void **state)
{
	struct bytes b;

	(void)state;
	make_gnu(&b);
	for (size_t n = 0; n <= b.n; n++) {
		struct view v = copy_of(&b, n);
		struct ar_walk walk = { 0, 0 };
		struct ar ar;
		struct ar_member m;
		const char *symbol;
		uint64_t at, header;
		size_t members = 0;

		if (ar_open(v, &ar)) {
			for (at = ar.first; ar_next(&ar, &at, &m) && members < 9; members++)
				assert_true(ar_bytes(&ar, &m).n <= m.size);
			while (ar_index_next(&ar, &walk, &symbol, &header))
				assert_true(strlen(symbol) < n);
		} else {
			assert_true(n < 8);
		}
		assert_true(members <= 4);
		free((void *)(uintptr_t)v.p);
	}
}

static void counts_that_lie_are_clamped(void **state)
{
	struct ar_walk walk = { 0, 0 };
	struct bytes b = { .n = 0 };
	const char *symbol;
	uint64_t header;
	struct ar ar;

	(void)state;
	put(&b, "!<arch>\n", 8);
	member(&b, "/", "\xff\xff\xff\xff\0\0\0\1", 8);
	assert_true(ar_open((struct view){ (unsigned char *)b.p, b.n }, &ar));
	assert_int_equal(ar.nsymbols, 1);
	assert_false(ar_index_next(&ar, &walk, &symbol, &header)); /* it has no name */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gnu_archives_have_an_index_and_long_names),
		cmocka_unit_test(bsd_archives_keep_names_before_the_bytes),
		cmocka_unit_test(members_of_thin_archives_lie_elsewhere),
		cmocka_unit_test(archives_that_are_cut_end_early),
		cmocka_unit_test(counts_that_lie_are_clamped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
