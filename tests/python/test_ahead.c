/* test_ahead.c - what the thread that reads ahead hands over, and that whoever comes first has a source alone. */
#include "base/os.h"
#include "modules.h"
#include "python/ahead.h"

enum { CAP = 64 << 20, PATIENCE = 5000 /* milliseconds */ };

struct reader {
	struct modules *m;
	struct py_names *names;
	struct py_ahead *ahead;
};

static struct reader reader_of(struct modules *m, size_t cap)
{
	struct reader r = { .m = m };

	modules_finder(m);
	r.names = py_names_new(m->a);
	r.ahead = py_ahead_new(cap);
	return r;
}

static void start(struct reader *r, const char *module)
{
	py_ahead_start(r->ahead, &r->m->home, r->m->source, r->names, module);
}

static const char *path_of(const struct reader *r, const char *name)
{
	return arena_printf(r->m->a, "%s/%s", r->m->dir, name);
}

static struct py_source *take(const struct reader *r, const char *name)
{
	return py_ahead_take(r->ahead, path_of(r, name), r->m->a);
}

/* Has the thread read so many? */
static bool is_read(const struct reader *r, size_t files)
{
	for (unsigned i = 0; i < PATIENCE; i++) {
		if (py_ahead_done(r->ahead) >= files)
			return true;
		os_pause(1);
	}
	return false;
}

static void what_a_module_imports_is_read(void **state)
{
	struct modules *m = *state;
	struct py_source *s;
	struct reader r;
	size_t used;

	modules_put(m, "a.py", "import b.c\nfrom d import e, f\nif TYPE_CHECKING:\n import g\n"
			       "try:\n from .h import x\nexcept ImportError:\n import i\n");
	modules_put(m, "b/__init__.py", "x = 1\n");
	modules_put(m, "b/c.py", "from . import k\nfrom .l import *\n");
	modules_put(m, "b/k.py", "y = 2\n");
	modules_put(m, "b/l.py", "def f():\n import never\n");
	modules_put(m, "d/__init__.py", "e = 3\n");
	modules_put(m, "d/f.py", "z = 4\n");
	modules_put(m, "g.py", "");
	modules_put(m, "i.py", "");
	modules_put(m, "never.py", "");
	r = reader_of(m, CAP);
	if (r.ahead == NULL)
		skip(); /* one processor */
	start(&r, "a");
	assert_true(is_read(&r, 7)); /* a, b, b.c, b.k, b.l, d, d.f */
	used = arena_used(m->a);
	s = take(&r, "b/k.py");
	assert_non_null(s);
	s->a = m->a;
	s->names = r.names;
	py_parse_rest(s);
	assert_int_equal(s->body.n, 1);
	assert_ptr_equal(s->body.v[0]->list.v[0]->u.name, py_name(r.names, "y", 1));
	assert_true(arena_used(m->a) > used + sizeof(*s)); /* on the account of who takes it */
	assert_null(take(&r, "b/k.py"));
	assert_non_null(take(&r, "d/f.py"));
	assert_null(take(&r, "g.py"));
	assert_null(take(&r, "i.py"));
	assert_null(take(&r, "never.py"));
	py_ahead_free(r.ahead);
}

static void what_is_taken_first_is_not_read(void **state)
{
	struct modules *m = *state;
	struct py_spec spec = { .kind = PY_SPEC_SOURCE, .name = "b", .is_package = false };
	struct py_source s;
	struct reader r;

	modules_put(m, "a.py", "x = 1\n");
	modules_put(m, "b.py", "import c\n");
	modules_put(m, "c.py", "y = 2\n");
	r = reader_of(m, CAP);
	if (r.ahead == NULL)
		skip();
	assert_null(take(&r, "b.py")); /* before it has begun */
	start(&r, "a");
	assert_true(is_read(&r, 1));
	assert_null(take(&r, "b.py"));
	py_parse(m->a, r.names, path_of(&r, "b.py"), (struct view){ (const unsigned char *)"import c\n", 9 }, &s);
	py_ahead_give(r.ahead, &spec, &s, m->a);
	assert_true(is_read(&r, 2));
	assert_non_null(take(&r, "c.py"));
	py_ahead_stop(r.ahead);
	py_ahead_stop(r.ahead);
	assert_null(take(&r, "a.py")); /* nobody asks any more */
	py_ahead_free(r.ahead);
	py_ahead_free(NULL);
}

/* Then the caller reads by itself: nobody waits for a source that does not come. */
static void without_memory_nothing_is_read(void **state)
{
	struct modules *m = *state;
	struct reader r;
	char *text = arena_alloc(m->a, 700000);

	for (size_t i = 0; i < 100000 - 1; i++)
		memcpy(text + 7 * i, "if x:y\n", 7);
	modules_put(m, "a.py", text);
	r = reader_of(m, 1 << 20);
	if (r.ahead == NULL)
		skip();
	start(&r, "a");
	assert_true(is_read(&r, 1));
	assert_null(take(&r, "a.py"));
	assert_null(take(&r, "b.py"));
	py_ahead_free(r.ahead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULES_TEST(what_a_module_imports_is_read),
		MODULES_TEST(what_is_taken_first_is_not_read),
		MODULES_TEST(without_memory_nothing_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
