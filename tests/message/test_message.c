/* test_message.c - a whole text: places, repetitions, broken lines, caps, doubts, pieces of any size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message/facts.h"
#include "message/message.h"

#define GONE ": cannot open shared object file: No such file or directory"

static struct arena *a;

static struct msg_facts facts_of(const char *text, size_t n, size_t piece)
{
	struct msg_reader *r = msg_reader_new(a);
	struct msg_facts facts;

	assert_non_null(r);
	for (size_t i = 0; i < n; i += piece)
		assert_true(msg_reader_feed(r, text + i, n - i < piece ? n - i : piece));
	assert_true(msg_reader_end(r, &facts));
	return facts;
}

static const struct msg_fact *find(const struct msg_facts *f, const char *id, const char *object)
{
	for (size_t i = 0; i < f->nfacts; i++)
		if (strcmp(f->facts[i].id, id) == 0 && f->facts[i].field[MSG_OBJECT] != NULL &&
		    strcmp(f->facts[i].field[MSG_OBJECT], object) == 0)
			return &f->facts[i];
	return NULL;
}

static void place_and_count(void **state)
{
	const char *text = "hello\n./p: error while loading shared libraries: libx.so" GONE "\nlibx.so" GONE "\n";

	(void)state;
	for (size_t piece = 1; piece < 60; piece += 29) {
		struct msg_facts f = facts_of(text, strlen(text), piece);
		const struct msg_fact *fact = find(&f, "glibc-not-found", "libx.so");

		assert_non_null(fact);
		assert_int_equal(fact->line, 2);
		assert_int_equal(f.lines, 3);
		assert_int_equal(f.bytes, strlen(text));
	}
}

/* Broken at column 60, in the middle of the name. */
static void broken_lines(void **state)
{
	const char *s = "ImportError: /opt/program/lib/python3.11/site-packages/_tide_core.so" GONE;
	char text[500] = "Traceback (most recent call last):\n";
	size_t n = strlen(text);
	struct msg_facts f;

	(void)state;
	for (; strlen(s) > 60; s += 60)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%.60s\n", s);
	snprintf(text + n, sizeof(text) - n, "%s", s);
	f = facts_of(text, strlen(text), 1000);
	assert_non_null(find(&f, "glibc-not-found", "/opt/program/lib/python3.11/site-packages/_tide_core.so"));
}

