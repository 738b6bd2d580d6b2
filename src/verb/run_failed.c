/* run_failed.c - the verb `run`: which processes are done again, and what failed in them. */
#include "verb/run.h"

#include <string.h>

enum { MAX_COMPARED = 64 /* programs that are followed in the simulation */ };

bool run_is_command(const struct run *run, const struct watch_process *p)
{
	return (long)p->pid == run->end.pid;
}

/* Did the command end well? */
bool run_went_well(const struct run *run)
{
	return run->end.failed == 0 && run->end.signal == 0 && run->end.status == 0;
}

static struct failed *add_failed(struct run *run, size_t process, size_t load)
{
	const struct watch_process *p = run->log.processes.items[process];
	struct failed *f = ARENA_PUSH(run->a, &run->failed);

	f->process = process;
	f->load = load;
	f->order = load < p->loads.n ? p->loads.items[load].order : p->order;
	return f;
}

/* When the program began that the command was in the end: shells and wrappers become another. */
static size_t last_beginning(const struct run *run)
{
	size_t order = 0;

	for (size_t i = 0; i < run->log.processes.n; i++)
		if (run_is_command(run, run->log.processes.items[i]))
			order = run->log.processes.items[i]->begun;
	return order;
}

/* Programs ask for what they can do without: a name that is nowhere is worth a word only where nothing
 * came after it. */
static void weigh(const struct run *run, struct failed *f)
{
	const struct watch_process *p = run->log.processes.items[f->process];

	f->survived = run_went_well(run) || f->order < last_beginning(run);
	f->absent = run->outcomes[f->process][f->load] == REPLAY_ABSENT;
	f->optional = f->absent && (f->survived || f->load + 1 < p->loads.n);
}

/* Is its stack known? Then run_explain_deaths sees to it. */
static bool was_seen_dying(const struct run *run, const struct watch_process *p)
{
	const struct watch_crash *v;
	size_t n = watch_crashes(run->watch, &v);

	for (size_t i = 0; i < n; i++)
		if (v[i].pid == p->pid && v[i].stack != NULL)
			return true;
	return false;
}

/* ld.so ends a program with that status, without a word to anybody; a shell passes it on. */
static bool may_be_lazy(const struct run *run, const struct watch_process *p)
{
	return run->end.status == RUN_STATUS_LAZY && p->began && p->ending == WATCH_UNKNOWN;
}

/* What is worth a replay with all symbols: closed at once is either of the two. */
static void find_failures(struct run *run, size_t i)
{
	const struct watch_process *p = run->log.processes.items[i];

	for (size_t k = 0; k < p->loads.n; k++) {
		enum replay_outcome o = run->outcomes[i][k];

		if (o == REPLAY_FAILED || o == REPLAY_ABSENT || o == REPLAY_CLOSED)
			weigh(run, add_failed(run, i, k));
	}
	if (p->ending == WATCH_CRASH && !was_seen_dying(run, p))
		add_failed(run, i, p->loads.n)->crash = true;
	if (run_is_command(run, p) && !p->began && p->ending == WATCH_UNKNOWN && run->end.signal == 0 &&
	    run->end.status != 0 && run->end.status != RUN_STATUS_LAZY && p->loads.n > 0 &&
	    run->outcomes[i][0] == REPLAY_LOADED)
		add_failed(run, i, p->loads.n)->early = true;
	if (may_be_lazy(run, p))
		add_failed(run, i, p->loads.n)->lazy = true;
}

static bool is_suspicious(const struct run *run, const struct watch_process *p)
{
	for (size_t k = 0; k < p->loads.n; k++)
		if (p->loads.items[k].nobjects == 0 || !p->loads.items[k].finished ||
		    p->loads.items[k].undone)
			return true;
	return p->ending == WATCH_CRASH || run_is_command(run, p) || may_be_lazy(run, p);
}

static void follow(struct run *run, size_t i)
{
	struct watch_process *p = run->log.processes.items[i];

	replay_open(run->s, p, run->watch, run->a, &run->replays[i]);
	if (run->replays[i].why_not != NULL)
		return;
	run->outcomes[i] = ARENA_ARRAY(run->a, p->loads.n + 1, enum replay_outcome);
	replay_compare(&run->replays[i], run->outcomes[i], &run->differences[i]);
	find_failures(run, i);
}

void run_follow(struct run *run)
{
	size_t n = run->log.processes.n, done = 0;

	run->replays = ARENA_ARRAY(run->a, n + 1, struct replay);
	run->outcomes = ARENA_ARRAY(run->a, n + 1, enum replay_outcome *);
	run->differences = ARENA_ARRAY(run->a, n + 1, struct replay_words);
	for (size_t i = 0; i < n && done < MAX_COMPARED; i++) {
		if (!is_suspicious(run, run->log.processes.items[i]))
			continue;
		follow(run, i);
		done++;
	}
}
