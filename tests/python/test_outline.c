/* test_outline.c - a file that is parsed in two steps is what py_parse makes of it at once, with its errors, its
 * versions and its lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "python/ast.h"

static struct arena *a;

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

static void same_list(const struct py_list *x, const struct py_list *y);

static void same(const struct py_node *x, const struct py_node *y)
{
	enum py_parts parts;

	assert_int_equal(x == NULL, y == NULL);
	if (x == NULL)
		return;
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->op, y->op);
	assert_int_equal(x->line, y->line);
	if (x->kind == PY_NAME || x->kind == PY_CLASS)
		assert_ptr_equal(x->u.name, y->u.name);
	if (x->kind == PY_STR)
		assert_memory_equal(x->u.str.p, y->u.str.p, y->u.str.n + 1);
	if (x->kind == PY_FUNCTION) {
		assert_ptr_equal(x->u.fn->name, y->u.fn->name);
		assert_int_equal(x->u.fn->body_at, y->u.fn->body_at);
		assert_int_equal(x->u.fn->body_end, y->u.fn->body_end);
		assert_int_equal(x->u.fn->body_line, y->u.fn->body_line);
		assert_int_equal(x->u.fn->has_import, y->u.fn->has_import);
	}
	parts = py_parts_of(x->kind);
	if (parts >= PY_PARTS_A)
		same(x->a, y->a);
	if (parts >= PY_PARTS_LIST)
		same_list(&x->list, &y->list);
	if (parts >= PY_PARTS_B)
		same(x->b, y->b);
	if (py_has_body(x->kind)) {
		same_list(&x->body, &y->body);
		same_list(&x->orelse, &y->orelse);
		same_list(&x->final, &y->final);
	}
}

static void same_list(const struct py_list *x, const struct py_list *y)
{
	assert_int_equal(x->n, y->n);
	for (size_t i = 0; i < x->n; i++)
		same(x->v[i], y->v[i]);
}

/* Says how many ranges were left for the second step. */
static size_t both(const char *text)
{
	/* a copy of its exact size, so that the address sanitizer sees a read behind the end */
	unsigned char *copy = arena_array(a, strlen(text), 1);
	struct view v = { memcpy(copy, text, strlen(text)), strlen(text) };
	struct py_names *names = py_names_new(a);
	struct py_source once, twice;
	size_t later;

	py_parse(a, names, "a.py", v, &once);
	py_parse_outline(a, names, "a.py", v, &twice);
	later = twice.later.n;
	py_parse_rest(&twice);
	py_parse_rest(&twice); /* there is nothing more to do */
	same_list(&once.body, &twice.body);
	assert_int_equal(once.error == NULL, twice.error == NULL);
	if (once.error != NULL)
		assert_string_equal(once.error, twice.error);
	assert_int_equal(once.error_line, twice.error_line);
	assert_int_equal(once.since, twice.since);
	assert_int_equal(once.since_line, twice.since_line);
	assert_int_equal(once.nnodes, twice.nnodes);
	return later;
}

static void imports_are_made_at_once(void **state)
{
	(void)state;
	assert_int_equal(both("import a\nfrom b import c\n"), 0);
	assert_int_equal(both("'''text\nimport no\n'''\nimport a\n\nclass C(a.B):\n  x = 1\n\n  def f(self): pass\n\n"
			      "y = [\n1,\n2]\n@d\ndef g(\n  p=1):\n\n  import q\n# end\n"), 2);
	assert_int_equal(both("x = 1; y = 2\nif x:\n  import a\nelse:\n  import b\nfor z in x:\n  import c\nelse:\n  w\n"
			      "try:\n  import d\nexcept E:\n  pass\nx = \\\n  3\nwith f as g: import h\n"), 3);
	assert_int_equal(both("def f(): pass\nprint('no end of line')"), 1);
	assert_int_equal(both("withal = 1\nimported = 2\nif_ = 3\n"), 1);
	assert_int_equal(both(""), 0);
	assert_int_equal(both("x = 'sixteen bytes'\n"), 1);
	assert_int_equal(both("x = \"\"\"\nfrom here on\n\"\"\"\nx = 1\n"), 1);
	assert_int_equal(both("\fclass C: pass\n\fimport a\nx = 1\n"), 1);
}

static void versions_are_those_of_the_first_place(void **state)
{
	(void)state;
	both("def f(a, /): pass\nif x:\n  (y := 1)\n");
	both("if x:\n  (y := 1)\ndef f(a, /): pass\n");
	both("match x:\n  case 1: pass\nimport a\nif (z := 1): pass\n");
	both("import a\nx = 1\nwith (a as b, c as d): pass\ndef f(a, /): pass\n");
}

static void errors_are_those_of_the_whole(void **state)
{
	static const char *const texts[] = {
		"  import a\n", "x = 1\n  y = 2\nimport a\n", "import a\n  import b\n", "x = (\nimport a\n",
		"class C:\n  x = 1\n y = 2\nimport a\n", "x = '''\nimport a\n", "x = 'a\nimport a\n", "x = )\nimport a\n",
		"import a\nx = )\ny = 1\nif y: import b\nz = (\n", "if x\n  import a\ny = )\n", "class C:\nimport a\n",
		"@d\nimport a\n", "def f(a a): pass\nimport b\n", "x = 1 \\\nimport a\n", "else:\n  x\nimport a\n",
		"x = 1\nelse:\n  x\nif y: pass\n", "import\nx = 1\n", "x\\", "if x:\n  y\n z\nw = 1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		both(texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(imports_are_made_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(versions_are_those_of_the_first_place, setup, teardown),
		cmocka_unit_test_setup_teardown(errors_are_those_of_the_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
