/* buildfile.c - see buildfile.h: how two commands differ, and how a word may stand in a description. */
#include "repair/buildfile.h"

#include <string.h>

#include "package/package.h"

bool buildfile_is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void buildfile_go_to(struct buildfile_reader *r, const char *to)
{
	for (; r->p < to; r->p++)
		r->line += *r->p == '\n';
}

size_t buildfile_count(const char *const *words)
{
	size_t n = 0;

	while (words[n] != NULL && n < BUILDFILE_WORDS)
		n++;
	return n;
}

/* Are the old words all there, in their order? Then what stands between them came. */
static bool find_more(const char *const *old, const char *const *new, struct buildfile_difference *d)
{
	size_t at = 0, n = buildfile_count(old);

	d->nmore = 0;
	for (size_t i = 0; new[i] != NULL && i < BUILDFILE_WORDS; i++) {
		if (at < n && strcmp(old[at], new[i]) == 0) {
			at++;
			continue;
		}
		if (d->nmore == BUILDFILE_INSERTS)
			return false;
		d->more[d->nmore].word = new[i];
		d->more[d->nmore++].at = at;
	}
	return at == n && d->nmore > 0;
}

bool buildfile_compare(const char *const *old, const char *const *new, struct buildfile_difference *d)
{
	size_t n = buildfile_count(old), m = buildfile_count(new), same = 0, from = 0;

	*d = (struct buildfile_difference){ .only_more = false };
	while (from < n && from < m && strcmp(old[from], new[from]) == 0)
		from++;
	while (same < n - from && same < m - from && strcmp(old[n - 1 - same], new[m - 1 - same]) == 0)
		same++;
	d->from = from;
	d->to = n - same;
	d->nnew = m - same - from;
	d->only_more = find_more(old, new, d);
	return n < BUILDFILE_WORDS && m < BUILDFILE_WORDS && (d->only_more || d->to > from) &&
	       d->nnew <= BUILDFILE_INSERTS;
}

/* ---- words -------------------------------------------------------------------------------------------- */

/* Neither CMake nor meson, nor the shell that they write for, reads such a text as anything else. */
static bool is_plain(const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+.,:=/@-";

	return *s != '\0' && s[strspn(s, plain)] == '\0';
}

/* The path within the folder, "" for itself; NULL: it is elsewhere. */
static const char *within(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (n <= 1 || strncmp(path, folder, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path[n] == '/' ? path + n + 1 : path + n;
}

static void place(const struct buildfile_ask *q, const char *path, struct buildfile_word *out)
{
	const char *build = within(path, q->build), *source = within(path, q->source);

	/* The nearer one of two that lie in each other. */
	if (build != NULL && (source == NULL || strlen(build) < strlen(source))) {
		out->base = BUILDFILE_BUILD;
		out->text = build;
	} else if (source != NULL) {
		out->base = BUILDFILE_SOURCE;
		out->text = source;
	} else {
		out->base = BUILDFILE_ROOT;
		out->text = path;
	}
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), k = strlen(end);

	return n > k && strcmp(s + n - k, end) == 0;
}

bool buildfile_word(const struct buildfile_ask *q, const char *word, struct buildfile_word *out)
{
	const char *path;

	if (!is_plain(word))
		return false;
	*out = (struct buildfile_word){ BUILDFILE_FLAG, word, word, BUILDFILE_ROOT };
	if (strncmp(word, "-l", 2) == 0 && word[2] != '\0') {
		out->kind = BUILDFILE_LIB;
		out->text = word + 2;
		return true;
	}
	if (strncmp(word, "-L", 2) == 0 && word[2] != '\0') {
		path = package_path(q->a, q->cwd, word + 2);
		out->kind = BUILDFILE_FOLDER;
		out->word = arena_printf(q->a, "-L%s", path);
		place(q, path, out);
		return is_plain(path);
	}
	if (word[0] == '-')
		return word[1] != '\0' && strcmp(word, "-o") != 0;
	if (!ends_with(word, ".a") && !ends_with(word, ".so") && !ends_with(word, ".o"))
		return false;
	path = package_path(q->a, q->cwd, word);
	out->kind = BUILDFILE_FILE;
	out->word = path;
	place(q, path, out);
	return is_plain(path);
}

const char *const *buildfile_words(struct arena *a, const char *const *old, size_t from, size_t n,
				   const char *const *with, size_t nwith)
{
	size_t count = buildfile_count(old);
	const char **out = ARENA_ARRAY(a, count - n + nwith + 1, const char *);

	memcpy(out, old, from * sizeof(*out));
	if (nwith > 0)
		memcpy(out + from, with, nwith * sizeof(*out));
	memcpy(out + from + nwith, old + from + n, (count - from - n) * sizeof(*out));
	return out;
}

/* ---- lines -------------------------------------------------------------------------------------------- */

static size_t line_length(const char *p, size_t n)
{
	const char *end = n > 0 ? memchr(p, '\n', n) : NULL;

	return end != NULL ? (size_t)(end - p) : n;
}

/* Without its indentation and what ends it: as lines_replaced leaves these. */
static const char *line_text(struct arena *a, const char *p, size_t n)
{
	while (n > 0 && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && p[n - 1] == '\r')
		n--;
	return arena_strndup(a, p, n);
}

void buildfile_lines(struct arena *a, struct view old, const char *new, struct buildfile_edit *out)
{
	const char *p = (const char *)old.p;
	size_t n = old.n, m = strlen(new);

	out->n = 0;
	for (size_t line = 1; n > 0 && m > 0; line++) {
		size_t k = line_length(p, n), l = line_length(new, m);

		if (k != l || memcmp(p, new, k) != 0) {
			if (out->n == BUILDFILE_LINES) {
				out->n = 0;
				return;
			}
			out->lines[out->n++] = (struct buildfile_line){ line, line_text(a, new, l), false };
		}
		k += k < n;
		l += l < m;
		p += k;
		n -= k;
		new += l;
		m -= l;
	}
}
