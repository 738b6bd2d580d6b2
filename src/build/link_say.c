/* link_say.c - what a linker prints: lines of a complaint, and the one that says what is wrong. */
#include <stdarg.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"
#include "symbol/demangle.h"

/* What does not fit is counted in the last one; so a link of a million errors stays small. */
struct link_trouble *link_trouble(struct link *l, enum link_trouble_kind kind, bool error)
{
	struct link_trouble *t = ARENA_NEW(l->a, struct link_trouble);

	t->kind = kind;
	t->error = error;
	t->count = 1;
	t->lines = "";
	if (error)
		l->failed = true;
	if (l->troubles.n < LINK_MAX_TROUBLES)
		*ARENA_PUSH(l->a, &l->troubles) = t;
	else
		l->cut = true;
	return t;
}

void link_line(struct link *l, struct link_trouble *t, bool decides, const char *text)
{
	t->lines = *t->lines == '\0' ? text : arena_printf(l->a, "%s\n%s", t->lines, text);
	if (decides && t->message == NULL)
		t->message = text;
}

void link_line_of(struct link *l, struct link_trouble *t, bool decides, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	link_line(l, t, decides, arena_vprintf(l->a, fmt, ap));
	va_end(ap);
}

const char *link_shown(struct link *l, const char *symbol)
{
	const char *text;

	if (link_is_pe(l) && l->machine == EM_386 && *symbol == '_')
		symbol++; /* each name of C has one before it */
	text = demangle_as_linker(l->a, symbol, l->kind != LINKER_BFD && l->kind != LINKER_GOLD);
	return text != NULL ? text : symbol;
}

const struct link_trouble *link_first_error(const struct link *l)
{
	const struct link_trouble *note = NULL;

	for (size_t i = 0; i < l->troubles.n; i++) {
		const struct link_trouble *t = l->troubles.items[i];

		if (t->error)
			return note != NULL ? note : t;
		if (t->kind == LT_LTO_PLUGIN && note == NULL)
			note = t; /* printed as an error, but for itself none */
	}
	return NULL;
}
