/* fix_soname.c - names that libraries call themselves (DT_SONAME), where one is the reason of a failure.
 *
 * What a loaded library calls itself answers a need before anything is searched for. So a copy under another
 * file name that kept the name of the original stands in the way of the original; and one that was built
 * with another name does not answer where it should. The name is worth an edit only then: whoever
 * asks for the library by its file's name finds it whatever it calls itself.
 *
 * Whether it helps is for the simulation. Others that know the library by the old name are asked as well,
 * each alone: nobody that works may stop to.
 */
#include <string.h>

#include "diagnose/common.h"
#include "verb/fix.h"

enum { MAX_NEIGHBOURS = 4096, MAX_ASKED = 64, MAX_FOLDERS = 32 };

/* ---- ways out ----------------------------------------------------------------------------------------- */

static bool is_library(const struct dlwhy_object *o)
{
	return o->path != NULL && o->path[0] == '/' && !o->unloaded;
}

static void add_way(struct fixing *x, struct fix_ways *l, const struct dlwhy_object *o, const char *risk,
		    const char *says, const char *name)
{
	struct dlwhy_fix *f;

	for (size_t i = 0; i < l->n; i++)
		if (same_text(l->items[i]->kind, "set-soname") && l->items[i]->nedits == 1 &&
		    same_text(l->items[i]->edits[0]->path, o->path))
			return;
	f = fix_way(x, l, "set-soname", risk, says, 1);
	fix_way_edit(x, f, 0, &(struct dlwhy_edit){ "set-soname", o->path, NULL, name });
}

/* A library under another file name than it calls itself answers needs that are not meant for it. */
static void add_shadows(struct fixing *x, const struct dlwhy_result *r, struct fix_ways *l)
{
	for (size_t i = 0; i < r->nobjects; i++)
		for (size_t k = 0; k < r->objects[i]->nneeds; k++) {
			const struct dlwhy_need *n = r->objects[i]->needs[k];
			const struct dlwhy_object *to;
			const char *file;

			if (n->to < 0 || (size_t)n->to >= r->nobjects || !same_text(n->rule, "soname"))
				continue;
			to = r->objects[n->to];
			file = is_library(to) ? base_name(to->path) : NULL;
			if (file == NULL || !same_text(to->soname, n->name) || strcmp(file, n->name) == 0)
				continue;
			add_way(x, l, to, "medium",
				arena_printf(x->a,
					     "%s calls itself %s, and so stands in the way of the library "
					     "of that name: let it have the name of its file",
					     file, n->name),
				file);
		}
}

/* "libbar" of "libbar.so.1": how long. */
static size_t stem(const char *name)
{
	const char *so = strstr(name, ".so");

	return so != NULL && (so[3] == '\0' || so[3] == '.') ? (size_t)(so - name) : 0;
}

/* May a library of that file that calls itself so (NULL: not at all) be the one called `name`? A number
 * that is another one means that it is not. */
static bool may_be(const char *file, const char *soname, const char *name)
{
	size_t n = stem(name);
	const char *own = soname != NULL ? base_name(soname) : file;

	if (n == 0 || strcmp(own, name) == 0)
		return n != 0 && soname != NULL && strcmp(soname, name) != 0;
	return stem(own) == n && strncmp(own, name, n) == 0 && strcmp(own + n, ".so") == 0;
}

/* The library is in the process already, by its path, and does not know its name. */
static void add_answers(struct fixing *x, const struct dlwhy_result *r, const char *name, struct fix_ways *l)
{
	for (size_t i = 0; i < r->nobjects; i++) {
		const struct dlwhy_object *o = r->objects[i];

		if (is_library(o) && may_be(base_name(o->path), o->soname, name))
			add_way(x, l, o, "high",
				arena_printf(x->a,
					     "%s is in the process already, and does not call itself %s: "
					     "with that name it answers",
					     o->path, name),
				name);
	}
}

