/* explain_look_provider.c - a library that lacks a version or a symbol, as a text says: does the one here?
 *
 * Who wants it is not here, so nothing can be loaded as the text tells it. That the library itself loads says
 * nothing: what it defines decides.
 */
#include <string.h>

#include "diagnose/common.h"
#include "object/elfconst.h"
#include "verb/explain_look.h"

/* ---- which file ------------------------------------------------------------------------------- */

struct found {
	struct arena *a;
	const char *path;
};

static int take_path(const struct dlwhy_result *r, size_t index, void *user)
{
	struct found *f = user;

	(void)index;
	if (r->target_object >= 0 && (size_t)r->target_object < r->nobjects &&
	    r->objects[r->target_object]->path != NULL)
		f->path = arena_strdup(f->a, r->objects[r->target_object]->path);
	return 0;
}

/* A bare name is searched as a bare program would. */
static const char *provider_path(struct look_case *c, const char *name)
{
	struct found f = { c->l->a, look_path(c->l, name) };
	const char *const targets[] = { name };

	if (f.path != NULL || strchr(name, '/') != NULL || c->l->s->opt.pid != 0 || !look_may_ask(c->l) ||
	    dlwhy_check(c->l->s, targets, 1, take_path, &f, NULL) != DLWHY_OK)
		return f.path;
	return look_path(c->l, f.path);
}

static const struct elf *read_library(const struct look_case *c, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(c->l->s->store, path) : NULL;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF || en->file->elf.defect != ELF_OK)
		return NULL;
	return &en->file->elf;
}

/* ---- what it has ------------------------------------------------------------------------------ */

struct versions {
	const char *want;
	size_t family;      /* bytes of "GLIBC_" in want */
	const char *newest; /* of that family, or NULL */
	bool has, any;
};

static bool each_version(void *ctx, const struct elf_verdef *v)
{
	enum { BASE = 1 }; /* VER_FLG_BASE: the name of the file, no version */
	struct versions *w = ctx;

	if (v->name == NULL || (v->flags & BASE) != 0)
		return false;
	w->any = true;
	w->has = w->has || strcmp(v->name, w->want) == 0;
	if (w->family > 0 && strncmp(v->name, w->want, w->family) == 0 && v->name[w->family] >= '0' &&
	    v->name[w->family] <= '9' && (w->newest == NULL || compare_versions(w->newest, v->name) < 0))
		w->newest = v->name;
	return w->has;
}

static struct versions versions_of(const struct elf *e, const char *want)
{
	const char *last = strrchr(want, '_');
	struct versions w = { .want = want, .family = last != NULL ? (size_t)(last - want) + 1 : 0 };

	elf_each_verdef(e, each_version, &w, NULL);
	return w;
}

static bool has_symbol(const struct elf *e, const char *name, const char *version)
{
	enum { HIDDEN = 0x8000 };
	uint64_t n = elf_sym_count(e);

	for (uint64_t i = 1; i < n; i++) {
		const char *have = elf_sym_name(e, i), *of = NULL;
		struct elf_sym y;
		uint16_t v;

		if (have == NULL || strcmp(have, name) != 0 || !elf_sym(e, i, &y) || y.shndx == SHN_UNDEF ||
		    y.bind == STB_LOCAL)
			continue;
		if (elf_versym(e, i, &v))
			of = elf_verdef_name(e, v & (uint16_t)~HIDDEN);
		if (version == NULL || of == NULL || strcmp(of, version) == 0)
			return true;
	}
	return false;
}

/* ---- what becomes of the finding -------------------------------------------------------------- */

/* What the text wants is here: it tells of another place. */
static void settle_has(struct look_case *c, const char *path, const char *what)
{
	look_says(c->l, "%s here has %s", path, what);
	look_evidence(c, path, arena_printf(c->l->a, "here it has %s", what));
	if (c->i == 0)
		c->l->hint = arena_printf(c->l->a, "%s here has %s: the text is of another machine, another "
					  "environment, or an earlier time.", path, what);
	c->settled = true;
}

/* The one here lacks it as well. That somebody wants it is the word of the text. */
static void settle_lacks(struct look_case *c, const char *path, const char *what, const char *newest)
{
	const char *other = newest != NULL ? arena_printf(c->l->a, ": its newest is %s", newest) : "";

	look_says(c->l, "%s here has no %s%s", path, what, other);
	look_evidence(c, path, arena_printf(c->l->a, "it has no %s%s", what, other));
	c->f->certainty = DLWHY_PREDICTED;
	c->f->assumes = "who wants it is not here: that it is wanted is the word of the text";
	c->settled = true;
}

static void ask_version(struct look_case *c, const char *name)
{
	const char *want = c->f->symbol, *path = provider_path(c, name);
	const struct elf *e = read_library(c, path);
	struct versions w;

	if (e == NULL)
		return;
	w = versions_of(e, want);
	if (w.has)
		settle_has(c, path, want);
	else
		settle_lacks(c, path,
			     w.any ? want : arena_printf(c->l->a, "%s, and no versions at all", want),
			     w.newest);
}

static void ask_symbol(struct look_case *c, const char *name)
{
	const char *symbol = c->f->symbol, *version = c->fact->field[MSG_VERSION];
	const char *path = provider_path(c, name);
	const struct elf *e = read_library(c, path);
	const char *what = symbol;

	if (e == NULL)
		return;
	if (version != NULL && strstr(version, ".so") != NULL) /* no version: the name of the library */
		version = NULL;
	if (version != NULL)
		what = arena_printf(c->l->a, "%s, version %s", symbol, version);
	if (has_symbol(e, symbol, version))
		settle_has(c, path, what);
	else
		settle_lacks(c, path, what, NULL);
}

void look_provider(struct look_case *c)
{
	const struct dlwhy_finding *f = c->f;
	const char *provider = c->fact->field[MSG_TOOL];

	if (f->symbol == NULL || same_text(c->fact->speaker, "dyld"))
		return;
	if (same_text(f->code, "missing-version") && f->object != NULL)
		ask_version(c, f->object);
	else if (same_text(f->code, "missing-symbol") && provider != NULL && strstr(provider, ".so") != NULL)
		ask_symbol(c, provider);
}
