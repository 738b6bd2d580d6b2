/* whohas.c - see whohas.h. First a list of folders, then one of libraries, both made at the first
 * question; then every question goes through the libraries. Costs are counted, not timed, so that
 * the answer is the same on every run. */
#include "diagnose/whohas.h"

#include <string.h>

#include "diagnose/hunt.h"
#include "diagnose/known.h"
#include "object/elfconst.h"

enum {
	MAX_LIBRARIES = 4000, /* that are opened */
	MAX_DIRS = 600,
	MAX_PACKAGES = 400,   /* folders of a site-packages that are looked into */
	MAX_NAMES = 60000,    /* names of files that are looked at */
	MAX_ASKED = 32,       /* questions in one diagnosis */
	MAX_FOUND = 64        /* libraries that define one symbol */
};

struct folder {
	const char *dir; /* without a slash at its end */
	enum whohas_where where;
	bool cached; /* searched, but only for what the loader's cache lists */
	uint64_t dev, ino; /* of searched ones, else 0 */
};

struct library {
	const char *path;
	const char *link; /* see whohas_hit */
	const struct folder *folder;
};

struct whohas {
	struct {
		struct folder **items;
		size_t n, cap;
	} folders;
	struct {
		struct library *items;
		size_t n, cap;
	} libraries;
	size_t names, packages, asked;
};

/* ---- folders ------------------------------------------------------------------------------ */

/* /lib and /usr/lib may be one. Only the few folders that are searched are asked for it: the others
 * are many, and all targets of a run have them. */
static bool is_same(const struct folder *a, const struct folder *b)
{
	return strcmp(a->dir, b->dir) == 0 ||
	       (a->ino != 0 && a->ino == b->ino && a->dev == b->dev);
}

static void add_folder(struct diag *d, const char *dir, enum whohas_where where, bool cached)
{
	struct whohas *w = d->whohas;
	struct folder f = { .where = where, .cached = cached };
	struct os_stat st;
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	f.dir = arena_strndup(d->a, dir, n);
	if (w->folders.n >= MAX_DIRS || store_stat_dir(d->store, f.dir) != 0)
		return;
	if (where == WHOHAS_SEARCHED && source_stat(d->source, f.dir, true, &st) == 0) {
		f.dev = st.dev;
		f.ino = st.ino;
	}
	for (size_t i = 0; i < w->folders.n; i++) {
		struct folder *o = w->folders.items[i];

		if (!is_same(&f, o))
			continue;
		if (where == WHOHAS_SEARCHED) {
			o->cached = cached && (o->cached || o->where != where);
			o->where = where;
		}
		return;
	}
	*ARENA_PUSH(d->a, &w->folders) = ARENA_NEW(d->a, struct folder);
	*w->folders.items[w->folders.n - 1] = f;
}

static enum whohas_where where_of(enum hit_where w)
{
	switch (w) {
	case HIT_BESIDE:
	case HIT_LOADED: return WHOHAS_NEAR;
	case HIT_SITE: return WHOHAS_SITE;
	case HIT_CONF:
	case HIT_CACHE:
	case HIT_SUB:
	case HIT_USUAL: break;
	}
	return WHOHAS_ELSEWHERE;
}

static void add_near(struct diag *d)
{
	enum hit_where where;
	const char *dir;

	for (size_t i = 0; (dir = hunt_place(d, i, &where)) != NULL; i++)
		add_folder(d, dir, where_of(where), false);
}

/* The folder site-packages that `path` lies in; NULL. */
static const char *packages_of(struct diag *d, const char *path)
{
	static const char *const names[] = { "/site-packages/", "/dist-packages/" };

	for (size_t i = 0; i < 2; i++) {
		const char *at = strstr(path, names[i]);

		if (at != NULL)
			return arena_strndup(d->a, path,
					     (size_t)(at - path) + strlen(names[i]) - 1);
	}
	return NULL;
}

/* Each package's own folder, and those that wheels keep their libraries in. */
static void add_packages(struct diag *d, const char *site)
{
	static const char *const below[] = { "lib", "libs", ".libs" };
	const struct store_listing *l =
		store_stat_dir(d->store, site) == 0 ? store_list(d->store, site) : NULL;

	add_folder(d, site, WHOHAS_SITE, false);
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *dir = join_path(d->a, site, l->names[i]);

		if (strstr(l->names[i], "-info") != NULL || l->names[i][0] == '_' ||
		    d->whohas->packages >= MAX_PACKAGES)
			continue;
		if (store_stat_dir(d->store, dir) != 0)
			continue;
		d->whohas->packages++;
		add_folder(d, dir, WHOHAS_SITE, false);
		for (size_t k = 0; k < sizeof(below) / sizeof(below[0]); k++)
			add_folder(d, join_path(d->a, dir, below[k]), WHOHAS_SITE, false);
	}
}

