/* test_find.c - what the search passes over, sources, and paths that are not there. The rules of the search
 * itself are in test_home_oracle.py. */
#include <errno.h>

#include "made.h"

static struct py_finder *finder(struct fixture *f)
{
	put_python(f, "/usr/bin/python3", STRINGS(CPYTHON_311));
	put_stdlib(f, "/usr/lib/python3.11");
	return py_finder_new(made_home(f, NULL), f->source, f->a);
}

static struct py_strings path_of(struct fixture *f, const char *a, const char *b)
{
	struct py_strings v = { 0 };

	*ARENA_PUSH(f->a, &v) = a;
	if (b != NULL)
		*ARENA_PUSH(f->a, &v) = b;
	return v;
}

/* "NAME: why (tag)" lines of what is near. */
static const char *near_of(struct fixture *f, struct py_finder *p, const char *name, const struct py_strings *path)
{
	struct py_near near[16];
	const char *s = "";
	size_t n = 0;

	py_find_near(p, name, path, 16, near, &n);
	for (size_t i = 0; i < n; i++)
		s = arena_printf(f->a, "%s%s: %s%s%s\n", s, strrchr(near[i].path, '/') + 1, near[i].why,
				 near[i].tag != NULL ? " | " : "", near[i].tag != NULL ? near[i].tag : "");
	return s;
}

static void extensions_for_others(void **state)
{
	struct fixture *f = *state;
	struct py_finder *p = finder(f);
	struct py_strings path = path_of(f, "/d", NULL);
	static const char *const names[] = {
		"m.cpython-311-x86_64-linux-musl.so", "m.cpython-311d-x86_64-linux-gnu.so", "m.cpython-312-x86_64-linux-gnu.so",
		"m.cpython-313t-x86_64-linux-gnu.so", "m.cpython-311-aarch64-linux-gnu.so", "m.cpython-311-darwin.so", "m.dylib",
		"m.cp311-win_amd64.pyd", "m.pypy39-pp73-x86_64-linux-gnu.so", "m.cpython-311-x86_64-linux-gnu.so.bak", "m.txt",
		"m.so.1", "mm.cpython-312-x86_64-linux-gnu.so",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_text(f, arena_printf(f->a, "/d/%s", names[i]), "");
	assert_string_equal(
		near_of(f, p, "pkg.m", &path),
		"m.cp311-win_amd64.pyd: for Windows | cp311-win_amd64\n"
		"m.cpython-311-aarch64-linux-gnu.so: built for another processor (aarch64-linux-gnu) | cpython-311-aarch64-linux-gnu\n"
		"m.cpython-311-darwin.so: built for another platform (darwin) | cpython-311-darwin\n"
		"m.cpython-311-x86_64-linux-musl.so: for musl | cpython-311-x86_64-linux-musl\n"
		"m.cpython-311d-x86_64-linux-gnu.so: for a debug build | cpython-311d-x86_64-linux-gnu\n"
		"m.cpython-312-x86_64-linux-gnu.so: built for CPython 3.12 (cpython-312) | cpython-312-x86_64-linux-gnu\n"
		"m.cpython-313t-x86_64-linux-gnu.so: built for CPython 3.13 (cpython-313t) | cpython-313t-x86_64-linux-gnu\n"
		"m.dylib: built for another platform (darwin)\n"
		"m.pypy39-pp73-x86_64-linux-gnu.so: built for PyPy (pypy39-pp73-x86_64-linux-gnu) | pypy39-pp73-x86_64-linux-gnu\n");
}

static void names_that_differ_a_little(void **state)
{
	struct fixture *f = *state;
	struct py_finder *p = finder(f);
	struct py_strings path = path_of(f, "/d", "/e");

	put_text(f, "/d/PIL/__init__.py", "");
	put_text(f, "/d/Pil/data", "");
	put_text(f, "/d/pil/data", "");
	put_text(f, "/e/Pil.py", "");
	put_text(f, "/e/Pil.txt", "");
	assert_string_equal(near_of(f, p, "pil", &path), "PIL: differs in upper and lower case\n"
							  "pil: a folder without __init__.py\n"
							  "Pil.py: differs in upper and lower case\n");
}

static void a_limit_of_near_misses(void **state)
{
	struct fixture *f = *state;
	struct py_finder *p = finder(f);
	struct py_strings path = path_of(f, "/d", NULL);
	struct py_near near[1];
	size_t n = 0;

	put_text(f, "/d/m.dylib", "");
	put_text(f, "/d/m.pyd", "");
	py_find_near(p, "m", &path, 1, near, &n);
	assert_int_equal(n, 1);
	py_find_near(p, "m", &path, 0, NULL, &n);
	assert_int_equal(n, 0);
}

static void the_source_of_a_module(void **state)
{
	struct fixture *f = *state;
	struct py_finder *p = finder(f);
	struct py_strings path = path_of(f, "/nowhere", "/d");
	struct py_spec spec;
	struct view v;

	put_text(f, "/d/m.py", "x = 1\n");
	put_text(f, "/d/empty.py", "");
	put_text(f, "/d/c.pyc", "");
	put_text(f, "/d/gone.py", "");
	py_find(p, "m", &path, &spec);
	assert_int_equal(spec.kind, PY_SPEC_SOURCE);
	assert_int_equal(spec.entry, 1);
	assert_int_equal(py_find_source(p, &spec, &v), 0);
	assert_int_equal(v.n, 6);
	assert_memory_equal(v.p, "x = 1\n", 6);
	py_find(p, "empty", &path, &spec);
	assert_int_equal(py_find_source(p, &spec, &v), 0);
	assert_int_equal(v.n, 0);
	py_find(p, "gone", &path, &spec);
	assert_int_equal(unlink(arena_printf(f->a, "%s/d/gone.py", f->dir)), 0);
	assert_int_equal(py_find_source(p, &spec, &v), ENOENT);
	py_find(p, "c", &path, &spec);
	assert_int_equal(spec.kind, PY_SPEC_BYTECODE);
	assert_int_equal(py_find_source(p, &spec, &v), ENOENT);
	py_find(p, "none", &path, &spec);
	assert_int_equal(spec.kind, PY_SPEC_MISSING);
}

static void names_longer_than_any_file(void **state)
{
	struct fixture *f = *state;
	struct py_finder *p = finder(f);
	struct py_strings path = path_of(f, "/usr/lib/python3.11", NULL);
	char name[5000];
	struct py_spec spec;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	py_find(p, name, &path, &spec);
	assert_int_equal(spec.kind, PY_SPEC_MISSING);
	py_find(p, "", &path, &spec);
	py_find(p, "a..b", &path, &spec);
	py_find(p, "../os", &path, &spec);
	assert_int_equal(spec.kind, PY_SPEC_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MADE_TEST(extensions_for_others),  MADE_TEST(names_that_differ_a_little),
		MADE_TEST(a_limit_of_near_misses), MADE_TEST(the_source_of_a_module),
		MADE_TEST(names_longer_than_any_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
