/* d_swallowed.c - what an import catches and goes on without.
 *
 * Packages try libraries and modules that they can do without. Only what began with a native file that is
 * there and is refused, or what is told to people, is worth a finding.
 */
#include <string.h>

#include "diagnose/d_import.h"

enum { MAX_TOLD = 20 };

/* ---- one load, explained as check would --------------------------------------------------------- */

/* Ids of images that the result does not show become paths. */
static void without_ids(struct diag *d, struct draft *dr, const struct process *then)
{
	for (size_t i = 0; i < dr->evidence.n; i++) {
		struct dlwhy_evidence *e = dr->evidence.items[i];
		size_t id = e->object >= 0 ? (size_t)e->object : SIZE_MAX;

		if (id >= then->images.n)
			continue;
		if (id < d->p->images.n && d->p->images.items[id] == then->images.items[id])
			continue;
		if (e->path == NULL)
			e->path = then->images.items[id]->name;
		e->object = -1;
	}
}

struct draft *import_native(struct diag *d, const struct native_load *l)
{
	struct process *p = ARENA_NEW(d->a, struct process);
	struct diagnose_input *in = ARENA_NEW(d->a, struct diagnose_input);
	struct diag sub = *d;
	struct draft *first = NULL;

	*p = l->then != NULL ? *l->then : *d->p;
	p->trace.failures = l->failures;
	*in = *d->in;
	in->process = p;
	in->target_path = l->what.path;
	in->root = l->image;
	in->first_request = l->first_request;
	in->imported = NULL;
	in->opener = NULL;
	sub.in = in;
	sub.p = p;
	sub.t = &p->trace;
	memset(&sub.drafts, 0, sizeof(sub.drafts));
	diagnose_failures(&sub);
	for (size_t i = 0; i < sub.drafts.n; i++)
		if (!sub.drafts.items[i]->lazy &&
		    (first == NULL || sub.drafts.items[i]->order < first->order))
			first = sub.drafts.items[i];
	d->hunt = sub.hunt;
	d->whohas = sub.whohas;
	if (first == NULL)
		return NULL;
	without_ids(d, first, p);
	*ARENA_PUSH(d->a, &d->drafts) = first;
	return first;
}

/* ---- all ------------------------------------------------------------------------------------------ */

static const struct native_load *load_of(const struct imported *i, const struct py_exception *e)
{
	for (size_t k = 0; k < i->nloads && e->from_load; k++)
		if (i->loads[k]->result == PY_LOAD_ERROR &&
		    same_text(i->loads[k]->what.path, e->load.path))
			return i->loads[k];
	return NULL;
}

/* A library that is looked for by its name alone and is not there is what the handler is for. */
static bool is_a_try(const struct native_load *l)
{
	const struct failure *f = l->failures.n > 0 ? &l->failures.items[0] : NULL;

	return f != NULL && strchr(l->what.path, '/') == NULL && f->kind == FAIL_NOT_FOUND &&
	       l->image == NULL;
}

static const char *words_of(struct arena *a, const struct py_exception *e)
{
	const char *m = e->message != NULL ? e->message : "\xe2\x80\xa6";

	return arena_printf(a, "%s: %.*s", e->type, (int)strcspn(m, "\n"), m);
}

static void tell(struct diag *d, const struct py_swallowed *s, const struct native_load *l)
{
	struct draft *dr = import_native(d, l);
	struct dlwhy_evidence *ev;
	const char *assumes;
	enum dlwhy_certainty c = imported_certainty(d->in->imported, &assumes);

	if (dr == NULL)
		return;
	dr->f.severity = DLWHY_WARNING;
	dr->order = SIZE_MAX;
	if (c != DLWHY_PROVED)
		draft_assume(dr, c, assumes);
	if (s->e.maybe)
		draft_assume(dr, DLWHY_LIKELY, "a condition that reading cannot decide");
	dr->f.summary = arena_printf(d->a, "%s is refused, and the package goes on without it: %s",
				     base_name(l->what.path), dr->f.summary);
	ev = draft_evidence(d, dr, "text", NULL, s->warned ? "caught here, and told" : "caught here");
	ev->path = s->at.file;
	ev->line = s->at.line != 0 ? (int64_t)s->at.line : -1;
	ev->value = words_of(d->a, &s->e);
	import_frames(d, dr, &s->e);
}

void import_swallowed(struct diag *d)
{
	const struct imported *i = d->in->imported;
	const struct native_load *told[MAX_TOLD];
	size_t n = 0;

	for (size_t k = 0; k < i->im->swallowed.n && n < MAX_TOLD; k++) {
		const struct py_swallowed *s = &i->im->swallowed.items[k];
		const struct native_load *l = load_of(i, &s->e);
		bool known = l == NULL || l == i->decisive || is_a_try(l);

		for (size_t m = 0; m < n && !known; m++)
			known = told[m] == l || same_text(told[m]->what.path, l->what.path);
		if (known)
			continue;
		told[n++] = l;
		tell(d, s, l);
	}
}
