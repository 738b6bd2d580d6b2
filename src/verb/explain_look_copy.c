/* explain_look_copy.c - findings of another question, kept behind its end. */
#include "verb/explain_look.h"

#include <string.h>

static const char *text(struct arena *a, const char *s)
{
	return s != NULL ? arena_strdup(a, s) : NULL;
}

static const char *const *texts(struct arena *a, const char *const *v, size_t n)
{
	const char **out = ARENA_ARRAY(a, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		out[i] = text(a, v[i]);
	return out;
}

static const struct dlwhy_evidence *evidence(struct arena *a, const struct dlwhy_result *r,
					     const struct dlwhy_evidence *e)
{
	struct dlwhy_evidence *out = ARENA_NEW(a, struct dlwhy_evidence);

	*out = *e;
	out->kind = text(a, e->kind);
	out->path = text(a, e->path);
	out->value = text(a, e->value);
	out->says = text(a, e->says);
	out->demangled = text(a, e->demangled);
	if (e->object >= 0 && (size_t)e->object < r->nobjects && out->path == NULL)
		out->path = text(a, r->objects[e->object]->path);
	out->object = -1;
	return out;
}

static const struct dlwhy_edit *const *edits(struct arena *a, const struct dlwhy_edit *const *v, size_t n)
{
	const struct dlwhy_edit **out = ARENA_ARRAY(a, n + 1, const struct dlwhy_edit *);

	for (size_t i = 0; i < n; i++) {
		struct dlwhy_edit *e = ARENA_NEW(a, struct dlwhy_edit);

		*e = (struct dlwhy_edit){ text(a, v[i]->op), text(a, v[i]->path), text(a, v[i]->name),
					  text(a, v[i]->value) };
		out[i] = e;
	}
	return out;
}

static const struct dlwhy_fix *fix(struct arena *a, const struct dlwhy_fix *f)
{
	struct dlwhy_fix *out = ARENA_NEW(a, struct dlwhy_fix);

	*out = *f;
	out->kind = text(a, f->kind);
	out->risk = text(a, f->risk);
	out->says = text(a, f->says);
	out->commands = texts(a, f->commands, f->ncommands);
	out->files = texts(a, f->files, f->nfiles);
	out->edits = edits(a, f->edits, f->nedits);
	return out;
}

static const struct dlwhy_also *also(struct arena *a, const struct dlwhy_also *x)
{
	struct dlwhy_also *out = ARENA_NEW(a, struct dlwhy_also);

	*out = (struct dlwhy_also){ text(a, x->code), text(a, x->detail), text(a, x->object) };
	return out;
}

static void copy_lists(struct arena *a, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		       struct dlwhy_finding *out)
{
	const struct dlwhy_evidence **e = ARENA_ARRAY(a, f->nevidence + 1, const struct dlwhy_evidence *);
	const struct dlwhy_fix **x = ARENA_ARRAY(a, f->nfixes + 1, const struct dlwhy_fix *);
	const struct dlwhy_also **o = ARENA_ARRAY(a, f->nalso + 1, const struct dlwhy_also *);

	for (size_t i = 0; i < f->nevidence; i++)
		e[i] = evidence(a, r, f->evidence[i]);
	for (size_t i = 0; i < f->nfixes; i++)
		x[i] = fix(a, f->fixes[i]);
	for (size_t i = 0; i < f->nalso; i++)
		o[i] = also(a, f->also[i]);
	out->evidence = e;
	out->fixes = x;
	out->also = o;
	out->chain = texts(a, f->chain, f->nchain);
}

struct dlwhy_finding *look_copy(struct arena *a, const struct dlwhy_result *r,
				const struct dlwhy_finding *f)
{
	struct dlwhy_finding *out = ARENA_NEW(a, struct dlwhy_finding);

	*out = *f;
	out->code = text(a, f->code);
	out->detail = text(a, f->detail);
	out->fingerprint = text(a, f->fingerprint);
	out->object = text(a, f->object);
	out->needed_by = text(a, f->needed_by);
	out->symbol = text(a, f->symbol);
	out->summary = text(a, f->summary);
	out->assumes = text(a, f->assumes);
	out->demangled = text(a, f->demangled);
	copy_lists(a, r, f, out);
	return out;
}
