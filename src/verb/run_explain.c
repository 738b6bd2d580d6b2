/* run_explain.c - the verb `run`: loads that failed, done again in the simulation, which knows why. */
#include "verb/run.h"

#include <errno.h>
#include <string.h>

#include "object/elfconst.h"
#include "verb/result.h"

static const struct failure *first_fatal(const struct process *p)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return &p->trace.failures.items[i];
	return NULL;
}

/* It did happen: what the finding assumes was so. */
static void add_seen(struct run *run, struct dlwhy_finding *f, const char *seen)
{
	const struct dlwhy_evidence **v =
		ARENA_ARRAY(run->a, f->nevidence + 1, const struct dlwhy_evidence *);
	struct dlwhy_evidence *e = ARENA_NEW(run->a, struct dlwhy_evidence);

	f->certainty = DLWHY_PROVED;
	f->assumes = NULL;
	if (seen == NULL)
		return;
	e->kind = "fact";
	e->object = -1;
	e->offset = e->size = e->line = -1;
	e->says = seen;
	if (f->nevidence > 0)
		memcpy(v, f->evidence, f->nevidence * sizeof(*v));
	v[f->nevidence++] = e;
	f->evidence = v;
}

static void set_findings(struct run *run, struct dlwhy_result *r, const struct diagnose_input *in,
			 const char *seen)
{
	struct diagnosis d = { .certainty = DLWHY_PROVED };
	const struct dlwhy_finding **v;

	diagnose(in, run->a, &d);
	v = ARENA_ARRAY(run->a, d.nfindings + 1, const struct dlwhy_finding *);
	for (size_t i = 0; i < d.nfindings; i++) {
		struct dlwhy_finding *f = ARENA_NEW(run->a, struct dlwhy_finding);

		*f = *d.findings[i];
		if (i == 0 && f->severity == DLWHY_ERROR && seen != NULL)
			add_seen(run, f, seen);
		v[i] = f;
	}
	r->findings = v;
	r->nfindings = d.nfindings;
	r->certainty = d.nfindings > 0 ? v[0]->certainty : DLWHY_PROVED;
	r->hint = d.hint;
}

static void set_platform(struct dlwhy_result *r, const struct world *w)
{
	r->platform.os = "linux";
	r->platform.loader = loader_name(w->kind);
	r->platform.loader_version = w->install.version;
	r->platform.machine = elf_machine_name(w->machine);
}

static struct dlwhy_result *new_result(struct run *run, const struct replay *rp, const char *target)
{
	struct dlwhy_result *r = ARENA_NEW(run->a, struct dlwhy_result);

	r->verb = "run";
	r->target = target;
	set_platform(r, rp->w);
	r->host = arena_printf(run->a, "process %u, %s", rp->seen->pid, rp->seen->exe);
	r->target_object = -1;
	r->loads = DLWHY_NO;
	return r;
}

static void explain_start(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_until(rp, 0, NULL, 0);
	const struct failure *first = first_fatal(p);
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p };

	if (first == NULL)
		return;
	r = f->r = new_result(run, rp, rp->seen->exe);
	r->is_program = true;
	if (p->trace.lines.n > 0)
		r->loader_message = p->trace.lines.items[0];
	r->loader_lines = p->trace.lines.items + (p->trace.lines.n > 0);
	r->nloader_lines = p->trace.lines.n - (p->trace.lines.n > 0);
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in,
		     arena_printf(run->a, "seen in the run: process %u did not start", rp->seen->pid));
}

/* The line that ld.so prints before it ends the program (_dl_signal_error in _dl_fixup). */
static const char *lazy_message(const struct run *run, const struct replay *rp, const struct failure *f)
{
	return arena_printf(run->a, "%s: symbol lookup error: %s: %s", rp->seen->argv[0],
			    *f->object != '\0' ? f->object : rp->seen->argv[0],
			    f->string != NULL ? f->string : "");
}

/* It called a function that nobody has. Where there are several, which of them is not known. */
static void explain_lazy(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_lazily(rp, run->outcomes[f->process]);
	const struct failure_list *l = &p->trace.failures;
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p };

	if (l->n == 0 || first_fatal(p) != NULL || rp->seen->argc == 0)
		return;
	r = f->r = new_result(run, rp, rp->seen->exe);
	r->is_program = true;
	r->loader_message = lazy_message(run, rp, &l->items[0]);
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in,
		     l->n > 1 ? NULL :
				arena_printf(run->a,
					     "seen in the run: process %u ended without a word to its "
					     "loader, and the command with status %d",
					     rp->seen->pid, RUN_STATUS_LAZY));
}

