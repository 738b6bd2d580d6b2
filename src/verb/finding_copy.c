/* finding_copy.c - findings of another question, kept behind its end. */
#include "verb/finding_copy.h"

static const char *const *texts(struct arena *a, const char *const *v, size_t n)
{
	const char **out = ARENA_ARRAY(a, n + 1, const char *);

	for (size_t i = 0; i < n; i++)
		out[i] = arena_copy(a, v[i]);
	return out;
}

static const struct dlwhy_evidence *evidence(struct arena *a, const struct dlwhy_result *r,
					     const struct dlwhy_evidence *e)
{
	struct dlwhy_evidence *out = ARENA_NEW(a, struct dlwhy_evidence);

	*out = *e;
	out->kind = arena_copy(a, e->kind);
	out->path = arena_copy(a, e->path);
	out->value = arena_copy(a, e->value);
	out->says = arena_copy(a, e->says);
	out->demangled = arena_copy(a, e->demangled);
	if (r == NULL) /* its objects are kept, too */
		return out;
	if (e->object >= 0 && (size_t)e->object < r->nobjects && out->path == NULL)
		out->path = arena_copy(a, r->objects[e->object]->path);
	out->object = -1;
	return out;
}

static const struct dlwhy_edit *const *edits(struct arena *a, const struct dlwhy_edit *const *v, size_t n)
{
	const struct dlwhy_edit **out = ARENA_ARRAY(a, n + 1, const struct dlwhy_edit *);

	for (size_t i = 0; i < n; i++) {
		struct dlwhy_edit *e = ARENA_NEW(a, struct dlwhy_edit);

		*e = (struct dlwhy_edit){ arena_copy(a, v[i]->op), arena_copy(a, v[i]->path),
					  arena_copy(a, v[i]->name), arena_copy(a, v[i]->value) };
		out[i] = e;
	}
	return out;
}

const struct dlwhy_fix *fix_copy(struct arena *a, const struct dlwhy_fix *f)
{
	struct dlwhy_fix *out = ARENA_NEW(a, struct dlwhy_fix);

	*out = *f;
	out->kind = arena_copy(a, f->kind);
	out->risk = arena_copy(a, f->risk);
	out->says = arena_copy(a, f->says);
	out->commands = texts(a, f->commands, f->ncommands);
	out->files = texts(a, f->files, f->nfiles);
	out->edits = edits(a, f->edits, f->nedits);
	return out;
}

static const struct dlwhy_also *also(struct arena *a, const struct dlwhy_also *x)
{
	struct dlwhy_also *out = ARENA_NEW(a, struct dlwhy_also);

	*out = (struct dlwhy_also){ arena_copy(a, x->code), arena_copy(a, x->detail),
				    arena_copy(a, x->object) };
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
		x[i] = fix_copy(a, f->fixes[i]);
	for (size_t i = 0; i < f->nalso; i++)
		o[i] = also(a, f->also[i]);
	out->evidence = e;
	out->fixes = x;
	out->also = o;
	out->chain = texts(a, f->chain, f->nchain);
}

struct dlwhy_finding *finding_copy(struct arena *a, const struct dlwhy_result *r,
				   const struct dlwhy_finding *f)
{
	struct dlwhy_finding *out = ARENA_NEW(a, struct dlwhy_finding);

	*out = *f;
	out->code = arena_copy(a, f->code);
	out->detail = arena_copy(a, f->detail);
	out->fingerprint = arena_copy(a, f->fingerprint);
	out->object = arena_copy(a, f->object);
	out->needed_by = arena_copy(a, f->needed_by);
	out->symbol = arena_copy(a, f->symbol);
	out->summary = arena_copy(a, f->summary);
	out->assumes = arena_copy(a, f->assumes);
	out->demangled = arena_copy(a, f->demangled);
	out->package_kind = arena_copy(a, f->package_kind);
	out->package_name = arena_copy(a, f->package_name);
	out->package_version = arena_copy(a, f->package_version);
	copy_lists(a, r, f, out);
	return out;
}
