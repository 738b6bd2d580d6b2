/* place.c - see place.h. */
#include "package/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "package/owner.h"

static bool is_folder(struct package_set *set, const char *path)
{
	return store_stat_dir(set->store, path) == 0;
}

static const char *below(struct package_set *set, const char *dir, const char *name)
{
	return package_path(set->a, dir, name);
}

/* ---- folders of packages -------------------------------------------------------------------------- */

/* "python3.11" -> 11; 0 if it is none. */
static unsigned minor_of(const char *name)
{
	unsigned n = 0;

	if (strncmp(name, "python3.", 8) != 0 || name[8] < '0' || name[8] > '9')
		return 0;
	for (name += 8; *name >= '0' && *name <= '9' && n < 1000; name++)
		n = n * 10 + (unsigned)(*name - '0');
	return *name == '\0' || strcmp(name, "t") == 0 ? n : 0;
}

/* lib64 is often a link to lib. */
static void add_site(struct package_set *set, struct place *out, const char *dir, unsigned minor)
{
	struct source *source = store_source(set->store);
	struct os_stat st, other;
	struct place_site *s;

	if (source_stat(source, dir, true, &st) != 0 || st.type != OS_DIRECTORY)
		return;
	for (size_t i = 0; i < out->sites.n; i++)
		if (source_stat(source, out->sites.items[i].dir, true, &other) == 0 && other.ino == st.ino &&
		    other.dev == st.dev)
			return;
	s = ARENA_PUSH(set->a, &out->sites);
	s->dir = dir;
	s->minor = minor;
}

/* PREFIX/lib/python3.11/site-packages and its like. */
static void add_sites(struct package_set *set, struct place *out, const char *prefix)
{
	static const char *const libs[] = { "lib", "lib64", "local/lib" };
	static const char *const names[] = { "site-packages", "dist-packages" };

	for (size_t i = 0; i < sizeof(libs) / sizeof(*libs); i++) {
		const char *lib = below(set, prefix, libs[i]);
		const struct store_listing *l = is_folder(set, lib) ? store_list(set->store, lib) : NULL;

		for (size_t k = 0; l != NULL && k < l->n; k++)
			for (size_t m = 0; m < 2 && strncmp(l->names[k], "python3", 7) == 0; m++)
				add_site(set, out, below(set, below(set, lib, l->names[k]), names[m]),
					 minor_of(l->names[k]));
	}
	add_site(set, out, below(set, prefix, "Lib/site-packages"), 0);
}

static bool has_info(struct package_set *set, const char *dir)
{
	const struct store_listing *l = is_folder(set, dir) ? store_list(set->store, dir) : NULL;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_ends(l->names[i], ".dist-info") || str_ends(l->names[i], ".egg-info"))
			return true;
	return false;
}

/* ".../python3.11/site-packages" */
static unsigned minor_in_path(struct package_set *set, const char *dir)
{
	for (const char *p = dir; (p = strchr(p, '/')) != NULL;) {
		unsigned minor;

		p++;
		minor = minor_of(arena_strndup(set->a, p, strcspn(p, "/")));
		if (minor != 0)
			return minor;
	}
	return 0;
}

/* ---- whose native files ---------------------------------------------------------------------------- */

static bool take_program(struct package_set *set, struct place *out, const char *path)
{
	const struct store_entry *e = store_open(set->store, path);
	const struct elf *elf = e != NULL && e->err == 0 && e->file->kind == FILE_ELF ? &e->file->elf : NULL;

	if (elf == NULL || elf->defect != ELF_OK)
		return false;
	out->machine = elf->machine;
	out->is64 = elf->is64;
	out->big_endian = elf->big_endian;
	out->musl = elf->interp != NULL && strstr(elf->interp, "ld-musl") != NULL;
	return true;
}

static void find_python(struct package_set *set, struct place *out, const char *prefix)
{
	static const char *const names[] = { "usr/bin/python3", "bin/python3", "bin/python", "bin/sh" };
	struct os_stat st;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *path = below(set, prefix, names[i]);

		if (source_stat(store_source(set->store), path, false, &st) != 0)
			continue;
		/* One that leads nowhere still says how the environment is called. */
		if (i < 3 && out->python == NULL)
			out->python = path;
		if (take_program(set, out, path))
			return;
	}
}

/* ---- what is it? ----------------------------------------------------------------------------------- */

