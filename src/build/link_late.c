/* link_late.c - lld and mold: the order of archives does not matter.
 *
 * lld reads from left to right, but remembers what archives have: a reference that is not weak brings the
 * member in, whether it comes before or behind. mold knows all files first: regular objects define, then
 * shared objects and archives in order, and what is referenced becomes alive.
 */
#include <stdlib.h>
#include <string.h>

#include "build/link_priv.h"

void link_queue(struct link *l, struct link_object *o, struct link_archive *ar)
{
	struct link_queued q = { o, ar };

	if (l->queue.n < LINK_MAX_OBJECTS)
		*ARENA_PUSH(l->a, &l->queue) = q;
}

void link_extract(struct link *l, struct link_sym *s)
{
	struct link_object *o = link_pull(l, s->lazy, s->lazy_header, s);

	s->state = LINK_UNDEFINED;
	s->lazy_gone = true;
	if (o == NULL || o->loaded)
		return;
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

/* ---- mold's order of definitions --------------------------------------------------------------------- */

/* Live objects: strong 1, weak 2, common 5; shared objects and members: 3, 4, 6. */
unsigned link_rank(const struct link_ref *r, bool outside)
{
	if (r->state == LINK_COMMON)
		return outside ? 6 : 5;
	if (outside)
		return r->state == LINK_WEAK ? 4 : 3;
	return r->state == LINK_WEAK ? 2 : 1;
}

static unsigned member_rank(struct link *l, struct link_archive *ar, uint64_t header,
			    const struct link_sym *s)
{
	const struct link_object *o = link_member(l, ar, header);

	for (size_t i = 0; o != NULL && i < o->nrefs; i++)
		if (o->refs[i].sym == s)
			return link_rank(&o->refs[i], true);
	return 3;
}

unsigned link_lazy_rank(struct link *l, const struct link_sym *s)
{
	return member_rank(l, s->lazy, s->lazy_header, s);
}

/* Is the member's definition better than what is there? */
static bool beats(struct link *l, struct link_archive *ar, uint64_t header, const struct link_sym *s)
{
	struct link_ref have = { .state = (uint8_t)s->state };

	if (l->kind != LINKER_MOLD || s->option)
		return false;
	if (s->state == LINK_LAZY)
		return link_lazy_rank(l, s) > 3 && member_rank(l, ar, header, s) < link_lazy_rank(l, s);
	if (!s->by_dso && s->state != LINK_COMMON)
		return false;
	return link_rank(&have, s->by_dso) > 3 && member_rank(l, ar, header, s) < link_rank(&have, s->by_dso);
}

/* ---- members are offered ----------------------------------------------------------------------------- */

static bool is_open(const struct link_sym *s)
{
	return s->state == LINK_NEW || s->state == LINK_UNDEFINED || s->state == LINK_UNDEFINED_WEAK;
}

static void offer(struct link *l, struct link_archive *ar, const struct link_index *x)
{
	struct link_sym *s = x->sym;
	bool wanted = s->state == LINK_UNDEFINED;

	if (s->lazy_gone || (!is_open(s) && !beats(l, ar, x->header, s)))
		return;
	if (s->state == LINK_COMMON && !s->by_dso)
		s->ref_regular_strong = true;
	s->by_dso = false;
	s->owner = NULL;
	s->state = LINK_LAZY;
	s->lazy = ar;
	s->lazy_header = x->header;
	if (wanted && l->kind == LINKER_LLD)
		link_extract(l, s);
}

static void offer_members(struct link *l, struct link_archive *ar)
{
	make_index(l, ar);
	for (size_t i = 0; i < ar->index.n && !l->stop; i++)
		offer(l, ar, &ar->index.items[i]);
}

/* ---- lld --------------------------------------------------------------------------------------------- */

static void resolve_lld(struct link *l)
{
	for (size_t i = 0; i < l->queue.n && !l->stop; i++) {
		struct link_object *o = l->queue.items[i].object;

		if (o == NULL)
			offer_members(l, l->queue.items[i].archive);
		else if (o->misfit)
			link_wrong_arch(l, o);
		else
			link_take_object(l, o);
	}
	link_name_symbols(l);
}

/* ---- mold -------------------------------------------------------------------------------------------- */

static int compare_places(const void *a, const void *b)
{
	const struct link_object *x = *(struct link_object *const *)a, *y = *(struct link_object *const *)b;

	if (x->op != y->op)
		return x->op < y->op ? -1 : 1;
	return x->header < y->header ? -1 : x->header > y->header;
}

/* Of live objects the one that stands first on the command line has a symbol; the others define it twice. */
static void find_twice(struct link *l)
{
	struct link_object **v = ARENA_ARRAY(l->a, l->objects.n + 1, struct link_object *);

	if (l->objects.n == 0)
		return;
	memcpy(v, l->objects.items, l->objects.n * sizeof(*v));
	qsort(v, l->objects.n, sizeof(*v), compare_places);
	for (size_t i = 0; i < l->objects.n && !l->line->z_muldefs; i++)
		for (size_t k = 0; v[i]->kind != LINK_DSO && k < v[i]->nrefs; k++) {
			const struct link_ref *r = &v[i]->refs[k];

			if (r->state != LINK_DEFINED || r->dropped || r->sym->option ||
			    link_is_collected(v[i], r->section))
				continue;
			if (r->sym->first == NULL)
				r->sym->first = v[i];
			else if (v[i]->kind != LINK_LTO) /* the plugin leaves out what is there */
				link_say_multiple(l, v[i], r, r->sym->first);
		}
}

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
		else if (l->queue.items[i].object != NULL &&
			 l->queue.items[i].object->kind == LINK_DSO)
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
	link_collect(l);
	find_twice(l);
}

/* What only weak references name, and no member brought in, is undefined all the same. */
static void settle(struct link *l)
{
	for (size_t i = 0; i < l->all.n; i++) {
		struct link_sym *s = l->all.items[i];

		if (s->spare != NULL && (s->state == LINK_LAZY || is_open(s)))
			link_take_spare(s);
		else if (s->state == LINK_LAZY)
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
