/* py_result.c - the public form of a simulated import. */
#include <string.h>

#include "python/gone.h"
#include "verb/py_process.h"

enum { MAX_CAUSES = 16 };

static struct dlwhy_place place(const struct py_place *from)
{
	return (struct dlwhy_place){ from->file, from->line != 0 ? (int64_t)from->line : -1, from->in };
}

/* How a traceback ends: traceback.format_exception_only. */
static const char *last_line(struct arena *a, const struct py_exception *e)
{
	if (e->message == NULL)
		return arena_printf(a, "%s: \xe2\x80\xa6", e->type);
	return *e->message != '\0' ? arena_printf(a, "%s: %s", e->type, e->message)
				   : arena_strdup(a, e->type);
}

static const struct dlwhy_exception *exception(const struct py_exception *e, struct arena *a, int depth)
{
	struct dlwhy_exception *x;
	const struct dlwhy_place **frames;

	if (e == NULL || depth >= MAX_CAUSES)
		return NULL;
	x = ARENA_NEW(a, struct dlwhy_exception);
	frames = ARENA_ARRAY(a, e->nframes + 1, const struct dlwhy_place *);
	for (size_t i = 0; i < e->nframes; i++) {
		struct dlwhy_place *p = ARENA_NEW(a, struct dlwhy_place);

		*p = place(&e->frames[i]);
		frames[i] = p;
	}
	*x = (struct dlwhy_exception){ .type = e->type,
				       .message = e->message,
				       .text = last_line(a, e),
				       .exact = e->exact && e->message != NULL,
				       .maybe = e->maybe,
				       .name = e->name,
				       .path = e->path,
				       .traceback = frames,
				       .ntraceback = e->nframes,
				       .cause = exception(e->cause, a, depth + 1),
				       .explicit_cause = e->explicit_cause };
	return x;
}

static const char *kind_of(enum py_spec_kind k)
{
	static const char *const names[] = { [PY_SPEC_MISSING] = "missing",
					     [PY_SPEC_BUILTIN] = "builtin",
					     [PY_SPEC_FROZEN] = "frozen",
					     [PY_SPEC_SOURCE] = "source",
					     [PY_SPEC_BYTECODE] = "bytecode",
					     [PY_SPEC_EXTENSION] = "extension",
					     [PY_SPEC_NAMESPACE] = "namespace",
					     [PY_SPEC_ASSUMED] = "assumed" };

	return names[k];
}

static void add_modules(const struct py_import *im, struct arena *a, struct dlwhy_python *out)
{
	const struct dlwhy_module **v = ARENA_ARRAY(a, im->modules.n + 1, const struct dlwhy_module *);

	for (size_t i = 0; i < im->modules.n; i++) {
		const struct py_module_info *from = im->modules.items[i];
		struct dlwhy_module *m = ARENA_NEW(a, struct dlwhy_module);

		*m = (struct dlwhy_module){ .name = from->name,
					    .kind = kind_of(from->spec.kind),
					    .origin = from->spec.origin,
					    .by = place(&from->by),
					    .maybe = from->maybe,
					    .failed = from->state == PY_MODULE_FAILED };
		v[i] = m;
	}
	out->modules = v;
	out->nmodules = im->modules.n;
}

static const char *outcome_of(enum py_load_result r)
{
	static const char *const names[] = { [PY_LOAD_OK] = "loaded",
					     [PY_LOAD_ERROR] = "refused",
					     [PY_LOAD_NO_INIT] = "no-init",
					     [PY_LOAD_DEATH] = "death",
					     [PY_LOAD_UNKNOWN] = "unknown" };

	return names[r];
}

/* The id of an image that the result shows; an open that failed has left none. */
static int32_t id_of(const struct process *p, const struct image *im)
{
	return im != NULL && im->index < p->images.n && p->images.items[im->index] == im
		       ? (int32_t)im->index
		       : -1;
}

static void add_natives(const struct py_process *pp, const struct process *shown, struct arena *a,
			struct dlwhy_python *out)
{
	const struct dlwhy_native **v = ARENA_ARRAY(a, pp->loads.n + 1, const struct dlwhy_native *);

	for (size_t i = 0; i < pp->loads.n; i++) {
		const struct native_load *from = pp->loads.items[i];
		struct dlwhy_native *n = ARENA_NEW(a, struct dlwhy_native);

		*n = (struct dlwhy_native){
			.path = from->what.path,
			.kind = from->what.kind == PY_LOAD_EXTENSION ? "extension" : "ctypes",
			.module = from->what.module,
			.by = place(&from->what.by),
			.outcome = outcome_of(from->result),
			.message = from->error,
			.maybe = from->what.maybe,
			.object = id_of(shown, from->image),
		};
		v[i] = n;
	}
	out->natives = v;
	out->nnatives = pp->loads.n;
}

static void add_swallowed(const struct py_import *im, struct arena *a, struct dlwhy_python *out)
{
	const struct dlwhy_swallowed **v =
		ARENA_ARRAY(a, im->swallowed.n + 1, const struct dlwhy_swallowed *);

	for (size_t i = 0; i < im->swallowed.n; i++) {
		const struct py_swallowed *from = &im->swallowed.items[i];
		struct dlwhy_swallowed *s = ARENA_NEW(a, struct dlwhy_swallowed);
		struct py_strings gone = { NULL, 0, 0 };

		s->exception = exception(&from->e, a, 0);
		s->at = place(&from->at);
		s->warned = from->warned;
		s->native = from->e.from_load ? from->e.load.path : NULL;
		if (from->e.from_load || from->warned)
			py_gone(im, from, a, &gone);
		s->gone = gone.items;
		s->ngone = gone.n;
		v[i] = s;
	}
	out->swallowed = v;
	out->nswallowed = im->swallowed.n;
}

static void add_gaps(const struct py_import *im, struct arena *a, struct dlwhy_python *out)
{
	const struct dlwhy_gap **v = ARENA_ARRAY(a, im->gaps.n + 1, const struct dlwhy_gap *);

	for (size_t i = 0; i < im->gaps.n; i++) {
		struct dlwhy_gap *g = ARENA_NEW(a, struct dlwhy_gap);

		*g = (struct dlwhy_gap){ im->gaps.items[i].what, place(&im->gaps.items[i].at) };
		v[i] = g;
	}
	out->not_followed = v;
	out->nnot_followed = im->gaps.n;
}

static void add_path(const struct py_home *h, struct arena *a, struct dlwhy_python *out)
{
	const char **v = ARENA_ARRAY(a, h->path.n + 1, const char *);

	for (size_t i = 0; i < h->path.n; i++)
		v[i] = h->path.items[i].dir;
	out->path = v;
	out->npath = h->path.n;
}

const struct dlwhy_python *pyp_result(const struct py_process *pp, const struct process *shown,
				      struct arena *a)
{
	struct dlwhy_python *out = ARENA_NEW(a, struct dlwhy_python);
	const struct py_home *h = &pp->home;

	out->executable = h->executable;
	out->program = h->program;
	out->implementation = h->implementation;
	out->version = h->version;
	out->prefix = h->prefix;
	out->why = h->why;
	out->module = pp->done.module;
	add_path(h, a, out);
	if (pp->done.im == NULL)
		return out;
	out->exception = exception(pp->done.e, a, 0);
	out->nstartup = pp->done.startup;
	out->died = pp->done.im->died;
	out->limited = pp->done.im->limited;
	add_modules(pp->done.im, a, out);
	add_natives(pp, shown, a, out);
	add_swallowed(pp->done.im, a, out);
	add_gaps(pp->done.im, a, out);
	return out;
}