static void of_folder(struct package_set *set, const char *dir, struct place *out)
{
	out->dir = dir;
	out->dpkg = package_has_file(set, below(set, dir, "var/lib/dpkg/status"));
	out->apk = package_has_file(set, below(set, dir, "lib/apk/db/installed"));
	out->venv = package_has_file(set, below(set, dir, "pyvenv.cfg"));
	out->conda = is_folder(set, below(set, dir, "conda-meta"));
	/* Of a system lib is often a link to usr/lib, and its databases have that name. */
	if (out->dpkg || out->apk)
		add_sites(set, out, below(set, dir, "usr"));
	add_sites(set, out, dir);
	if (out->dpkg || out->apk) {
		out->kind = PLACE_SYSTEM;
	} else if (out->venv || out->conda || out->sites.n > 0) {
		out->kind = PLACE_ENVIRONMENT;
	} else if (has_info(set, dir)) {
		add_site(set, out, dir, minor_in_path(set, dir));
		out->kind = PLACE_SITE;
	}
	if (out->kind == PLACE_ENVIRONMENT || out->kind == PLACE_SYSTEM)
		find_python(set, out, dir);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* ENV/bin/python names its environment. */
static void of_file(struct package_set *set, const char *path, struct place *out)
{
	const char *base = base_of(path);

	out->dir = path;
	if (str_ends(base, ".whl"))
		out->kind = PLACE_WHEEL;
	else if (strncmp(base, "python", 6) == 0 && str_ends(package_path(set->a, path, ".."), "/bin"))
		of_folder(set, package_path(set->a, path, "../.."), out);
}

/* "" if it cannot be told. */
static const char *absolute(struct package_set *set, const char *path)
{
	char *full = source_absolute(store_source(set->store), path);
	char out[4096] = "";

	/* Nothing is allocated in the arena while `full` is held. */
	if (full != NULL && strlen(full) < sizeof(out))
		memcpy(out, full, strlen(full) + 1);
	free(full);
	return *out != '\0' ? package_path(set->a, "/", out) : "";
}

void place_find(struct package_set *set, const char *path, struct place *out)
{
	struct os_stat st;

	*out = (struct place){ .kind = PLACE_NONE };
	path = absolute(set, path);
	if (*path == '\0' || source_stat(store_source(set->store), path, true, &st) != 0)
		return;
	if (st.type == OS_DIRECTORY)
		of_folder(set, path, out);
	else if (st.type == OS_REGULAR)
		of_file(set, path, out);
}

const char *place_around(struct package_set *set, const char *path, struct place *out)
{
	const char *inside = absolute(set, path), *dir = inside;

	for (unsigned level = 0; is_folder(set, inside) && level < 64 && strcmp(dir, "/") != 0; level++) {
		const char *prefix;

		dir = package_path(set->a, dir, "..");
		if (!str_ends(dir, "/site-packages") && !str_ends(dir, "/dist-packages"))
			continue;
		place_find(set, dir, out);
		if (out->kind != PLACE_SITE)
			return NULL;
		/* lib/python3.11/site-packages: whose interpreter it is. */
		prefix = package_path(set->a, dir, "../../..");
		find_python(set, out, prefix);
		return inside;
	}
	return NULL;
}

const char *place_refusal(struct package_set *set, const char *path)
{
	struct os_stat st;

	if (source_stat(store_source(set->store), absolute(set, path), true, &st) != 0)
		return arena_printf(set->a, "there is no %s", path);
	return arena_printf(
		set->a,
		"%s is no environment (pyvenv.cfg, conda-meta, lib/python3.*/site-packages), no folder of "
		"packages (*.dist-info), no root of a system (var/lib/dpkg, lib/apk/db) and no wheel (.whl)",
		path);
}

/* A distribution's Python packages have their dist-info, too; what was changed in them on the way only its
 * own database tells. */
static void drop_claimed(struct package_set *set, size_t first)
{
	struct package_index others;
	struct package_set before = { .a = set->a, .store = set->store };
	size_t n = first;

	before.packages.items = set->packages.items;
	before.packages.n = first;
	package_index_make(&before, &others);
	for (size_t i = first; i < set->packages.n; i++) {
		struct package *p = set->packages.items[i];

		if (package_index_find(&others, package_path(set->a, p->record, "METADATA")) == NULL &&
		    package_index_find(&others, package_path(set->a, p->record, "PKG-INFO")) == NULL &&
		    package_index_find(&others, p->record) == NULL)
			set->packages.items[n++] = p;
	}
	set->packages.n = n;
}

void place_read(struct package_set *set, const struct place *place)
{
	size_t first;

	if (place->dpkg)
		dpkg_read(set);
	if (place->apk)
		apk_read(set);
	if (place->conda)
		conda_read(set, place->dir);
	first = set->packages.n;
	for (size_t i = 0; i < place->sites.n; i++)
		pip_read(set, place->sites.items[i].dir);
	if (first > 0)
		drop_claimed(set, first);
}
