/* test_escape.c - names made safe for terminals, JSON and Markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/escape.h"

static void expect(void (*fn)(struct buf *b, const char *s), const char *in, const char *out)
{
	struct buf b;

	buf_init(&b, 4096);
	fn(&b, in);
	assert_false(b.failed);
	assert_string_equal(b.p != NULL ? b.p : "", out);
	buf_free(&b);
}

static void utf8_accepts_characters_of_every_length(void **state)
{
	(void)state;
	assert_true(utf8_valid("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	assert_true(utf8_valid("", 0));
	assert_true(utf8_valid("\xf4\x8f\xbf\xbf", 4));
}

static void utf8_refuses_what_is_not_well_formed(void **state)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82", "\xc3", "\xc3(",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(utf8_valid(bad[i], strlen(bad[i])));
}

static void utf8_does_not_read_beyond_the_bytes_given(void **state)
{
	size_t len = 9;

	(void)state;
	assert_int_equal(utf8_next("\xe2\x82\xac", 2, &len), -1);
	assert_int_equal(len, 2);
	assert_int_equal(utf8_next("\xe2\x82\xac", 3, &len), 0x20ac);
	assert_int_equal(len, 3);
}

static void columns_count_wide_and_combining_characters(void **state)
{
	(void)state;
	assert_int_equal(escape_columns("abc"), 3);
	assert_int_equal(escape_columns("\xe4\xb8\xad\xe6\x96\x87"), 4);
	assert_int_equal(escape_columns("e\xcc\x81"), 1);
	assert_int_equal(escape_columns("\xff\xff"), 2);
}

static void terminal_shows_control_characters_and_keeps_text(void **state)
{
	(void)state;
	expect(escape_terminal, "lib\xc3\xa9.so \\n", "lib\xc3\xa9.so \\n");
	expect(escape_terminal, "a\033[2Jb\n\t\r\x7f", "a\\x1b[2Jb\\n\\t\\r\\x7f");
	expect(escape_terminal, "\xc2\x9b", "\\u{9b}");
	expect(escape_terminal, "", "");
}

static void terminal_shows_characters_that_turn_or_hide_text(void **state)
{
	(void)state;
	expect(escape_terminal, "a\xe2\x80\xae" "b\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf",
	       "a\\u{202e}b\\u{2066}\\u{200b}\\u{feff}");
	expect(escape_terminal, "\xf3\xa0\x81\x81", "\\u{e0041}");
}

static void terminal_shows_bytes_that_are_not_utf8(void **state)
{
	(void)state;
	expect(escape_terminal, "\xe2\x82" "a\xff", "\\xe2\\x82a\\xff");
}

static void json_escapes_what_json_demands(void **state)
{
	(void)state;
	expect(escape_json, "a\"b\\c\b\f\n\r\t\x01", "a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001");
	expect(escape_json, "\xe2\x80\xae\xf3\xa0\x81\x81", "\\u202e\\udb40\\udc41");
	expect(escape_json, "/\xc3\xa9<>", "/\xc3\xa9<>");
}

static void json_replaces_each_broken_character_once(void **state)
{
	(void)state;
	expect(escape_json, "a\xe2\x82z\xff\xff", "a\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd");
}

static void base64_pads(void **state)
{
	static const char *const out[] = { "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=",
					   "Zm9vYmFy" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct buf b;

		buf_init(&b, 64);
		escape_base64(&b, "foobar", i);
		assert_string_equal(b.p != NULL ? b.p : "", out[i]);
		buf_free(&b);
	}
}

static void markdown_leaves_no_markup_tag_or_mention(void **state)
{
	(void)state;
	expect(escape_markdown, "a_b*c`d[e]<f>&|~$\\",
	       "a\\_b\\*c\\`d\\[e\\]&lt;f&gt;&amp;\\|\\~\\$\\\\");
	expect(escape_markdown, "@you #1", "@<!-- -->you #<!-- -->1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_accepts_characters_of_every_length),
		cmocka_unit_test(utf8_refuses_what_is_not_well_formed),
		cmocka_unit_test(utf8_does_not_read_beyond_the_bytes_given),
		cmocka_unit_test(columns_count_wide_and_combining_characters),
		cmocka_unit_test(terminal_shows_control_characters_and_keeps_text),
		cmocka_unit_test(terminal_shows_characters_that_turn_or_hide_text),
		cmocka_unit_test(terminal_shows_bytes_that_are_not_utf8),
		cmocka_unit_test(json_escapes_what_json_demands),
		cmocka_unit_test(json_replaces_each_broken_character_once),
		cmocka_unit_test(base64_pads),
		cmocka_unit_test(markdown_leaves_no_markup_tag_or_mention),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
