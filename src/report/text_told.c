/* text_told.c - what a text tells of, for people: the decisive words, and what was read. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

const char *text_told_verdict(const struct dlwhy_result *r, enum style *style)
{
	*style = PLAIN;
	if (r->nfindings == 0)
		return "tells of no error that is known here";
	*style = RED;
	return r->nfindings > 1 ? "tells of these errors" : "tells of this error";
}

const char *text_told_certainty(struct text *t)
{
	const char *s = words_certainty(t->r->certainty), *looked = t->r->told->looked;

	if (looked != NULL)
		return arena_printf(t->a, "%s; looked at here: %s", s, text_clean(t, looked));
	return t->r->assumes != NULL ? arena_printf(t->a, "%s: %s", s, text_clean(t, t->r->assumes)) : s;
}

/* The first words are the answer; of what is only a warning they say that it is no error. Which of several
 * texts it is of stands before them. */
void text_told_answer(struct text *t, const struct dlwhy_finding *f, size_t max, struct lines *out)
{
	const char *name = t->verbose ? text_clean(t, t->r->target) : text_base(t, t->r->target);
	const char *says = text_clean(t, f->summary);

	if (f->severity != DLWHY_ERROR)
		says = arena_printf(t->a, "No error is told of, only a warning: %s", says);
	if (strcmp(name, "-") != 0)
		says = arena_printf(t->a, "%s: %s",
				    text_fit(t, name, t->verbose ? SIZE_MAX : t->width / 2), says);
	text_wrap(t, out, 0, max, says);
}

/* Nothing is claimed: how much was looked at. */
static const char *nothing_told(struct text *t)
{
	const struct dlwhy_told *told = t->r->told;
	const char *it = told->lines == 1 ? "it" : "them";
	const char *lines = told->lines == 1 ? "1 line was read" :
					       arena_printf(t->a, "%llu lines were read",
							    (unsigned long long)told->lines);

	if (told->bytes == 0)
		return "Nothing was read: it is empty.";
	if (told->nfacts == 0)
		return arena_printf(t->a, "%s, and no sentence of a loader, a linker or a build in %s is "
				    "known.", lines, it);
	if (told->nfacts == 1)
		return arena_printf(t->a, "%s; the one sentence in %s that is known is no error by itself.",
				    lines, it);
	return arena_printf(t->a,
			    "%s; the %zu sentences in %s that are known are no errors by themselves.", lines,
			    told->nfacts, it);
}

/* What a reader can do who knows that something fails. */
static void nothing_told_next(struct text *t, struct lines *out)
{
	if (t->r->hint != NULL)
		text_wrap(t, out, MARGIN + 2, 3, text_clean(t, t->r->hint));
	else if (t->r->told->bytes > 0)
		text_wrap(t, out, MARGIN, 3,
			  "If a command fails all the same: give all that it printed, from the command on, "
			  "or let it be watched: dlwhy run -- COMMAND");
}

void text_told_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_told *told = t->r->told;
	const char *place;

	if (told->text == NULL) {
		text_wrap(t, out, MARGIN, 2, nothing_told(t));
		nothing_told_next(t, out);
		return;
	}
	place = arena_printf(t->a, "  Line %lld:  ", (long long)told->line);
	text_add(t, PLAIN, place);
	text_add(t, PLAIN, text_fit(t, text_clean(t, told->text),
				    t->verbose ? SIZE_MAX : 2 * t->width - escape_columns(place)));
	text_end(t, out);
}
