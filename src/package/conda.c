/* conda.c - packages of conda: a JSON file each in conda-meta, with hashes of files as they are in the
 * prefix.
 *
 * Source: conda's models/records.py (PathDataV1, PrefixRecord). Where a file had the prefix written into it,
 * `sha256_in_prefix` is what counts; without it nothing is known of its bytes. */
#include <jansson.h>
#include <string.h>

#include "package/package.h"

#include "base/str.h"

enum { JSON_MAX = 64 << 20 };

/* What one element of paths_data says; strings belong to the JSON. */
struct told {
	const char *path, *type, *hash;
	uint64_t size;
	bool has_size, with_prefix, no_link;
};

static void told_of(const json_t *item, struct told *t)
{
	const char *in_prefix = json_string_value(json_object_get(item, "sha256_in_prefix"));
	const json_t *size = json_object_get(item, "size_in_bytes");

	t->path = json_string_value(json_object_get(item, "_path"));
	t->type = json_string_value(json_object_get(item, "path_type"));
	t->with_prefix = json_is_string(json_object_get(item, "prefix_placeholder"));
	t->no_link = json_is_true(json_object_get(item, "no_link"));
	t->hash = in_prefix != NULL ? in_prefix : json_string_value(json_object_get(item, "sha256"));
	if (in_prefix == NULL && t->with_prefix)
		t->hash = NULL;
	/* With another prefix in it a file has another length. */
	t->has_size = !t->with_prefix && json_is_integer(size) && json_integer_value(size) >= 0;
	t->size = t->has_size ? (uint64_t)json_integer_value(size) : 0;
}

static void add_told(struct package_set *set, struct package *p, const struct told *t)
{
	struct package_file *f;
	unsigned char *hash;

	if (t->path == NULL || *t->path == '\0')
		return;
	f = package_add_file(set, p, package_path(set->a, p->root, t->path));
	if (str_ends(t->path, ".pyc"))
		f->flags |= PACKAGE_MADE;
	if (t->type != NULL && strcmp(t->type, "softlink") == 0) {
		f->flags |= PACKAGE_LINK;
		return;
	}
	if (t->type != NULL && strcmp(t->type, "directory") == 0) {
		f->flags |= PACKAGE_FOLDER;
		return;
	}
	f->has_size = t->has_size;
	f->size = t->size;
	hash = arena_alloc(set->a, 32);
	if (t->hash != NULL && digest_from_hex(t->hash, strlen(t->hash), hash, 32)) {
		f->digest = DIGEST_SHA256;
		f->hash = hash;
	}
}

/* The JSON outside of the arena, so that it is freed whatever happens there. */
struct reading {
	struct package_set *set;
	struct package *p;
	json_t *root;
};

static void take(void *ctx)
{
	struct reading *r = ctx;
	struct arena *a = r->set->a;
	const char *name = json_string_value(json_object_get(r->root, "name"));
	const char *version = json_string_value(json_object_get(r->root, "version"));
	const char *build = json_string_value(json_object_get(r->root, "build"));
	json_t *paths = json_object_get(json_object_get(r->root, "paths_data"), "paths");
	json_t *files = json_object_get(r->root, "files"), *item;
	struct told t;
	size_t i;

	if (name != NULL)
		r->p->name = arena_strdup(a, name);
	if (version != NULL)
		r->p->version = arena_strdup(a, version);
	if (build != NULL)
		r->p->build = arena_strdup(a, build);
	r->p->no_metadata = name == NULL;
	r->p->no_record = !json_is_array(paths) && !json_is_array(files);
	json_array_foreach(paths, i, item)
	{
		told_of(item, &t);
		add_told(r->set, r->p, &t);
	}
	if (json_is_array(paths))
		return;
	json_array_foreach(files, i, item)
	{
		t = (struct told){ .path = json_string_value(item) };
		add_told(r->set, r->p, &t);
	}
}

/* "numpy-1.26.4-py311h64a7726_0.json" */
static void name_of_file(struct arena *a, struct package *p, const char *file)
{
	size_t n = strlen(file) - strlen(".json");
	const char *second = memrchr(file, '-', n);
	const char *first = second != NULL ? memrchr(file, '-', (size_t)(second - file)) : NULL;

	p->name = arena_strndup(a, file, first != NULL ? (size_t)(first - file) : n);
	if (first != NULL)
		p->version = arena_strndup(a, first + 1, (size_t)(second - first - 1));
}

static void read_json(struct package_set *set, const char *prefix, const char *dir, const char *file)
{
	struct package *p = package_add(set, PACKAGE_CONDA);
	struct reading r = { set, p, NULL };
	struct view text;
	enum arena_status status = ARENA_OK;

	p->root = prefix;
	p->record = package_path(set->a, dir, file);
	p->installer = "conda";
	name_of_file(set->a, p, file);
	if (package_read_file(set, p->record, JSON_MAX, &text) == 0)
		r.root = json_loadb((const char *)text.p, text.n, 0, NULL);
	p->bad_record = !json_is_object(r.root);
	if (!p->bad_record)
		status = arena_run(set->a, take, &r);
	json_decref(r.root);
	if (status != ARENA_OK)
		(void)arena_array(set->a, SIZE_MAX, 2); /* the same answer for who called */
}

void conda_read_owners(struct package_set *set, const char *prefix, const struct package_paths *only)
{
	const char *dir = package_path(set->a, prefix, "conda-meta");
	const struct store_listing *l =
		store_stat_dir(set->store, dir) == 0 ? store_list(set->store, dir) : NULL;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_ends(l->names[i], ".json") && l->names[i][0] != '.' &&
		    (only == NULL || package_mentions(set, package_path(set->a, dir, l->names[i]), only)))
			read_json(set, prefix, dir, l->names[i]);
}

void conda_read(struct package_set *set, const char *prefix)
{
	conda_read_owners(set, prefix, NULL);
}
