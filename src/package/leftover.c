/* leftover.c - see leftover.h. Only folders that packages have a file in are walked; names that belong to a
 * package are not looked at, so that a walk costs a listing of each folder. */
#include "package/leftover.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/str.h"
#include "package/audit.h"

enum { LEFT_MAX = 2000, DEPTH_MAX = 40, FOLDERS_MAX = 200000 };

struct walk {
	struct package_set *set;
	const struct package_index *x;
	struct leftover_list *out;
	unsigned minor;	   /* of the Python whose folder it is; 0: not known */
	struct table tops; /* folder in site-packages -> a package that has files in it */
	size_t folders;
};

static struct leftover *add(struct walk *w, enum leftover_kind kind, const char *path,
			    const struct package *p)
{
	struct leftover *l;

	if (w->out->n >= LEFT_MAX) {
		w->out->more++;
		return ARENA_NEW(w->set->a, struct leftover);
	}
	l = ARENA_PUSH(w->set->a, w->out);
	l->kind = kind;
	l->path = path;
	l->p = p;
	return l;
}

/* ---- which file import takes ----------------------------------------------------------------------- */

/* The module that a file is: "_x" of "_x.cpython-311-x86_64-linux-gnu.so". */
static size_t stem(const char *name)
{
	return strcspn(name, ".");
}

enum { RANK_NONE = 9 };

/* The place of a file's suffix in what importlib tries, of those that can be: FileFinder's order is
 * extensions, then sources. RANK_NONE: this Python never takes it. */
static unsigned rank_of(const char *name, unsigned minor)
{
	const char *suffix = name + stem(name);
	char tag[32];

	(void)snprintf(tag, sizeof(tag), ".cpython-3%u-", minor);
	if (strncmp(suffix, ".cpython-", 9) == 0)
		return minor == 0 || strncmp(suffix, tag, strlen(tag)) == 0 ? 0 : RANK_NONE;
	if (strcmp(suffix, ".abi3.so") == 0)
		return 1;
	if (strcmp(suffix, ".so") == 0)
		return 2;
	return strcmp(suffix, ".py") == 0 ? 3 : RANK_NONE;
}

/* ---- one folder ------------------------------------------------------------------------------------ */

static bool is_claimed(const struct walk *w, const char *path)
{
	return package_index_find(w->x, path) != NULL;
}

/* The best file of the same module in this folder that a package has; NULL. */
static const char *sibling(struct walk *w, const char *dir, const struct store_listing *l, size_t at)
{
	const char *best = NULL;
	unsigned rank = RANK_NONE + 1;

	for (size_t i = 0; i < l->n; i++) {
		const char *path;
		unsigned r;

		if (i == at || stem(l->names[i]) != stem(l->names[at]) ||
		    strncmp(l->names[i], l->names[at], stem(l->names[at])) != 0)
			continue;
		if (!str_ends(l->names[i], ".so") && !str_ends(l->names[i], ".py"))
			continue;
		r = rank_of(l->names[i], w->minor);
		path = package_path(w->set->a, dir, l->names[i]);
		if (r < rank && is_claimed(w, path)) {
			best = path;
			rank = r;
		}
	}
	return best;
}

