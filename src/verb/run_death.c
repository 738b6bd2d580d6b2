/* run_death.c - the verb `run`: processes that died of a signal. */
#include "verb/run.h"

#include <string.h>

#include "verb/run_crash.h"

/* The last program of that number, SIZE_MAX if no agent was in it. */
static size_t process_of(const struct run *run, uint32_t pid)
{
	for (size_t i = run->log.processes.n; i-- > 0;)
		if (run->log.processes.items[i]->pid == pid)
			return i;
	return SIZE_MAX;
}

static void explain_death(struct run *run, const struct watch_crash *c)
{
	struct run_dead dead = { .crash = c };
	struct dlwhy_result *r;
	size_t i = process_of(run, c->pid);

	if (i != SIZE_MAX) {
		dead.seen = run->log.processes.items[i];
		if (run->replays[i].seen != NULL && run->replays[i].why_not == NULL) {
			dead.replay = &run->replays[i];
			dead.outcomes = run->outcomes[i];
		}
	}
	r = run_crash_explain(run->s, &dead, run->a);
	if (r->nfindings > 0)
		*ARENA_PUSH(run->a, &run->dead) = r;
}

/* The command itself first, then the others, the last one first. A command that ends well has coped
 * with the death of others. */
void run_explain_deaths(struct run *run)
{
	const struct watch_crash *v;
	size_t n = run->watch != NULL ? watch_crashes(run->watch, &v) : 0;

	if (run_went_well(run))
		return;
	for (int others = 0; others < 2; others++)
		for (size_t i = n; i-- > 0 && run->dead.n < RUN_MAX_EXPLAINED;)
			if (v[i].stack != NULL && ((long)v[i].pid != run->end.pid) == others &&
			    (others != 0 || run->end.signal != 0))
				explain_death(run, &v[i]);
}

/* The object that has an address in a process; NULL: none is known. */
static const char *object_at(const struct run *run, const struct watch_process *p, uint64_t address)
{
	const struct watch_mapped *best = NULL;
	const struct store_entry *en;
	const char *name;

	for (size_t i = 0; i < p->objects.n; i++) {
		const struct watch_mapped *o = &p->objects.items[i];

		if (!o->closed && o->address <= address && (best == NULL || o->address > best->address))
			best = o;
	}
	name = best == NULL ? NULL : best->name[0] != '\0' ? best->name : p->exe;
	en = name != NULL && name[0] == '/' ? store_open(run->s->store, name) : NULL;
	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF ||
	    address - best->address >= en->file->elf.load_end)
		return NULL;
	return name;
}

/* Nobody could look at the command while it died: what is known all the same. */
void run_explain_unread(struct run *run)
{
	const struct watch_crash *v = NULL;
	size_t n = run->watch != NULL && run->end.signal != 0 ? watch_crashes(run->watch, &v) : 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = process_of(run, v[i].pid);
		const char *object;

		if ((long)v[i].pid != run->end.pid || v[i].stack != NULL || v[i].trace_err == 0)
			continue;
		object = k != SIZE_MAX ? object_at(run, run->log.processes.items[k], v[i].pc) : NULL;
		run->r.hint = arena_printf(
			run->a, "It died at 0x%llx%s%s; its stack could not be read: %s.",
			(unsigned long long)v[i].pc, object != NULL ? " in " : "",
			object != NULL ? object : "", strerrordesc_np(v[i].trace_err));
	}
}
