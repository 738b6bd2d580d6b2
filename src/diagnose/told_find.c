/* told_find.c - the facts that stand around another one. */
#include "diagnose/told_find.h"

#include <string.h>

bool told_is_id(const struct msg_fact *f, const char *id)
{
	return strcmp(f->id, id) == 0;
}

bool told_is_detail(const struct msg_fact *f, const char *detail)
{
	return f->detail != NULL && strcmp(f->detail, detail) == 0;
}

void told_silence(struct msg_fact *f)
{
	f->kind = MSG_CONTEXT;
	f->rank = RANK_ENDS;
	f->code = NULL;
}

void told_take(struct msg_fact *to, const struct msg_fact *from, enum msg_field f)
{
	if (to->field[f] == NULL)
		to->field[f] = from->field[f];
}

const struct msg_fact *told_find(const struct told_case *c, const char *id)
{
	for (size_t i = 0; i < c->n; i++)
		if (told_is_id(&c->facts[i].f, id))
			return &c->facts[i].f;
	return NULL;
}

/* The last fact with this id above line `line`, no further than `lines`. */
const struct msg_fact *told_above(const struct told_case *c, const char *id, const struct msg_fact *f,
				  int64_t lines)
{
	const struct msg_fact *best = NULL;

	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *x = &c->facts[i].f;

		if (starts_with(x->id, id) && x->offset < f->offset && f->line - x->line <= lines &&
		    (best == NULL || x->offset > best->offset))
			best = x;
	}
	return best;
}

const struct msg_fact *told_below(const struct told_case *c, const char *id, const struct msg_fact *f,
				  int64_t lines)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct msg_fact *x = &c->facts[i].f;

		if (starts_with(x->id, id) && x->offset > f->offset && x->line - f->line <= lines)
			return x;
	}
	return NULL;
}
