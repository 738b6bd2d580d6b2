/* result_copy.c - results that outlive the analyses that they came from. Ids of rules, outcomes and codes are
 * constants, all else is copied; the same few paths stand in all of them, and are kept once. */
#include "verb/finding_copy.h"
#include "verb/result.h"

#include <string.h>

/* Without memory for the table a string is merely kept twice. */
static const char *text(struct result_keep *k, const char *s)
{
	char *copy = s != NULL ? map_get_str(&k->texts, s) : NULL;

	if (s == NULL || copy != NULL)
		return copy;
	copy = arena_strdup(k->a, s);
	(void)map_put_str(&k->texts, copy, copy);
	return copy;
}

static const struct dlwhy_probe *probe(struct result_keep *k, const struct dlwhy_probe *p)
{
	struct dlwhy_probe *out = ARENA_NEW(k->a, struct dlwhy_probe);

	*out = *p;
	out->path = text(k, p->path);
	out->directory = text(k, p->directory);
	return out;
}

static const struct dlwhy_need *need(struct result_keep *k, const struct dlwhy_need *n)
{
	struct dlwhy_need *out = ARENA_NEW(k->a, struct dlwhy_need);
	const struct dlwhy_probe **v = ARENA_ARRAY(k->a, n->nprobes + 1, const struct dlwhy_probe *);

	for (size_t i = 0; i < n->nprobes; i++)
		v[i] = probe(k, n->probes[i]);
	*out = *n;
	out->name = text(k, n->name);
	out->probes = v;
	return out;
}

static const struct dlwhy_object *object(struct result_keep *k, const struct dlwhy_object *o)
{
	struct dlwhy_object *out = ARENA_NEW(k->a, struct dlwhy_object);
	const struct dlwhy_need **v = ARENA_ARRAY(k->a, o->nneeds + 1, const struct dlwhy_need *);

	for (size_t i = 0; i < o->nneeds; i++)
		v[i] = need(k, o->needs[i]);
	*out = *o;
	out->path = text(k, o->path);
	out->soname = text(k, o->soname);
	out->package_kind = text(k, o->package_kind);
	out->package_name = text(k, o->package_name);
	out->package_version = text(k, o->package_version);
	out->needs = v;
	return out;
}

static const struct dlwhy_binding *binding(struct result_keep *k, const struct dlwhy_binding *b)
{
	struct dlwhy_binding *out = ARENA_NEW(k->a, struct dlwhy_binding);

	*out = *b;
	out->symbol = text(k, b->symbol);
	out->version = text(k, b->version);
	out->to_version = text(k, b->to_version);
	return out;
}

static const struct dlwhy_open *open_by_name(struct result_keep *k, const struct dlwhy_open *o)
{
	struct dlwhy_open *out = ARENA_NEW(k->a, struct dlwhy_open);

	*out = *o;
	out->name = text(k, o->name);
	out->priority = text(k, o->priority);
	out->feature = text(k, o->feature);
	out->description = text(k, o->description);
	out->path = text(k, o->path);
	return out;
}

static void copy_lists(struct result_keep *k, const struct dlwhy_result *r, struct dlwhy_result *out)
{
	const struct dlwhy_finding **f = ARENA_ARRAY(k->a, r->nfindings + 1, const struct dlwhy_finding *);
	const struct dlwhy_object **o = ARENA_ARRAY(k->a, r->nobjects + 1, const struct dlwhy_object *);
	const struct dlwhy_binding **b = ARENA_ARRAY(k->a, r->nbindings + 1, const struct dlwhy_binding *);
	const struct dlwhy_open **n = ARENA_ARRAY(k->a, r->nopens + 1, const struct dlwhy_open *);
	const char **lines = ARENA_ARRAY(k->a, r->nloader_lines + 1, const char *);

	for (size_t i = 0; i < r->nfindings; i++)
		f[i] = finding_copy(k->a, NULL, r->findings[i]);
	for (size_t i = 0; i < r->nobjects; i++)
		o[i] = object(k, r->objects[i]);
	for (size_t i = 0; i < r->nbindings; i++)
		b[i] = binding(k, r->bindings[i]);
	for (size_t i = 0; i < r->nopens; i++)
		n[i] = open_by_name(k, r->opens[i]);
	for (size_t i = 0; i < r->nloader_lines; i++)
		lines[i] = text(k, r->loader_lines[i]);
	out->findings = f;
	out->objects = o;
	out->bindings = b;
	out->opens = n;
	out->loader_lines = lines;
}

void result_copy(struct result_keep *k, const struct dlwhy_result *r, struct dlwhy_result *out)
{
	struct dlwhy_error *error;

	*out = *r;
	out->target = text(k, r->target);
	out->loader_message = text(k, r->loader_message);
	out->host = text(k, r->host);
	out->hint = text(k, r->hint);
	out->assumes = text(k, r->assumes);
	if (r->error != NULL) {
		error = ARENA_NEW(k->a, struct dlwhy_error);
		*error = *r->error;
		out->error = error;
	}
	copy_lists(k, r, out);
}