void fix_sonames(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		 struct fix_ways *l)
{
	if (strcmp(x->q.verb, "check") != 0 && strcmp(x->q.verb, "import") != 0)
		return;
	if (same_text(f->code, "missing-symbol") || same_text(f->code, "missing-version"))
		add_shadows(x, r, l);
	if ((same_text(f->code, "missing-library") || same_text(f->code, "search-path")) &&
	    f->object != NULL && strchr(f->object, '/') == NULL)
		add_answers(x, r, f->object, l);
}

/* ---- others that know the library by its old name ------------------------------------------------------ */

struct neighbour {
	const char *path;
	const struct elf *elf;
	bool in_process, knows; /* knows: the library, itself or through others */
};

struct asking {
	struct fixing *x;
	const char *path, *old; /* of the library: its file, what it called itself */
	struct {
		struct neighbour *items;
		size_t n, cap;
	} near;
	struct {
		const char **items;
		size_t n, cap;
	} names;
	const char *breaks;	/* who would, a sentence; NULL */
	size_t asked;
	bool loads, relies; /* of the last one asked; relies: on a library that somebody else has loaded */
	bool answered;
};

static int on_neighbour(const struct dlwhy_result *r, size_t index, void *user)
{
	struct asking *k = user;
	const struct dlwhy_object *o = NULL;

	(void)index;
	if (r->target_object >= 0 && (size_t)r->target_object < r->nobjects)
		o = r->objects[r->target_object];
	k->answered = true;
	k->loads = r->loads != DLWHY_NO;
	for (size_t i = 0; o != NULL && i < o->nneeds; i++)
		k->relies = k->relies || (o->needs[i]->to < 0 && strcmp(o->needs[i]->name, k->old) == 0);
	return 0;
}

/* Asks about that file, with the plan or without it (NULL). False: there is no answer. */
static bool ask(struct asking *k, const char *path, const struct dlwhy_edit *const *edits, size_t n)
{
	const char *const args[] = { NULL };
	struct fixing *x = k->x;
	struct fix_question before = x->q;
	bool done;

	k->relies = k->answered = false;
	x->q = (struct fix_question){ "check", path, args };
	done = fix_ask_with(x, edits, n, on_neighbour, k);
	x->q = before;
	return done && k->answered;
}

static bool on_version_need(void *ctx, const struct elf_verneed *v)
{
	return v->file != NULL && strcmp(v->file, ctx) == 0;
}

/* Names that lead to the library: its own, and of who needs it, and of who needs those. */
static bool leads(const struct asking *k, const char *name)
{
	for (size_t i = 0; name != NULL && i < k->names.n; i++)
		if (strcmp(k->names.items[i], base_name(name)) == 0)
			return true;
	return false;
}

static void add_name(struct asking *k, const char *name)
{
	if (name != NULL && !leads(k, name))
		*ARENA_PUSH(k->x->a, &k->names) = arena_strdup(k->x->a, base_name(name));
}

static bool knows(const struct asking *k, const struct elf *e)
{
	for (size_t i = 0; i < e->nneeds; i++)
		if (leads(k, e->needs[i].name))
			return true;
	return elf_each_verneed(e, on_version_need, (void *)(uintptr_t)k->old, NULL);
}

/* Marks who knows it among all that were found, until nobody is added any more. */
static void find_users(struct asking *k)
{
	bool more = true;

	add_name(k, k->old);
	add_name(k, k->path);
	while (more) {
		more = false;
		for (size_t i = 0; i < k->near.n; i++) {
			struct neighbour *o = &k->near.items[i];

			if (o->knows || !knows(k, o->elf))
				continue;
			o->knows = more = true;
			add_name(k, o->path);
			add_name(k, o->elf->soname);
		}
	}
}

static void ask_neighbour(struct asking *k, const char *path, const struct dlwhy_edit *const *edits, size_t n)
{
	struct arena *a = k->x->a;
	bool loads;

	if (k->asked++ == MAX_ASKED) {
		k->breaks = arena_printf(a, "more than %d files know %s as %s", MAX_ASKED,
					 base_name(k->path), k->old);
		return;
	}
	if (!ask(k, path, NULL, 0))
		return;
	loads = k->loads;
	if (k->relies) /* it is found there only if somebody has loaded it: by its old name */
		k->breaks = arena_printf(a, "%s needs %s, and finds it only if %s is loaded before", path,
					 k->old, base_name(k->path));
	else if (loads && ask(k, path, edits, n) && !k->loads)
		k->breaks = arena_printf(a, "%s would not load any more", path);
}

