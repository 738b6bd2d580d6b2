/* test_py_loads.c - native files that Python opens, in one process. */
#include "root.h"

#include "verb/py_process.h"

struct opener {
	struct fixture *f;
	struct dlwhy_session *s;
	struct py_process pp;
	struct py_host host;
};

/* A process of the bare program stands for the interpreter. */
static struct opener *opener_new(struct fixture *f)
{
	struct dlwhy_options opt = root_options(f);
	struct opener *o = ARENA_NEW(f->a, struct opener);
	struct dlwhy_error err;

	o->f = f;
	o->s = dlwhy_session_new(&opt, &err);
	assert_non_null(o->s);
	o->pp = (struct py_process){ .s = o->s, .a = f->a };
	o->pp.world = session_world(o->s, EM_X86_64, true, false, 0, LD, &err);
	assert_non_null(o->pp.world);
	o->pp.p = loader_start(o->pp.world, f->a, NULL, "python", false, 0);
	assert_int_equal(o->pp.p->trace.failures.n, 0);
	o->host = pyp_host(&o->pp);
	return o;
}

static struct py_loaded load(struct opener *o, const char *path, const char *init)
{
	struct py_load what = { .kind = init != NULL ? PY_LOAD_EXTENSION : PY_LOAD_CTYPES,
				.path = path, .init = init };
	struct py_loaded got;

	o->host.load(o->host.ctx, &what, &got);
	return got;
}

static void close_opener(struct opener *o)
{
	dlwhy_session_free(o->s);
}

static void put_def(struct fixture *f, const char *path, const char *symbol, const char *need)
{
	struct so *s = so_new(f);

	so_def(s, symbol);
	if (need != NULL)
		so_need(s, need);
	so_put(f, s, path);
}

static void an_extension_needs_its_function(void **state)
{
	struct opener *o = opener_new(*state);

	put_def(o->f, "/x/good.so", "PyInit_good", NULL);
	assert_int_equal(load(o, "/x/good.so", "PyInit_good").result, PY_LOAD_OK);
	assert_int_equal(load(o, "/x/good.so", "PyInit_other").result, PY_LOAD_NO_INIT);
	assert_int_equal(load(o, "/x/good.so", NULL).result, PY_LOAD_OK);
	close_opener(o);
}

static void the_function_may_be_in_what_it_needs(void **state)
{
	struct opener *o = opener_new(*state);

	put_def(o->f, "/lib/libbase.so", "PyInit_good", NULL);
	put_def(o->f, "/x/good.so", "other", "libbase.so");
	assert_int_equal(load(o, "/x/good.so", "PyInit_good").result, PY_LOAD_OK);
	close_opener(o);
}

static void an_error_is_the_loaders_text(void **state)
{
	struct opener *o = opener_new(*state);
	struct py_loaded got;

	put_def(o->f, "/x/bad.so", "PyInit_bad", "libnone.so.1");
	for (int i = 0; i < 2; i++) { /* a second try fails as well */
		got = load(o, "/x/bad.so", "PyInit_bad");
		assert_int_equal(got.result, PY_LOAD_ERROR);
		assert_string_equal(got.error, "libnone.so.1: cannot open shared object file: "
					       "No such file or directory");
	}
	assert_int_equal(o->pp.loads.n, 2);
	assert_non_null(o->pp.loads.items[0]->then);
	assert_int_equal(o->pp.loads.items[0]->failures.n, 1);
	close_opener(o);
}

static void what_is_loaded_answers_for_what_comes_later(void **state)
{
	struct opener *o = opener_new(*state);

	put_lib(o->f, "/far/libdeep.so.1", "libdeep.so.1", NULL);
	put_def(o->f, "/x/user.so", "PyInit_user", "libdeep.so.1");
	assert_int_equal(load(o, "/x/user.so", "PyInit_user").result, PY_LOAD_ERROR);
	assert_int_equal(load(o, "/far/libdeep.so.1", NULL).result, PY_LOAD_OK);
	assert_int_equal(load(o, "/x/user.so", "PyInit_user").result, PY_LOAD_OK);
	close_opener(o);
}

static void symbols_are_those_of_the_handle(void **state)
{
	struct opener *o = opener_new(*state);
	struct py_loaded got;

	put_def(o->f, "/lib/libbase.so", "deep", NULL);
	put_def(o->f, "/x/a.so", "high", "libbase.so");
	got = load(o, "/x/a.so", NULL);
	assert_int_equal(o->host.symbol(o->host.ctx, got.handle, "high"), 1);
	assert_int_equal(o->host.symbol(o->host.ctx, got.handle, "deep"), 1);
	assert_int_equal(o->host.symbol(o->host.ctx, got.handle, "none"), 0);
	assert_int_equal(o->host.symbol(o->host.ctx, NULL, "none"), -1);
	got = load(o, NULL, NULL); /* dlopen(NULL): the global scope, which a local open does not join */
	assert_int_equal(got.result, PY_LOAD_OK);
	assert_int_equal(o->host.symbol(o->host.ctx, got.handle, "high"), 0);
	close_opener(o);
}

static void without_a_cache_no_library_is_found(void **state)
{
	struct opener *o = opener_new(*state);

	put_lib(o->f, "/lib/libz.so.1", "libz.so.1", NULL);
	assert_null(o->host.find_library(o->host.ctx, "z"));
	assert_null(o->host.find_library(o->host.ctx, ""));
	close_opener(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOT_TEST(an_extension_needs_its_function),
		ROOT_TEST(the_function_may_be_in_what_it_needs),
		ROOT_TEST(an_error_is_the_loaders_text),
		ROOT_TEST(what_is_loaded_answers_for_what_comes_later),
		ROOT_TEST(symbols_are_those_of_the_handle),
		ROOT_TEST(without_a_cache_no_library_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
