/* owner.c - see owner.h. */
#include "package/owner.h"

#include <string.h>
#include <xxhash.h>

#include "package/pip_record.h"

enum { RECORD_MAX = 256 << 20 /* bytes */ };

static uint32_t hash_of(const char *path)
{
	return (uint32_t)XXH3_64bits(path, strlen(path));
}

/* ---- an index -------------------------------------------------------------------------------------- */

static void index_file(struct package_index *x, struct arena *a, const struct package *p,
		       const struct package_file *f)
{
	struct package_owner *o, *first;
	uint32_t hash = hash_of(f->path);

	if ((f->flags & PACKAGE_FOLDER) != 0)
		return;
	o = ARENA_NEW(a, struct package_owner);
	o->p = p;
	o->f = f;
	first = table_get(&x->files, f->path, hash);
	if (first == NULL) {
		table_put(&x->files, f->path, hash, o);
		return;
	}
	o->next = first->next;
	first->next = o;
}

void package_index_make(const struct package_set *set, struct package_index *out)
{
	table_init(&out->files, set->a);
	for (size_t i = 0; i < set->packages.n; i++) {
		const struct package *p = set->packages.items[i];

		for (size_t k = 0; k < p->files.n; k++)
			index_file(out, set->a, p, &p->files.items[k]);
	}
}

const struct package_owner *package_index_find(const struct package_index *x, const char *path)
{
	return table_get(&x->files, path, hash_of(path));
}

/* ---- some paths ------------------------------------------------------------------------------------ */

/* A folder that may be an environment, and what was read there: packages that may have one of the paths. */
struct read_place {
	const char *dir;
	struct place place;
	struct package_set conda, pip;
	bool conda_read, pip_read;
};

struct package_owners {
	struct arena *a;
	struct store *store;
	struct package_paths paths;
	struct table places; /* folder -> struct read_place */
	struct place system;
	struct package_set of_system;
	bool system_read;
};

static const struct package_owner *take(const struct package_owners *w, const struct package_set *set,
					const struct place *place, const char *path)
{
	for (size_t k = 0; k < set->packages.n; k++) {
		struct package *p = set->packages.items[k];

		for (size_t i = 0; i < p->files.n; i++)
			if (strcmp(p->files.items[i].path, path) == 0) {
				struct package_owner *o = ARENA_NEW(w->a, struct package_owner);

				o->p = p;
				o->f = &p->files.items[i];
				o->place = place;
				return o;
			}
	}
	return NULL;
}

static struct read_place *place_at(struct package_owners *w, const char *dir)
{
	struct read_place *r = table_get(&w->places, dir, hash_of(dir));

	if (r != NULL)
		return r;
	r = ARENA_NEW(w->a, struct read_place);
	r->dir = dir;
	r->conda = r->pip = (struct package_set){ .a = w->a, .store = w->store };
	place_find(&r->pip, dir, &r->place);
	table_put(&w->places, dir, hash_of(dir), r);
	return r;
}

static const struct package_owner *in_place(struct package_owners *w, struct read_place *r, const char *path)
{
	const struct package_owner *o;

	if (!r->conda_read && r->place.conda)
		conda_read_owners(&r->conda, r->place.dir, &w->paths);
	r->conda_read = true;
	o = take(w, &r->conda, &r->place, path);
	if (o != NULL)
		return o;
	for (size_t i = 0; !r->pip_read && i < r->place.sites.n; i++)
		pip_read_owners(&r->pip, r->place.sites.items[i].dir, &w->paths);
	r->pip_read = true;
	return take(w, &r->pip, &r->place, path);
}

/* The prefix of the environment that a path lies in: the nearest folder above it that is one. */
static const struct package_owner *in_environment(struct package_owners *w, const char *path)
{
	const char *dir = path;

	for (unsigned level = 0; level < 64 && strcmp(dir, "/") != 0; level++) {
		const struct package_owner *o;
		struct read_place *r;

		dir = package_path(w->a, dir, "..");
		r = place_at(w, dir);
		if (r->place.kind == PLACE_SITE && strstr(dir, "-packages") != NULL)
			continue; /* lib/python3.11/site-packages: the environment is further up */
		if (r->place.kind != PLACE_ENVIRONMENT && r->place.kind != PLACE_SITE)
			continue;
		o = in_place(w, r, path);
		if (o != NULL || r->place.kind == PLACE_ENVIRONMENT)
			return o;
	}
	return NULL;
}

