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

void text_told_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_told *told = t->r->told;
	const char *place;

	if (told->text == NULL) {
		text_wrap(t, out, MARGIN, 2,
			  arena_printf(t->a, "  %llu lines were read, %zu sentences in them are known.",
				       (unsigned long long)told->lines, told->nfacts));
		if (t->r->hint != NULL)
			text_wrap(t, out, MARGIN + 2, 3, text_clean(t, t->r->hint));
		return;
	}
	place = arena_printf(t->a, "  Line %lld:  ", (long long)told->line);
	text_add(t, PLAIN, place);
	text_add(t, PLAIN, text_fit(t, text_clean(t, told->text),
				    t->verbose ? SIZE_MAX : 2 * t->width - escape_columns(place)));
	text_end(t, out);
}
