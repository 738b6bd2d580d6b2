/* import.c - the verb `import`: what would `import MODULE` do?
 *
 * The interpreter is found and started in the simulated loader, the sources are read for what they do at
 * import time, and every native file is opened in that one process, in order. Nothing is run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "diagnose/diagnose.h"
#include "loader/dyld.h"
#include "object/elfconst.h"
#include "verb/installed.h"
#include "verb/prove_import.h"
#include "verb/py_process.h"
#include "verb/result.h"

#define MODULE_MEMORY (2048u << 20) /* bytes that one import may take */
#define BATCH 16                    /* modules judged between two rounds of hand-over */

struct job {
	struct dlwhy_session *s;
	const char *module;
	struct arena *a;
	struct dlwhy_result r;
	struct dlwhy_error err;
	struct py_process pp;
	struct py_ahead *ahead; /* NULL, or a second thread's */
	unsigned flags;
};

static void set_error(struct job *j)
{
	struct dlwhy_error *e = ARENA_NEW(j->a, struct dlwhy_error);

	*e = j->err;
	j->r.error = e;
	j->r.loads = DLWHY_UNKNOWN;
	j->r.certainty = DLWHY_LIKELY;
}

/* ---- how sure it is ------------------------------------------------------------------------- */

static void set_certainty(struct job *j)
{
	const char *assumes;
	enum dlwhy_certainty c = imported_certainty(&j->pp.done, &assumes);

	if (c > j->r.certainty || (c != DLWHY_PROVED && j->r.assumes == NULL))
		j->r.assumes = assumes;
	if (c > j->r.certainty)
		j->r.certainty = c;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static enum dlwhy_answer verdict(const struct imported *i)
{
	if (i->im->died)
		return i->decisive != NULL && i->decisive->what.maybe ? DLWHY_UNKNOWN : DLWHY_NO;
	if (i->e == NULL)
		return i->im->unread ? DLWHY_UNKNOWN : DLWHY_YES;
	return i->e->maybe ? DLWHY_UNKNOWN : DLWHY_NO;
}

/* The process that the result shows: what is loaded in the end and, behind that, what the failed open had
 * mapped. The latter are in no other list any more, so they can be given new numbers. */
static struct process *shown_process(struct job *j)
{
	const struct native_load *l = j->pp.done.decisive;
	struct process *p;

	if (l == NULL || l->then == NULL)
		return j->pp.p;
	p = ARENA_NEW(j->a, struct process);
	*p = *l->then;
	p->trace = j->pp.p->trace;
	p->trace.failures = l->failures;
	if (l->result == PY_LOAD_DEATH)
		return p;
	p->images = (struct image_list){ NULL, 0, 0 };
	for (size_t i = 0; i < j->pp.p->images.n; i++)
		*ARENA_PUSH(j->a, &p->images) = j->pp.p->images.items[i];
	for (size_t i = l->first_image; i < l->then->images.n; i++) {
		struct image *im = l->then->images.items[i];

		im->index = p->images.n;
		*ARENA_PUSH(j->a, &p->images) = im;
	}
	return p;
}

static void set_findings(struct job *j, struct process *p)
{
	const struct native_load *l = j->pp.done.decisive;
	struct diagnose_input in = { .world = j->pp.world, .process = p, .target = j->module,
				     .host = j->r.host, .code = j->s->opt.code,
				     .opener = j->s->opt.no_bind ? NULL : p,
				     .imported = &j->pp.done };
	struct diagnosis d = { .certainty = DLWHY_PROVED };

	if (l != NULL) {
		in.target_path = l->what.path;
		in.root = l->image;
		in.first_request = l->first_request;
	}
	if (j->s->opt.no_explain)
		d.certainty = diagnose_certainty(&in);
	else
		diagnose(&in, j->a, &d);
	j->r.findings = d.findings;
	j->r.nfindings = d.nfindings;
	j->r.certainty = d.certainty;
	j->r.opens = d.opens;
	j->r.nopens = d.nopens;
	j->r.hint = d.hint;
	if (d.certainty != DLWHY_PROVED)
		j->r.assumes = d.nfindings > 0 && d.findings[0]->assumes != NULL ?
				       d.findings[0]->assumes : p->trace.assumes;
}

static void set_platform(struct job *j)
{
	const struct world *w = j->pp.world;

	j->r.platform.loader = loader_name(w->kind);
	j->r.platform.loader_version = w->install.version;
	j->r.platform.os = j->pp.home.system->name;
	j->r.platform.machine = elf_machine_name(w->machine);
	if (w->dyld != NULL)
		j->r.platform.machine = macho_cpu_name(w->dyld->cpu, 0);
	j->r.host = j->pp.words;
	if (j->r.host == NULL)
		j->r.host = arena_printf(j->a, "%s (Python %s)", j->pp.home.executable, j->pp.home.version);
}

/* It is not about the module at all. */
static void say_no_start(struct job *j)
{
	const struct process *p = j->pp.p;
	struct diagnose_input in = { .world = j->pp.world, .process = p, .target = j->pp.home.executable,
				     .target_path = j->pp.home.program, .is_program = true,
				     .root = p->program, .host = "the kernel" };
	struct diagnosis d = { .certainty = DLWHY_PROVED };

	diagnose(&in, j->a, &d);
	j->r.loads = DLWHY_NO;
	j->r.findings = d.findings;
	j->r.nfindings = d.nfindings;
	j->r.certainty = d.certainty;
	if (p->trace.lines.n > 0)
		j->r.loader_message = p->trace.lines.items[0];
	result_objects(&j->r, &j->s->opt, j->pp.p, p->program, j->a);
	j->r.python = pyp_result(&j->pp, p, j->a);
	j->r.hint = arena_printf(j->a, "This is about the interpreter: %s does not start.",
				 j->pp.home.executable);
}

static void mark_unloaded(struct dlwhy_result *r, size_t from)
{
	for (size_t i = from; i < r->nobjects; i++)
		((struct dlwhy_object *)(uintptr_t)r->objects[i])->unloaded = true;
}

static void finish(struct job *j)
{
	const struct imported *i = &j->pp.done;
	struct process *p = shown_process(j);

	j->r.loads = verdict(i);
	if (j->r.loads == DLWHY_NO && i->decisive != NULL && i->decisive->then != NULL &&
	    i->decisive->result == PY_LOAD_ERROR)
		j->r.loader_message = i->decisive->error;
	result_objects(&j->r, &j->s->opt, p, i->decisive != NULL ? i->decisive->image : NULL, j->a);
	mark_unloaded(&j->r, p == j->pp.p ? p->images.n : j->pp.p->images.n);
	set_findings(j, p);
	set_certainty(j);
	j->r.python = pyp_result(&j->pp, p, j->a);
}

static void judge(void *ctx)
{
	struct job *j = ctx;

	j->r.verb = "import";
	j->r.target = j->module;
	j->r.platform.os = j->s->opt.os != NULL ? j->s->opt.os : "linux";
	j->r.platform.loader = "none"; /* until it is known */
	j->r.target_object = -1;
	if (pyp_open(j->s, j->a, j->flags, &j->pp, &j->err) != DLWHY_OK) {
		set_error(j);
		return;
	}
	j->pp.ahead = j->ahead;
	set_platform(j);
	if (!j->pp.starts) {
		say_no_start(j);
		return;
	}
	pyp_import(&j->pp, j->module);
	finish(j);
	result_unbound(&j->r, &j->s->opt, j->a);
	if (j->s->opt.prove)
		prove_import(&j->pp, &j->r, j->a);
}

static void run_job(void *ctx, unsigned worker, size_t i)
{
	struct job *j = (struct job *)ctx + i;

	enum arena_status st = ARENA_NO_MEMORY;

	(void)worker;
	if ((j->flags & OPEN_PARALLEL) != 0)
		j->ahead = py_ahead_new(MODULE_MEMORY);
	if (j->a != NULL)
		st = arena_run(j->a, judge, j);
	py_ahead_stop(j->ahead);
	if (st == ARENA_OK)
		return;
	err_set(&j->err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory while %.100s was judged", j->module);
	memset(&j->r, 0, sizeof(j->r));
	j->r.verb = "import";
	j->r.target = j->module;
	j->r.platform.os = j->s->opt.os != NULL ? j->s->opt.os : "linux";
	j->r.platform.loader = "none"; /* until it is known */
	j->r.loads = DLWHY_UNKNOWN;
	j->r.error = &j->err;
	j->r.target_object = -1;
}

static int run_batch(struct dlwhy_session *s, struct job *jobs, const char *const *modules, size_t from,
		     size_t n, dlwhy_on_result *on_result, void *user)
{
	struct dlwhy_result *results[BATCH];
	struct arena *lists = NULL;
	int stop = 0;

	for (size_t i = 0; i < n; i++) {
		jobs[i] = (struct job){ .s = s, .a = jobs[i].a, .module = modules[from + i] };
		if (jobs[i].a == NULL)
			jobs[i].a = arena_new(MODULE_MEMORY);
		jobs[i].flags = (s->opt.no_bind ? OPEN_NO_BIND : 0) |
				(n == 1 && s->opt.threads != 1 && s->opt.os == NULL ? OPEN_PARALLEL : 0);
	}
	pool_run(n, s->opt.threads, run_job, jobs);
	for (size_t i = 0; i < n; i++)
		results[i] = &jobs[i].r;
	installed_name(s, &lists, results, n);
	for (size_t i = 0; i < n; i++) {
		if (stop == 0)
			stop = on_result(&jobs[i].r, from + i, user);
		py_ahead_free(jobs[i].ahead);
		if (jobs[i].a != NULL)
			arena_reset(jobs[i].a);
	}
	arena_free(lists);
	return stop;
}

enum dlwhy_code dlwhy_import(struct dlwhy_session *s, const char *const *modules, size_t nmodules,
			     dlwhy_on_result *on_result, void *user, struct dlwhy_error *err)
{
	struct job *jobs;

	err_clear(err);
	for (size_t i = 0; i < nmodules; i++)
		if (modules[i] == NULL || *modules[i] == '\0')
			return err_set(err, DLWHY_E_ARGUMENT, 0, "the name of a module is empty");
	if (s->process != NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0, "an import is not asked of a running process");
	jobs = calloc(BATCH, sizeof(*jobs));
	if (jobs == NULL)
		return err_set(err, DLWHY_E_NO_MEMORY, ENOMEM, "out of memory");
	for (size_t i = 0; i < nmodules; i += BATCH) {
		size_t n = nmodules - i < BATCH ? nmodules - i : BATCH;

		if (run_batch(s, jobs, modules, i, n, on_result, user) != 0)
			break;
	}
	for (size_t i = 0; i < BATCH; i++)
		arena_free(jobs[i].a);
	free(jobs);
	return DLWHY_OK;
}
