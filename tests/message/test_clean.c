/* test_clean.c - what wrappers put around a text is taken off, and every byte keeps its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "message/clean.h"

static struct arena *a;

struct wanted {
	const char *given, *clean;
};

static void clean_all(struct clean *c, const char *s, size_t n, size_t piece)
{
	clean_init(c, a);
	for (size_t i = 0; i < n; i += piece)
		assert_int_equal(clean_feed(c, s + i, n - i < piece ? n - i : piece), n - i < piece ? n - i : piece);
	clean_end(c);
}

static void check(const struct wanted *w)
{
	for (size_t piece = 1; piece < 100; piece += 33) {
		struct clean c;

		clean_all(&c, w->given, strlen(w->given), piece);
		c.text[c.n] = '\0';
		assert_string_equal(c.text, w->clean);
	}
}

static void check_all(const struct wanted *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check(&rows[i]);
}

#define CHECK_ALL(rows) check_all(rows, sizeof(rows) / sizeof((rows)[0]))

static void terminals(void **state)
{
	static const struct wanted rows[] = {
		{ "\033[1;31merror:\033[0m no\n", "error: no\n" },
		{ "\033]8;;http://x\033\\link\033]8;;\033\\\n", "link\n" },
		{ "[0;31merror[0m\n", "error\n" },
		{ "10%\r20%\rdone\n", "10%\n20%\ndone\n" },
		{ "dos\r\nlines\r\n", "dos\nlines\n" },
		{ "ab\bc\n", "ac\n" },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void prefixes(void **state)
{
	static const struct wanted rows[] = {
		{ "2024-01-02T03:04:05.1234567Z ld: x\n", "ld: x\n" },
		{ "[2024-01-02 03:04:05,678] ld: x\n", "ld: x\n" },
		{ "12:34:56 ld: x\n", "ld: x\n" },
		{ "Jan  2 03:04:05 host app[12]: ld: x\n", "ld: x\n" },
		{ "[   12.345678] app: segfault\n", "app: segfault\n" },
		{ "web_1    | ld: x\n", "ld: x\n" },
		{ "#12 3.456 ld: x\n", "ld: x\n" },
		{ "[12/40] ld: x\n[ 45%] y\n", "ld: x\ny\n" },
		{ "build\ttest\t2024-01-02T03:04:05.1234567Z ld: x\n", "ld: x\n" },
		{ "configure:123: checking for x\n", "checking for x\n" },
		{ "E   ImportError: x\n", "ImportError: x\n" },
		{ "> quoted\n> > twice\n", "quoted\ntwice\n" },
		{ "   12\tld: x\n", "ld: x\n" },
		{ "##[error]ld: x\n[ERROR] ld: y\n", "ld: x\nld: y\n" },
		{ "```text\nld: x\n```\n", "\nld: x\n\n" },
		{ "2024-01-02T03:04:05Z web-1 | #7 0.1 ld: x\n", "ld: x\n" },
		{ "1>warp.obj : error\n12:3>LINK : x\n", "warp.obj : error\nLINK : x\n" },
		{ "C/C++: ld: x\n", "ld: x\n" },
		{ "Error (Xcode): ld: x\n", "ld: x\n" },
		{ "1583.5 ld: x\n0.412 ld: y\n", "ld: x\nld: y\n" },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void what_is_no_prefix(void **state)
{
	static const struct wanted rows[] = {
		{ ">>> referenced by x.c\n", ">>> referenced by x.c\n" },
		{ "# runtime/cgo\n", "# runtime/cgo\n" },
		{ "  \"_f\", referenced from:\n", "  \"_f\", referenced from:\n" },
		{ "std::vector<int> a<b>\n", "std::vector<int> a<b>\n" },
		{ "C:\\new\\table.dll\n", "C:\\new\\table.dll\n" },
		{ "-lfoo\n", "-lfoo\n" },
		{ "3.12 4.5 columns\n", "3.12 4.5 columns\n" },
		{ "1.2.3 ld\n", "1.2.3 ld\n" },
		{ "2>&1\n12>34\n", "2>&1\n12>34\n" },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void borders(void **state)
{
	static const struct wanted rows[] = {
		{ "\xe2\x94\x82 ld: x      \xe2\x94\x82\n", "ld: x\n" },
		{ "| ld: x      |\n", "ld: x\n" },
		{ "  \xe2\x95\xb0\xe2\x94\x80> [8 lines]\n", "[8 lines]\n" },
	};

	(void)state;
	CHECK_ALL(rows);
}

static void encodings(void **state)
{
	static const struct wanted rows[] = {
		{ "&#39;x&#x27; &lt;y&gt; &amp; &quot;z&quot;\n", "'x' <y> & \"z\"\n" },
		{ "x&amp;#8203;: &amp;lt;y&amp;gt; &amp;amp; &amp;z\n", "x: <y> & &z\n" },
		{ "<pre><code>ld: x<br/>ld: y</code></pre>\n", "ld: x\nld: y\n" },
		{ "\xe2\x80\x98x\xe2\x80\x99 \xe2\x80\x9cy\xe2\x80\x9d\n", "'x' \"y\"\n" },
		{ "{\"log\": \"ld: x y\\nld: z\\u0041\\n\", \"stream\": \"stderr\"}\n", "ld: x y\nld: zA\n" },
		{ "say \\\"hello\\\"\\nworld\n", "say \"hello\"\nworld\n" },
		{ "site\\_perl/x\\.c: key 0x1\\, of \\(two\\)\n", "site_perl/x.c: key 0x1, of (two)\n" },
		{ "by [ld.so](http://ld.so/): x\n", "by ld.so: x\n" },
		{ "for [a.org/b](https://a.org/b) (c)\n", "for a.org/b (c)\n" },
		{ "**ld:** **R_ARM_CALL** against `**bss_end**' x\n", "ld: R_ARM_CALL against `bss_end' x\n" },
		{ "main(int c, char **v, char **e) f(int**, int**)\n", "main(int c, char **v, char **e) f(int**, int**)\n" },
		{ "'the file ..\\new\\tide.obj'\n", "'the file ..\\new\\tide.obj'\n" },
		{ "[see](http://ld.so/) [ld.so](http://ld.so\n", "[see](http://ld.so/) [ld.so](http://ld.so\n" },
		{ "C:\\lib\\x86_64\\a.dll\n", "C:\\lib\\x86_64\\a.dll\n" },
		{ "https://h/s?q=open%28a.so%2C+2%29%3A+no\n", "https://h/s?q=open(a.so, 2): no\n" },
	};

	(void)state;
	CHECK_ALL(rows);
}

/* Wherever the byte of a clean text is the one that stands in the given text, it is that very one. */
static void places(void **state)
{
	static const char given[] = "\033[1mone\033[0m\n2024-01-02T03:04:05Z two\n> &lt;three&gt;\nfour";
	struct clean c;
	uint64_t offset;
	int64_t line;
	size_t four;

	(void)state;
	clean_all(&c, given, strlen(given), 7);
	for (size_t i = 0; i < c.n; i++) {
		clean_place(&c, i, &offset, &line);
		assert_true(offset <= strlen(given));
		if (strchr("<>\n", c.text[i]) == NULL)
			assert_int_equal(given[offset], c.text[i]);
	}
	four = (size_t)((char *)memmem(c.text, c.n, "four", 4) - c.text);
	clean_place(&c, four, &offset, &line);
	assert_int_equal(line, 4);
	clean_drop(&c, four);
	clean_place(&c, 0, &offset, &line);
	assert_int_equal(line, 4);
	assert_int_equal(given[offset], 'f');
}

static void long_lines_stay_one(void **state)
{
	size_t n = 3 * CLEAN_LINE + 17;
	char *s = malloc(n);
	struct clean c;

	(void)state;
	memset(s, 'x', n);
	clean_init(&c, a);
	assert_int_equal(clean_feed(&c, s, n), n);
	clean_end(&c);
	assert_int_equal(c.n, n + 1);
	assert_null(memchr(c.text, '\n', n));
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals),	 cmocka_unit_test(prefixes), cmocka_unit_test(what_is_no_prefix),
		cmocka_unit_test(borders),	 cmocka_unit_test(encodings), cmocka_unit_test(places),
		cmocka_unit_test(long_lines_stay_one),
	};
	int failed;

	a = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
