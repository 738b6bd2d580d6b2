/* link_version.c - symbols with a version of their own against the version script of the output. */
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

enum { SCRIPT_MAX = 1 << 20 };

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
		c == '.' ||
	       c == '-' || c == '$';
}

/* Is there "NAME {" in the script, outside of braces? */
static bool has_node(struct view text, const char *node)
{
	size_t n = strlen(node);
	int depth = 0;

	for (size_t i = 0; i < text.n && i < SCRIPT_MAX; i++) {
		char c = (char)text.p[i];

		depth += (c == '{') - (c == '}');
		if (depth != 0 || !view_has(text, i, n) || memcmp(text.p + i, node, n) != 0)
			continue;
		if ((i > 0 && is_name((char)text.p[i - 1])) || (i + n < text.n &&
								is_name((char)text.p[i + n])))
			continue;
		return true;
	}
	return false;
}

static struct view script_text(struct link *l)
{
	const struct store_entry *en;
	struct view none = { NULL, 0 };

	if (l->line->version_script == NULL)
		return none;
	en = store_open(l->store, l->line->version_script);
	return en != NULL && en->err == 0 ? en->file->bytes : none;
}

void link_read_version_script(struct link *l)
{
	const struct store_entry *en;

	if (l->line->version_script == NULL || link_is_pe(l))
		return;
	en = store_open(l->store, l->line->version_script);
	if (en != NULL && en->err == 0 && en->file->bytes.n < SCRIPT_MAX)
		link_check_version_script(l, en->file->bytes);
}

static void say(struct link *l, const struct link_object *o, const struct link_ref *r)
{
	struct link_trouble *t = link_trouble(l, LT_VERSION_NODE, true);
	const char *at = strchr(r->sym->name, '@');
	const char *plain = at != NULL ? arena_strndup(l->a, r->sym->name, (size_t)(at - r->sym->name)) :
		r->sym->name;

	t->object = o;
	t->symbol = plain;
	t->version = r->version;
	t->sym = r->sym;
	t->path = l->line->version_script;
	switch (l->kind) {
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_VERSION, o->shown, plain, r->version);
		break;
	case LINKER_GOLD:
		link_line_of(l, t, true, LD_GOLD_VERSION, l->self, plain, r->version);
		break;
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_VERSION, l->self, o->shown, plain, at != NULL ? "" : "@",
			     r->version, r->version);
		break;
	default:
		link_line_of(l, t, true, LD_BFD_VERSION, l->self,
			     l->line->output != NULL ? l->line->output : "a.out", plain,
			     at != NULL ? "" : "@", r->version);
		link_line_of(l, t, false, LD_BFD_SIZES, l->self);
		l->stop = true;
		break;
	}
}

/* What is defined here; gold wants a node for what a shared library leaves undefined, too. */
static bool needs_node(const struct link *l, const struct link_ref *r)
{
	if (r->state == LINK_UNDEFINED)
		return l->kind == LINKER_GOLD && l->line->shared && r->sym->state == LINK_UNDEFINED;
	return r->section != 0 && !r->dropped;
}

void link_check_version_nodes(struct link *l)
{
	struct view text = script_text(l);

	/* A program without a script may name versions freely; for GNU ld and lld any program. */
	if (!l->line->shared &&
	    (l->line->version_script == NULL || l->kind == LINKER_LLD || l->kind == LINKER_BFD))
		return;
	if (l->line->relocatable)
		return;
	for (size_t i = 0; i < l->objects.n && !l->stop; i++) {
		const struct link_object *o = l->objects.items[i];

		for (size_t k = 0; o->kind == LINK_REL && k < o->nrefs && !l->stop; k++) {
			const struct link_ref *r = &o->refs[k];

			if (r->version != NULL && needs_node(l, r) && !has_node(text, r->version))
				say(l, o, r);
		}
	}
}
