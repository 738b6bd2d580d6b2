/* hunt.c - see hunt.h. Costs are counted: folders listed, names seen, files asked for. */
#include "diagnose/hunt.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "diagnose/known.h"
#include "object/elfconst.h"

enum {
	MAX_LISTED = 64,   /* folders whose names are read */
	MAX_NAMES = 30000, /* names kept in all */
	MAX_STATS = 1200,  /* files asked for by name */
	MAX_HITS = 16,
	MAX_SKEWS = 4,
	MAX_UP = 5, /* levels upwards from the target */
	MAX_BELOW = 100, /* names in a folder whose folders are looked into */
	MAX_PLACES = 160
};

struct listing {
	const char *dir;
	const struct store_listing *names;
};

struct place {
	const char *dir; /* without a slash at its end, but for "/" */
	enum hit_where where;
};

struct hunt {
	struct {
		struct place *items;
		size_t n, cap;
	} places;
	struct {
		struct listing *items;
		size_t n, cap;
	} listings;
	struct {
		const char **items;
		size_t n, cap;
	} searched; /* folders that the loader searches for everybody */
	size_t names, stats;
};

/* ---- listings ----------------------------------------------------------------------------- */

/* The names in a folder, kept by the store for all targets; an empty list when it cannot be read or
 * enough was read. */
static const struct store_listing *list_dir(struct diag *d, const char *dir)
{
	static const struct store_listing none = { NULL, 0 };
	struct hunt *h = d->hunt;
	const struct store_listing *names;

	for (size_t i = 0; i < h->listings.n; i++)
		if (strcmp(h->listings.items[i].dir, dir) == 0)
			return h->listings.items[i].names;
	if (h->listings.n >= MAX_LISTED)
		return &none;
	names = store_stat_dir(d->store, dir) == 0 ? store_list(d->store, dir) : NULL;
	if (names == NULL || names->n > MAX_NAMES - h->names)
		names = &none;
	h->names += names->n;
	*ARENA_PUSH(d->a, &h->listings) = (struct listing){ dir, names };
	return names;
}

static bool exists(struct diag *d, const char *path)
{
	if (d->hunt->stats >= MAX_STATS)
		return false;
	d->hunt->stats++;
	return store_has_file(d->store, path);
}

/* ---- places ------------------------------------------------------------------------------- */

static const char *strip_slash(struct arena *a, const char *dir)
{
	size_t n = strlen(dir);

	while (n > 1 && dir[n - 1] == '/')
		n--;
	return arena_strndup(a, dir, n);
}

static void add_place(struct diag *d, const char *dir, enum hit_where where)
{
	struct hunt *h = d->hunt;
	struct place *p;

	if (dir == NULL || *dir == '\0' || h->places.n >= MAX_PLACES)
		return;
	dir = strip_slash(d->a, dir);
	for (size_t i = 0; i < h->places.n; i++)
		if (strcmp(h->places.items[i].dir, dir) == 0)
			return;
	p = ARENA_PUSH(d->a, &h->places);
	p->dir = dir;
	p->where = where;
}

static bool is_packages_dir(const char *dir)
{
	const char *b = base_name(dir);

	return strcmp(b, "site-packages") == 0 || strcmp(b, "dist-packages") == 0;
}

/* "PKG.libs" folders, as wheels are repaired with, among the names of a folder. */
static void add_libs_of(struct diag *d, const char *dir)
{
	const struct store_listing *l = list_dir(d, dir);

	for (size_t i = 0; i < l->n; i++)
		if (str_ends(l->names[i], ".libs"))
			add_place(d, join_path(d->a, dir, l->names[i]), HIT_BESIDE);
}

/* The folders in a folder, if it is one of a project: not one of a system, with hundreds of names. */
static void add_below(struct diag *d, const char *dir)
{
	bool system = strcmp(dir, "/") == 0 || is_packages_dir(dir);
	const struct store_listing *l = system ? NULL : list_dir(d, dir);

	for (size_t i = 0; l != NULL && l->n <= MAX_BELOW && i < l->n; i++)
		if (strchr(l->names[i], '.') == NULL &&
		    store_stat_dir(d->store, join_path(d->a, dir, l->names[i])) == 0)
			add_place(d, join_path(d->a, dir, l->names[i]), HIT_BESIDE);
}

