/* link_needed.c - GNU ld: libraries that the libraries of the command need.
 *
 * When a program is made, ld wants to know that nothing will be missing when it starts. It looks for each
 * DT_NEEDED that is not on the command line where the loader would look (not in the -L folders), and adds
 * the symbols of what it finds; see ldelf.c. A regular object that uses a symbol of such a library is the
 * error "DSO missing from command line".
 */
#include <string.h>

#include "build/link_priv.h"
#include "base/str.h"
#include "machine/machine.h"
#include "object/elfconst.h"

enum { CLOSURE_MAX = 4096 };

static const char *env_of(const struct link *l, const char *name)
{
	return str_env(l->env, name);
}

/* ---- what is on the command line --------------------------------------------------------------------- */

static bool is_named(const struct link_object *o, const char *name)
{
	if (o->kind != LINK_DSO)
		return false;
	if (strcmp(o->path, name) == 0 || (o->e->soname != NULL && strcmp(o->e->soname, name) == 0))
		return true;
	return o->by_lib && strcmp(link_base(o->path), name) == 0;
}

static struct link_object *on_command(const struct link *l, const char *name)
{
	for (size_t i = 0; i < l->objects.n; i++)
		if (is_named(l->objects.items[i], name))
			return l->objects.items[i];
	return NULL;
}

static struct link_object *dropped_one(const struct link *l, const char *name)
{
	for (size_t i = 0; i < l->dropped.n; i++)
		if (!l->dropped.items[i]->loaded_again && is_named(l->dropped.items[i], name))
			return l->dropped.items[i];
	return NULL;
}

/* ---- candidates -------------------------------------------------------------------------------------- */

struct hunt {
	struct link *l;
	const char *name;
	struct link_object *by;
	bool force;              /* second pass: doubts are put aside */
	struct link_object *found;
};

/* "libfoo.so.2" while the command line has libfoo.so.1: the versions would not fit. */
static bool conflicts(const struct link *l, const char *soname)
{
	const char *so = strstr(soname, ".so.");
	size_t n;

	if (so == NULL)
		return false;
	n = (size_t)(so - soname) + 4;
	for (size_t i = 0; i < l->objects.n; i++) {
		const struct link_object *o = l->objects.items[i];
		const char *have = o->kind == LINK_DSO ? o->e->soname : NULL;

		if (have != NULL && !o->indirect && strncmp(have, soname, n) == 0 &&
		    strcmp(have, soname) != 0)
			return true;
	}
	return false;
}

/* First pass: nothing that brings another version of what is there, and nothing without a C library. */
static bool doubtful(const struct link *l, const struct elf *e)
{
	bool any = false, libc = false;

	for (size_t i = 0; i < e->nneeds; i++) {
		const char *name = e->needs[i].name;

		if (e->needs[i].kind != ELF_NEED || name == NULL)
			continue;
		any = true;
		libc = libc || link_starts(name, "libc.so");
		if (conflicts(l, name))
			return true;
	}
	return any && !libc;
}

static bool same_file(const struct link *l, const struct store_file *f)
{
	for (size_t i = 0; i < l->objects.n; i++)
		if (l->objects.items[i]->e == &f->elf)
			return true;
	return false;
}

/* True: the search is over. */
static bool try_file(struct hunt *h, const char *path)
{
	struct link *l = h->l;
	const struct store_entry *en = store_open(l->store, path);

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF || en->file->elf.type != ET_DYN ||
	    !link_machine_fits(l, &en->file->elf))
		return false;
	if (!h->force && doubtful(l, &en->file->elf))
		return false;
	if (same_file(l, en->file))
		return true;
	h->found = link_load_needed(l, path, en->file, h->by);
	return true;
}

static bool try_dir(struct hunt *h, const char *dir, size_t n)
{
	return try_file(h, arena_printf(h->l->a, "%.*s/%s", (int)n, dir, h->name));
}

static bool try_list(struct hunt *h, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0 && try_dir(h, list, n))
			return true;
		list += n + (list[n] == ':');
	}
	return false;
}

static bool try_texts(struct hunt *h, const struct link_texts *dirs, bool sysroot)
{
	for (size_t i = 0; i < dirs->n; i++) {
		const char *dir = sysroot ? link_sysroot(h->l, dirs->items[i]) : dirs->items[i];

		if (try_dir(h, dir, strlen(dir)))
			return true;
	}
	return false;
}

/* $ORIGIN and $LIB in the RUNPATH of who needs it. */
static bool try_runpath(struct hunt *h)
{
	const char *list = h->by->e->runpath != NULL ? h->by->e->runpath : h->by->e->rpath;
	const char *origin = link_dir_of(h->l->a, h->by->path);

	while (list != NULL && *list != '\0') {
		size_t n = strcspn(list, ":");
		const char *dir = arena_strndup(h->l->a, list, n), *at;

		at = strstr(dir, "$ORIGIN");
		if (at == NULL)
			at = strstr(dir, "${ORIGIN}");
		if (at != NULL)
			dir = arena_printf(h->l->a, "%.*s%s%s", (int)(at - dir), dir, *origin != '\0' ?
					   origin : ".",
					   at + (at[1] == '{' ? 9 : 7));
		if (n > 0 && try_dir(h, dir, strlen(dir)))
			return true;
		list += n + (list[n] == ':');
	}
	return false;
}

