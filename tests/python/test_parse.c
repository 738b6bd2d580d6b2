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

static void nested_functions_are_parsed_one_by_one(void **state)
{
	struct py_function *fn = only("def f():\n\tdef g():\n\t\tglobal x\n\t\tyield 1\n\treturn g\n")->u.fn, *inner;

	(void)state;
	assert_true(fn->has_global);
	py_parse_body(&s, fn);
	assert_int_equal(fn->body.n, 2);
	assert_false(fn->is_generator);
	inner = fn->body.v[0]->u.fn;
	assert_false(inner->parsed);
	assert_true(inner->has_global);
	py_parse_body(&s, inner);
	assert_int_equal(inner->body.n, 2);
	assert_int_equal(inner->body.v[1]->line, 4);
	assert_true(inner->is_generator);
}

static void a_body_may_stand_behind_the_colon(void **state)
{
	static const char *const texts[] = {
		"def f(): import os; x = [1,\n2]\ny = 1\n", "async def f(a) -> int: \\\n  import os; pass\ny = 1",
		"def f(): # why\n  # more\n\n  import os\n# less\n  pass\ny = 1\n",
		"def f():\r\n  import os\r\n\r\n  pass\r\ny = 1\r\n", "def f():\n  import os;\n  '''\ny = 2\n'''\ny = 1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct py_function *fn;

		parse(texts[i]);
		assert_null(s.error);
		assert_int_equal(s.body.n, 2);
		fn = s.body.v[0]->u.fn;
		assert_true(fn->has_import);
		py_parse_body(&s, fn);
		assert_null(s.error);
		assert_int_equal(fn->body.n, 2);
		assert_int_equal(fn->body.v[0]->kind, PY_IMPORT);
		assert_int_equal(s.body.v[1]->kind, PY_ASSIGN);
	}
}

