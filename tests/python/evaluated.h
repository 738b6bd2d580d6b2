/* evaluated.h - modules that are written, imported by the evaluator, and asked for their globals. */
#ifndef DLWHY_TESTS_PYTHON_EVALUATED_H
#define DLWHY_TESTS_PYTHON_EVALUATED_H

#include "modules.h"
#include "python/eval.h"

struct evaluated {
	struct modules *m;
	struct py_import *im;
	struct py_eval *ev;
	unsigned loads;
};

/* Files whose name has an "x" in front are no libraries. */
static inline void evaluated_load(void *ctx, const struct py_load *what, struct py_loaded *out)
{
	struct evaluated *e = ctx;
	const char *name = what->path != NULL ? strrchr(what->path, '/') : NULL;

	name = name != NULL ? name + 1 : what->path != NULL ? what->path : "";
	e->loads++;
	out->result = name[0] == 'x' ? PY_LOAD_ERROR : PY_LOAD_OK;
	out->error = "it is broken";
}

static inline int evaluated_symbol(void *ctx, void *handle, const char *name)
{
	(void)ctx;
	(void)handle;
	return name[0] != 'n';
}

static inline const char *evaluated_find(void *ctx, const char *name)
{
	(void)ctx;
	return name[0] == 'c' ? "libc.so.6" : NULL;
}

static inline struct evaluated *evaluated_new(void **state)
{
	static const char *const environ[] = { "HOME=/home/me", NULL };
	static const char *builtins[] = { "sys" };
	struct modules *m = *state;
	struct evaluated *e = ARENA_NEW(m->a, struct evaluated);
	struct py_host host = { .ctx = e, .load = evaluated_load, .symbol = evaluated_symbol,
				.find_library = evaluated_find };
	struct py_import_options opt = { .environ = environ, .cwd = m->dir, .source = m->source };

	e->m = m;
	m->home.builtins.names = (struct py_strings){ builtins, 1, 1 };
	e->im = py_import_new(&m->home, modules_finder(m), &host, &opt, m->a);
	e->ev = e->im->eval;
	return e;
}

static inline struct py_value *global_of(struct evaluated *e, const char *module, const char *name)
{
	struct py_names *names = e->ev->names;
	struct py_value *m = py_dict_name(e->ev->sys_modules->u.dict, py_name(names, module, strlen(module)));

	assert_non_null(m);
	return py_dict_name(&m->u.module.dict, py_name(names, name, strlen(name)));
}

/* repr() of a global, "?" if it is not known, "-" if there is none. */
static inline const char *shown(struct evaluated *e, const char *module, const char *name)
{
	struct py_value *v = global_of(e, module, name), *r;

	if (v == NULL)
		return "-";
	r = py_to_repr(e->ev, v);
	return r->type == V_STR ? r->u.str.p : "?";
}

static inline const struct py_exception *import(struct evaluated *e, const char *name)
{
	const struct py_exception *x = py_import_module(e->im, name);

	assert_null(e->ev->frame);
	assert_null(e->ev->log);
	assert_int_equal(e->ev->depth, 0);
	assert_int_equal(e->ev->maybe, 0);
	assert_int_equal(e->ev->rests, 0);
	assert_int_equal(e->ev->loop_rest, 0);
	return x;
}

/* The text as a module "t" that is imported without an exception; u is not known in it. */
static inline struct evaluated *evaluate(void **state, const char *text)
{
	struct modules *m = *state;
	struct evaluated *e;

	modules_put(m, "t.py", arena_printf(m->a, "from nobody_knows import u\n%s", text));
	modules_put(m, "nobody_knows.so", "");
	e = evaluated_new(state);
	assert_null(import(e, "t"));
	return e;
}

#define assert_global(e, name, text) assert_string_equal(shown(e, "t", name), text)

#endif