static void add_environment(struct diag *d)
{
	const char *target = d->in->target_path;
	const char *site = target != NULL ? packages_of(d, absolute_path(d, target)) : NULL;

	for (size_t i = 0; site == NULL && d->p != NULL && i < d->p->images.n; i++) {
		const char *path = image_path(d, d->p->images.items[i]);

		if (path != NULL)
			site = packages_of(d, path);
	}
	if (site != NULL)
		add_packages(d, site);
}

struct cache_folders {
	struct diag *d;
	const char *last; /* entries of one folder often follow one another */
	size_t n;
};

static void on_cache(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct cache_folders *c = ctx;
	size_t n = (size_t)(base_name(path) - path);

	(void)soname;
	(void)flags;
	if (hwcap != 0 || n < 2 || (strlen(c->last) == n && strncmp(c->last, path, n) == 0))
		return;
	c->last = arena_strndup(c->d->a, path, n);
	if (c->n++ < MAX_DIRS)
		add_folder(c->d, c->last, WHOHAS_SEARCHED, true);
}

static void add_searched(struct diag *d)
{
	struct cache_folders c = { d, "", 0 };

	for (size_t i = 0; d->p != NULL && i < d->p->env_dirs.n; i++)
		if (d->p->env_dirs.v[i] != NULL && *d->p->env_dirs.v[i]->dir != '\0')
			add_folder(d, d->p->env_dirs.v[i]->dir, WHOHAS_SEARCHED, false);
	for (size_t i = 0; common_dir(d, i) != NULL; i++)
		add_folder(d, common_dir(d, i), WHOHAS_SEARCHED, false);
	if (d->w->cache != NULL)
		ldcache_each(d->w->cache, on_cache, &c);
}

/* ---- libraries ---------------------------------------------------------------------------- */

/* "libz.so.1" and "_C.abi3.so", but not "libz.so.1.debug" or "x.sock". */
static bool is_library_name(const char *name)
{
	const char *so = strstr(name, ".so");

	while (so != NULL && so[3] != '\0' && so[3] != '.')
		so = strstr(so + 3, ".so");
	if (so == NULL)
		return false;
	return so[3] == '\0' || strspn(so + 3, ".0123456789") == strlen(so + 3) ||
	       strncmp(name, "lib", 3) == 0;
}

/* Is names[i] the longer name of a file that another name in the list leads to as well? A link
 * "libz.so.1" stands before "libz.so.1.2.13" in the list; opening both would cost twice. */
static bool is_longer_name(const struct store_listing *l, size_t i)
{
	const char *name = l->names[i];

	for (size_t k = i; k-- > 0;) {
		const char *other = l->names[k];
		size_t n = strlen(other);

		if (strncmp(name, other, n) != 0)
			break;
		if (name[n] == '.' && strcmp(other + (n < 3 ? 0 : n - 3), ".so") != 0 &&
		    is_library_name(other))
			return true;
	}
	return false;
}

/* Is names[i] "libz.so" before "libz.so.1"? It is a link to that one or a script for the linker. */
static bool is_link_name(const struct store_listing *l, size_t i)
{
	size_t n = strlen(l->names[i]);
	const char *next = i + 1 < l->n ? l->names[i + 1] : "";

	return n > 3 && strcmp(l->names[i] + n - 3, ".so") == 0 &&
	       strncmp(l->names[i], next, n) == 0 && next[n] == '.' && next[n + 1] >= '0' &&
	       next[n + 1] <= '9';
}

/* "z" for "libz.so" */
static const char *link_word(struct arena *a, const char *name)
{
	size_t n = strlen(name);

	if (!starts_with(name, "lib") || n < 7 || strcmp(name + n - 3, ".so") != 0)
		return NULL;
	return arena_strndup(a, name + 3, n - 6);
}

/* What stands in for functions of other libraries on purpose is never what was meant. */
static bool is_stand_in(const char *name)
{
	static const char *const names[] = { "libasan.",    "libtsan.",	    "liblsan.",
					     "libubsan.",   "libhwasan.",   "libfakeroot",
					     "libmemusage", "libpcprofile", "libclang_rt." };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (starts_with(name, names[i]))
			return true;
	return false;
}

