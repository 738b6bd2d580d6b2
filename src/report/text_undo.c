/* text_undo.c - what has been changed and can be taken back, for people. */
#include "report/text.h"

#include <inttypes.h>
#include <string.h>

enum { FILES = 12 /* of one transaction, unless verbose */ };

/* "2026-11-29 17:04 UTC". Days since 1970 become a date by years that begin in March. */
static const char *date_of(struct text *t, int64_t seconds)
{
	int64_t days = seconds / 86400 - (seconds % 86400 < 0), rest = seconds - days * 86400;
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, day_of_era = z - era * 146097;
	int64_t year = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day = day_of_era - (365 * year + year / 4 - year / 100), part = (5 * day + 2) / 153;
	int64_t month = part < 10 ? part + 3 : part - 9, hour = rest / 3600, minute = rest / 60 % 60;

	day -= (153 * part + 2) / 5 - 1;
	year += era * 400 + (month <= 2);
	return arena_printf(t->a,
			    "%04" PRId64 "-%02" PRId64 "-%02" PRId64 " %02" PRId64 ":%02" PRId64 " UTC",
			    year, month, day, hour, minute);
}

static const char *join(struct text *t, const char *const *words, size_t n)
{
	const char *s = "";

	for (size_t i = 0; i < n; i++)
		s = arena_printf(t->a, "%s%s%s", s, i > 0 ? " " : "", words[i]);
	return text_clean(t, s);
}

/* What undoing a step does; NULL: nothing. */
static const char *step_words(struct text *t, const struct dlwhy_transaction_step *s)
{
	const char *path = text_clean(t, s->path);

	if (strcmp(s->change, "run") == 0)
		return arena_printf(t->a, "takes back what was changed by: %s", join(t, s->argv, s->nargv));
	if (strcmp(s->change, "folder") == 0)
		return s->was_there ? NULL : arena_printf(t->a, "removes the folder %s", path);
	if (strcmp(s->change, "remove") == 0)
		return s->was_there ? arena_printf(t->a, "brings back %s", path) : NULL;
	if (!s->was_there)
		return arena_printf(t->a, "removes %s", path);
	return arena_printf(t->a, "restores %s%s", strcmp(s->change, "mode") == 0 ? "the permissions of " :
			    "", path);
}

static void step_lines(struct text *t, const struct dlwhy_transaction *x, struct lines *out)
{
	size_t said = 0;

	for (size_t i = x->nsteps; i-- > 0;) {
		const char *s = step_words(t, x->steps[i]);

		if (s == NULL || (said++ >= FILES && !t->verbose))
			continue;
		text_line(t, out, DEEPER, PLAIN, s);
		if (x->steps[i]->changed != NULL)
			text_wrap(t, out, DEEPER + MARGIN, 3,
				  arena_printf(t->a, "      but not now: %s",
					       text_clean(t, x->steps[i]->changed)));
	}
	if (said > FILES && !t->verbose)
		text_line(t, out, DEEPER, DIM, arena_printf(t->a, "\xe2\x80\xa6 and %zu more; -v shows all",
							    said - FILES));
}

static const char *state_words(struct text *t, const struct dlwhy_transaction *x)
{
	if (strcmp(x->state, "undone") == 0)
		return arena_printf(t->a, "undone %s", date_of(t, x->undone));
	if (strcmp(x->state, "stuck") == 0)
		return "could not be taken back whole";
	if (strcmp(x->state, "begun") == 0 || strcmp(x->state, "undoing") == 0)
		return "at work";
	return x->state;
}

static void item_lines(struct text *t, const struct dlwhy_transaction *x, bool steps, struct lines *out)
{
	if (x->damage != NULL) {
		text_line(t, out, 0, RED, arena_printf(t->a, "%s  %s", x->id, text_clean(t, x->damage)));
		return;
	}
	text_line(t, out, 0, strcmp(x->state, "done") == 0 ? BOLD : DIM,
		  arena_printf(t->a, "%s  %s  %s%s%s", x->id, date_of(t, x->time), text_clean(t, x->title),
			       strcmp(x->state, "done") == 0 ? "" : "  -- ",
			       strcmp(x->state, "done") == 0 ? "" : state_words(t, x)));
	if (x->ncommand > 0)
		text_line(t, out, DEEPER, DIM, join(t, x->command, x->ncommand));
	if (steps)
		step_lines(t, x, out);
}

static void list_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_undo *u = t->r->undo;

	if (u->ntransactions == 0)
		text_line(t, out, 0, PLAIN, "dlwhy has not changed anything that is known here.");
	for (size_t i = u->ntransactions; i-- > 0;)
		item_lines(t, u->transactions[i], t->verbose || *t->r->target != '\0', out);
}

static void error_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_undo *u = t->r->undo;
	const char *what = u->ntransactions > 0 || u->nrecovered > 0 ? "Not undone" : "Nothing is undone";

	text_wrap(t, out, 0, 6, arena_printf(t->a, "%s: %s.", what, text_clean(t, t->r->error->message)));
}

void text_undo_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_undo *u = t->r->undo;
	const struct dlwhy_transaction *x = u->ntransactions > 0 ? u->transactions[0] : NULL;

	for (size_t i = 0; i < u->nrecovered; i++)
		text_wrap(t, out, 0, 6, arena_printf(t->a, "%s.", text_clean(t, u->recovered[i])));
	if (t->r->error != NULL) {
		error_lines(t, out);
		return;
	}
	if (!u->list && u->nrecovered > 0 && x == NULL)
		return;
	if (u->list || x == NULL) {
		list_lines(t, out);
		return;
	}
	text_line(t, out, 0, u->done ? GREEN : PLAIN,
		  arena_printf(t->a, "Transaction %s %s: %s", x->id, u->done ? "has been undone" :
			       "is as it was",
			       text_clean(t, x->title)));
	if (u->done && t->verbose)
		step_lines(t, x, out);
}