static void add_around(struct diag *d, const char *file)
{
	const char *dir = dir_name(d->a, file);

	add_place(d, dir, HIT_BESIDE);
	add_place(d, join_path(d->a, dir, "lib"), HIT_BESIDE);
	add_place(d, join_path(d->a, dir, ".libs"), HIT_BESIDE);
	for (int up = 0; up < MAX_UP && dir[1] != '\0' && strcmp(dir, ".") != 0; up++) {
		add_libs_of(d, dir);
		if (is_packages_dir(dir))
			break;
		dir = dir_name(d->a, dir);
		if (up < 2) {
			add_place(d, join_path(d->a, dir, "lib"), HIT_BESIDE);
			add_place(d, join_path(d->a, dir, "lib64"), HIT_BESIDE);
		}
		if (up == 0)
			add_place(d, dir, HIT_BESIDE);
	}
	dir = dir_name(d->a, file);
	add_below(d, dir);
	add_below(d, dir_name(d->a, dir));
}

/* What a link leads to has its libraries where it lies. */
static void add_around_target(struct diag *d, const char *path)
{
	char *real = NULL;

	add_around(d, path);
	if (source_realpath(d->source, path, &real) != 0)
		return;
	path = arena_strdup(d->a, real);
	free(real);
	add_around(d, path);
}

static void add_images(struct diag *d)
{
	for (size_t i = 0; d->p != NULL && i < d->p->images.n && i < 400; i++) {
		const char *path = image_path(d, d->p->images.items[i]);

		if (path != NULL && strchr(path, '/') != NULL)
			add_place(d, dir_name(d->a, path), HIT_LOADED);
	}
}

static void add_conf(struct diag *d)
{
	const char *const *dirs = NULL;
	size_t n = 0;

	ldconf_read(d->source, "/etc/ld.so.conf", d->a, &dirs, &n);
	for (size_t i = 0; i < n && i < 64; i++)
		add_place(d, dirs[i], HIT_CONF);
}

static void add_usual(struct diag *d)
{
	static const char *const usual[] = {
		"/usr/local/lib",
		"/usr/local/lib64",
		"/usr/local/cuda/lib64",
		"/opt/rocm/lib",
		"/opt/intel/oneapi/compiler/latest/linux/compiler/lib/intel64_lin",
		"/opt/intel/oneapi/mkl/latest/lib/intel64",
		"/usr/lib/wsl/lib",
		"/usr/lib/jvm/default-java/lib/server",
		"/usr/local/nvidia/lib64",
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		add_place(d, usual[i], HIT_USUAL);
}

static void add_searched(struct diag *d, const char *dir)
{
	*ARENA_PUSH(d->a, &d->hunt->searched) = strip_slash(d->a, dir);
}

static void start_hunt(struct diag *d)
{
	if (d->hunt != NULL)
		return;
	d->hunt = ARENA_NEW(d->a, struct hunt);
	for (size_t i = 0; common_dir(d, i) != NULL; i++)
		add_searched(d, common_dir(d, i));
	/* Absolute, since the way up from a relative path ends at the working folder. */
	if (d->in->target_path != NULL && strchr(d->in->target_path, '/') != NULL)
		add_around_target(d, absolute_path(d, d->in->target_path));
	if (d->w->kind == LOADER_GLIBC)
		add_conf(d);
	add_images(d);
	add_usual(d);
}

const char *hunt_place(struct diag *d, size_t i, enum hit_where *where)
{
	start_hunt(d);
	if (i >= d->hunt->places.n)
		return NULL;
	if (where != NULL)
		*where = d->hunt->places.items[i].where;
	return d->hunt->places.items[i].dir;
}

/* ---- hits --------------------------------------------------------------------------------- */

static bool usable(const struct diag *d, const struct store_entry *e)
{
	const struct elf *f;

	if (e == NULL || e->err != 0 || e->file->kind != FILE_ELF)
		return false;
	f = &e->file->elf;
	if (is_musl(d) && built_for_glibc(f))
		return false;
	return f->defect == ELF_OK && f->machine == d->w->machine && f->is64 == d->w->is64 &&
	       f->big_endian == d->w->big_endian && f->type == ET_DYN && f->has_dynamic &&
	       f->file_end <= e->file->bytes.n;
}

static bool have_hit(const struct hits *out, const char *path)
{
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->items[i].path, path) == 0)
			return true;
	return false;
}

