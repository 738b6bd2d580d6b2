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
		struct pattern *loose = pattern_new(rows[i].pattern, PATTERN_LOOSE, &error);

		if (p == NULL || loose == NULL)
			print_error("%s: %s\n", rows[i].id, error != NULL ? error : "no memory");
		if (strlen(words) < 4)
			print_error("%s: no words by which it is found\n", rows[i].id);
		bad += p == NULL || loose == NULL || strlen(words) < 4;
		pattern_free(p);
		pattern_free(loose);
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

/* What the simulations of linkers, of `go build` and of `import` print. */
static const struct printed {
	const char *id, *says, *values, *text;
} printed[] = {
#define LD_TEXT(id, says, values, text) { #id, says, values, text },
#include "message/ld_text.def"
#undef LD_TEXT
#define GO_TEXT(id, says, values, text) { #id, says, values, text },
#include "message/go_text.def"
#undef GO_TEXT
#define PY_TEXT(id, type, says, values, text) { #id, says, values, type ": " text },
#include "message/py_text.def"
#undef PY_TEXT
};

static enum msg_field field_of(const char *name)
{
	unsigned f = 0;

	while (f < MSG_NFIELDS && strcmp(msg_field_name((enum msg_field)f), name) != 0)
		f++;
	return (enum msg_field)f;
}

/* The length of the first value of a list: a comma before a blank is a part of it. */
static size_t value_length(const char *s)
{
	size_t n = strcspn(s, ",");

	while (s[n] == ',' && s[n + 1] == ' ')
		n += 1 + strcspn(s + n + 1, ",");
	return n;
}

/* Value number i of a row: what stands in the hole, and its field (MSG_NFIELDS: of no interest). NULL: no more. */
static const char *value_of(const struct printed *p, size_t i, enum msg_field *field)
{
	const char *s = p->values, *end;

	for (; i > 0 && s != NULL; i--) {
		s += value_length(s);
		s = *s == ',' ? s + 1 : NULL;
	}
	if (s == NULL || *p->values == '\0')
		return NULL;
	*field = s[0] == '=' ? MSG_NFIELDS : field_of(arena_strndup(a, s, strcspn(s, "=,")));
	assert_true(s[0] == '=' || *field < MSG_NFIELDS);
	end = s + value_length(s);
	s += strcspn(s, "=,");
	return *s == '=' ? arena_strndup(a, s + 1, (size_t)(end - s - 1)) : values[*field];
}

/* A row as it is printed; every hole has its value, and no value is left. */
static const char *line_of(const struct printed *p)
{
	const char *text = "", *value;
	enum msg_field field;
	size_t n = 0;

	for (const char *s = p->text; *s != '\0';) {
		size_t plain = strcspn(s, "%");

		text = arena_printf(a, "%s%.*s", text, (int)plain, s);
		s += plain;
		if (*s == '\0')
			break;
		s += 1 + strspn(s + 1, ".*l");
		assert_non_null(strchr("dsux", *s++));
		value = value_of(p, n++, &field);
		assert_non_null(value);
		text = arena_printf(a, "%s%s", text, value);
	}
	assert_null(value_of(p, n, &field));
	return text;
}

static bool fits(const struct printed *p, const struct msg_fact *f)
{
	enum msg_field field;
	const char *value;

	if (strcmp(f->id, p->says) != 0)
		return false;
	for (size_t i = 0; (value = value_of(p, i, &field)) != NULL; i++)
		/* The program that says it need not be taken. */
		if (field < MSG_NFIELDS && field != MSG_TOOL &&
		    (f->field[field] == NULL || strcmp(f->field[field], value) != 0))
			return false;
	return true;
}

static bool says(const struct printed *p, const char *text)
{
	struct arena *own = arena_new(256u << 20);
	struct msg_reader *r = msg_reader_new(own);
	struct msg_facts facts = { 0 };
	bool found = false;

	assert_non_null(r);
	assert_true(msg_reader_feed(r, text, strlen(text)) && msg_reader_end(r, &facts));
	for (size_t i = 0; i < facts.nfacts; i++)
		found = found || fits(p, &facts.facts[i]);
	if (!found)
		print_error("%s: %s: not %s but %s\n", p->id, text, p->says,
			    facts.nfacts > 0 ? facts.facts[0].id : "nothing");
	arena_free(own);
	return found;
}

static void what_is_printed_is_recognised(void **state)
{
	size_t bad = 0, n = sizeof(printed) / sizeof(printed[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *text;

		/* Some sentences are about libraries alone. */
		values[MSG_NEEDED_BY] = strstr(printed[i].id, "DSO") != NULL ? "libuser.so.1" : "main.o";
		text = line_of(&printed[i]);
		bad += *printed[i].says != '\0' && !says(&printed[i], text);
	}
	assert_true(n > 220);
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