static void read_system(struct package_owners *w)
{
	w->of_system = (struct package_set){ .a = w->a, .store = w->store };
	place_find(&w->of_system, "/", &w->system);
	if (w->system.dpkg)
		dpkg_read_owners(&w->of_system, &w->paths);
	if (w->system.apk)
		apk_read(&w->of_system);
	w->system_read = true;
}

static const struct package_owner *in_system(struct package_owners *w, const char *path)
{
	const struct package_owner *o;

	if (!w->system_read)
		read_system(w);
	o = take(w, &w->of_system, &w->system, path);
	if (o != NULL)
		return o;
	/* /lib may be a link to /usr/lib; the lists have either name. */
	return take(w, &w->of_system, &w->system,
		    strncmp(path, "/usr/", 5) == 0 ? path + 4 : arena_printf(w->a, "/usr%s", path));
}

/* Where a distribution's own packages are; its Python packages have a dist-info folder as well. */
static bool is_of_system(const char *path)
{
	return (strncmp(path, "/usr/", 5) == 0 && strncmp(path, "/usr/local/", 11) != 0) ||
	       strncmp(path, "/lib", 4) == 0 || strncmp(path, "/bin/", 5) == 0 ||
	       strncmp(path, "/sbin/", 6) == 0;
}

struct package_owners *package_owners_new(struct store *store, struct arena *a,
					  const struct package_paths *paths)
{
	struct package_owners *w = ARENA_NEW(a, struct package_owners);

	w->a = a;
	w->store = store;
	table_init(&w->places, a);
	for (size_t i = 0; i < paths->n; i++)
		if (paths->items[i][0] == '/')
			*ARENA_PUSH(a, &w->paths) = package_path(a, "/", paths->items[i]);
	return w;
}

const struct package_owner *package_owners_find(struct package_owners *w, const char *path)
{
	const struct package_owner *o = NULL;

	if (path[0] != '/')
		return NULL;
	path = package_path(w->a, "/", path);
	if (is_of_system(path))
		o = in_system(w, path);
	if (o == NULL)
		o = in_environment(w, path);
	if (o == NULL && !is_of_system(path))
		o = in_system(w, path);
	return o;
}

const struct package_owner *package_owner_find(struct store *store, struct arena *a, const char *path)
{
	if (path == NULL)
		return NULL;
	return package_owners_find(
		package_owners_new(store, a, &(struct package_paths){ .items = &path, .n = 1 }), path);
}

/* ---- the same version again ------------------------------------------------------------------------ */

struct words {
	const char **items;
	size_t n, cap;
};

static void add(struct arena *a, struct words *w, const char *word)
{
	*ARENA_PUSH(a, w) = word;
}

static bool has_module(struct package_set *set, const struct place *place, const char *name)
{
	for (size_t i = 0; i < place->sites.n; i++)
		if (package_has_file(set, package_path(set->a, place->sites.items[i].dir,
						       arena_printf(set->a, "%s/__main__.py", name))))
			return true;
	return false;
}

/* Where the installer is to put it. */
static void add_target(struct package_set *set, struct words *w, const struct place *place)
{
	if (place->python == NULL) {
		add(set->a, w, "--target");
		add(set->a, w, place->dir);
		add(set->a, w, "--upgrade");
	}
}

/* Indexes of those who put the machine into the version: "2.1.0+cu121". */
static const char *index_of(struct arena *a, const struct package *p)
{
	const char *plus = strchr(p->version, '+');

	if (plus == NULL || strncmp(p->name, "torch", 5) != 0)
		return NULL;
	if (strncmp(plus, "+cu", 3) != 0 && strcmp(plus, "+cpu") != 0 && strncmp(plus, "+rocm", 5) != 0)
		return NULL;
	return arena_printf(a, "https://download.pytorch.org/whl/%s", plus + 1);
}

/* What was installed from a file that is no longer there can only be had by its name. */
static bool is_to_be_had(struct package_set *set, const char *url)
{
	struct os_stat st;

	if (url == NULL || strncmp(url, "file://", 7) != 0)
		return url != NULL;
	return source_stat(store_source(set->store), url + 7, true, &st) == 0;
}

