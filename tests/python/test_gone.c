/* test_gone.c - what a package is without once it has caught an exception. */
#include "modules.h"

#include "python/gone.h"

static struct py_module_info *add_module(struct modules *m, struct py_import *im, const char *name)
{
	struct py_module_info *info = ARENA_NEW(m->a, struct py_module_info);
	struct py_strings path = { NULL, 0, 0 };
	const char *dot = strrchr(name, '.');

	if (dot == NULL) {
		*ARENA_PUSH(m->a, &path) = m->dir;
	} else {
		for (size_t i = 0; i < im->modules.n; i++)
			if (strlen(im->modules.items[i]->name) == (size_t)(dot - name) &&
			    strncmp(im->modules.items[i]->name, name, (size_t)(dot - name)) == 0)
				path = im->modules.items[i]->spec.locations;
	}
	info->name = name;
	py_find(im->finder, name, &path, &info->spec);
	assert_int_equal(info->spec.kind, PY_SPEC_SOURCE);
	*ARENA_PUSH(m->a, &im->modules) = info;
	return info;
}

/* What is gone after the handler at that line of module `home` has caught something. */
static const char *gone(struct modules *m, const char *const *modules, const char *home, unsigned line)
{
	struct py_import im = { .home = &m->home, .finder = modules_finder(m), .a = m->a };
	struct py_swallowed s = { .at = { .line = line } };
	struct py_strings out = { NULL, 0, 0 };
	const char *all = "";

	for (; *modules != NULL; modules++) {
		struct py_module_info *info = add_module(m, &im, *modules);

		if (strcmp(*modules, home) == 0)
			s.at.file = info->spec.origin;
	}
	py_gone(&im, &s, m->a, &out);
	for (size_t i = 0; i < out.n; i++)
		all = arena_printf(m->a, "%s%s%s", all, i > 0 ? " " : "", out.items[i]);
	return all;
}

#define MODULES(...) (const char *const[]){ __VA_ARGS__, NULL }

static void names_of_the_body_and_who_uses_them_are_gone(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p/__init__.py", "from p import ops\nfrom p import a, b\n");
	modules_put(m, "p/ops.py", "import warnings\ntry:\n    fs = load('x.so')\nexcept OSError as e:\n"
				   "    warnings.warn(str(e))\n\ndef here():\n    return fs.x()\n");
	modules_put(m, "p/a.py", "from p.ops import fs\n\ndef copy(x):\n    return fs.copy(x)\n\n"
				 "def fine():\n    return offset + x.fs\n\nclass Reader:\n"
				 "    def read(self):\n        return fs.read()\n\nclass Other:\n    x = 1\n");
	modules_put(m, "p/b.py", "from .ops import fs as files\n\ndef move():\n    files.move()\n"
				 "def fs():\n    pass\n");
	assert_string_equal(gone(m, MODULES("p", "p.ops", "p.a", "p.b"), "p.ops", 4),
			    "p.ops.fs p.ops.here p.a.copy p.a.Reader p.b.move");
}

static void a_name_that_the_handler_replaces_is_not_gone(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p.py", "try:\n    from _fast import go, stop\nexcept ImportError:\n"
			       "    go = None\n    from slow import stop\n");
	assert_string_equal(gone(m, MODULES("p"), "p", 3), "");
}

static void imports_bind_their_first_part(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p.py", "try:\n    import x.y\n    import z as w\n    def f(): pass\n"
			       "    class C: pass\n    k: int = 1\nexcept ImportError:\n    pass\n");
	assert_string_equal(gone(m, MODULES("p"), "p", 7), "p.x p.w p.f p.C p.k");
}

static void a_handler_inside_another_is_found(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p.py", "try:\n    a = f()\nexcept OSError:\n    try:\n        b = g()\n"
			       "    except OSError:\n        pass\n");
	assert_string_equal(gone(m, MODULES("p"), "p", 6), "p.b");
	assert_string_equal(gone(m, MODULES("p"), "p", 3), "p.a");
}

static void a_handler_in_a_function_takes_nothing_from_the_module(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p.py", "def f():\n    try:\n        a = g()\n    except OSError:\n        pass\n");
	assert_string_equal(gone(m, MODULES("p"), "p", 4), "");
}

static void the_parents_of_a_relative_import_are_counted(void **state)
{
	struct modules *m = *state;

	modules_put(m, "p/__init__.py", "try:\n    fs = f()\nexcept OSError:\n    pass\n");
	modules_put(m, "p/q/__init__.py", "from .. import fs\n\ndef one():\n    fs()\n");
	modules_put(m, "p/q/r.py", "from ... import fs\n\ndef none():\n    fs()\n");
	modules_put(m, "p/q/s.py", "from .. import fs\n\ndef two():\n    fs()\n");
	assert_string_equal(gone(m, MODULES("p", "p.q", "p.q.r", "p.q.s"), "p", 3),
			    "p.fs p.q.one p.q.s.two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULES_TEST(names_of_the_body_and_who_uses_them_are_gone),
		MODULES_TEST(a_name_that_the_handler_replaces_is_not_gone),
		MODULES_TEST(imports_bind_their_first_part),
		MODULES_TEST(a_handler_inside_another_is_found),
		MODULES_TEST(a_handler_in_a_function_takes_nothing_from_the_module),
		MODULES_TEST(the_parents_of_a_relative_import_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
