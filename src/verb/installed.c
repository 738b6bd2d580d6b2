/* installed.c - see installed.h. */
#include "verb/installed.h"

#include "package/owner.h"

#define LISTS_MEMORY ((size_t)512 << 20) /* bytes; the lists of a large system take some 20 MB */

struct naming {
	struct dlwhy_session *s;
	struct arena *a;
	struct dlwhy_result *const *results;
	size_t n;
};

static void gather(const struct naming *w, struct package_paths *out)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct dlwhy_result *r = w->results[i];

		for (size_t k = 0; k < r->nobjects; k++)
			if (r->objects[k]->path != NULL)
				*ARENA_PUSH(w->a, out) = r->objects[k]->path;
	}
}

static const struct dlwhy_object *named(const struct naming *w, struct package_owners *owners,
					const struct dlwhy_object *o)
{
	const struct package_owner *by = o->path != NULL ? package_owners_find(owners, o->path) : NULL;
	struct dlwhy_object *out;

	if (by == NULL || *by->p->name == '\0')
		return o;
	out = ARENA_NEW(w->a, struct dlwhy_object);
	*out = *o;
	out->package_kind = package_kind_id(by->p->kind);
	out->package_name = by->p->name;
	out->package_version = *by->p->version != '\0' ? by->p->version : NULL;
	return out;
}

static void name_all(void *ctx)
{
	const struct naming *w = ctx;
	struct package_paths paths = { NULL, 0, 0 };
	struct package_owners *owners;

	gather(w, &paths);
	if (paths.n == 0)
		return;
	owners = package_owners_new(w->s->store, w->a, &paths);
	for (size_t i = 0; i < w->n; i++) {
		struct dlwhy_result *r = w->results[i];
		const struct dlwhy_object **v =
			ARENA_ARRAY(w->a, r->nobjects + 1, const struct dlwhy_object *);

		for (size_t k = 0; k < r->nobjects; k++)
			v[k] = named(w, owners, r->objects[k]);
		r->objects = v;
	}
}

void installed_name(struct dlwhy_session *s, struct arena **a, struct dlwhy_result *const *results, size_t n)
{
	struct naming w = { .s = s, .results = results, .n = n };

	if (!s->opt.packages || n == 0)
		return;
	if (*a == NULL)
		*a = arena_new(LISTS_MEMORY);
	w.a = *a;
	if (w.a != NULL)
		(void)arena_run(w.a, name_all, &w);
}