/* Broken where the rest of a line looks like a message of its own, and where a blank was the last letter. */
static void broken_in_the_middle(void **state)
{
	static const struct {
		const char *text, *id, *object, *needed_by;
	} rows[] = {
		{ "./app: error while loading shared libraries: hw3/glibc-hwcaps/x86-64-v2/liba.\nso" GONE,
		  "glibc-not-found", "hw3/glibc-hwcaps/x86-64-v2/liba.so", "./app" },
		{ "../app_slash_needed: error while loading shared libraries: ./d2/liba.s\no" GONE,
		  "glibc-not-found", "./d2/liba.so", "../app_slash_needed" },
		{ "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o:function _sta\n"
		  "rt: error: undefined reference to 'main'",
		  "gold-undefined", NULL, "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o" },
		{ "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/S\n"
		  "crt1.o:function _start: error: undefined reference to 'main'",
		  "gold-undefined", NULL, "/usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o" },
		{ "Error relocating /tmp/dlwhy-said-80ts9lhn/libtwo_kinds.so: n\nosuch: symbol not found",
		  "musl-symbol", "/tmp/dlwhy-said-80ts9lhn/libtwo_kinds.so", NULL },
		/* Two messages: what was read of the first is not the name of the second. */
		{ "ld.lld: error: undefined symbol: a_function_with_a_name_of_sixty\n"
		  "clang: error: linker command failed with exit code 1 (use -v to see invocation)",
		  "lld-undefined", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct msg_facts f = facts_of(rows[i].text, strlen(rows[i].text), 1000);
		const struct msg_fact *fact = NULL;

		for (size_t k = 0; k < f.nfacts && fact == NULL; k++)
			fact = strcmp(f.facts[k].id, rows[i].id) == 0 ? &f.facts[k] : NULL;
		assert_non_null(fact);
		if (rows[i].object != NULL)
			assert_string_equal(fact->field[MSG_OBJECT], rows[i].object);
		if (rows[i].needed_by != NULL)
			assert_string_equal(fact->field[MSG_NEEDED_BY], rows[i].needed_by);
		if (strcmp(rows[i].id, "lld-undefined") == 0)
			assert_string_equal(fact->field[MSG_SYMBOL], "a_function_with_a_name_of_sixty");
		for (size_t k = 0; k < f.nfacts; k++) /* nothing that the end of the text might have cut */
			assert_true(&f.facts[k] == fact || f.facts[k].kind != MSG_CAUSE || f.facts[k].rank >= fact->rank);
	}
}

/* A name that is whole at the last column: the words below are somebody else's. */
static void whole_at_the_end(void **state)
{
	const char *text = "example.org/seed: package using cgo has Go assembly file f_amd64.s\ndid you try it elsewhere?\n";
	struct msg_facts f = facts_of(text, strlen(text), 1000);

	(void)state;
	assert_non_null(find(&f, "go-assembly", "f_amd64.s"));
}

/* A message of 74 columns is not joined with the source that is shown below it. */
static void above_a_line_of_source(void **state)
{
	const char *text = "xx.c:1:8: error: expected declaration specifiers or '...' before '{' token\n"
			   "    1 | int f( { }\n      |        ^\n";
	struct msg_facts f = facts_of(text, strlen(text), 1000);

	(void)state;
	assert_true(f.nfacts > 0);
	for (size_t i = 0; i < f.nfacts; i++)
		for (size_t k = 0; k < MSG_NFIELDS; k++)
			assert_true(f.facts[i].field[k] == NULL || strstr(f.facts[i].field[k], "int f") == NULL);
}

/* Lines that are as long as one another are a table, not one line. */
static void a_table(void **state)
{
	const char *text = "liba1.so" GONE "\nliba2.so" GONE "\nliba3.so" GONE "\n";
	struct msg_facts f = facts_of(text, strlen(text), 1000);

	(void)state;
	assert_non_null(find(&f, "glibc-not-found", "liba1.so"));
	assert_non_null(find(&f, "glibc-not-found", "liba2.so"));
	assert_non_null(find(&f, "glibc-not-found", "liba3.so"));
}

/* More different facts than are kept: the first and the last ones are there, and it is said. */
static void too_many(void **state)
{
	enum { N = 30000 };
	size_t n = 0, cap = (size_t)N * 90;
	char *text = malloc(cap);
	struct msg_facts f;

	(void)state;
	for (unsigned i = 0; i < N; i++)
		n += (size_t)snprintf(text + n, cap - n, "lib%05u.so" GONE "\n", i);
	f = facts_of(text, n, 10000);
	assert_true(f.cut);
	assert_true(f.nfacts <= MAX_FACTS + MAX_FACTS_LAST);
	assert_non_null(find(&f, "glibc-not-found", "lib00000.so"));
	assert_non_null(find(&f, "glibc-not-found", "lib29999.so"));
	free(text);
}

static unsigned doubts_of(const char *text)
{
	struct msg_facts f = facts_of(text, strlen(text), 1000);
	const struct msg_fact *fact = find(&f, "glibc-not-found", "libx.so");

	assert_non_null(fact);
	return fact->doubts;
}

static void doubts(void **state)
{
	(void)state;
	assert_int_equal(doubts_of("ImportError: libx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("I get this:\nImportError: libx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("* If you see `libx.so" GONE "`, install it.\n"), MSG_PROSE);
	assert_int_equal(doubts_of("raise Missing(\"libx.so" GONE "\")\n") & MSG_SOURCE, MSG_SOURCE);
	assert_int_equal(doubts_of("got the expected error: libx.so" GONE "\n") & MSG_EXPECTED, MSG_EXPECTED);
	assert_int_equal(doubts_of("2024 WARN loader: libx.so" GONE "\n"), MSG_WARNED);
}

/* What stands lines away: the headings of guides are no headings of reports. */
static void sections(void **state)
{
	(void)state;
	assert_int_equal(doubts_of("## Troubleshooting\n### Empty window\n```\nlibx.so" GONE "\n```\n"), MSG_PROSE);
	assert_int_equal(doubts_of("## Troubleshooting\ntext\n## Log\n```\nlibx.so" GONE "\n```\n"), 0);
	assert_int_equal(doubts_of("Known issues\n------------\nlibx.so" GONE "\n"), MSG_PROSE);
	assert_int_equal(doubts_of("### I have read the FAQ\n- [x] yes\nlibx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("### Should be fixed\nlibx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("## 1.2.0 (2031-01-01)\n* libx.so" GONE "\n"), MSG_PROSE);
	assert_int_equal(doubts_of("# libx.so" GONE "\nTry it yourself\n"), 0);
	assert_int_equal(doubts_of("### libx.so" GONE "\nTry installing x\n"), MSG_PROSE);
	assert_int_equal(doubts_of("If you have a log, paste it here:\n```\na line\nlibx.so" GONE "\n```\n"), 0);
	assert_int_equal(doubts_of("Before this change:\n```\na line\nlibx.so" GONE "\n```\n"), MSG_PROSE);
	assert_int_equal(doubts_of("fix: the search\nlibx.so" GONE "\n"), MSG_PROSE);
	assert_int_equal(doubts_of("libx.so" GONE "\nfix: the search\n"), 0);
	assert_int_equal(doubts_of("libx.so" GONE "\n\nSigned-off-by: A <a@b>\n"), MSG_PROSE);
	assert_int_equal(doubts_of("On Mon, 2 Jan 2031, A <a@b> wrote:\n> libx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("x not there. Using y instead.\nImportError: libx.so" GONE "\n"), MSG_WARNED);
	assert_int_equal(doubts_of("x not there. Using y instead.\n\nImportError: libx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("If compiled with y, it throws:\n\nlibx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("# Update fails\nlibx.so" GONE "\n"), 0);
	assert_int_equal(doubts_of("# gcc -o x\n# ld: libx.so" GONE "\n# (use -v to see invocation)\n"), 0);
	assert_int_equal(doubts_of("a */\nlibx.so" GONE "\n/* b */\n"), 0);
	assert_int_equal(doubts_of("{\"m\": \"libx.so" GONE "\", \"n\": \"y\"},\n") & MSG_SOURCE, 0);
	assert_int_equal(doubts_of("s = \"\"\"\nlibx.so" GONE "\n\"\"\"\n"), MSG_SOURCE);
	assert_int_equal(doubts_of("s = \"\"\"x\"\"\"\nlibx.so" GONE "\n\"\"\"\n"), 0);
}

/* The same sentence said again: its first place, and the last. */
static void last_place(void **state)
{
	static const char text[] = "libx.so" GONE "\nother\nlibx.so" GONE "\n";
	struct msg_facts f = facts_of(text, sizeof(text) - 1, 1000);
	const struct msg_fact *fact = find(&f, "glibc-not-found", "libx.so");

	(void)state;
	assert_non_null(fact);
	assert_int_equal(fact->offset, 0);
	assert_int_equal(fact->last, strlen("libx.so" GONE "\nother\n"));
}

/* Any bytes at all, and every beginning of a text. */
static void anything(void **state)
{
	char text[3000];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 30; round++) {
		for (size_t i = 0; i < sizeof(text); i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = round % 2 == 0 ? (char)(seed >> 16) : "\n\r\033[]{}\"\\&<>|: \xe2\x94\x82x"[seed >> 16 & 15];
		}
		facts_of(text, sizeof(text), 1 + round * 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_and_count), cmocka_unit_test(broken_lines), cmocka_unit_test(broken_in_the_middle), cmocka_unit_test(a_table), cmocka_unit_test(whole_at_the_end), cmocka_unit_test(above_a_line_of_source), cmocka_unit_test(too_many),
		cmocka_unit_test(doubts), cmocka_unit_test(sections), cmocka_unit_test(last_place), cmocka_unit_test(anything),
	};
	int failed;

	a = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