static bool was_probed(const struct diag *d, const struct request *rq, const char *path)
{
	for (size_t i = 0; rq != NULL && d->t != NULL && i < rq->nprobes; i++) {
		size_t at = rq->probe0 + i;

		if (at < d->t->probes.n && d->t->probes.items[at].path != NULL &&
		    strcmp(d->t->probes.items[at].path, path) == 0)
			return true;
	}
	return false;
}

static struct hit *add_hit(struct diag *d, struct hits *out, const char *path, enum hit_where where,
			   enum hit_kind kind)
{
	struct hit *h;

	if (out->n >= MAX_HITS || have_hit(out, path))
		return NULL;
	h = ARENA_PUSH(d->a, out);
	h->path = path;
	h->where = where;
	h->kind = kind;
	h->entry = store_open(d->store, path);
	h->usable = usable(d, h->entry);
	return h;
}

/* What the loader looked at and refused is told elsewhere. */
static void try_exact(struct diag *d, const struct request *rq, struct hits *out, const char *dir,
		      const char *name, enum hit_where where)
{
	const char *path = join_path(d->a, dir, name);

	if (!was_probed(d, rq, path) && exists(d, path))
		add_hit(d, out, path, where, HIT_EXACT);
}

static bool name_listed(const struct store_listing *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->names[i], name) == 0)
			return true;
	return false;
}

static void hunt_places(struct diag *d, const struct request *rq, struct hits *out,
			const char *name)
{
	const struct hunt *h = d->hunt;

	for (size_t i = 0; i < h->places.n; i++)
		try_exact(d, rq, out, h->places.items[i].dir, name, h->places.items[i].where);
}

/* Folders directly below the default ones: /usr/lib/x86_64-linux-gnu/pulseaudio and the like. */
static void hunt_below_default(struct diag *d, const struct request *rq, struct hits *out,
			       const char *name)
{
	for (size_t i = 0; common_dir(d, i) != NULL; i++) {
		const char *dir = strip_slash(d->a, common_dir(d, i));
		const struct store_listing *l = list_dir(d, dir);

		for (size_t k = 0; k < l->n; k++)
			if (strchr(l->names[k], '.') == NULL)
				try_exact(d, rq, out, join_path(d->a, dir, l->names[k]), name,
					  HIT_SUB);
	}
}

/* The package that is known to bring it, in the environment of the target or of the process. */
static void hunt_site(struct diag *d, const struct request *rq, struct hits *out, const char *name)
{
	const struct provider *pv = provider_of(name);
	size_t n = d->hunt->places.n;

	if (pv == NULL || pv->site == NULL)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *dir = d->hunt->places.items[i].dir;

		for (int up = 0; up < 8 && dir[0] != '\0' && dir[1] != '\0' && strchr(dir, '/');
		     up++) {
			if (is_packages_dir(dir)) {
				try_exact(d, rq, out, join_path(d->a, dir, pv->site), name,
					  HIT_SITE);
				break;
			}
			dir = dir_name(d->a, dir);
		}
	}
}

struct cache_ctx {
	struct diag *d;
	struct hits *out;
	const struct request *rq;
	const char *name;
};

static void on_cache(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct cache_ctx *c = ctx;

	(void)flags;
	(void)hwcap;
	if (strcmp(soname, c->name) == 0 && !was_probed(c->d, c->rq, path) && exists(c->d, path))
		add_hit(c->d, c->out, arena_strdup(c->d->a, path), HIT_CACHE, HIT_EXACT);
}

static void hunt_cache(struct diag *d, const struct request *rq, struct hits *out, const char *name)
{
	struct cache_ctx c = { d, out, rq, name };

	if (d->w->cache != NULL)
		ldcache_each(d->w->cache, on_cache, &c);
}

/* ---- the same library under another name or version --------------------------------------- */

/* "libfoo.so" of "libfoo.so.1.2"; 0 if there is no ".so". */
static size_t stem_length(const char *name)
{
	const char *so = strstr(name, ".so");

	while (so != NULL && so[3] != '\0' && so[3] != '.')
		so = strstr(so + 1, ".so");
	return so != NULL ? (size_t)(so - name) + 3 : 0;
}

