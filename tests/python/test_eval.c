/* test_eval.c - statements, calls, imports and exceptions: what the evaluator makes of a module. */
#include "evaluated.h"

static void test_what_both_ways_agree_on_is_known(void **state)
{
	struct evaluated *e = evaluate(state,
				       "a = b = c = d = x = 0\n"
				       "if u:\n a = 1; b = 1; x = 1; x = 2; x = 0\nelse:\n a = 1; b = 2\n"
				       "if u: c = 3; c = 0\n"
				       "if u: d = 1; d = 0; d = 1\n"
				       "if u: new = 5\n"
				       "y = 1 if u else 1\nz = 1 if u else 2\n");

	assert_global(e, "a", "1");
	assert_global(e, "b", "?");
	assert_global(e, "c", "0");
	assert_global(e, "d", "?");
	assert_global(e, "x", "0");
	assert_global(e, "new", "5");
	assert_global(e, "y", "1");
	assert_global(e, "z", "?");
}

static void test_a_branch_that_raises_is_a_check_that_passes(void **state)
{
	struct evaluated *e = evaluate(state, "a = 0\nif u:\n a = 1\n raise ImportError('no')\nelse:\n b = 2\n"
					      "if u: raise ImportError('no')\nc = 3\n");

	assert_global(e, "a", "0");
	assert_global(e, "b", "2");
	assert_global(e, "c", "3");
}

static void test_what_follows_a_return_that_may_not_be_taken(void **state)
{
	struct evaluated *e = evaluate(state,
				       "a = b = c = 0\nl = []; k = []\n"
				       "def f():\n global a\n x = 1\n if u: return 7\n x = 2\n a = x\n l.append(1)\n return x\n"
				       "r = f()\n"
				       "def g():\n global b\n b = 1\n if u: return 2\n return 2\n"
				       "s = g()\n"
				       "for i in (1, 2):\n if u: break\n c = 5; k.append(i)\n"
				       "after = 6\nm = []; m.append(1)\n");

	assert_global(e, "a", "?");
	assert_global(e, "l", "?");
	assert_global(e, "r", "?");
	assert_global(e, "b", "1");
	assert_global(e, "s", "2");
	assert_global(e, "c", "?");
	assert_global(e, "k", "?");
	assert_global(e, "after", "6");
	assert_global(e, "m", "[1]");
}

static void test_conditions_know_more_than_values(void **state)
{
	struct evaluated *e = evaluate(state, "a = u and None\nb = u or 1\nif u and None: x = 1\nelse: x = 2\n"
					      "y = not (u or 1)\nz = 0 or u\nw = None and u\n");

	assert_global(e, "a", "?");
	assert_global(e, "b", "?");
	assert_global(e, "x", "2");
	assert_global(e, "y", "False");
	assert_global(e, "z", "?");
	assert_global(e, "w", "None");
}

static void test_comprehensions_have_names_of_their_own(void **state)
{
	struct evaluated *e = evaluate(state,
				       "i = 9\na = [i for i in range(3)]\nb = [n := i for i in a]\n"
				       "c = [x for x in a if u]\nd = {k: v for k, v in [('a', 1)]}\n"
				       "class C:\n z = [1, 2]\n y = [q + 1 for q in z]\ne = C.y\n"
				       "names = [s for s in dir() if s == 'a']\ns = list({1, 2})\n");

	assert_global(e, "i", "9");
	assert_global(e, "a", "[0, 1, 2]");
	assert_global(e, "n", "2");
	assert_global(e, "c", "?");
	assert_global(e, "d", "{'a': 1}");
	assert_global(e, "e", "[2, 3]");
	assert_global(e, "names", "['a']");
	assert_global(e, "s", "?");
}

static void test_exceptions_of_imports_are_believed(void **state)
{
	struct evaluated *e = evaluate(state,
				       "try:\n import none_such\n a = 1\nexcept ImportError as x:\n a = str(x); n = x.name\n"
				       "try:\n raise OSError('o')\nexcept OSError: b = 2\n"
				       "try:\n {}['k']\n c = 1\nexcept KeyError: c = 2\n"
				       "def w(): return {}['k']\nd = w()\n"
				       "try:\n pass\nexcept ImportError: f = 1\nelse: f = 2\nfinally: g = 3\n"
				       "def h():\n  try: return 1\n  finally: global k; k = 4\nl = h()\n");

	assert_global(e, "a", "\"No module named 'none_such'\"");
	assert_global(e, "n", "'none_such'");
	assert_global(e, "x", "-");
	assert_global(e, "b", "2");
	assert_global(e, "c", "2");
	assert_global(e, "d", "?");
	assert_global(e, "f", "2");
	assert_global(e, "g", "3");
	assert_global(e, "k", "4");
	assert_global(e, "l", "1");
}