static bool is_native(const struct link *l)
{
	/* A cross linker looks neither at the environment nor at /etc/ld.so.conf. */
	return l->line->sysroot == NULL && l->is_native;
}

static bool try_conf(struct hunt *h)
{
	for (size_t i = 0; i < h->l->conf.n; i++)
		if (try_dir(h, h->l->conf.items[i], strlen(h->l->conf.items[i])))
			return true;
	return false;
}

static bool try_places(struct hunt *h)
{
	struct link *l = h->l;
	const struct link_line *line = l->line;

	if (try_texts(h, &line->rpath_link, false) || try_texts(h, &line->rpath, true))
		return true;
	if (is_native(l)) {
		if (line->rpath_link.n == 0 && line->rpath.n == 0 && try_list(h, env_of(l, "LD_RUN_PATH")))
			return true;
		if (try_list(h, env_of(l, "LD_LIBRARY_PATH")))
			return true;
	}
	if (try_runpath(h) || (is_native(l) && try_conf(h)))
		return true;
	for (size_t i = 0; i < line->dirs.n; i++)
		if (!line->dirs.items[i].given &&
		    try_dir(h, line->dirs.items[i].path, strlen(line->dirs.items[i].path)))
			return true;
	return false;
}

/* ---- what comes of it -------------------------------------------------------------------------------- */

static void say_missing(struct link *l, const struct link_need *n)
{
	struct link_trouble *t = link_trouble(l, LT_NEEDED_MISSING, false);
	struct link_missing *m = ARENA_NEW(l->a, struct link_missing);

	m->name = n->name;
	m->by = n->by;
	t->missing = m;
	t->object = n->by;
	*ARENA_PUSH(l->a, &l->missing) = m;
	link_line_of(l, t, true, LD_BFD_NEEDED, l->self, n->name, n->by->shown);
}

/* The first symbol of it that a regular object needs and nobody on the command line has. */
static bool say_dso_missing(struct link *l, struct link_object *o)
{
	for (size_t i = 0; i < o->nrefs; i++) {
		const struct link_ref *r = &o->refs[i];
		struct link_trouble *t;

		if (r->state == LINK_UNDEFINED || r->state == LINK_UNDEFINED_WEAK ||
		    r->sym->state != LINK_UNDEFINED || !r->sym->ref_regular_strong ||
			    r->sym->vis != STV_DEFAULT)
			continue;
		t = link_trouble(l, LT_DSO_MISSING, true);
		t->object = o;
		t->other = r->sym->asker;
		t->sym = r->sym;
		t->symbol = r->sym->name;
		t->version = r->version;
		link_line_of(l, t, true, LD_BFD_DSO_SYMBOL, l->self,
			     r->sym->asker != NULL ? r->sym->asker->shown : "?",
			     arena_printf(l->a, "%s%s%s", r->sym->name,
					  r->version == NULL ? "" : r->hidden ? "@" : "@@",
					  r->version != NULL ? r->version : ""));
		link_line_of(l, t, false, LD_BFD_DSO, l->self, o->path);
		l->stop = true;
		return true;
	}
	return false;
}

static void take_found(struct link *l, struct link_object *o)
{
	bool copy = o->by->command && l->line->ops.items[o->by->op].copy_needed;

	if (!copy && say_dso_missing(l, o))
		return;
	link_take_object(l, o);
}

static bool seen_before(const struct link *l, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(l->needed.items[k].name, l->needed.items[i].name) == 0)
			return true;
	return false;
}

static void look_for(struct link *l, size_t i)
{
	struct link_need n = l->needed.items[i];
	struct hunt h = { l, n.name, n.by, false, NULL };
	struct link_object *left_out = dropped_one(l, n.name);

	if (left_out != NULL) {
		left_out->loaded_again = true;
		left_out->indirect = true;
		left_out->loaded = left_out->as_needed = false;
		left_out->by = n.by;
		take_found(l, left_out);
		return;
	}
	if (!try_places(&h)) {
		h.force = true;
		if (!try_places(&h)) {
			say_missing(l, &n);
			return;
		}
	}
	if (h.found != NULL)
		take_found(l, h.found);
}

void link_closure(struct link *l)
{
	/* With what a shared object may leave open, nothing is looked for. */
	if (l->line->shared || l->line->relocatable || l->line->allow_shlib_undefined ||
	    l->line->shlibs_ignored)
		if (!l->line->no_allow_shlib_undefined)
			return;
	for (size_t i = 0; i < l->needed.n && i < CLOSURE_MAX && !l->stop; i++)
		if (!seen_before(l, i) && on_command(l, l->needed.items[i].name) == NULL)
			look_for(l, i);
}