static void explain_open(struct run *run, struct failed *f, struct replay *rp)
{
	const struct watch_load *l = &rp->seen->loads.items[f->load];
	struct process *p = replay_until(rp, f->load, run->outcomes[f->process], OPEN_LAZY);
	size_t first_request = p->trace.requests.n;
	struct image *im = replay_load(rp, p, f->load, 0);
	struct dlwhy_result *r;
	struct diagnose_input in = { .world = rp->w, .process = p, .target = l->name,
				     .target_path = l->name, .first_request = first_request,
				     .opener = p };

	if (im != NULL || first_fatal(p) == NULL)
		return;
	loader_shadowed(p, first_request);
	r = f->r = new_result(run, rp, l->name);
	in.host = r->host;
	for (size_t i = 0; i < p->images.n && in.root == NULL; i++)
		if (!p->images.items[i]->is_host && p->images.items[i]->request != NULL &&
		    strcmp(p->images.items[i]->request->name, l->name) == 0)
			in.root = p->images.items[i];
	r->loader_message = first_fatal(p)->message;
	result_objects(r, &rp->s.opt, p, in.root, run->a);
	set_findings(run, r, &in, arena_printf(run->a, "seen in the run: process %u could not open %s",
						rp->seen->pid, l->name));
}

/* All went well with its loads, and then it died, or ended too early: the process as it was. */
static void explain_crash(struct run *run, struct failed *f, struct replay *rp)
{
	struct process *p = replay_until(rp, f->load, run->outcomes[f->process], OPEN_LAZY);
	struct dlwhy_result *r = new_result(run, rp, rp->seen->exe);
	struct diagnose_input in = { .world = rp->w, .process = p, .target = rp->seen->exe,
				     .target_path = rp->seen->exe, .is_program = true,
				     .exec = &rp->exec, .root = p->program, .host = "the kernel",
				     .opener = p, .exited_early = f->early };

	r->loads = DLWHY_YES;
	r->is_program = true;
	result_objects(r, &rp->s.opt, p, p->program, run->a);
	set_findings(run, r, &in, NULL);
	if (r->nfindings > 0)
		f->r = r;
}

static void explain(struct run *run, struct failed *f)
{
	struct replay *rp = &run->replays[f->process];

	if (f->crash || f->early)
		explain_crash(run, f, rp);
	else if (f->lazy)
		explain_lazy(run, f, rp);
	else if (f->load == 0)
		explain_start(run, f, rp);
	else
		explain_open(run, f, rp);
}

/* Before another: what the program could not do without, and then what came last. */
static bool before(const struct run *run, const struct failed *x, const struct failed *y)
{
	bool x_child = run_is_command(run, run->log.processes.items[x->process]);
	bool y_child = run_is_command(run, run->log.processes.items[y->process]);

	if (x->optional != y->optional)
		return y->optional;
	if (x_child != y_child)
		return x_child;
	return x->order > y->order;
}

static void sort_failed(struct run *run)
{
	for (size_t i = 1; i < run->failed.n; i++) {
		struct failed f = run->failed.items[i];
		size_t k = i;

		for (; k > 0 && before(run, &f, &run->failed.items[k - 1]); k--)
			run->failed.items[k] = run->failed.items[k - 1];
		run->failed.items[k] = f;
	}
}

/* Has the same been explained already? Programs ask again and again. */
static bool is_known(const struct run *run, size_t n)
{
	const struct failed *f = &run->failed.items[n];
	const struct watch_process *p = run->log.processes.items[f->process];

	for (size_t i = 0; i < n; i++) {
		const struct failed *g = &run->failed.items[i];
		const struct watch_process *q = run->log.processes.items[g->process];

		if (g->r != NULL && f->load > 0 && g->load > 0 && !f->lazy && !g->lazy &&
		    !f->crash && !g->crash && !f->early && !g->early &&
		    strcmp(p->loads.items[f->load].name, q->loads.items[g->load].name) == 0 &&
		    strcmp(p->exe, q->exe) == 0)
			return true;
	}
	return false;
}

void run_explain(struct run *run)
{
	size_t done = 0;

	sort_failed(run);
	for (size_t i = 0; i < run->failed.n && done < RUN_MAX_EXPLAINED; i++) {
		struct failed *f = &run->failed.items[i];

		if ((f->absent && f->survived && !run->s->opt.probes) || is_known(run, i))
			continue;
		explain(run, f);
		done += f->r != NULL;
	}
}

/* The kernel did not start it. */
void run_explain_exec(struct run *run)
{
	struct dlwhy_result *r = &run->r;
	struct diagnose_input in = { .target = run->argv[0], .target_path = run->program,
				     .is_program = true, .exec = &run->exec, .store = run->s->store };

	r->is_program = true;
	r->loads = DLWHY_NO;
	r->platform.loader = "none";
	r->platform.machine = elf_machine_name(cpu_host_machine());
	if (run->program == NULL) {
		run->exec.err = ENOENT;
		run->exec.status = 127;
		run->exec.why = "no folder of PATH has it";
		run->exec.message = arena_printf(run->a, "%s: command not found", run->argv[0]);
	}
	r->loader_message = run->exec.message;
	if (run->exec.err != 0)
		set_findings(run, r, &in, "seen in the run: the system did not start it");
}