static void test_a_raise_of_a_function_that_nobody_waits_for_is_not_believed(void **state)
{
	struct evaluated *e = evaluate(state, "def check(): raise ValueError('bad')\ncheck()\na = 1\n"
					      "if u: raise RuntimeError('x')\nb = 2\n");

	assert_global(e, "a", "1");
	assert_global(e, "b", "2");
}

static void test_a_raise_of_the_module_itself_is_believed(void **state)
{
	struct modules *m = *state;
	const struct py_exception *x;

	modules_put(m, "t.py", "if 1 + 1 == 2:\n  raise RuntimeError('x')\n");
	x = import(evaluated_new(state), "t");
	assert_non_null(x);
	assert_string_equal(x->type, "RuntimeError");
}

/* What is certain ends the import on the module's own lines, and is a doubt in a function. */
static void test_what_is_certain_is_raised(void **state)
{
	static const char *const sure[][2] = {
		{ "undefined_name\n", "NameError" },		    { "x = {}['k']\n", "KeyError" },
		{ "class A:\n  x = undefined_name\n", "NameError" }, { "import t\nt.nothing\n", "AttributeError" },
		{ "assert 1 == 2\n", "AssertionError" },	    { "x = 1 / 0\n", "ZeroDivisionError" },
	};
	struct modules *m = *state;

	for (size_t i = 0; i < sizeof(sure) / sizeof(sure[0]); i++) {
		const struct py_exception *x;

		modules_put(m, "t.py", sure[i][0]);
		x = import(evaluated_new(state), "t");
		assert_non_null(x);
		assert_string_equal(x->type, sure[i][1]);
	}
}

static void test_what_is_not_certain_is_a_doubt_or_nothing(void **state)
{
	struct evaluated *e = evaluate(state, "def f(x): assert x > 1\nf(1)\na = 1\n");

	assert_true(e->im->doubted);
	assert_non_null(e->im->doubt);
	assert_global(e, "a", "1");
	e = evaluate(state, "if u: undefined_name\nfrom nobody_knows import *\nundefined_name\n{**u}['k']\na = 1\n");
	assert_false(e->im->doubted);
	assert_global(e, "a", "1");
}

static void test_an_exception_has_its_cause_and_frames(void **state)
{
	struct modules *m = *state;
	const struct py_exception *x;
	struct evaluated *e;

	modules_put(m, "t.py", "def load():\n  try:\n    import none_such\n  except ImportError as e:\n"
			       "    raise ImportError('install it') from e\nload()\n");
	e = evaluated_new(state);
	x = import(e, "t");
	assert_non_null(x);
	assert_string_equal(x->type, "ImportError");
	assert_string_equal(x->message, "install it");
	assert_true(x->exact && x->explicit_cause && !x->from_load);
	assert_int_equal(x->nframes, 2);
	assert_int_equal(x->frames[0].line, 6);
	assert_string_equal(x->frames[1].in, "load");
	assert_string_equal(x->cause->message, "No module named 'none_such'");
}

static void test_a_library_that_does_not_load(void **state)
{
	struct modules *m = *state;
	const struct py_exception *x;
	struct evaluated *e;

	modules_put(m, "t.py", "from p import a\nfrom p import xb\n");
	modules_put(m, "p/__init__.py", "");
	modules_put(m, "p/a.so", "");
	modules_put(m, "p/xb.so", "");
	e = evaluated_new(state);
	x = import(e, "t");
	assert_non_null(x);
	assert_string_equal(x->message, "it is broken");
	assert_true(x->from_load);
	assert_string_equal(x->load.module, "p.xb");
	assert_string_equal(x->load.init, "PyInit_xb");
	assert_int_equal(e->loads, 2);
}