static void list_folder(struct diag *d, const struct folder *f)
{
	struct whohas *w = d->whohas;
	const struct store_listing *l = store_list(d->store, f->dir);
	const char *link = NULL; /* the last name that only serves the linker */

	for (size_t i = 0; l != NULL && i < l->n && w->libraries.n < MAX_LIBRARIES; i++) {
		const char *name = l->names[i];

		if (w->names++ >= MAX_NAMES)
			return;
		if (!is_library_name(name) || is_stand_in(name) || is_longer_name(l, i))
			continue;
		if (is_link_name(l, i)) {
			link = name;
			continue;
		}
		if (link != NULL && !(starts_with(name, link) && name[strlen(link)] == '.'))
			link = NULL;
		*ARENA_PUSH(d->a, &w->libraries) =
			(struct library){ join_path(d->a, f->dir, name),
					  link_word(d->a, link != NULL ? link : name), f };
	}
}

static void start(struct diag *d)
{
	if (d->whohas != NULL)
		return;
	d->whohas = ARENA_NEW(d->a, struct whohas);
	add_near(d);
	add_environment(d);
	add_searched(d);
	for (size_t i = 0; i < d->whohas->folders.n; i++)
		list_folder(d, d->whohas->folders.items[i]);
}

/* ---- does it define the symbol? ----------------------------------------------------------- */

struct question {
	const char *symbol, *version;
	uint32_t hash;
	const struct elf *e;
};

/* An object without versions answers to any; a hidden version only to its own name. */
static bool version_fits(const struct question *q, uint64_t sym)
{
	const char *name;
	uint16_t v;

	if (!elf_versym(q->e, sym, &v))
		return true;
	if (q->version == NULL)
		return (v & 0x8000) == 0;
	name = elf_verdef_name(q->e, v & 0x7fff);
	return name != NULL && strcmp(name, q->version) == 0;
}

static bool on_symbol(void *ctx, uint64_t sym)
{
	const struct question *q = ctx;
	struct elf_sym s;

	return elf_sym(q->e, sym, &s) && s.shndx != SHN_UNDEF && s.bind != STB_LOCAL &&
	       (s.vis == STV_DEFAULT || s.vis == STV_PROTECTED) && version_fits(q, sym);
}

static bool offers(struct question *q, const struct elf *e)
{
	struct elf_hash table;

	q->e = e;
	elf_hash_open(e, &table);
	if (table.where != ELF_HERE || (table.gnu && !elf_hash_maybe(e, &table, q->hash)))
		return false;
	return elf_hash_find(e, &table, q->symbol, q->hash, on_symbol, q) != 0;
}

static const struct elf *usable(const struct diag *d, const struct store_entry *en)
{
	const struct elf *e;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
		return NULL;
	e = &en->file->elf;
	if (is_musl(d) && built_for_glibc(e))
		return NULL;
	return e->defect == ELF_OK && e->type == ET_DYN && e->machine == d->w->machine &&
			       e->is64 == d->w->is64 && e->big_endian == d->w->big_endian &&
			       e->has_dynamic
		       ? e
		       : NULL;
}

/* ---- hits --------------------------------------------------------------------------------- */

struct found {
	struct {
		struct whohas_hit hit;
		const struct store_file *file;
	} v[MAX_FOUND];
	size_t n;
	const struct symbol_family *family;
};

static const char *name_of(const struct whohas_hit *h)
{
	return h->soname != NULL ? h->soname : base_name(h->path);
}

/* Length of what copies and versions of one library have in common: "libopenblas" of
 * "libopenblas-r0-f650aae0.3.3.so". */
static size_t stem(const char *name)
{
	return strcspn(name, "-.");
}

static bool same_library(const char *a, const char *b)
{
	return stem(a) == stem(b) && strncmp(a, b, stem(a)) == 0;
}

static bool in_family(const struct symbol_family *family, const struct whohas_hit *h)
{
	return family != NULL && starts_with(family->library, "lib") &&
	       same_library(family->library, name_of(h));
}

static void keep(struct found *found, const struct store_file *file, struct whohas_hit hit)
{
	for (size_t i = 0; i < found->n; i++) {
		if (found->v[i].file != file)
			continue;
		if (hit.searched && !found->v[i].hit.searched && hit.image == NULL) {
			/* One file, two paths: the one that is searched tells more. */
			hit.image = found->v[i].hit.image;
			hit.where = hit.image != NULL ? WHOHAS_LOADED : hit.where;
			hit.soname = found->v[i].hit.soname;
			hit.family = found->v[i].hit.family;
			found->v[i].hit = hit;
		}
		return;
	}
	if (found->n >= MAX_FOUND)
		return;
	hit.soname = file->elf.soname;
	hit.family = in_family(found->family, &hit);
	found->v[found->n].file = file;
	found->v[found->n++].hit = hit;
}

