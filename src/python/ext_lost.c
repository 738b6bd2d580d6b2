/* ext_lost.c - see ext_lost.h.
 *
 * RECORD is a CSV file of path, hash and size (packaging.python.org, "Recording installed projects"). A path
 * in quotes, an absolute one and one that leaves the folder name no module of the distribution.
 */
#include "python/ext_lost.h"

#include <string.h>

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

void py_ext_lost(struct py_finder *f, const char *site, const char *folder, struct py_strings *out)
{
	struct source_file file;

	if (source_open(f->src, arena_printf(f->a, "%s/RECORD", folder), &file) != 0)
		return;
	if (file.map.bytes.n > 0 && file.map.bytes.n <= MAX_RECORD)
		read_record(&(struct record){ f, site, out }, file.map.bytes);
	source_close(&file);
}
