/* test_scan.c - the automaton finds what a plain search finds, in one piece or in many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "message/pattern.h"
#include "message/scan.h"

static struct arena *a;

static size_t hits_of(const struct scan *s, const char *text, size_t piece, uint32_t word)
{
	struct scan_hits hits = { NULL, 0, 0 };
	size_t n = strlen(text), found = 0;
	uint32_t state = 0;

	for (size_t i = 0; i < n; i += piece)
		scan_text(s, &state, text, i, i + piece < n ? i + piece : n, a, &hits);
	for (size_t i = 0; i < hits.n; i++)
		for (size_t k = 0; k < hits.items[i].n; k++)
			found += hits.items[i].words[k] == word;
	return found;
}

static void blanks_and_marks_are_not_seen(void **state)
{
	static const char *const words[] = { "cannotfind", "notf" };
	const struct scan *s = scan_new(a, words, 2);
	const char *text = "ld: Can\nnot 'FIND' -lx; not fair";

	(void)state;
	for (size_t piece = 1; piece < 40; piece++) {
		assert_int_equal(hits_of(s, text, piece, 0), 1);
		assert_int_equal(hits_of(s, text, piece, 1), 2);
	}
}

/* Words that are the ends and beginnings of others, over few letters, in a text of a simple generator. */
static void the_same_as_a_plain_search(void **state)
{
	static const char *const words[] = { "ab", "abab", "bab", "aaa", "b", "abba" };
	const struct scan *s = scan_new(a, words, 6);
	char text[4001];
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < 4000; i++) {
		seed = seed * 1103515245u + 12345u;
		text[i] = "ab"[seed >> 16 & 1];
	}
	text[4000] = '\0';
	for (uint32_t w = 0; w < 6; w++) {
		size_t found = 0;

		for (const char *p = text; (p = strstr(p, words[w])) != NULL; p++)
			found++;
		assert_int_equal(hits_of(s, text, 333, w), found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_and_marks_are_not_seen),
		cmocka_unit_test(the_same_as_a_plain_search),
	};
	int failed;

	a = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
