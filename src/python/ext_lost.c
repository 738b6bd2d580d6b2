/* ext_lost.c - see ext_lost.h.
 *
 * RECORD is a CSV file of path, hash and size (packaging.python.org, "Recording installed projects"). A path
 * in quotes, an absolute one and one that leaves the folder name no module of the distribution.
 */
#include "python/ext_lost.h"

#include <string.h>

#include "base/str.h"
#include "object/elf.h"

enum { MAX_LOST = 1000, MAX_PATH = 400, MAX_RECORD = 16 << 20 };

struct record {
	struct py_finder *f;
	const char *site;
	struct py_strings *lost;
};

/* Length of a module's path without the ending of an extension; 0: it is none. */
static size_t stem(const struct py_finder *f, const char *path, size_t n)
{
	for (size_t i = 0; i < f->endings.source; i++) {
		size_t k = strlen(f->endings.v[i]);

		if (n > k && memcmp(path + n - k, f->endings.v[i], k) == 0)
			return n - k;
	}
	return 0;
}

static bool is_there(const struct record *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *folder = slash == NULL ? r->site :
			     arena_printf(r->f->a, "%s/%.*s", r->site, (int)(slash - path), path);
	const struct py_importer *im = py_importer_of(r->f, folder);

	return im != NULL && im->kind == PY_IMPORTER_FOLDER &&
	       py_folder_has(im, slash != NULL ? slash + 1 : path);
}

static void look_at(struct record *r, const char *row, size_t n)
{
	const char *comma = memchr(row, ',', n);
	size_t len = comma != NULL ? (size_t)(comma - row) : 0, name = 0;
	char *path;

	if (len > 0 && len < MAX_PATH && *row != '"' && *row != '/' && *row != '.' && r->lost->n < MAX_LOST)
		name = stem(r->f, row, len);
	if (name == 0)
		return;
	path = arena_strndup(r->f->a, row, len);
	if (is_there(r, path))
		return;
	path[name] = '\0';
	for (char *p = path; *p != '\0'; p++)
		*p = *p == '/' ? '.' : *p;
	*ARENA_PUSH(r->f->a, r->lost) = path;
}

static void read_record(struct record *r, struct view text)
{
	const char *p = (const char *)text.p, *end = p + text.n;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		look_at(r, p, (size_t)((nl != NULL ? nl : end) - p));
		p = nl != NULL ? nl + 1 : end;
	}
}

/* Adds what RECORD in `folder` lists below `site`, its parent, and is not there. */
static void add_lost(struct py_finder *f, const char *site, const char *folder, struct py_strings *out)
{
	struct source_file file;

	if (source_open(f->src, arena_printf(f->a, "%s/RECORD", folder), &file) != 0)
		return;
	if (file.map.bytes.n > 0 && file.map.bytes.n <= MAX_RECORD)
		read_record(&(struct record){ f, site, out }, file.map.bytes);
	source_close(&file);
}

/* ---- which distributions ---------------------------------------------------------------------- */

struct owner {
	struct py_finder *f;
	const char *site, *top, *folder;
	bool by_record; /* ask the lists of files, not the names */
};

/* "_Foo.bar" and "foo-bar" are one name here. */
static bool alike(const char *a, const char *b, size_t n)
{
	while (*a == '_')
		a++;
	for (; *a != '\0' && n > 0; a++, b++, n--) {
		char x = *a == '-' || *a == '.' ? '_' : *a, y = *b == '-' || *b == '.' ? '_' : *b;

		if ((x | 0x20) != (y | 0x20))
			return false;
	}
	return *a == '\0' && n == 0;
}

/* Does a row of the list begin so? */
static bool record_lists(struct py_finder *f, const char *path, const char *name)
{
	struct source_file file;
	size_t n = strlen(name);
	const char *row = arena_printf(f->a, "\n%s", name);
	bool lists;

	if (source_open(f->src, path, &file) != 0)
		return false;
	lists = file.map.bytes.n > n && (memcmp(file.map.bytes.p, name, n) == 0 ||
					 memmem(file.map.bytes.p, file.map.bytes.n, row, n + 1) != NULL);
	source_close(&file);
	return lists;
}

static void distribution_seen(const char *file, void *ctx)
{
	struct owner *o = ctx;
	const char *end = strstr(file, ".dist-info"), *dash;
	struct arena *a = o->f->a;

	if (o->folder != NULL || end == NULL || end[10] != '\0')
		return;
	dash = memrchr(file, '-', (size_t)(end - file));
	if (o->by_record ? record_lists(o->f, arena_printf(a, "%s/%s/RECORD", o->site, file), o->top)
			 : dash != NULL && alike(o->top, file, (size_t)(dash - file)))
		o->folder = arena_printf(a, "%s/%s", o->site, file);
}

const char *py_distribution_of(struct py_finder *f, const char *site, const char *top)
{
	struct owner o = { .f = f, .site = site, .top = top };
	const char *key = arena_printf(f->a, "%s/%s", site, top), *known;
	uint32_t hash = elf_gnu_hash(key);

	known = table_get(&f->distributions, key, hash);
	if (known != NULL)
		return known;
	source_list(f->src, o.site, distribution_seen, &o);
	o.by_record = true;
	if (o.folder == NULL)
		source_list(f->src, o.site, distribution_seen, &o);
	known = o.folder != NULL ? o.folder : "";
	table_put(&f->distributions, key, hash, (void *)(uintptr_t)known);
	return known;
}

/* Distributions that add to the same package (PyQt6, PyQt6_sip) have names that begin alike. */
struct lost_of {
	struct py_finder *f;
	const char *site, *top, *first; /* `first` was looked at */
	struct py_strings *lost;
};

static void lost_beside_seen(const char *file, void *ctx)
{
	struct lost_of *o = ctx;
	const char *folder = arena_printf(o->f->a, "%s/%s", o->site, file);

	if (strlen(file) > strlen(o->top) && alike(o->top, file, strlen(o->top)) &&
	    str_ends(file, ".dist-info") && strcmp(folder, o->first) != 0)
		add_lost(o->f, o->site, folder, o->lost);
}

const struct py_strings *py_ext_lost(struct py_finder *f, const char *site, const char *top)
{
	const char *key = arena_printf(f->a, "%s/%s", site, top);
	uint32_t hash = elf_gnu_hash(key);
	struct lost_of o = { .f = f, .site = site, .top = top };

	o.lost = table_get(&f->lost, key, hash);
	if (o.lost != NULL)
		return o.lost;
	o.lost = ARENA_NEW(f->a, struct py_strings);
	table_put(&f->lost, key, hash, o.lost);
	o.first = py_distribution_of(f, site, top);
	if (*o.first != '\0')
		add_lost(f, site, o.first, o.lost);
	source_list(f->src, site, lost_beside_seen, &o);
	return o.lost;
}

bool py_ext_is_lost(struct py_finder *f, const char *site, const char *name)
{
	const struct py_strings *l = py_ext_lost(f, site, arena_strndup(f->a, name, strcspn(name, ".")));

	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], name) == 0)
			return true;
	return false;
}
