/* text_fix.c - plans that make something work, and what became of the one that was done. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum { PLANS = 6, PLAN_ROWS = 4, PLAN_FILES = 4 };

/* "low risk, tried in a simulation: it works; the command stays as it is" */
static const char *merits(struct text *t, const struct dlwhy_plan *p)
{
	const char *tried = p->works == DLWHY_YES  ? "tried in the simulation: it works"
			    : p->works == DLWHY_NO ? "tried in the simulation: something else fails then"
			    : p->can_apply         ? "it cannot be simulated: it is proved when it is done"
						   : "by hand";

	return arena_printf(t->a, "%s risk, %s", text_clean(t, p->risk), tried);
}

static void files(struct text *t, const struct dlwhy_plan *p, struct lines *out)
{
	size_t n = t->verbose || p->nfiles <= PLAN_FILES ? p->nfiles : PLAN_FILES;

	for (size_t i = 0; i < n; i++)
		text_line(t, out, DEEPER, PLAIN,
			  arena_printf(t->a, "changes %s", text_clean(t, p->files[i])));
	if (n < p->nfiles)
		text_line(t, out, DEEPER, DIM,
			  arena_printf(t->a, "and %zu more; -v shows all", p->nfiles - n));
}

static void plan_lines(struct text *t, const struct dlwhy_plan *p, struct lines *out)
{
	size_t rows = t->verbose ? SIZE_MAX : PLAN_ROWS;

	text_end(t, out);
	text_add(t, BOLD, arena_printf(t->a, "Plan %d", p->n));
	text_add(t, DIM, arena_printf(t->a, " (%s)", merits(t, p)));
	text_end(t, out);
	text_add(t, PLAIN, "  ");
	text_wrap(t, out, MARGIN, rows, text_clean(t, p->says));
	if (p->then != NULL)
		text_wrap(t, out, MARGIN, rows, arena_printf(t->a, "  Then: %s", text_clean(t, p->then)));
	for (size_t i = 0; i < p->ncommands; i++)
		text_line(t, out, DEEPER, BOLD, text_clean(t, p->commands[i]));
	files(t, p, out);
	for (size_t i = 0; i < p->nnotes; i++) {
		text_add(t, PLAIN, "    ");
		text_wrap(t, out, DEEPER, rows, text_clean(t, p->notes[i]));
	}
}

/* What who was asked for proof has said, each line of it. */
static void message_lines(struct text *t, const struct dlwhy_result *r, struct lines *out)
{
	bool is_build = r->question != NULL && strcmp(r->question, "link") == 0;
	const char *who = is_build ? "It says:" : "The loader says:";

	for (const char *p = r->applied->message; p != NULL && *p != '\0'; who = NULL) {
		size_t n = strcspn(p, "\n");
		const char *line = text_clean(t, arena_strndup(t->a, p, n));

		text_line(t, out, MARGIN, PLAIN,
			  who != NULL ? arena_printf(t->a, "%s  %s", who, line)
				      : arena_printf(t->a, "  %s", line));
		p += n + (p[n] == '\n');
	}
}

static void applied_lines(struct text *t, const struct dlwhy_result *r, struct lines *out)
{
	const struct dlwhy_applied *a = r->applied;

	text_end(t, out);
	text_add(t, a->works ? GREEN : RED, arena_printf(t->a, "Plan %d: ", a->n));
	text_wrap(t, out, MARGIN, SIZE_MAX, text_clean(t, a->says));
	message_lines(t, r, out);
	if (a->id != NULL)
		text_line(t, out, MARGIN, PLAIN,
			  arena_printf(t->a, "To take it back: dlwhy undo %s", a->id));
}

static bool nothing_to_do(const struct dlwhy_result *r)
{
	return r->nfindings == 0 || r->findings[0]->severity == DLWHY_NOTE;
}

static void no_plans(struct text *t, struct lines *out)
{
	if (t->r->error != NULL)
		return;
	text_line(t, out, MARGIN, PLAIN,
		  nothing_to_do(t->r)
			  ? "There is nothing to repair."
			  : "No way out is known that is safe enough to be offered.");
}

static bool is_done(const struct dlwhy_result *r)
{
	return r->applied != NULL && r->applied->works;
}

/* Of plans that were not done nobody wants to read once another has been. */
static bool is_shown(const struct text *t, const struct dlwhy_plan *p)
{
	return t->verbose || !is_done(t->r) || p->n == t->r->applied->n;
}

void text_fix_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	size_t n = t->verbose || r->nplans <= PLANS ? r->nplans : PLANS;

	if (r->question == NULL)
		return;
	if (r->hint != NULL)
		text_wrap(t, out, MARGIN, SIZE_MAX, text_clean(t, r->hint));
	if (r->nplans == 0)
		no_plans(t, out);
	for (size_t i = 0; i < n; i++)
		if (is_shown(t, r->plans[i]))
			plan_lines(t, r->plans[i], out);
	if (n < r->nplans && !is_done(r)) {
		text_end(t, out);
		text_line(t, out, 0, DIM,
			  arena_printf(t->a, "%zu more plans; -v shows all", r->nplans - n));
	}
	if (r->applied != NULL && (r->nplans > 0 || !nothing_to_do(r))) {
		applied_lines(t, r, out);
	} else if (n > 0 && r->plans[0]->can_apply) {
		text_end(t, out);
		text_line(t, out, 0, PLAIN,
			  "Nothing was changed. With --apply plan 1 is done, proved, and can be undone.");
	}
}
