/* test_says.c - the tables of sentences: every pattern can be read, what is printed is recognised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "message/pattern.h"
#include "message/says.h"

static struct arena *a;

static void each_pattern_is_read(void *ctx)
{
	size_t n, bad = 0;
	const struct says_row *rows = says_rows(a, &n);

	(void)ctx;
	assert_true(n > 1000);
	for (size_t i = 0; i < n; i++) {
		const char *error = NULL, *words = pattern_literal(a, rows[i].pattern);
		struct pattern *p = pattern_new(rows[i].pattern, PATTERN_PLAIN, &error);

		if (p == NULL)
			print_error("%s: %s\n", rows[i].id, error != NULL ? error : "no memory");
		if (strlen(words) < 4)
			print_error("%s: no words by which it is found\n", rows[i].id);
		bad += p == NULL || strlen(words) < 4;
		pattern_free(p);
	}
	assert_int_equal(bad, 0);
}

static void patterns_are_sound(void **state)
{
	(void)state;
	assert_int_equal(arena_run(a, each_pattern_is_read, NULL), ARENA_OK);
}

/* A value that each field may have. */
static const char *values[MSG_NFIELDS] = {
	[MSG_OBJECT] = "lib/libwarp.so",
	[MSG_NEEDED_BY] = "main.o",
	[MSG_SYMBOL] = "warp_go",
	[MSG_VERSION] = "WARP_2.0",
	[MSG_HAVE] = "183",
	[MSG_LIB] = "warp",
	[MSG_FILE] = "src/main.c",
	[MSG_LINE] = "12",
	[MSG_HEADER] = "warp.h",
	[MSG_TOOL] = "/usr/bin/ld",
	[MSG_ARCH] = "x86_64",
	[MSG_FLAG] = "--warp",
	[MSG_PACKAGE] = "warp",
	[MSG_MODULE] = "warp",
	[MSG_ERROR] = "R_X86_64_32",
	[MSG_TEXT] = ".text+0x5",
};

static bool says(const char *id, const char *text, const char *template)
{
	struct msg_reader *r = msg_reader_new(a);
	struct msg_facts facts = { 0 };

	assert_true(msg_reader_feed(r, text, strlen(text)) && msg_reader_end(r, &facts));
	for (size_t i = 0; i < facts.nfacts; i++) {
		bool same = strcmp(facts.facts[i].id, id) == 0;

		for (size_t f = 0; f < MSG_NFIELDS && same; f++) {
			const char *field = arena_printf(a, "{%s}", msg_field_name((enum msg_field)f));
			const char *got = facts.facts[i].field[f];

			/* The program that says it need not be taken. */
			if (f != MSG_TOOL && strstr(template, field) != NULL)
				same = got != NULL && strcmp(got, values[f]) == 0;
		}
		if (same)
			return true;
	}
	return false;
}

static void what_is_printed_is_recognised(void **state)
{
	size_t bad = 0, n = 0;

	(void)state;
	for (const char *id; (id = says_printed(n)) != NULL; n++) {
		const char *text;

		/* Some sentences are about libraries alone. */
		values[MSG_NEEDED_BY] = strstr(id, "-dso") != NULL ? "libuser.so.1" : "main.o";
		text = msg_print(a, id, values);
		assert_non_null(text);
		if (!says(id, text, says_template(id))) {
			print_error("%s: %s\n", id, text);
			bad++;
		}
	}
	assert_true(n > 10);
	assert_int_equal(bad, 0);
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new(1024u << 20);
	return a == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(patterns_are_sound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_printed_is_recognised, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("says", tests, NULL, NULL);
}
