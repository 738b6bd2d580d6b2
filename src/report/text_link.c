/* text_link.c - of a link, for people: the verdict, and what the linker prints first. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

bool text_is_link(const struct dlwhy_result *r)
{
	const char *verb = r->question != NULL ? r->question : r->verb;

	return verb != NULL && strcmp(verb, "link") == 0;
}

const char *text_link_verdict(const struct dlwhy_result *r, enum style *style)
{
	*style = RED;
	if (r->links == DLWHY_NO)
		return "does not link";
	*style = YELLOW;
	if (r->links == DLWHY_UNKNOWN)
		return "may link or not: it cannot be decided";
	if (r->loads == DLWHY_NO) {
		*style = RED;
		return r->is_program ? "links, but what comes out does not start" :
				       "links, but what comes out does not load";
	}
	if (r->nfindings > 0)
		return "links, but there is something to know";
	*style = GREEN;
	return "links";
}

/* Or does it fail before one is started: in a compiler, in the shell? */
static bool by_linker(const struct dlwhy_result *r)
{
	return r->platform.loader != NULL && strcmp(r->platform.loader, "none") != 0;
}

const char *text_link_certainty(struct text *t)
{
	const char *s = words_certainty(t->r->certainty);

	if (t->r->certainty != DLWHY_PROVED && t->r->assumes != NULL)
		s = arena_printf(t->a, "%s, if %s", s, text_clean(t, t->r->assumes));
	return by_linker(t->r) ? arena_printf(t->a, "%s (%s)", s, text_clean(t, t->r->platform.loader)) : s;
}

void text_link_says(struct text *t, struct lines *out)
{
	bool go = t->r->platform.loader != NULL && strcmp(t->r->platform.loader, "go") == 0;
	const char *label = go ? "  Go says:  " : by_linker(t->r) ? "  The linker says:  " : "  It says:  ";

	if (t->r->loads == DLWHY_NO && t->r->linker_message == NULL) {
		text_loader_says(t, out);
		return;
	}
	if (t->r->linker_message == NULL && t->r->nfindings == 0 && t->r->hint != NULL)
		text_wrap(t, out, MARGIN, t->verbose ? SIZE_MAX : 3, text_clean(t, t->r->hint));
	if (t->r->linker_message == NULL)
		return;
	text_add(t, PLAIN, label);
	text_add(t, PLAIN, text_fit(t, text_clean(t, t->r->linker_message),
				    t->verbose ? SIZE_MAX : 2 * t->width - escape_columns(label)));
	text_end(t, out);
	for (size_t i = 0; t->verbose && i < t->r->nlinker_lines; i++)
		text_line(t, out, MARGIN, DIM, text_clean(t, t->r->linker_lines[i]));
}