static void ask_process(struct diag *d, struct question *q, struct found *found)
{
	for (size_t i = 0; d->p != NULL && i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		const char *path = image_path(d, im);

		if (im->file != NULL && im->kind == IMAGE_LIBRARY && path != NULL &&
		    offers(q, &im->file->elf))
			keep(found, im->file,
			     (struct whohas_hit){ .path = path, .image = im,
						  .where = WHOHAS_LOADED });
	}
}

struct in_cache {
	const char *path;
	bool listed;
};

static void is_listed(void *ctx, const char *soname, const char *path, int32_t flags,
		      uint64_t hwcap)
{
	struct in_cache *c = ctx;

	(void)soname;
	(void)flags;
	(void)hwcap;
	c->listed = c->listed || strcmp(path, c->path) == 0;
}

static bool is_searched(const struct diag *d, const struct library *l)
{
	struct in_cache c = { l->path, false };

	if (l->folder->where != WHOHAS_SEARCHED || !l->folder->cached)
		return l->folder->where == WHOHAS_SEARCHED;
	ldcache_each(d->w->cache, is_listed, &c);
	return c.listed;
}

static void ask_libraries(struct diag *d, struct question *q, struct found *found)
{
	const struct whohas *w = d->whohas;

	for (size_t i = 0; i < w->libraries.n; i++) {
		const struct library *l = &w->libraries.items[i];
		const struct store_entry *en = store_open(d->store, l->path);
		const struct elf *e = usable(d, en);
		bool searched;

		if (e == NULL || !offers(q, e))
			continue;
		searched = is_searched(d, l);
		keep(found, en->file,
		     (struct whohas_hit){ .path = l->path,
					  .link = searched ? l->link : NULL,
					  .where = searched || l->folder->where != WHOHAS_SEARCHED
							   ? l->folder->where
							   : WHOHAS_ELSEWHERE,
					  .searched = searched });
	}
}

static size_t different(const struct found *found)
{
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++) {
		size_t k = 0;

		while (k < i &&
		       !same_library(name_of(&found->v[k].hit), name_of(&found->v[i].hit)))
			k++;
		n += k == i;
	}
	return n;
}

static int weight(const struct whohas_hit *h)
{
	return (h->where == WHOHAS_LOADED ? 0 : h->family ? 10 : 20) + (h->soname != NULL ? 0 : 5) +
	       (h->where == WHOHAS_SEARCHED && h->link != NULL ? 0 : 1 + (int)h->where);
}

/* The best that was not taken yet; found order decides between equals. */
static size_t best(const struct found *found, const bool *taken)
{
	size_t b = SIZE_MAX;

	for (size_t i = 0; i < found->n; i++)
		if (!taken[i] &&
		    (b == SIZE_MAX || weight(&found->v[i].hit) < weight(&found->v[b].hit)))
			b = i;
	return b;
}

/* Names that an interpreter or another program offers to its plug-ins. A library that has them too
 * (libpython3.11.so.1.0) is for those who embed it, and linking a plug-in with it is no cure. In
 * symbols.def hosts are words ("node", "the Python interpreter"), beside libraries ("libssl") and
 * names of projects ("BLAS"). */
static bool is_of_a_host(const struct symbol_family *family)
{
	return family != NULL && !starts_with(family->library, "lib") &&
	       family->library[0] >= 'a' && family->library[0] <= 'z';
}

size_t whohas_symbol(struct diag *d, const char *symbol, const char *version,
		     struct whohas_hit *out, size_t max)
{
	struct question q = { .symbol = symbol, .version = version };
	struct found *found;
	bool taken[MAX_FOUND] = { false };
	size_t n = 0;

	const struct symbol_family *family = family_of_symbol(symbol);

	if (d->store == NULL || d->source == NULL || d->w == NULL || *symbol == '\0' ||
	    is_of_a_host(family))
		return 0;
	start(d);
	if (d->whohas->asked++ >= MAX_ASKED)
		return 0;
	q.hash = elf_gnu_hash(symbol);
	found = ARENA_NEW(d->a, struct found);
	found->family = family;
	ask_process(d, &q, found);
	ask_libraries(d, &q, found);
	for (; n < max && n < found->n; n++) {
		size_t b = best(found, taken);

		taken[b] = true;
		out[n] = found->v[b].hit;
		out[n].libraries = different(found);
	}
	return n;
}
