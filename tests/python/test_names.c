/* test_names.c - spellings are kept once, however many there are, and keywords are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "python/parse.h"

enum { MANY = 100000 };

static struct arena *a;
static struct py_names *names;

static int setup(void **state)
{
	(void)state;
	a = arena_new(0);
	if (a != NULL)
		names = py_names_new(a);
	return a == NULL;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static const char *number(unsigned i)
{
	char text[40];
	int n = snprintf(text, sizeof(text), "%s%u", i % 3 == 0 ? "a_longer_name_with_" : "", i);

	return py_name(names, text, (size_t)n);
}

static void each_spelling_is_kept_once(void **state)
{
	const char **all = ARENA_ARRAY(a, MANY, const char *);
	char text[40];

	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		all[i] = number(i);
	for (unsigned i = 0; i < MANY; i++) {
		assert_ptr_equal(all[i], number(i));
		snprintf(text, sizeof(text), "%s%u", i % 3 == 0 ? "a_longer_name_with_" : "", i);
		assert_string_equal(all[i], text);
	}
}

static void names_that_differ_a_little_differ(void **state)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	char other[sizeof(text)];

	(void)state;
	for (size_t n = 0; n < sizeof(text); n++) {
		const char *name = py_name(names, text, n);

		assert_int_equal(strlen(name), n);
		assert_memory_equal(name, text, n);
		for (size_t i = 0; i < n; i++) {
			memcpy(other, text, sizeof(text));
			other[i] = '_';
			assert_ptr_not_equal(py_name(names, other, n), name);
		}
		assert_ptr_equal(py_name(names, text, n), name);
	}
}

static void names_may_hold_nul_bytes(void **state)
{
	(void)state;
	assert_ptr_not_equal(py_name(names, "a\0b", 3), py_name(names, "a\0c", 3));
	assert_ptr_not_equal(py_name(names, "a\0b", 3), py_name(names, "a", 1));
}

static void keywords_are_known(void **state)
{
	static const struct {
		const char *name;
		enum py_token token;
	} rows[] = {
		{ "False", PY_T_FALSE }, { "yield", PY_T_YIELD }, { "import", PY_T_IMPORT }, { "lambda", PY_T_LAMBDA },
		{ "nonlocal", PY_T_NONLOCAL }, { "match", PY_T_NAME }, { "false", PY_T_NAME }, { "i", PY_T_NAME },
		{ "print", PY_T_NAME }, { "", PY_T_NAME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *name;

		assert_int_equal(py_word(names, rows[i].name, strlen(rows[i].name), &name), rows[i].token);
		assert_ptr_equal(name, py_name(names, rows[i].name, strlen(rows[i].name)));
		assert_string_equal(name, rows[i].name);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(each_spelling_is_kept_once),
		TEST(names_that_differ_a_little_differ),
		TEST(names_may_hold_nul_bytes),
		TEST(keywords_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