static void words_of_a_body_count_only_in_its_code(void **state)
{
	static const struct {
		const char *body;
		bool import, global;
	} rows[] = {
		{ "x = 'import global'", false, false },
		{ "x = 1 # import, global", false, false },
		{ "'''\n>>> import x\nglobal nonlocal\n'''\n return 1", false, false },
		{ "import_module('x')", true, false },
		{ "return __import__(x)", true, false },
		{ "return f'{__import__(x)}'", true, false },
		{ "x = globals(); global_step = nonlocals", false, false },
		{ "nonlocal x", false, true },
		{ "if x: global y", false, true },
		{ "'import'; from x import y; 'import'", true, false },
		{ "# global\n # import\n #\n\n import x", true, false },
		{ "impor(); port; i; im; imp", false, false },
		{ "return 1\n\nimport x", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[300];

		snprintf(text, sizeof(text), "import before\ndef f():\n %s\nimport behind\nglobal z\n", rows[i].body);
		parse(text);
		assert_null(s.error);
		assert_int_equal(s.body.v[1]->kind, PY_FUNCTION);
		assert_int_equal(s.body.v[1]->u.fn->has_import, rows[i].import);
		assert_int_equal(s.body.v[1]->u.fn->has_global, rows[i].global);
	}
}

static void strings_have_their_values(void **state)
{
	static const struct {
		const char *text, *value;
		size_t n;
	} rows[] = {
		{ "'a' \"b\" '''c\nd'''", "abc\nd", 5 },
		{ "'\\n\\t\\\\\\'\\\"\\a\\b\\f\\v\\r\\0\\101\\x41'", "\n\t\\'\"\a\b\f\v\r\0AA", 13 },
		{ "'\\u00e9\\U0001F600'", "\xc3\xa9\xf0\x9f\x98\x80", 6 },
		{ "'\\ud800\\N{BULLET}\\q'", "\xef\xbf\xbd\xef\xbf\xbd\\q", 8 },
		{ "r'\\n\\''", "\\n\\'", 4 },
		{ "b'\\xff\\u1234' br'\\x' Rb\"\"", "\xff\\u1234\\x", 9 },
		{ "u'x'", "x", 1 },
		{ "'a\\\nb'", "ab", 2 },
		{ "'\xff'", "\xef\xbf\xbd", 3 },
		{ "'''a\r\nb\rc'''", "a\nb\nc", 5 },
		{ "f'a{{b}}'", "a{b}", 4 },
		{ "''", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(arena_printf(a, "x = %s", rows[i].text));
		assert_null(s.error);
		assert_int_equal(s.body.v[0]->a->u.str.n, rows[i].n);
		assert_memory_equal(s.body.v[0]->a->u.str.p, rows[i].value, rows[i].n + 1);
	}
}

static void a_string_that_stands_alone_is_not_kept(void **state)
{
	static const char *const rows[] = {
		"'a'", "'a' 'b'", "('a'\n'b')", "'''a\nb''' # c", "r'\\x'", "'\\x41'; x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(rows[i]);
		assert_null(s.error);
		assert_int_equal(s.body.v[0]->kind, PY_EXPR);
		assert_int_equal(s.body.v[0]->a->kind, PY_STR);
		assert_string_equal(s.body.v[0]->a->u.str.p, "");
	}
	parse("'a'.b");
	assert_string_equal(s.body.v[0]->a->a->u.str.p, "a");
	parse("'\\x4'");
	assert_non_null(s.error);
}

static void fields_of_f_strings_are_expressions(void **state)
{
	struct py_node *n = value("f'a{x!r:>{w}}' 'b' rf\"{y = }{'q' + \"q\"}\"");

	(void)state;
	assert_int_equal(n->kind, PY_FSTRING);
	assert_int_equal(n->list.n, 5);
	assert_string_equal(n->list.v[0]->u.str.p, "a");
	assert_int_equal(n->list.v[1]->op, 'r');
	assert_int_equal(n->list.v[1]->b->list.n, 2);
	assert_string_equal(n->list.v[1]->b->list.v[1]->a->u.name, "w");
	assert_string_equal(n->list.v[2]->u.str.p, "by = ");
	assert_int_equal(n->list.v[3]->op, 'r');
	assert_int_equal(n->list.v[4]->a->kind, PY_BINOP);
	assert_int_equal(value("t'{x}'")->op, 't');
	assert_int_equal(value("t'x'")->kind, PY_FSTRING);
	assert_int_equal(value("f'{x:=5}'")->list.v[0]->b->list.n, 1);
	assert_int_equal(value("f'{(x:=5)}'")->list.v[0]->a->kind, PY_WALRUS);
	assert_int_equal(value("f'{x!=y}'")->list.v[0]->a->kind, PY_COMPARE);
	assert_int_equal(value("f'{a['b']}{f'{f'{1}'}'}'")->list.n, 2); /* since 3.12 */
	assert_int_equal(value("f'{\nx # }\n}'")->list.n, 1);
	assert_int_equal(value("f'\\N{DIGIT ONE}{x}'")->list.n, 2);
}

static void numbers_have_their_values(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{ "1_000", 1000 }, { "0xFF", 255 }, { "0o17", 15 }, { "0b1_1", 3 }, { "000", 0 },
		{ "9223372036854775807", INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(value(rows[i].text)->kind, PY_INT);
		assert_int_equal(value(rows[i].text)->u.integer, rows[i].value);
	}
	assert_int_equal(value("9223372036854775808")->kind, PY_BIG);
	assert_string_equal(value("1_0.5e-3")->u.name, "10.5e-3");
	assert_int_equal(value("0xe")->kind, PY_INT);
	assert_int_equal(value("1j")->kind, PY_COMPLEX);
	assert_int_equal(value("1 if x else 2")->kind, PY_IFEXP);
	assert_int_equal(value("1if x else 2")->kind, PY_IFEXP);
	assert_int_equal(value("1..real")->kind, PY_ATTRIBUTE);
}

/* Each is one statement of some version of Python from 3.6 to 3.14. */
static void syntax_of_all_versions_is_read(void **state)
{
	static const struct {
		enum py_kind kind;
		const char *text;
	} rows[] = {
		{ PY_FUNCTION, "def f[T: int = str, *Ts, **P](a: T, *args: *Ts) -> lambda x, y: x: pass" },
		{ PY_CLASS, "class A[T](B, metaclass=M, *c, **d): x: int = 1; y: 'str'" },
		{ PY_TYPE_ALIAS, "type X[T] = list[T]" },
		{ PY_ASSIGN, "type = match = case = _ = async = await = print = 1" },
		{ PY_EXPR, "f(async=True)" },
		{ PY_EXPR, "type(x)" },
		{ PY_EXPR, "match(x)[1:]" },
		{ PY_EXPR, "match[a:b].c" },
		{ PY_EXPR, "match - x" },
		{ PY_ANNASSIGN, "match: int" },
		{ PY_MATCH, "match ...:\n case 1 | -2.5 | 'a' 'b' | None if x: pass\n case a.b: pass\n case _: pass" },
		{ PY_MATCH, "match (x):\n case [a, *_, {'k': v, **r}, A(1, b=c)] as d: pass\n case (1,): pass" },
		{ PY_MATCH, "match x, *y:\n case a, *b: pass" },
		{ PY_TRY, "try: pass\nexcept* (A, B) as e: pass\nelse: pass\nfinally: pass" },
		{ PY_TRY, "try: pass\nexcept A, B: pass" },
		{ PY_WITH, "with (a as b, c() as d,): pass" },
		{ PY_WITH, "with (a, b) as c, d: pass" },
		{ PY_WITH, "with (yield x): pass" },
		{ PY_WITH, "with (a).b as c.d, e[0] as (f, *g): pass" },
		{ PY_FOR, "async for x, *y in *a, b: pass\nelse: pass" },
		{ PY_CLASS, "@a.b[c](d) or e\n@(yield)\nclass A: pass" },
		{ PY_EXPR, "a[1:2, *b, x:=3, ::]" },
		{ PY_EXPR, "print(*a, *b, c=1, **d, **e)" },
		{ PY_EXPR, "f(x for x in y if lambda: z)" },
		{ PY_EXPR, "[await x async for x in y if not a if b]" },
		{ PY_EXPR, "{**a, 'b': c, **d}, {*a, b}, {a: b for a in c}, {}" },
		{ PY_EXPR, "lambda a, /, b=1, *c, d, **e: (yield)" },
		{ PY_EXPR, "not a < b is not c not in d != (e := f)" },
		{ PY_AUGASSIGN, "x @= yield" },
		{ PY_DELETE, "del (a), b[0], c.d," },
		{ PY_IMPORT_FROM, "from ....a . b import (c as d, e,)" },
		{ PY_RETURN, "return *a, b" },
		{ PY_ASSIGN, "x = \\\n 1" },
		{ PY_EXPR, "print >>f, 'x'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(rows[i].text);
		if (s.error != NULL || s.body.n != 1 || s.body.v[0]->kind != rows[i].kind)
			fail_msg("%s: %s", rows[i].text, s.error);
	}
}

static void the_version_that_a_file_needs_is_known(void **state)
{
	static const struct {
		unsigned since, line;
		const char *text;
	} rows[] = {
		{ 0, 0, "def f(a, *b, c: int = 1, **d): pass\nx: int = f'{a!r:{b}}'\nwith (a, b): pass" },
		{ 8, 2, "x = 1\n(y := 2)" }, { 8, 1, "def f(a, /): pass" }, { 8, 1, "lambda a, /: a" },
		{ 8, 3, "\n\nf'{x=}'" }, { 9, 1, "with (a as b,\n  c as d): pass\n(e := f)" },
		{ 10, 2, "(a := b)\nmatch x:\n case _: pass" }, { 11, 2, "try: pass\nexcept* A: pass" },
		{ 11, 1, "a[*b]" }, { 12, 1, "type X = int" }, { 12, 1, "def f[T](): pass" }, { 12, 1, "class A[T]: pass" },
		{ 12, 2, "\nf'{a['b']}'" }, { 12, 1, "f'{\"\\n\"}'" }, { 0, 0, "f'{a[\"b\"]:\\x20}' f\"\"\"{'\"'}\"\"\"" },
		{ 7, 1, "from __future__ import division, annotations" }, { 0, 0, "from .__future__ import annotations" },
		{ 14, 2, "try: pass\nexcept A, B: pass" }, { 0, 0, "try: pass\nexcept (A, B): pass" }, { 14, 1, "t'{x}'" },
		{ 0, 0, "def f():\n (a := b)" }, { 0, 0, "match(x)\ntype(x)\na[b, c](*d)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(rows[i].text);
		assert_null(s.error);
		if (s.since != rows[i].since || s.since_line != rows[i].line)
			fail_msg("3.%u, line %u: %s", s.since, s.since_line, rows[i].text);
	}
	parse("def f():\n (a := b)\n");
	py_parse_body(&s, s.body.v[0]->u.fn);
	assert_int_equal(s.since, 8);
	assert_int_equal(s.since_line, 2);
}

static void what_python_3_does_not_know_is_an_error(void **state)
{
	static const struct {
		unsigned line;
		const char *text;
	} rows[] = {
		{ 1, "print 'x'" }, { 2, "x = 1\nprint x, y" }, { 1, "exec 'x' in y" }, { 1, "raise E, 'x'" },
		{ 1, "x = 0777" }, { 1, "x = 10L" }, { 1, "`x`" }, { 1, "a <> b" }, { 1, "def f((a, b)): pass" },
		{ 1, "ur'x'" }, { 2, "if x:\npass" }, { 2, "x\n  y" }, { 2, "def f():\nx = 1" }, { 1, "(" },
		{ 1, "x = [1, 2" }, { 1, "'abc" }, { 1, "'''abc\n" }, { 1, "f'{x'" }, { 1, "f'}'" }, { 1, "x = $" },
		{ 2, "def f():\n  x = '\n" }, { 3, "if x:\n    a\n  b\n" }, { 2, "try: pass" }, { 1, "x = (1, 2]]" },
		{ 1, "for x: pass" }, { 2, "x = \\" }, { 1, "import" }, { 1, "0x" }, { 1, "'\\x4'" }, { 1, "b'a' 'b'" },
		{ 1, "lambda: =" }, { 1, "f(a b)" }, { 1, "class A(: pass" }, { 1, "else: pass" }, { 1, "x = \1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		parse(rows[i].text);
		if (s.error == NULL)
			fail_msg("no error: %s", rows[i].text);
		if (s.error_line != rows[i].line)
			fail_msg("line %u: %s", s.error_line, rows[i].text);
	}
}

static void what_stands_before_an_error_is_kept(void **state)
{
	struct py_function *fn;

	(void)state;
	parse("import a\nimport b\ndef f():\n  x = 1\n  y = 2\n  print 'x'\nx = y z\n");
	assert_non_null(s.error);
	assert_int_equal(s.error_line, 7);
	assert_int_equal(s.body.n, 3);
	fn = s.body.v[2]->u.fn;
	py_parse_body(&s, fn);
	assert_int_equal(fn->body.n, 2);
	assert_int_equal(s.error_line, 7);
}

static void an_error_in_a_body_is_found_when_it_is_parsed(void **state)
{
	struct py_function *fn = only("def f():\n  x = 1\n  print 'x'\n")->u.fn;

	(void)state;
	py_parse_body(&s, fn);
	assert_int_equal(s.error_line, 3);
	assert_int_equal(fn->body.n, 1);
}

static void encodings_and_ends_of_lines(void **state)
{
	static const char utf8[] = "\xef\xbb\xbf# c\nx\n", latin[] = "#!x\n# -*- coding: ISO-8859-1 -*-\nx = '\xe9'\n";
	static const char other[] = "# vim: fileencoding=cp1251\nx = '\xe9'\n";
	static const char late[] = "x\n# coding: latin-1\nx = '\xe9'\n";

	(void)state;
	parse_bytes(utf8, sizeof(utf8) - 1);
	assert_null(s.error);
	assert_int_equal(s.body.v[0]->line, 2);
	parse_bytes(latin, sizeof(latin) - 1);
	assert_string_equal(s.body.v[0]->a->u.str.p, "\xc3\xa9");
	parse_bytes(other, sizeof(other) - 1);
	assert_string_equal(s.body.v[0]->a->u.str.p, "\xef\xbf\xbd");
	parse_bytes(late, sizeof(late) - 1);
	assert_string_equal(s.body.v[1]->a->u.str.p, "\xef\xbf\xbd");
	parse("if x:\r\n\ty\r\telse_\rz");
	assert_null(s.error);
	assert_int_equal(s.body.n, 2);
	assert_int_equal(s.body.v[1]->line, 4);
	parse("if x:\n        a\n\tb\n\f# c\n\fc\n");
	assert_null(s.error);
	assert_int_equal(s.body.n, 2);
	parse("");
	assert_null(s.error);
	assert_int_equal(s.body.n, 0);
	parse("\n\n  # x");
	assert_null(s.error);
}

static void statements_of_one_line_are_several(void **state)
{
	struct py_node *n = only("if x: import y; import z;\nelif a: pass\nelse: b");

	(void)state;
	assert_int_equal(n->body.n, 2);
	assert_int_equal(n->orelse.n, 1);
	assert_int_equal(n->orelse.v[0]->kind, PY_IF);
	assert_int_equal(n->orelse.v[0]->orelse.n, 1);
	parse("a; b; c = 1;");
	assert_int_equal(s.body.n, 3);
}

static void a_pattern_is_kept_where_it_is_an_expression(void **state)
{
	struct py_node *n = only("match x:\n case 1 | (a.b): pass\n case _: pass\n case y: pass\n case [1]: pass\n");

	(void)state;
	assert_int_equal(n->list.n, 4);
	assert_int_equal(n->list.v[0]->a->kind, PY_BINOP);
	assert_string_equal(n->list.v[1]->a->u.name, "_");
	assert_null(n->list.v[2]->a);
	assert_null(n->list.v[3]->a);
}

/* `unit` so many times between the two others. */
static char *repeated(const char *before, const char *unit, size_t times, const char *after, size_t *n)
{
	size_t first = strlen(before), each = strlen(unit);
	char *text = arena_array(a, first + each * times + strlen(after) + 1, 1);

	memcpy(text, before, first);
	for (size_t i = 0; i < times; i++)
		memcpy(text + first + i * each, unit, each);
	memcpy(text + first + each * times, after, strlen(after));
	*n = first + each * times + strlen(after);
	return text;
}

/* Each is long: what took quadratic time would take minutes. */
static void files_made_to_harm_are_read_quickly(void **state)
{
	static const struct {
		const char *before, *unit, *after;
		bool error;
	} rows[] = {
		{ "x = ", "(", "", true }, { "x = ", "[", "]", true }, { "x = ", "-", "1", true },
		{ "x = ", "not ", "1", true }, { "x = 1", " + 1", "", true }, { "x = a", ".b", "", true },
		{ "x = a", "()", "", true }, { "x = ", "lambda:", "1", true }, { "x = ", "1 if 1 else ", "1", true },
		{ "x = 1", " ** 1", "", true }, { "x = 1", " if 1", "", true }, { "x = [", "1,", "]", false },
		{ "x = ", "'a' ", "", false }, { "x = a", " and a", "", false }, { "x = a", " < a", "", false },
		{ "", "'", "x", true }, { "", "'''", "x", true }, { "", "'''\n", "(", true }, { "", "f'{", "", true },
		{ "", "f'''{", "", true }, { "x = f'", "{a:", "'", true }, { "", "def f(): (\n", "", true },
		{ "", "def f():\n '''\n", "(", true }, { "", "def f():\n  f'{'\n", "", true },
		{ "def f():\n", " f'{x:{y}}'\n", "", false }, { "", "match(\n", "", true }, { "", "with (\n", "", true },
		{ "", "match (x)\n", "", false }, { "", "match (x);", "", false }, { "", "if x: pass\n", "", false },
		{ "if x: pass\n", "elif x: pass\n", "", true }, { "", "\\\n", "", false }, { "x = '", "\\N{", "'", true },
		{ "f'", "\\N{", "'", true }, { "", "\t", "x", true }, { "", "#", "", false }, { "(", "#\n", ")", false },
		{ "", "import ", "", true }, { "def f(): ", "import ", "", false }, { "def f(): ", "'import';", "", false },
		{ "x", ": (", "", true }, { "def f(a", ": lambda", "): pass", true }, { "class A[", "[", "", true },
		{ "", "@", "", true }, { "", "@x\n", "", true }, { "", "\r", "", false }, { "x = \"", "\xff", "\"", false },
		{ "(", "async ", ")", true }, { "[x for x in ", "[x for x in ", "", true }, { "", "async ", "", true },
		{ "", "await ", "x", true }, { "x = ", "{", "", true }, { "x = ", "{1:", "", true }, { "x", "[", "", true },
		{ "from ", ".", " import x", true }, { "import a", ".a", "", false }, { "x = ", "*", "y", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *outer = a;
		size_t n;
		char *text;

		a = arena_new(0);
		text = repeated(rows[i].before, rows[i].unit, 100000, rows[i].after, &n);
		parse_bytes(text, n);
		if ((s.error != NULL) != rows[i].error)
			fail_msg("%s%s…: %s", rows[i].before, rows[i].unit, s.error);
		for (size_t k = 0; k < s.body.n; k++) {
			if (s.body.v[k]->kind == PY_FUNCTION)
				py_parse_body(&s, s.body.v[k]->u.fn);
		}
		arena_free(a);
		a = outer;
	}
}

static void indentation_without_end_is_an_error(void **state)
{
	char text[200 * 210];
	size_t n = 0;

	(void)state;
	for (unsigned i = 0; i < 200; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%*sif x:\n", (int)i, "");
	parse(text);
	assert_string_equal(s.error, "too many levels of indentation");
	assert_int_equal(s.error_line, 101);
}

static void the_height_of_a_tree_is_bounded(void **state)
{
	size_t n;
	char *text = repeated("x = ", "(", PY_DEPTH_MAX / 4, "1", &n);

	(void)state;
	text = repeated(text, " + 1)", PY_DEPTH_MAX / 4, "", &n);
	parse_bytes(text, n);
	assert_null(s.error);
	assert_int_equal(s.body.v[0]->a->height, PY_DEPTH_MAX / 4);
	text = repeated("x = 1", " + 1", PY_HEIGHT_MAX, "", &n);
	parse_bytes(text, n);
	assert_null(s.error);
	assert_int_equal(s.body.v[0]->a->height, PY_HEIGHT_MAX);
	text = repeated("x = 1", " + 1", PY_HEIGHT_MAX + 1, "", &n);
	parse_bytes(text, n);
	assert_string_equal(s.error, "an expression is too deep");
}

static void a_file_may_have_so_many_nodes(void **state)
{
	size_t n;
	char *text = repeated("x = [", "1,", PY_NODES_MAX, "]", &n);

	(void)state;
	parse_bytes(text, n);
	assert_string_equal(s.error, "the file has too many parts");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_parsed_when_it_is_asked_for),
		TEST(equal_names_are_equal_pointers),
		TEST(nested_functions_are_parsed_one_by_one),
		TEST(a_body_may_stand_behind_the_colon),
		TEST(words_of_a_body_count_only_in_its_code),
		TEST(strings_have_their_values),
		TEST(a_string_that_stands_alone_is_not_kept),
		TEST(fields_of_f_strings_are_expressions),
		TEST(numbers_have_their_values),
		TEST(syntax_of_all_versions_is_read),
		TEST(the_version_that_a_file_needs_is_known),
		TEST(what_python_3_does_not_know_is_an_error),
		TEST(what_stands_before_an_error_is_kept),
		TEST(an_error_in_a_body_is_found_when_it_is_parsed),
		TEST(encodings_and_ends_of_lines),
		TEST(statements_of_one_line_are_several),
		TEST(a_pattern_is_kept_where_it_is_an_expression),
		TEST(files_made_to_harm_are_read_quickly),
		TEST(indentation_without_end_is_an_error),
		TEST(the_height_of_a_tree_is_bounded),
		TEST(a_file_may_have_so_many_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
