/* pip_record.c - see pip_record.h. Quotes are those of Python's csv module, which writes and reads RECORD.
 */
#include "package/pip_record.h"

#include <string.h>

/* Passes over one field at the front of v: *used bytes. Its letters go to `out` unless that is NULL; returns
 * how many they are. */
static size_t scan(struct view v, char *out, size_t *used, bool *bad)
{
	size_t i = 0, n = 0;
	bool quoted = v.n > 0 && v.p[0] == '"';

	for (i = quoted ? 1 : 0; i < v.n; i++) {
		char c = (char)v.p[i];

		if (quoted && c == '"') {
			/* A quote inside quotes is written twice. */
			quoted = i + 1 < v.n && v.p[i + 1] == '"';
			if (!quoted)
				continue;
			i++;
		} else if (!quoted && (c == ',' || c == '\n')) {
			break;
		}
		*bad |= c == '\0';
		if (out != NULL)
			out[n] = c;
		n++;
	}
	*bad |= quoted;
	*used = i;
	return n;
}

/* Reads one field off *rest; *more: a comma follows it. */
static const char *field(struct arena *a, struct view *rest, bool *more, bool *bad)
{
	size_t used, n = scan(*rest, NULL, &used, bad);
	char *out = arena_alloc(a, n + 1);

	(void)scan(*rest, out, &used, bad);
	*more = used < rest->n && rest->p[used] == ',';
	if (!*more && n > 0 && out[n - 1] == '\r')
		out[n - 1] = '\0';
	used += used < rest->n;
	rest->p += used;
	rest->n -= used;
	return out;
}

static void set_hash(struct arena *a, struct record_row *row, const char *text, bool *bad)
{
	const char *equals = strchr(text, '=');
	unsigned char *hash;
	size_t size;

	if (*text == '\0')
		return;
	if (equals == NULL) {
		*bad = true;
		return;
	}
	row->digest = digest_by_name(text, (size_t)(equals - text));
	size = digest_size(row->digest);
	if (size == 0)
		return; /* a kind that is not known here: nothing is wrong with it */
	hash = arena_alloc(a, size);
	if (digest_from_base64(equals + 1, strlen(equals + 1), hash, size)) {
		row->hash = hash;
		return;
	}
	row->digest = DIGEST_NONE;
	*bad = true;
}

static void set_size(struct record_row *row, const char *text, bool *bad)
{
	uint64_t n = 0;

	if (*text == '\0')
		return;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || n > UINT64_MAX / 10 - 9) {
			*bad = true;
			return;
		}
		n = n * 10 + (uint64_t)(*text - '0');
	}
	row->has_size = true;
	row->size = n;
}

static bool one_row(struct arena *a, struct view *rest, struct record_row *row, bool *bad)
{
	const unsigned char *from = rest->p;
	bool more;

	*row = (struct record_row){ .path = field(a, rest, &more, bad) };
	if (more)
		set_hash(a, row, field(a, rest, &more, bad), bad);
	if (more)
		set_size(row, field(a, rest, &more, bad), bad);
	while (more)
		(void)field(a, rest, &more, bad);
	row->text = (struct view){ from, (size_t)(rest->p - from) };
	return *row->path != '\0';
}

bool record_next(struct arena *a, struct view *rest, struct record_row *row, bool *bad)
{
	while (rest->n > 0)
		if (one_row(a, rest, row, bad))
			return true;
	return false;
}

/* ---- a changed row ---------------------------------------------------------------------------------- */

static void add_path(struct arena *a, struct arena_text *out, const char *path)
{
	if (strpbrk(path, ",\"\r\n") == NULL) {
		arena_text_str(a, out, path);
		return;
	}
	arena_text_add(a, out, "\"", 1);
	for (; *path != '\0'; path++)
		arena_text_add(a, out, *path == '"' ? "\"\"" : path, *path == '"' ? 2 : 1);
	arena_text_add(a, out, "\"", 1);
}

static void add_row(struct arena *a, struct arena_text *out, const char *path, const unsigned char *sha256,
		    uint64_t size, const char *end)
{
	char hash[DIGEST_MAX * 4 / 3 + 3];

	digest_to_base64(sha256, 32, hash);
	add_path(a, out, path);
	arena_text_str(a, out, arena_printf(a, ",sha256=%s,%llu%s", hash, (unsigned long long)size, end));
}

/* How a row ends in this file. */
static const char *end_of(struct view row)
{
	if (row.n > 1 && row.p[row.n - 1] == '\n')
		return row.p[row.n - 2] == '\r' ? "\r\n" : "\n";
	return row.n == 1 && row.p[0] == '\n' ? "\n" : "";
}

struct view package_record_updated(struct arena *a, struct view record, const char *path,
				   const unsigned char sha256[32], uint64_t size)
{
	struct arena_text out = { NULL, 0, 0 };
	struct view rest = record;
	struct record_row row;
	const char *end = "\n";
	bool done = false, bad = false;

	while (rest.n > 0) {
		bool has_path = one_row(a, &rest, &row, &bad);

		if (has_path && strcmp(row.path, path) == 0) {
			add_row(a, &out, path, sha256, size, end_of(row.text));
			done = true;
		} else {
			arena_text_add(a, &out, (const char *)row.text.p, row.text.n);
		}
		if (*end_of(row.text) != '\0')
			end = end_of(row.text);
	}
	if (!done) {
		if (out.n > 0 && out.items[out.n - 1] != '\n')
			arena_text_str(a, &out, end);
		add_row(a, &out, path, sha256, size, end);
	}
	return (struct view){ (const unsigned char *)arena_text_end(a, &out), out.n };
}