static void test_classes(void **state)
{
	struct evaluated *e = evaluate(state,
				       "class A:\n  k = 1\n  def __init__(self, v): self.v = v\n  def f(self): return self.v\n"
				       "  @property\n  def p(self): return 'p'\n  @staticmethod\n  def s(): return 3\n"
				       "  @classmethod\n  def c(cls): return cls.__name__\n"
				       "class B(A):\n  def __init__(self): super().__init__(5)\n  def f(self): return super().f() + 1\n"
				       "b = B()\na = (b.f(), b.p, b.s(), b.c(), b.k, isinstance(b, A), hasattr(b, 'no'))\n"
				       "class M(type): pass\nclass E(metaclass=M):\n  ONE = 1\ne = E.ONE\n"
				       "class G:\n  def __getattr__(self, n): return n + '!'\ng = G().x\n"
				       "class W:\n  def __enter__(self): return 8\n  def __exit__(self, *a): pass\n"
				       "with W() as w: pass\n");

	assert_global(e, "a", "(6, 'p', 3, 'B', 1, True, False)");
	assert_global(e, "e", "?");
	assert_global(e, "g", "'x!'");
	assert_global(e, "w", "8");
}

static void test_decorators_that_are_passed_over(void **state)
{
	struct evaluated *e = evaluate(state,
				       "R = {}\nL = []\nN = 0\n"
				       "def register(f):\n  global N\n  N += 1\n  R[f.__name__] = f; L.append(f)\n  return f\n"
				       "@register\ndef one(): return 1\n"
				       "x = one()\nkept = [1]\n");

	assert_global(e, "R", "?");
	assert_global(e, "L", "?");
	assert_global(e, "N", "?");
	assert_global(e, "x", "?");
	assert_global(e, "kept", "[1]");
}

static void test_a_decorator_may_reach_the_module_that_uses_it(void **state)
{
	struct modules *m = *state;
	struct evaluated *e;

	modules_put(m, "deco.py", "import sys\ndef spread(c):\n"
				  "  sys.modules[c.__module__].__dict__.update(c.__members__)\n  return c\n");
	modules_put(m, "flags.py", "import deco\n@deco.spread\nclass Flags: A = 1\n");
	modules_put(m, "t.py", "from flags import A\n");
	e = evaluated_new(state);
	assert_null(import(e, "t"));
}

static void test_generators_and_calls(void **state)
{
	struct evaluated *e = evaluate(state,
				       "def g(n):\n  for i in range(n): yield i\n  yield from 'ab'\na = list(g(2))\n"
				       "def f(a, b=2, *c, d, **k): return a, b, c, d, k\nb = f(1, d=4, z=5)\n"
				       "args = [1, 2, 3]\nc = f(*args, d=0, **{'y': 1})\n"
				       "def outer():\n  n = 0\n  def inner():\n    nonlocal n\n    n += 1\n    return n\n  inner()\n  return inner()\n"
				       "d = outer()\ndef rec(n): return rec(n - 1) if n else 'end'\nr = rec(20)\n"
				       "def forever(): return forever()\nh = forever()\n");

	assert_global(e, "a", "[0, 1, 'a', 'b']");
	assert_global(e, "b", "(1, 2, (), 4, {'z': 5})");
	assert_global(e, "c", "(1, 2, (3,), 0, {'y': 1})");
	assert_global(e, "d", "2");
	assert_global(e, "r", "'end'");
	assert_global(e, "h", "?");
}

static void test_modules_that_import_each_other(void **state)
{
	struct modules *m = *state;
	const struct py_exception *x;
	struct evaluated *e;

	modules_put(m, "a.py", "early = 1\nimport b\nlate = 2\n");
	modules_put(m, "b.py", "import a\nfrom a import early\nok = early\nfrom a import late\n");
	modules_put(m, "c.py", "early = 1\nimport d\nlate = 2\n");
	modules_put(m, "d.py", "import c\nfrom c import early\nseen = early\n");
	e = evaluated_new(state);
	x = import(e, "a");
	assert_non_null(x);
	assert_non_null(strstr(x->message, "cannot import name 'late' from partially initialized module 'a'"));
	assert_null(import(e, "c"));
	assert_string_equal(shown(e, "d", "seen"), "1");
}

