/* test_pattern.c - the language of the tables: each of its signs, its words, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "message/pattern.h"

static struct arena *a;

/* The field of the first match, or NULL; "" where the pattern matches and does not name it. */
static const char *field_of(const char *pattern, enum pattern_mode mode, const char *text, enum msg_field f)
{
	const char *error;
	struct pattern *p = pattern_new(pattern, mode, &error);
	struct pattern_match m;
	const char *s = NULL;

	assert_non_null(p);
	if (pattern_match(p, text, strlen(text), 0, &m))
		s = m.field[f].start <= m.field[f].end ?
			    arena_strndup(a, text + m.field[f].start, m.field[f].end - m.field[f].start) : "";
	pattern_free(p);
	return s;
}

static void is(const char *pattern, const char *text, const char *object)
{
	const char *got = field_of(pattern, PATTERN_PLAIN, text, MSG_OBJECT);

	if (object == NULL)
		assert_null(got);
	else
		assert_string_equal(got != NULL ? got : "(no match)", object);
}

static void literals(void **state)
{
	(void)state;
	is("not found: {object}", "Not FOUND: /x/y.so", "/x/y.so");
	is("not found: {object}", "not\n   found: y.so", "y.so");
	is("not found: {object}", "not  found:\ty.so", "y.so");
	is("a \\{b\\} {object}", "a {b} y.so", "y.so");
	/* Not in the middle of a word, at either end. */
	is("error: {object}", "ImportError: y.so", NULL);
	is("{object} gone", "y.so goneness", NULL);
}

/* Letters with a mark, as other encodings and keyboards leave them. */
static void letters(void **state)
{
	static const char pattern[] = "Le module spécifié est introuvable: {object}";

	(void)state;
	is(pattern, "Le module spécifié est introuvable: y.so", "y.so");
	is(pattern, "Le module specifie est introuvable: y.so", "y.so");
	is(pattern, "Le module sp?cifi? est introuvable: y.so", "y.so");
	is(pattern, "Le module sp\xef\xbf\xbd" "cifi\xef\xbf\xbd est introuvable: y.so", "y.so");
	is(pattern, "Le module sp\xe9" "cifi\xe9 est introuvable: y.so", "y.so");
	is(pattern, "Le module spÃ©cifiÃ© est introuvable: y.so", "y.so");
	is(pattern, "Le module sp├®cifi├® est introuvable: y.so", "y.so");
	is(pattern, "Le module sp\xe2\x80\x9c" "cifxyz est introuvable: y.so", NULL);
	is("konnte nicht geöffnet werden: {object}", "konnte nicht geoeffnet werden: y.so", "y.so");
}

static void marks(void **state)
{
	(void)state;
	is("cannot find '{object}'", "cannot find `a b.so'", "a b.so");
	is("cannot find '{object}'", "cannot find \"y.so\"", "y.so");
	is("cannot find '{object}'", "cannot find y.so", "y.so");
	/* A plain word is no name that has lost its marks. */
	is("cannot find '{object}'", "cannot find a way", NULL);
	is("cannot find '{object:[a-z ]+}'", "cannot find 'a way'", "a way");
}

static void choices(void **state)
{
	(void)state;
	is("{?fatal }error: {object}", "fatal error: y.so", "y.so");
	is("{?fatal }error: {object}", "error: y.so", "y.so");
	is("is {|bad|broken}: {object}", "is broken: y.so", "y.so");
	is("is {|bad|broken}: {object}", "is good: y.so", NULL);
	is("{|bad {object}|{object} is bad}", "y.so is bad", "y.so");
	is("open {...}: {object}", "open this and that: y.so", "y.so");
}

static void lines(void **state)
{
	(void)state;
	is("^{object}: gone$", "x\ny.so: gone\nz", "y.so");
	is("^{object}: gone$", "y.so: gone away", NULL);
	is("{object}: gone", "error: gone", NULL);
	is("{object:[^,]+}, gone", "one\ny.so, gone", "y.so");
}

static void loosely(void **state)
{
	(void)state;
	assert_null(field_of("^{object}: not found", PATTERN_PLAIN, "so it was. y.so:notfound", MSG_OBJECT));
	assert_string_equal(field_of("^{object}: not found", PATTERN_LOOSE, "so it was. y.so:notfound", MSG_OBJECT), "y.so");
}

static void refused(void **state)
{
	static const char *const wrong[] = { "{nonesuch}", "{object", "a } b", "{? a", "{object:[}" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *error = NULL;

		assert_null(pattern_new(wrong[i], PATTERN_PLAIN, &error));
		assert_non_null(error);
	}
}

static void words(void **state)
{
	(void)state;
	assert_string_equal(pattern_literal(a, "{object}: Cannot open 'it' {...}{?now or never}"), ":cannotopenit");
	assert_string_equal(pattern_literal(a, "^short {file} a longer run$"), "alongerrun");
}

/* A text that would take long is one that does not match. */
static void no_text_is_slow(void **state)
{
	size_t n = 20000;
	char *text = arena_alloc(a, n + 1);
	const char *error;
	struct pattern *p = pattern_new("{text:(?:a+)+}{object:b+}", PATTERN_PLAIN, &error);
	struct pattern_match m;

	(void)state;
	memset(text, 'a', n);
	assert_non_null(p);
	assert_false(pattern_match(p, text, n, 0, &m));
	pattern_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(letters), cmocka_unit_test(marks), cmocka_unit_test(choices), cmocka_unit_test(lines),
		cmocka_unit_test(loosely), cmocka_unit_test(refused), cmocka_unit_test(words),
		cmocka_unit_test(no_text_is_slow),
	};
	int failed;

	a = arena_new(0);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(a);
	return failed;
}
