/* ext_lost.c - see ext_lost.h.
 *
 * RECORD is a CSV file of path, hash and size (packaging.python.org, "Recording installed projects"). A path
 * in quotes, an absolute one and one that leaves the folder name no module of the distribution.
 */
#include "python/ext_lost.h"

#include <string.h>

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
	const struct py_importer *im =
		py_importer_of(r->f, arena_printf(r->f->a, "%s/%.*s", r->site, (int)(slash - path), path));

	return im != NULL && im->kind == PY_IMPORTER_FOLDER && py_folder_has(im, slash + 1);
}

static void look_at(struct record *r, const char *row, size_t n)
{
	const char *comma = memchr(row, ',', n);
	size_t len = comma != NULL ? (size_t)(comma - row) : 0, name = 0;
	char *path;

	if (len > 0 && len < MAX_PATH && *row != '"' && *row != '/' && *row != '.' &&
	    memchr(row, '/', len) != NULL && r->lost->n < MAX_LOST)
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

const struct py_strings *py_ext_lost(struct py_finder *f, const char *site, const char *folder)
{
	uint32_t hash = elf_gnu_hash(folder);
	struct py_strings *lost = table_get(&f->lost, folder, hash);
	struct source_file file;

	if (lost != NULL)
		return lost;
	lost = ARENA_NEW(f->a, struct py_strings);
	table_put(&f->lost, arena_strdup(f->a, folder), hash, lost);
	if (source_open(f->src, arena_printf(f->a, "%s/RECORD", folder), &file) != 0)
		return lost;
	if (file.map.bytes.n > 0 && file.map.bytes.n <= MAX_RECORD)
		read_record(&(struct record){ f, site, lost }, file.map.bytes);
	source_close(&file);
	return lost;
}
