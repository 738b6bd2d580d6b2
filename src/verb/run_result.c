/* run_result.c - the verb `run`: how the command ended, and what each process loaded. */
#include "verb/run.h"

#include <errno.h>
#include <string.h>

#include "base/os_child.h"

static const char *ending_word(enum watch_ending e)
{
	switch (e) {
	case WATCH_EXIT: return "exit";
	case WATCH_EXEC: return "exec";
	case WATCH_CRASH: return "signal";
	default: return "unknown";
	}
}

static const char *outcome_word(enum replay_outcome o)
{
	static const char *const words[] = { "loaded", "there-already", "failed", "failed",
					     "closed", "unknown" };

	return words[o];
}

/* Without a simulation: what was seen alone. */
static enum replay_outcome outcome_seen(const struct watch_load *l)
{
	if (l->nobjects == 0)
		return REPLAY_UNKNOWN;
	return l->undone ? REPLAY_CLOSED : l->finished ? REPLAY_LOADED : REPLAY_FAILED;
}

static const char *message_of(const struct run *run, size_t process, size_t load)
{
	for (size_t i = 0; i < run->failed.n; i++) {
		const struct failed *f = &run->failed.items[i];

		if (f->process == process && f->load == load && f->r != NULL)
			return f->r->loader_message;
	}
	return NULL;
}

static const struct dlwhy_run_load *load_result(struct run *run, size_t process, size_t n)
{
	const struct watch_process *p = run->log.processes.items[process];
	const struct watch_load *l = &p->loads.items[n];
	const struct watch_mapped *by = watch_by_cookie(p, l->by);
	struct dlwhy_run_load *out = ARENA_NEW(run->a, struct dlwhy_run_load);
	const char **v = ARENA_ARRAY(run->a, l->nobjects + 1, const char *);

	for (size_t i = 0; i < l->nobjects; i++) {
		const char *name = p->objects.items[l->object0 + i].name;

		v[i] = *name != '\0' ? name : p->exe != NULL ? p->exe : "";
	}
	out->name = l->name;
	if (by != NULL)
		out->by = *by->name != '\0' ? by->name : p->exe;
	out->message = message_of(run, process, n);
	out->outcome = outcome_word(run->outcomes[process] != NULL ? run->outcomes[process][n]
								   : outcome_seen(l));
	if (out->message != NULL)
		out->outcome = "failed";
	out->objects = v;
	out->nobjects = l->nobjects;
	return out;
}

static const struct dlwhy_run_process *process_result(struct run *run, size_t i)
{
	const struct watch_process *p = run->log.processes.items[i];
	struct dlwhy_run_process *out = ARENA_NEW(run->a, struct dlwhy_run_process);
	const struct dlwhy_run_load **v =
		ARENA_ARRAY(run->a, p->loads.n + 1, const struct dlwhy_run_load *);

	for (size_t k = 0; k < p->loads.n; k++)
		v[k] = load_result(run, i, k);
	out->pid = p->pid;
	out->parent = p->parent;
	out->program = p->exe;
	out->argv = p->argv;
	out->nargv = p->argc;
	out->ending = ending_word(p->ending);
	out->signal = p->ending == WATCH_CRASH ? p->signal : 0;
	out->forked = p->forked;
	out->started = p->began;
	out->loads = v;
	out->nloads = p->loads.n;
	out->differences = run->differences[i].items;
	out->ndifferences = run->differences[i].n;
	out->compared = run->outcomes[i] != NULL;
	return out;
}

void run_fill(struct run *run)
{
	struct dlwhy_run *out = ARENA_NEW(run->a, struct dlwhy_run);
	const struct dlwhy_run_process **v =
		ARENA_ARRAY(run->a, run->log.processes.n + 1, const struct dlwhy_run_process *);
	char name[24];

	*out = run->basic;
	out->found = run->program != NULL && run->exec.err != ENOENT;
	for (size_t i = 0; i < run->log.processes.n; i++)
		v[i] = process_result(run, i);
	if (out->signal != 0)
		out->signal_name = arena_strdup(
			run->a, os_signal_name(out->signal, name, sizeof(name)));
	out->processes = v;
	out->nprocesses = run->log.processes.n;
	out->why_not = run_why_not(run);
	run_find_unseen(run, out);
	out->watched = run->watch != NULL && run->log.processes.n > 0;
	out->lost = run->watch != NULL ? watch_lost(run->watch) : 0;
	run->r.run = out;
}
