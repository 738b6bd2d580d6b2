/* stub.c - stands in for the importer, which is not there yet: finds a module, opens an extension. */
#include <string.h>

#include "python/import.h"

#define WEAK __attribute__((weak))

WEAK struct py_import *py_import_new(const struct py_home *home, struct py_finder *finder,
				     const struct py_host *host,
				     const struct py_import_options *opt, struct arena *a)
{
	struct py_import *im = ARENA_NEW(a, struct py_import);

	(void)opt;
	im->home = home;
	im->finder = finder;
	im->host = *host;
	im->a = a;
	return im;
}

WEAK void py_import_startup(struct py_import *im)
{
	(void)im;
}

static struct py_exception *raise(struct py_import *im, const char *type, const char *message,
				  const char *name)
{
	struct py_exception *e = ARENA_NEW(im->a, struct py_exception);

	e->type = type;
	e->message = message;
	e->exact = true;
	e->name = name;
	return e;
}

static const struct py_exception *load(struct py_import *im, struct py_module_info *m)
{
	struct py_loaded got;
	struct py_load what = { .kind = PY_LOAD_EXTENSION, .path = m->spec.origin, .module = m->name };
	const char *dot = strrchr(m->name, '.');
	struct py_exception *e;

	what.init = arena_printf(im->a, "PyInit_%s", dot != NULL ? dot + 1 : m->name);
	im->host.load(im->host.ctx, &what, &got);
	im->died = got.result == PY_LOAD_DEATH;
	if (got.result == PY_LOAD_OK || im->died)
		return NULL;
	m->state = PY_MODULE_FAILED;
	if (got.result == PY_LOAD_NO_INIT)
		got.error = arena_printf(im->a, "dynamic module does not define module export function (%s)",
					 what.init);
	e = raise(im, got.type != NULL ? got.type : "ImportError", got.error, m->name);
	e->path = what.path;
	e->from_load = true;
	e->load = what;
	return e;
}

static const struct py_exception *one(struct py_import *im, const char *name, struct py_strings *path)
{
	struct py_module_info *m = ARENA_NEW(im->a, struct py_module_info);

	m->name = name;
	py_find(im->finder, name, path, &m->spec);
	if (m->spec.kind == PY_SPEC_MISSING)
		return raise(im, "ModuleNotFoundError",
			     arena_printf(im->a, "No module named '%s'", name), name);
	m->state = PY_MODULE_LOADED;
	*ARENA_PUSH(im->a, &im->modules) = m;
	*path = m->spec.locations;
	return m->spec.kind == PY_SPEC_EXTENSION ? load(im, m) : NULL;
}

WEAK const struct py_exception *py_import_module(struct py_import *im, const char *name)
{
	struct py_strings path = { NULL, 0, 0 };

	for (size_t i = 0; i < im->home->path.n; i++)
		*ARENA_PUSH(im->a, &path) = im->home->path.items[i].dir;
	for (const char *dot = name; dot != NULL;) {
		const struct py_exception *e;

		dot = strchr(dot, '.');
		e = one(im, dot != NULL ? arena_strndup(im->a, name, (size_t)(dot - name)) : name, &path);
		if (e != NULL)
			return e;
		dot = dot != NULL ? dot + 1 : NULL;
	}
	return NULL;
}

WEAK const struct py_exception *py_import_statement(struct py_import *im, const char *text)
{
	(void)im;
	(void)text;
	return NULL;
}
