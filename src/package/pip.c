/* pip.c - packages of Python: dist-info folders of a site-packages, and the older egg-info ones.
 * https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "package/package.h"
#include "base/str.h"
#include "package/pip_record.h"

enum {
	RECORD_MAX = 256 << 20, /* bytes */
	SMALL_MAX = 4 << 20	/* of METADATA and the like */
};

/* ---- who it is ------------------------------------------------------------------------------------- */

/* "numpy-1.26.4.dist-info" */
static void name_of_folder(struct arena *a, struct package *p, const char *folder)
{
	size_t n = strlen(folder) - strlen(str_ends(folder, ".dist-info") ? ".dist-info" : ".egg-info");
	const char *dash = memrchr(folder, '-', n);

	/* An egg has its Python behind the version: "x-1.0-py3.11.egg-info". */
	if (dash != NULL && strncmp(dash, "-py", 3) == 0) {
		n = (size_t)(dash - folder);
		dash = memrchr(folder, '-', n);
	}
	p->name = arena_strndup(a, folder, dash != NULL ? (size_t)(dash - folder) : n);
	if (dash != NULL)
		p->version = arena_strndup(a, dash + 1, n - (size_t)(dash + 1 - folder));
}

static void read_metadata(struct package_set *set, struct package *p, const char *path)
{
	struct view text;
	const char *name, *version;
	int err = package_read_file(set, path, SMALL_MAX, &text);

	if (err == EFBIG) /* a README of that size: the folder's name will do */
		return;
	name = package_header(set->a, text, "Name");
	version = package_header(set->a, text, "Version");
	p->no_metadata = err != 0 || name == NULL || *name == '\0';
	if (name != NULL && *name != '\0')
		p->name = name;
	if (version != NULL && *version != '\0')
		p->version = version;
}

static void read_installer(struct package_set *set, struct package *p)
{
	struct view text, line;

	if (package_read_file(set, package_path(set->a, p->record, "INSTALLER"), 4096, &text) == 0 &&
	    package_line(&text, &line))
		p->installer = arena_strndup(set->a, (const char *)line.p, line.n);
}

static void read_wheel(struct package_set *set, struct package *p)
{
	struct view text, line;
	const char *pure;

	if (package_read_file(set, package_path(set->a, p->record, "WHEEL"), SMALL_MAX, &text) != 0)
		return;
	pure = package_header(set->a, text, "Root-Is-Purelib");
	p->pure = pure != NULL && strcasecmp(pure, "true") == 0;
	while (package_line(&text, &line) && line.n > 0 && p->tags.n < 1000) {
		const char *tag = package_header(set->a, line, "Tag");

		if (tag != NULL)
			*ARENA_PUSH(set->a, &p->tags) = tag;
	}
}

/* https://packaging.python.org/en/latest/specifications/direct-url/ */
static const char *url_of(json_t *root, bool *editable, char *room, size_t size)
{
	const char *url = json_string_value(json_object_get(root, "url"));
	json_t *vcs = json_object_get(root, "vcs_info");
	const char *kind = json_string_value(json_object_get(vcs, "vcs"));
	const char *commit = json_string_value(json_object_get(vcs, "commit_id"));
	size_t n = url != NULL ? strlen(url) : 0;

	*editable = json_is_true(json_object_get(json_object_get(root, "dir_info"), "editable"));
	if (n == 0 ||
	    n + (kind != NULL ? strlen(kind) : 0) + (commit != NULL ? strlen(commit) : 0) + 3 > size)
		return NULL;
	(void)snprintf(room, size, "%s%s%s%s%s", kind != NULL ? kind : "", kind != NULL ? "+" : "", url,
		       kind != NULL && commit != NULL ? "@" : "",
		       kind != NULL && commit != NULL ? commit : "");
	return room;
}

