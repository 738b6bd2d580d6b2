/* test_dyld_text.c - the table of dyld's sentences, releases of macOS, and which libraries are on no disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "loader/dyld.h"

#define NEWEST 0xffff
#define R(major, minor) DYLD_RELEASE(major, minor)

static const struct {
	const char *id;
	unsigned first, last;
	const char *text;
} rows[] = {
#define TEXT(id, first, last, text) { #id, first, last, text },
#include "loader/dyld_text.def"
#undef TEXT
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void rows_of_one_sentence_do_not_overlap(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		assert_true(rows[i].first <= rows[i].last);
		for (size_t k = 0; k < i; k++)
			assert_true(strcmp(rows[i].id, rows[k].id) != 0 || rows[k].last < rows[i].first ||
				    rows[i].last < rows[k].first);
	}
}

/* A sentence that has begun goes on, in other words, to the newest release. */
static void sentences_have_no_gaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		unsigned next = rows[i].last + 1;

		if (rows[i].last == NEWEST)
			continue;
		if ((rows[i].last & 0xff) == 99) /* the last of a year: what follows is the next one's first */
			next = rows[i].last >> 8 == 15 ? R(26, 0) : R((rows[i].last >> 8) + 1, 0);
		if (strcmp(rows[i].text, dyld_text(rows[i].id, next)) == 0)
			fail_msg("%s has two rows for one text", rows[i].id);
		assert_true(*dyld_text(rows[i].id, next) != '\0');
	}
}

static void releases_are_read(void **state)
{
	unsigned r = 0;

	(void)state;
	assert_true(dyld_release_of("12", &r));
	assert_int_equal(r, R(12, 0));
	assert_true(dyld_release_of("15.4", &r));
	assert_int_equal(r, R(15, 4));
	assert_true(dyld_release_of("26.1.2", &r));
	assert_int_equal(r, R(26, 1));
	assert_false(dyld_release_of("11.7", &r));
	assert_false(dyld_release_of("16", &r));
	assert_false(dyld_release_of("27", &r));
	assert_false(dyld_release_of("15.", &r));
	assert_false(dyld_release_of("15.4x", &r));
	assert_false(dyld_release_of("", &r));
	assert_false(dyld_release_of("-12", &r));
	assert_false(dyld_release_of("12.999999999999999999999", &r));
}

static void libraries_of_the_cache(void **state)
{
	struct dyld_world w = { .release = R(12, 0) };

	(void)state;
	assert_true(dyld_in_cache(&w, "/usr/lib/libSystem.B.dylib"));
	assert_true(dyld_in_cache(&w, "/usr/lib/libc++.1.dylib"));
	assert_true(dyld_in_cache(&w, "/usr/lib/system/libsystem_c.dylib"));
	assert_true(dyld_in_cache(&w, "/System/Library/Frameworks/AppKit.framework/Versions/C/AppKit"));
	assert_true(dyld_in_cache(&w, "/System/Library/Frameworks/Python.framework/Versions/2.7/Python"));
	assert_false(dyld_in_cache(&w, "/usr/lib/libSystem.B"));
	assert_false(dyld_in_cache(&w, "/usr/lib/libSystem.B.dylib.x"));
	assert_false(dyld_in_cache(&w, "/usr/lib/libcrypto.0.9.8.dylib"));
	assert_false(dyld_in_cache(&w, "/usr/local/lib/libz.1.dylib"));
	/* GCC's own: "(no such file, not in dyld cache)" stands in reports of users */
	assert_false(dyld_in_cache(&w, "/usr/lib/libgcc_s.1.1.dylib"));
	assert_true(dyld_in_cache(&w, "/usr/lib/libgcc_s.1.dylib"));
	assert_false(dyld_in_cache(&w, "/Library/Frameworks/Python.framework/Versions/3.11/Python"));
	assert_false(dyld_in_cache(&w, "/opt/homebrew/lib/libz.1.dylib"));
	w.release = R(12, 3);
	assert_false(dyld_in_cache(&w, "/System/Library/Frameworks/Python.framework/Versions/2.7/Python"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_sentence_do_not_overlap),
		cmocka_unit_test(sentences_have_no_gaps),
		cmocka_unit_test(releases_are_read),
		cmocka_unit_test(libraries_of_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
