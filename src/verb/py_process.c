/* py_process.c - a Python process that imports: the interpreter is found and started, the module
 * imported.
 *
 * One process serves all native files, in the order in which the sources open them: what is loaded
 * already answers for what comes later.
 */
#include "verb/py_process.h"

#include <stdlib.h>
#include <string.h>

#include "verb/program.h"
#include "verb/py_foreign.h"

/* The working folder as getcwd has it. */
static const char *working_folder(struct dlwhy_session *s, struct arena *a)
{
	char *real = NULL;
	const char *cwd;

	if (source_realpath(s->source, ".", &real) != 0)
		return "/";
	cwd = arena_strdup(a, real);
	free(real);
	return cwd;
}

static enum dlwhy_code no_loads(const char *program, const char *why, struct dlwhy_error *err)
{
	return err_set(err, DLWHY_E_UNSUPPORTED, 0, "%.150s is not followed: %s", program, why);
}

/* Starts the ELF file that is the interpreter. */
static enum dlwhy_code start(struct py_process *pp, struct dlwhy_error *err)
{
	struct dlwhy_session *s = pp->s;
	const char *program = pp->home.program;
	struct exec_result x;
	const struct elf *e;

	exec_simulate(s->store, program, pp->a, &x);
	if (x.err != 0 || x.file == NULL)
		return err_set(err, DLWHY_E_IO, x.err, "%.150s cannot be started: %.80s", program,
			       x.why != NULL ? x.why : "there is no such program");
	if (x.is_static)
		return no_loads(program, "it is statically linked", err);
	e = &x.file->file->elf;
	pp->world = session_world(s, e->machine, e->is64, e->big_endian, e->flags, e->interp, err);
	if (pp->world == NULL)
		return DLWHY_E_UNSUPPORTED;
	pp->p = loader_start(pp->world, pp->a, x.file->path, pp->home.executable,
			     exec_secure(s->store, x.file, pp->a) != NULL, pp->flags);
	pp->starts = true;
	for (size_t i = 0; i < pp->p->trace.failures.n; i++)
		if (!pp->p->trace.failures.items[i].lazy)
			pp->starts = false;
	if (!pp->starts)
		return DLWHY_OK;
	pp->p->trace.failures.n = 0; /* what its own lazy calls lack is not asked here */
	pp->p->trace.lines.n = 0;
	return DLWHY_OK;
}

enum dlwhy_code pyp_open(struct dlwhy_session *s, struct arena *a, unsigned flags,
			 struct py_process *out, struct dlwhy_error *err)
{
	enum dlwhy_code code;

	*out = (struct py_process){ .s = s, .a = a, .flags = flags, .new_numpy = -1 };
	out->ask = (struct py_ask){ .source = s->source,
				    .store = s->store,
				    .python = s->opt.python,
				    .environ = s->environ,
				    .cwd = working_folder(s, a) };
	if (pyp_is_foreign(s))
		return pyp_open_foreign(out, err);
	code = py_home_open(&out->ask, a, &out->home, err);
	if (code != DLWHY_OK)
		return code;
	if (out->home.not_followed != NULL)
		return no_loads(out->home.executable, out->home.not_followed, err);
	return start(out, err);
}

/* The load that an exception began with: the last one of that file that went wrong. */
static const struct native_load *load_of(const struct py_process *pp, const struct py_exception *e)
{
	for (size_t i = pp->loads.n; i-- > 0;) {
		const struct native_load *l = pp->loads.items[i];

		if (l->result != PY_LOAD_OK && l->what.path != NULL && e->load.path != NULL &&
		    strcmp(l->what.path, e->load.path) == 0)
			return l;
	}
	return NULL;
}

static const struct native_load *decisive(const struct py_process *pp, const struct py_exception *e)
{
	for (size_t i = pp->loads.n; i-- > 0 && pp->done.im->died;)
		if (pp->loads.items[i]->result == PY_LOAD_DEATH)
			return pp->loads.items[i];
	return e != NULL && e->from_load ? load_of(pp, e) : NULL;
}

void pyp_import(struct py_process *pp, const char *module)
{
	struct py_host host = pyp_host(pp);
	struct py_import_options *opt = ARENA_NEW(pp->a, struct py_import_options);
	struct py_import *im;
	const struct py_exception *e = NULL;

	opt->environ = pp->ask.environ;
	opt->cwd = pp->ask.cwd;
	opt->source = pp->s->source;
	opt->ahead = pp->ahead;
	pp->finder = py_finder_new(&pp->home, pp->s->source, pp->a);
	im = py_import_new(&pp->home, pp->finder, &host, opt, pp->a);
	pp->done = (struct imported){ .im = im, .home = &pp->home, .ask = &pp->ask, .module = module };
	py_import_ahead(im, module);
	py_import_startup(im);
	pp->done.startup = im->modules.n;
	if (!im->died)
		e = py_import_module(im, module);
	py_ahead_stop(pp->ahead);
	pp->done.e = im->died ? NULL : e;
	pp->done.loads = (const struct native_load *const *)pp->loads.items;
	pp->done.nloads = pp->loads.n;
	pp->done.decisive = decisive(pp, e);
}
