/* link_late.c - lld and mold: the order of archives does not matter.
 *
 * lld reads from left to right, but remembers what archives have: a reference that is not weak brings the
 * member in, whether it comes before or behind. mold knows all files first: regular objects define, then
 * shared objects and archives in order, and what is referenced becomes alive.
 */
#include "build/link_priv.h"

void link_queue(struct link *l, struct link_object *o, struct link_archive *ar)
{
	struct link_queued q = { o, ar };

	if (l->queue.n < LINK_MAX_OBJECTS)
		*ARENA_PUSH(l->a, &l->queue) = q;
}

void link_extract(struct link *l, struct link_sym *s)
{
	struct link_object *o = link_member(l, s->lazy, s->lazy_header);

	s->state = LINK_UNDEFINED;
	s->lazy_gone = true;
	if (o == NULL || o->loaded)
		return;
	if (!link_machine_fits(l, o->e)) {
		*ARENA_PUSH(l->a, &l->misfits) = o;
		return;
	}
	o->pulled_by = s;
	link_take_object(l, o);
}

/* lld asks the index; mold reads every member, so that an archive without one serves it as well. */
static void make_index(struct link *l, struct link_archive *ar)
{
	uint64_t at = ar->ar.first, header = at;
	struct ar_member m;

	link_index(l, ar);
	if (ar->index.n > 0)
		return;
	while (ar_next(&ar->ar, &at, &m) && ar->index.n < LINK_MAX_OBJECTS) {
		struct link_object *o = link_member(l, ar, header);

		for (size_t i = 0; o != NULL && i < o->nrefs; i++)
			if (o->refs[i].state == LINK_DEFINED || o->refs[i].state == LINK_WEAK ||
			    o->refs[i].state == LINK_COMMON) {
				struct link_index x = { o->refs[i].sym, header, false };

				*ARENA_PUSH(l->a, &ar->index) = x;
			}
		header = at;
	}
}

static void offer_members(struct link *l, struct link_archive *ar)
{
	make_index(l, ar);
	for (size_t i = 0; i < ar->index.n && !l->stop; i++) {
		struct link_sym *s = ar->index.items[i].sym;
		bool wanted = s->state == LINK_UNDEFINED;

		if ((s->state != LINK_NEW && s->state != LINK_UNDEFINED && s->state != LINK_UNDEFINED_WEAK) ||
		    s->lazy_gone)
			continue;
		s->state = LINK_LAZY;
		s->lazy = ar;
		s->lazy_header = ar->index.items[i].header;
		if (wanted && l->kind == LINKER_LLD)
			link_extract(l, s);
	}
}

/* ---- lld ------------------------------------------------------------------------------------------- */

static void resolve_lld(struct link *l)
{
	for (size_t i = 0; i < l->queue.n && !l->stop; i++) {
		if (l->queue.items[i].object != NULL)
			link_take_object(l, l->queue.items[i].object);
		else
			offer_members(l, l->queue.items[i].archive);
	}
}

/* ---- mold ------------------------------------------------------------------------------------------ */

static bool wakes(struct link *l, struct link_sym *s)
{
	if (s->state == LINK_LAZY && (s->ref_regular_strong || s->ref_dso_strong)) {
		link_extract(l, s);
		return true;
	}
	if (s->by_dso && s->owner != NULL && !s->owner->needed && s->ref_regular_strong) {
		s->owner->needed = true;
		link_note_dso(l, s->owner);
		return true;
	}
	return false;
}

static void resolve_mold(struct link *l)
{
	bool again = true;

	for (size_t i = 0; i < l->queue.n; i++)
		if (l->queue.items[i].object != NULL && l->queue.items[i].object->kind != LINK_DSO)
			link_take_object(l, l->queue.items[i].object);
	for (size_t i = 0; i < l->queue.n; i++) {
		if (l->queue.items[i].archive != NULL)
			offer_members(l, l->queue.items[i].archive);
		else if (l->queue.items[i].object->kind == LINK_DSO)
			link_take_object(l, l->queue.items[i].object);
	}
	for (size_t i = 0; i < l->objects.n; i++)
		if (l->objects.items[i]->kind == LINK_DSO && l->objects.items[i]->needed)
			link_note_dso(l, l->objects.items[i]);
	while (again && !l->stop) {
		again = false;
		for (size_t i = 0; i < l->all.n && !l->stop; i++)
			again = wakes(l, l->all.items[i]) || again;
	}
}

/* What only weak references name, and no member brought in, is undefined all the same. */
static void settle(struct link *l)
{
	for (size_t i = 0; i < l->all.n; i++) {
		struct link_sym *s = l->all.items[i];

		if (s->state == LINK_LAZY)
			s->state = s->ref_regular || s->ref_dso ? LINK_UNDEFINED_WEAK : LINK_NEW;
	}
}

void link_resolve_late(struct link *l)
{
	if (l->kind == LINKER_LLD)
		resolve_lld(l);
	else if (l->kind == LINKER_MOLD)
		resolve_mold(l);
	settle(l);
}