static bool in_process(const struct dlwhy_result *r, const char *path)
{
	for (size_t i = 0; i < r->nobjects; i++)
		if (same_text(r->objects[i]->path, path))
			return true;
	return false;
}

struct folders {
	const char *v[MAX_FOLDERS];
	size_t n;
};

static void add_folder(struct folders *l, const char *dir)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], dir) == 0)
			return;
	if (l->n < MAX_FOLDERS)
		l->v[l->n++] = dir;
}

/* Where those who use it lie: beside it, beside who is in the process with it, in bin and lib next to it. */
static void find_folders(struct asking *k, const struct dlwhy_result *r, struct folders *l)
{
	struct arena *a = k->x->a;
	const char *dir = dir_name(a, k->path);

	add_folder(l, dir);
	add_folder(l, join_path(a, dir_name(a, dir), "bin"));
	add_folder(l, join_path(a, dir_name(a, dir), "lib"));
	for (size_t i = 0; i < r->nobjects; i++)
		if (r->objects[i]->path != NULL && r->objects[i]->path[0] == '/' &&
		    !starts_with(r->objects[i]->path, "/lib/") &&
		    !starts_with(r->objects[i]->path, "/usr/lib/"))
			add_folder(l, dir_name(a, r->objects[i]->path));
}

static void add_neighbour(struct asking *k, const char *path, bool is_there)
{
	const struct store_entry *e;

	if (k->near.n == MAX_NEIGHBOURS || same_text(path, k->path) ||
	    !store_has_file(k->x->s->store, path))
		return;
	e = store_open(k->x->s->store, path);
	if (e == NULL || e->err != 0 || e->file->kind != FILE_ELF || e->file->elf.defect != ELF_OK)
		return;
	*ARENA_PUSH(k->x->a, &k->near) =
		(struct neighbour){ .path = path, .elf = &e->file->elf, .in_process = is_there };
}

static void look_around(struct asking *k, const struct dlwhy_result *r)
{
	struct folders l = { .n = 0 };

	for (size_t i = 0; i < r->nobjects; i++)
		if (r->objects[i]->path != NULL)
			add_neighbour(k, r->objects[i]->path, true);
	find_folders(k, r, &l);
	for (size_t i = 0; i < l.n; i++) {
		const struct store_listing *names = store_list(k->x->s->store, l.v[i]);

		for (size_t j = 0; names != NULL && j < names->n; j++) {
			const char *path = join_path(k->x->a, l.v[i], names->names[j]);

			if (!in_process(r, path))
				add_neighbour(k, path, false);
		}
	}
}

static const char *who_breaks(struct fixing *x, const struct dlwhy_result *r, const char *path,
			      const char *old, const struct dlwhy_edit *const *edits, size_t n)
{
	struct asking k = { .x = x, .path = path, .old = old };

	look_around(&k, r);
	find_users(&k);
	for (size_t i = 0; i < k.near.n && k.breaks == NULL; i++)
		if (k.near.items[i].knows && !k.near.items[i].in_process)
			ask_neighbour(&k, k.near.items[i].path, edits, n);
	return k.breaks;
}

const char *fix_soname_breaks(struct fixing *x, const struct dlwhy_result *r,
			      const struct dlwhy_edit *const *edits, size_t n)
{
	const char *breaks = NULL;

	for (size_t i = 0; i < n && breaks == NULL; i++) {
		const struct store_entry *e;

		if (strcmp(edits[i]->op, "set-soname") != 0)
			continue;
		e = store_open(x->s->store, edits[i]->path);
		/* one without a name is known to nobody by it */
		if (e != NULL && e->err == 0 && e->file->kind == FILE_ELF && e->file->elf.soname != NULL)
			breaks = who_breaks(x, r, edits[i]->path, arena_strdup(x->a, e->file->elf.soname),
					    edits, n);
	}
	return breaks;
}