/* "uv pip install" or "PYTHON -m pip install", into that place. `p`: what is to be replaced, or NULL. */
static bool install_words(struct package_set *set, struct words *w, const struct package *p,
			  const struct place *place)
{
	struct arena *a = set->a;
	bool own;

	if (p != NULL && p->installer != NULL && strcmp(p->installer, "uv") == 0) {
		add(a, w, "uv");
		add(a, w, "pip");
		add(a, w, "install");
		if (place->python != NULL) {
			add(a, w, "--python");
			add(a, w, place->python);
		}
		add_target(set, w, place);
		return true;
	}
	own = place->python != NULL && has_module(set, place, "pip") &&
	      (p == NULL || !package_same_project(p->name, "pip"));
	add(a, w, own ? place->python : "python3");
	add(a, w, "-m");
	add(a, w, "pip");
	if (!own && place->python != NULL) {
		add(a, w, "--python");
		add(a, w, place->python);
	}
	add(a, w, "install");
	add_target(set, w, place);
	return false;
}

static void pip_words(struct package_set *set, struct words *w, const struct package *p,
		      const struct place *place)
{
	struct arena *a = set->a;
	const char *index = index_of(a, p), *url = is_to_be_had(set, p->url) ? p->url : NULL;
	bool uv = install_words(set, w, p, place);

	add(a, w, uv ? "--reinstall" : "--force-reinstall");
	add(a, w, "--no-deps");
	/* Without a list of its files pip refuses to take it away. */
	if (!uv && (p->no_record || p->bad_record || p->no_metadata))
		add(a, w, "--ignore-installed");
	if (index != NULL && url == NULL) {
		add(a, w, "--index-url");
		add(a, w, index);
	}
	add(a, w,
	    url != NULL ? arena_printf(a, "%s @ %s", p->name, url)
			: arena_printf(a, "%s==%s", p->name, p->version));
}

const char *const *package_install_command(struct package_set *set, const struct package *p,
					   const struct place *place, const char *const *more)
{
	struct words w = { NULL, 0, 0 };

	install_words(set, &w, p, place);
	for (size_t i = 0; more[i] != NULL; i++)
		add(set->a, &w, more[i]);
	add(set->a, &w, NULL);
	return w.items;
}

const char *const *package_reinstall_command(struct package_set *set, const struct package *p,
					     const struct place *place)
{
	struct words w = { NULL, 0, 0 };
	struct arena *a = set->a;

	if (p->editable || *p->name == '\0' || *p->version == '\0')
		return NULL;
	switch (p->kind) {
	case PACKAGE_PIP: pip_words(set, &w, p, place); break;
	case PACKAGE_CONDA:
		add(a, &w, "conda");
		add(a, &w, "install");
		add(a, &w, "-p");
		add(a, &w, place->dir);
		add(a, &w, "--force-reinstall");
		add(a, &w,
		    p->build != NULL ? arena_printf(a, "%s=%s=%s", p->name, p->version, p->build)
				     : arena_printf(a, "%s=%s", p->name, p->version));
		break;
	case PACKAGE_DPKG:
		add(a, &w, "apt-get");
		add(a, &w, "install");
		add(a, &w, "--reinstall");
		add(a, &w, arena_printf(a, "%s:%s=%s", p->name, p->build, p->version));
		break;
	case PACKAGE_APK:
		add(a, &w, "apk");
		add(a, &w, "fix");
		add(a, &w, "--reinstall");
		add(a, &w, p->name);
		break;
	}
	add(a, &w, NULL);
	return w.items;
}

const char *package_reinstall_note(struct arena *a, const struct package *p)
{
	const char *plus = strchr(p->version, '+');

	if (p->kind != PACKAGE_PIP || plus == NULL || p->url != NULL || index_of(a, p) != NULL)
		return NULL;
	return arena_printf(
		a, "%s is a build of its own (%s): name the index that it came from with --index-url",
		p->name, plus + 1);
}

/* ---- a file that is changed on purpose ------------------------------------------------------------- */

bool package_record_edit(struct package_set *set, const struct package *p, const char *path,
			 const unsigned char sha256[32], uint64_t size, const char **record, struct view *out)
{
	struct view text, rest;
	struct record_row row;
	bool bad = false;

	if (p->kind != PACKAGE_PIP)
		return false;
	*record = package_path(set->a, p->record, "RECORD");
	if (package_read_file(set, *record, RECORD_MAX, &text) != 0)
		return false;
	rest = text;
	while (record_next(set->a, &rest, &row, &bad)) {
		if (strcmp(package_path(set->a, p->root, row.path), path) != 0)
			continue;
		*out = package_record_updated(set->a, text, row.path, sha256, size);
		return true;
	}
	return false;
}
