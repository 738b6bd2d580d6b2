/* text_run.c - what a run leaves to say, for people: how it ended, and what each process loaded. */
#include "report/text.h"

#include <string.h>

enum { DIFFERENCES = 5, OTHERS = 5 };

const char *text_run_verdict(struct text *t, enum style *style)
{
	const struct dlwhy_run *run = t->r->run;

	*style = RED;
	if (!run->started)
		return "was not started";
	if (run->signal != 0)
		return arena_printf(t->a, "was ended by %s",
				    run->signal_name != NULL ? run->signal_name : "a signal");
	if (run->exit_status == 0)
		*style = t->r->nfindings > 0 ? YELLOW : GREEN;
	return arena_printf(t->a, "exited with status %d", run->exit_status);
}

static size_t count_objects(const struct dlwhy_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->nprocesses; i++)
		for (size_t k = 0; k < run->processes[i]->nloads && !run->processes[i]->forked; k++)
			n += run->processes[i]->loads[k]->nobjects;
	return n;
}

/* What was watched, and that nothing of it failed. */
static void nothing_failed(struct text *t, struct lines *out)
{
	const struct dlwhy_run *run = t->r->run;

	if (!run->watched)
		return;
	text_wrap(t, out, MARGIN, 2,
		  arena_printf(t->a, "No library failed to load in it (%zu process%s, %zu objects).",
			       run->nprocesses, run->nprocesses == 1 ? "" : "es",
			       count_objects(run)));
}

static void difference_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_run *run = t->r->run;
	size_t said = 0;

	for (size_t i = 0; i < run->nprocesses; i++)
		for (size_t k = 0; k < run->processes[i]->ndifferences; k++) {
			if (said++ == 0)
				text_line(t, out, 0, BOLD,
					  "Prediction and run differ: it is a bug in one of the two.");
			if (said <= DIFFERENCES || t->verbose)
				text_wrap(t, out, MARGIN, 3,
					  text_clean(t, run->processes[i]->differences[k]));
		}
}

static void member_line(struct text *t, const struct dlwhy_result *m, struct lines *out)
{
	const char *why = m->nfindings > 0 ? m->findings[0]->summary
			  : m->loader_message != NULL ? m->loader_message : "it failed";
	const char *s = arena_printf(t->a, "%s: %s", text_clean(t, m->target), text_clean(t, why));

	text_line(t, out, MARGIN, PLAIN, t->verbose ? s : text_begin(t, s, t->width - MARGIN));
	if (t->verbose && m->loader_message != NULL)
		text_line(t, out, DEEPER, DIM,
			  arena_printf(t->a, "%s (%s)", text_clean(t, m->loader_message),
				       text_clean(t, m->host)));
}

static void also_failed(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;

	if (r->nmembers == 0)
		return;
	text_line(t, out, 0, BOLD, "Failed before that as well:");
	for (size_t i = 0; i < r->nmembers && (t->verbose || i < OTHERS); i++)
		member_line(t, r->members[i], out);
	if (!t->verbose && r->nmembers > OTHERS)
		text_line(t, out, MARGIN, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 and %zu more; -v shows all",
				       r->nmembers - OTHERS));
}

static void load_lines(struct text *t, const struct dlwhy_run_load *l, struct lines *out)
{
	const char *name = l->name != NULL ? text_clean(t, l->name) : "the start";

	text_line(t, out, MARGIN, strcmp(l->outcome, "failed") == 0 ? RED : PLAIN,
		  arena_printf(t->a, "%s: %s", name, l->outcome));
	for (size_t i = 0; i < l->nobjects; i++)
		text_line(t, out, DEEPER, DIM, text_clean(t, l->objects[i]));
}

static void process_lines(struct text *t, const struct dlwhy_run_process *p, struct lines *out)
{
	const char *end = strcmp(p->ending, "signal") == 0 ? ", ended by a signal" :
			  strcmp(p->ending, "exec") == 0   ? ", became another program" : "";

	text_line(t, out, 0, BOLD,
		  arena_printf(t->a, "Process %lld: %s%s%s%s", (long long)p->pid,
			       p->program != NULL ? text_clean(t, p->program) : "not known",
			       p->forked ? " (forked)" : "", p->started ? "" : ", not begun", end));
	for (size_t i = 0; i < p->nloads; i++)
		load_lines(t, p->loads[i], out);
}

void text_run_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_run *run = t->r->run;

	if (t->r->nfindings == 0 && t->r->loads == DLWHY_YES)
		nothing_failed(t, out);
	if (t->r->nfindings == 0 && t->r->hint != NULL)
		text_wrap(t, out, MARGIN, 3, text_clean(t, t->r->hint));
	also_failed(t, out);
	difference_lines(t, out);
	if (run->why_not != NULL)
		text_wrap(t, out, MARGIN, 3,
			  arena_printf(t->a, "Not watched: %s.", text_clean(t, run->why_not)));
	for (size_t i = 0; i < run->nunseen; i++)
		text_wrap(t, out, MARGIN, 3,
			  arena_printf(t->a, "Not watched: %s.", text_clean(t, run->unseen[i])));
	if (run->lost > 0)
		text_wrap(t, out, MARGIN, 2,
			  arena_printf(t->a, "There was no room for %zu of the records.", run->lost));
	for (size_t i = 0; t->verbose && i < run->nprocesses; i++)
		process_lines(t, run->processes[i], out);
}