static void test_stars_and_lazy_names(void **state)
{
	struct modules *m = *state;
	struct evaluated *e;

	modules_put(m, "p/__init__.py", "def __getattr__(n):\n  import importlib\n  if n == 'lazy': return importlib.import_module('.lazy', __name__)\n"
					"  raise AttributeError(n)\n");
	modules_put(m, "p/lazy.py", "v = 3\n");
	modules_put(m, "importlib.py", "def import_module(n, package=None): pass\n");
	modules_put(m, "s.py", "__all__ = ['a', '_b']\na = 1\n_b = 2\nc = 3\n");
	modules_put(m, "n.py", "a = 5\n_hidden = 6\n");
	modules_put(m, "t.py", "from s import *\nhave = ('c' in globals(), _b)\nfrom n import *\nb = a\nh = '_hidden' in globals()\n"
			       "from p import lazy\nv = lazy.v\nfrom .p import x\n");
	e = evaluated_new(state);
	assert_non_null(import(e, "t")); /* the relative import has no package */
	modules_put(m, "t2.py", "from s import *\nhave = ('c' in globals(), _b)\nfrom n import *\nb = a\nh = '_hidden' in globals()\n"
				"from p import lazy\nv = lazy.v\ntry:\n  from p import nope\nexcept ImportError: w = 4\n");
	e = evaluated_new(state);
	assert_null(import(e, "t2"));
	assert_string_equal(shown(e, "t2", "have"), "(False, 2)");
	assert_string_equal(shown(e, "t2", "b"), "5");
	assert_string_equal(shown(e, "t2", "h"), "False");
	assert_string_equal(shown(e, "t2", "v"), "3");
	assert_string_equal(shown(e, "t2", "w"), "4");
}

/* "if … elif … elif …" a thousand times, its conditions known or not. */
static void test_long_chains_end(void **state)
{
	struct modules *m = *state;
	const char *known = "x = 999\nif x == -1: y = -1\n", *unknown = "if u == -1: z = -1\n";
	struct evaluated *e;

	for (int i = 0; i < 1000; i++) {
		known = arena_printf(m->a, "%selif x == %d: y = %d\n", known, i, i);
		unknown = arena_printf(m->a, "%selif u == %d: z = %d\n", unknown, i, i);
	}
	e = evaluate(state, arena_printf(m->a, "%s%s", known, unknown));
	assert_global(e, "y", "999");
	assert_global(e, "z", "?");
}

static void test_what_grows_without_end_is_left(void **state)
{
	struct evaluated *e = evaluate(state, "l = [0]\nfor i in range(60): l = l + l\nk = [0]\nfor i in range(60): k += k\n"
					      "s = 'x'\nfor i in range(60): s = s + s\nt = 'x' * 10 ** 12\nn = 0\n"
					      "while True: n += 1\nend = 1\n");

	assert_global(e, "l", "?");
	assert_global(e, "k", "?");
	assert_global(e, "s", "?");
	assert_global(e, "t", "?");
	assert_global(e, "end", "1");
}

static void test_the_interpreter_and_texts_that_are_executed(void **state)
{
	struct evaluated *e = evaluate(state, "import sys\n"
					      "v = sys.version_info[:2] >= (3, 8)\np = sys.platform\n"
					      "exec('q = 1 + 1')\nr = eval('q * 2')\nm = __import__('sys') is sys\n");

	assert_global(e, "v", "True");
	assert_global(e, "p", "'linux'");
	assert_global(e, "q", "2");
	assert_global(e, "r", "4");
	assert_global(e, "m", "True");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULES_TEST(test_what_both_ways_agree_on_is_known),
		MODULES_TEST(test_a_branch_that_raises_is_a_check_that_passes),
		MODULES_TEST(test_what_follows_a_return_that_may_not_be_taken),
		MODULES_TEST(test_conditions_know_more_than_values),
		MODULES_TEST(test_comprehensions_have_names_of_their_own),
		MODULES_TEST(test_exceptions_of_imports_are_believed),
		MODULES_TEST(test_a_raise_of_a_function_that_nobody_waits_for_is_not_believed),
		MODULES_TEST(test_a_raise_of_the_module_itself_is_believed),
		MODULES_TEST(test_what_is_certain_is_raised),
		MODULES_TEST(test_what_is_not_certain_is_a_doubt_or_nothing),
		MODULES_TEST(test_an_exception_has_its_cause_and_frames),
		MODULES_TEST(test_a_library_that_does_not_load),
		MODULES_TEST(test_classes),
		MODULES_TEST(test_decorators_that_are_passed_over),
		MODULES_TEST(test_a_decorator_may_reach_the_module_that_uses_it),
		MODULES_TEST(test_generators_and_calls),
		MODULES_TEST(test_modules_that_import_each_other),
		MODULES_TEST(test_stars_and_lazy_names),
		MODULES_TEST(test_long_chains_end),
		MODULES_TEST(test_what_grows_without_end_is_left),
		MODULES_TEST(test_the_interpreter_and_texts_that_are_executed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
