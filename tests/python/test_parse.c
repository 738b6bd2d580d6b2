/* test_parse.c - what the parser makes of single statements, broken files and files made to harm it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "python/ast.h"

static struct arena *a;
static struct py_source s;

static int setup(void **state)
{
	(void)state;
	a = arena_new(0);
	return a == NULL;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

/* A copy of its exact size, so that the address sanitizer sees a read behind the end. */
static void parse_bytes(const char *text, size_t n)
{
	unsigned char *copy = arena_array(a, n, 1);

	memcpy(copy, text, n);
	py_parse(a, py_names_new(a), "file.py", (struct view){ copy, n }, &s);
}

static void parse(const char *text)
{
	parse_bytes(text, strlen(text));
}

/* The only statement of a text that can be read. */
static struct py_node *only(const char *text)
{
	parse(text);
	assert_null(s.error);
	assert_int_equal(s.body.n, 1);
	return s.body.v[0];
}

static struct py_node *value(const char *text)
{
	struct py_node *n = only(text);

	assert_int_equal(n->kind, PY_EXPR);
	return n->a;
}

static void a_body_is_parsed_when_it_is_asked_for(void **state)
{
	struct py_node *n = only("def f(a, /, b=1, *c, d=2, **e) -> int:\n    import os\n    return a\n");
	struct py_function *fn = n->u.fn;

	(void)state;
	assert_int_equal(n->kind, PY_FUNCTION);
	assert_string_equal(fn->name, "f");
	assert_int_equal(fn->nparams, 5);
	assert_int_equal(fn->params[0].kind, PY_PARAM_POSITIONAL);
	assert_int_equal(fn->params[1].kind, PY_PARAM_PLAIN);
	assert_int_equal(fn->params[1].value->u.integer, 1);
	assert_int_equal(fn->params[2].kind, PY_PARAM_ARGS);
	assert_int_equal(fn->params[3].kind, PY_PARAM_KEYWORD);
	assert_int_equal(fn->params[4].kind, PY_PARAM_KWARGS);
	assert_false(fn->parsed);
	assert_true(fn->has_import);
	assert_int_equal(fn->body.n, 0);
	py_parse_body(&s, fn);
	assert_true(fn->parsed);
	assert_int_equal(fn->body.n, 2);
	assert_int_equal(fn->body.v[0]->line, 2);
	assert_int_equal(fn->body.v[1]->kind, PY_RETURN);
	assert_false(fn->is_generator);
}

static void equal_names_are_equal_pointers(void **state)
{
	struct py_node *n = value("some_name + some_name");

	(void)state;
	assert_ptr_equal(n->a->u.name, n->b->u.name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_body_is_parsed_when_it_is_asked_for, setup, teardown),
		cmocka_unit_test_setup_teardown(equal_names_are_equal_pointers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