static const char *name_in(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* A native file that no package has. Links are made by hand, to good purpose. */
static void unclaimed(struct walk *w, const char *dir, const struct store_listing *l, size_t i,
		      const struct package *p, bool top)
{
	const char *path = package_path(w->set->a, dir, l->names[i]);
	const char *beside;
	struct leftover *x;
	struct os_stat st;

	if (w->out->n >= LEFT_MAX) {
		w->out->more++;
		return;
	}
	beside = str_ends(l->names[i], ".so") ? sibling(w, dir, l, i) : NULL;
	if ((beside == NULL && top) || source_stat(store_source(w->set->store), path, false, &st) != 0 ||
	    st.type != OS_REGULAR)
		return;
	if (beside == NULL) {
		add(w, LEFT_LIBRARY, path, p);
		return;
	}
	x = add(w, LEFT_MODULE, path, package_index_find(w->x, beside)->p);
	x->beside = beside;
	x->other_python = rank_of(l->names[i], w->minor) == RANK_NONE;
	x->hides = w->minor != 0 && rank_of(l->names[i], w->minor) < rank_of(name_in(beside), w->minor);
}

static void walk_folder(struct walk *w, const char *dir, const struct package *p, unsigned depth)
{
	const struct store_listing *l = store_list(w->set->store, dir);

	if (l == NULL || depth > DEPTH_MAX || w->folders++ > FOLDERS_MAX)
		return;
	for (size_t i = 0; i < l->n; i++) {
		const char *path;
		struct os_stat st;

		if (strcmp(l->names[i], "__pycache__") == 0)
			continue;
		path = package_path(w->set->a, dir, l->names[i]);
		if (is_claimed(w, path))
			continue;
		if (audit_is_native_name(l->names[i])) {
			unclaimed(w, dir, l, i, p, false);
			continue;
		}
		/* A link may lead out of here, or in a circle. */
		if (source_stat(store_source(w->set->store), path, false, &st) == 0 &&
		    st.type == OS_DIRECTORY)
			walk_folder(w, path, p, depth + 1);
	}
}

/* ---- a site-packages ------------------------------------------------------------------------------ */

static void note_tops(struct walk *w, const char *site)
{
	size_t n = strlen(site);

	for (size_t i = 0; i < w->set->packages.n; i++) {
		struct package *p = w->set->packages.items[i];

		for (size_t k = 0; k < p->files.n && !p->editable; k++) {
			const char *path = p->files.items[k].path, *name;
			size_t part;

			if (strncmp(path, site, n) != 0 || path[n] != '/')
				continue;
			name = path + n + 1;
			part = strcspn(name, "/");
			if (name[part] == '\0' || (part == 11 && strncmp(name, "__pycache__", 11) == 0))
				continue;
			name = arena_strndup(w->set->a, name, part);
			if (!str_ends(name, "-info"))
				table_put(&w->tops, name, (uint32_t)XXH3_64bits(name, part), p);
		}
	}
}

/* pip puts "numpy" aside as "~umpy", and deletes it when all went well (AdjacentTempDirectory). */
static bool was(const char *aside, const char *name, size_t n)
{
	size_t i = 0;

	while (aside[i] == '~')
		i++;
	return i > 0 && strlen(aside) == n && i < n && strncmp(aside + i, name + i, n - i) == 0;
}

static const struct package *who_was(struct walk *w, const char *aside)
{
	for (size_t i = 0; i < w->set->packages.n; i++) {
		struct package *p = w->set->packages.items[i];
		const char *record = strrchr(p->record, '/');

		if (was(aside, p->name, strlen(p->name)))
			return p;
		if (record != NULL && was(aside, record + 1, strlen(record + 1)))
			return p;
	}
	return NULL;
}

static void walk_site(struct walk *w, const char *site)
{
	const struct store_listing *l = store_list(w->set->store, site);

	table_init(&w->tops, w->set->a);
	note_tops(w, site);
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *name = l->names[i], *path = package_path(w->set->a, site, name);
		const struct package *p =
			table_get(&w->tops, name, (uint32_t)XXH3_64bits(name, strlen(name)));
		struct os_stat st;

		if (name[0] == '~')
			add(w, LEFT_ASIDE, path, who_was(w, name));
		else if (p != NULL && source_stat(store_source(w->set->store), path, false, &st) == 0 &&
			 st.type == OS_DIRECTORY)
			walk_folder(w, path, p, 0);
		else if (audit_is_native_name(name) && !is_claimed(w, path))
			unclaimed(w, site, l, i, NULL, true);
	}
}

void leftover_find(struct package_set *set, const struct place *place, const struct package_index *x,
		   struct leftover_list *out)
{
	*out = (struct leftover_list){ NULL, 0, 0, 0 };
	for (size_t i = 0; i < place->sites.n; i++) {
		struct walk w = { .set = set, .x = x, .out = out, .minor = place->sites.items[i].minor };

		walk_site(&w, place->sites.items[i].dir);
	}
}