static bool same_stem(const char *name, const char *other, size_t stem)
{
	return strncmp(name, other, stem) == 0 && (other[stem] == '\0' || other[stem] == '.') &&
	       strcmp(name, other) != 0;
}

static void try_stem(struct diag *d, struct hits *out, const char *dir, const char *found,
		     const char *name, enum hit_where where, bool searched)
{
	const char *path = join_path(d->a, dir, found);
	const struct store_entry *e;
	bool alias;
	struct hit *h;
	size_t skews = 0;

	for (size_t i = 0; i < out->n; i++)
		skews += out->items[i].kind == HIT_SKEW;
	if (!exists(d, path))
		return;
	e = store_open(d->store, path);
	if (!usable(d, e))
		return;
	/* A name with a build folder in it is still that name. */
	alias = e->file->elf.soname != NULL && strcmp(base_name(e->file->elf.soname), name) == 0;
	if (!alias && skews >= MAX_SKEWS)
		return;
	for (size_t i = 0; i < out->n; i++) /* a link and its file are one */
		if (out->items[i].entry->file == e->file)
			return;
	h = add_hit(d, out, path, where, alias ? HIT_ALIAS : HIT_SKEW);
	if (h != NULL)
		h->searched = searched;
}

static void hunt_stem_in(struct diag *d, struct hits *out, const char *dir, const char *name,
			 enum hit_where where, bool searched)
{
	size_t stem = stem_length(name);
	const struct store_listing *l = stem != 0 ? list_dir(d, dir) : NULL;

	if (l == NULL || (name_listed(l, name) && exists(d, join_path(d->a, dir, name))))
		return; /* a link that leads nowhere is as good as none */
	for (size_t i = 0; i < l->n; i++)
		if (same_stem(name, l->names[i], stem))
			try_stem(d, out, dir, l->names[i], name, where, searched);
}

/* The folders that this request was searched in. */
static void hunt_stem(struct diag *d, const struct request *rq, struct hits *out, const char *name)
{
	for (size_t i = 0; rq != NULL && d->t != NULL && i < rq->nprobes; i++) {
		size_t at = rq->probe0 + i;
		const struct probe *p = at < d->t->probes.n ? &d->t->probes.items[at] : NULL;

		if (p != NULL && p->path != NULL && p->outcome == PROBE_ABSENT &&
		    strchr(p->path, '/') != NULL)
			hunt_stem_in(d, out, dir_name(d->a, p->path), name, HIT_SUB, true);
	}
	for (size_t i = 0; i < d->hunt->searched.n; i++)
		hunt_stem_in(d, out, d->hunt->searched.items[i], name, HIT_SUB, true);
	for (size_t i = 0; i < d->hunt->places.n; i++)
		hunt_stem_in(d, out, d->hunt->places.items[i].dir, name,
			     d->hunt->places.items[i].where, false);
}

/* ---- order -------------------------------------------------------------------------------- */

static int weight(const struct hit *h)
{
	return (h->usable ? 0 : 1000) + (int)h->kind * 100 + (int)h->where;
}

static void sort_hits(struct hits *v)
{
	for (size_t i = 1; i < v->n; i++) {
		struct hit x = v->items[i];
		size_t k = i;

		while (k > 0 && weight(&v->items[k - 1]) > weight(&x)) {
			v->items[k] = v->items[k - 1];
			k--;
		}
		v->items[k] = x;
	}
}

static bool any_usable(const struct hits *v)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].usable)
			return true;
	return false;
}

void hunt_library(struct diag *d, const char *name, const struct request *rq, struct hits *out)
{
	const char *base = base_name(name);

	*out = (struct hits){ 0 };
	if (d->source == NULL || d->store == NULL || *base == '\0' || strlen(base) > 255)
		return;
	start_hunt(d);
	if (rq != NULL && rq->from != NULL && image_path(d, rq->from) != NULL)
		add_around(d, absolute_path(d, image_path(d, rq->from)));
	hunt_places(d, rq, out, base);
	hunt_site(d, rq, out, base);
	hunt_cache(d, rq, out, base);
	if (!any_usable(out))
		hunt_below_default(d, rq, out, base);
	if (!any_usable(out))
		hunt_stem(d, rq, out, base);
	sort_hits(out);
}