static void read_direct_url(struct package_set *set, struct package *p)
{
	struct view text;
	char room[4096];
	json_t *root;
	const char *url;

	if (package_read_file(set, package_path(set->a, p->record, "direct_url.json"), SMALL_MAX, &text) !=
	    0)
		return;
	root = json_loadb((const char *)text.p, text.n, 0, NULL);
	url = url_of(root, &p->editable, room, sizeof(room));
	json_decref(root);
	if (url != NULL)
		p->url = arena_strdup(set->a, url);
}

/* ---- its files ------------------------------------------------------------------------------------- */

/* Bytecode is made at the installation or the first import, and may go at any time. */
static bool is_made(const char *path)
{
	return str_ends(path, ".pyc") || str_ends(path, ".pyo");
}

static void read_record(struct package_set *set, struct package *p)
{
	struct view rest;
	struct record_row row;
	int err = package_read_file(set, package_path(set->a, p->record, "RECORD"), RECORD_MAX, &rest);

	p->no_record = err == ENOENT;
	p->bad_record = err != 0 && err != ENOENT;
	if (err == 0 && rest.n == 0)
		p->bad_record = true;
	while (record_next(set->a, &rest, &row, &p->bad_record)) {
		struct package_file *f = package_add_file(set, p, package_path(set->a, p->root, row.path));

		f->digest = (uint8_t)row.digest;
		f->hash = row.hash;
		f->has_size = row.has_size;
		f->size = row.size;
		f->flags = is_made(row.path) ? PACKAGE_MADE : 0;
	}
}

/* Paths of installed-files.txt start in the egg-info folder; there are no hashes. */
static void read_installed_files(struct package_set *set, struct package *p)
{
	struct view rest, line;

	p->no_record = package_read_file(set, package_path(set->a, p->record, "installed-files.txt"),
					 RECORD_MAX, &rest) != 0;
	while (package_line(&rest, &line)) {
		const char *name = arena_strndup(set->a, (const char *)line.p, line.n);
		const char *path = package_path(set->a, p->record, name);

		if (*name != '\0' && strcmp(path, p->record) != 0)
			package_add_file(set, p, path)->flags = is_made(name) ? PACKAGE_MADE : 0;
	}
}

/* ---- a site-packages ------------------------------------------------------------------------------ */

static void read_dist_info(struct package_set *set, const char *site, const char *folder)
{
	struct package *p = package_add(set, PACKAGE_PIP);

	p->root = site;
	p->record = package_path(set->a, site, folder);
	name_of_folder(set->a, p, folder);
	read_metadata(set, p, package_path(set->a, p->record, "METADATA"));
	read_installer(set, p);
	read_wheel(set, p);
	read_direct_url(set, p);
	read_record(set, p);
}

static void read_egg_info(struct package_set *set, const char *site, const char *folder)
{
	const char *path = package_path(set->a, site, folder);
	struct package *p = package_add(set, PACKAGE_PIP);

	p->root = site;
	p->record = path;
	name_of_folder(set->a, p, folder);
	if (store_stat_dir(set->store, path) != 0) { /* distutils: a file that is the metadata */
		read_metadata(set, p, path);
		p->no_record = true;
		return;
	}
	read_metadata(set, p, package_path(set->a, path, "PKG-INFO"));
	read_installed_files(set, p);
}

void pip_read_owners(struct package_set *set, const char *site, const struct package_paths *only)
{
	const struct store_listing *l =
		store_stat_dir(set->store, site) == 0 ? store_list(set->store, site) : NULL;

	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *name = l->names[i];
		bool is_egg = str_ends(name, ".egg-info");
		const char *list = is_egg ? "installed-files.txt" : "RECORD";

		/* "~umpy-1.0.dist-info" is what an uninstall that was interrupted has put aside. */
		if ((!is_egg && !str_ends(name, ".dist-info")) || strchr("~-.", name[0]) != NULL)
			continue;
		list = only != NULL ? package_path(set->a, package_path(set->a, site, name), list) : NULL;
		if (list != NULL && !package_mentions(set, list, only))
			continue;
		if (is_egg)
			read_egg_info(set, site, name);
		else
			read_dist_info(set, site, name);
	}
}

void pip_read(struct package_set *set, const char *site)
{
	pip_read_owners(set, site, NULL);
}
