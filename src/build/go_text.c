/* go_text.c - words, paths and files as cmd/go handles them. */
#include "build/go_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { LARGEST_FILE = 16 << 20, LARGEST_ALL = 512 << 20 }; /* bytes of sources */

/* ---- lists ------------------------------------------------------------------------------------ */

void go_add(struct arena *a, struct go_words *l, const char *word)
{
	*ARENA_PUSH(a, l) = word;
}

void go_add_all(struct arena *a, struct go_words *l, const struct go_words *more)
{
	for (size_t i = 0; i < more->n; i++)
		go_add(a, l, more->items[i]);
}

bool go_has(const struct go_words *l, const char *word)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], word) == 0)
			return true;
	return false;
}

const char *go_join_words(struct arena *a, const struct go_words *l, const char *between)
{
	size_t n = 0, gap = strlen(between);
	char *s, *p;

	for (size_t i = 0; i < l->n; i++)
		n += strlen(l->items[i]) + gap;
	p = s = arena_alloc(a, n + 1);
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->items[i]);

		if (i > 0) {
			memcpy(p, between, gap);
			p += gap;
		}
		memcpy(p, l->items[i], len);
		p += len;
	}
	return s;
}

/* ---- paths ------------------------------------------------------------------------------------ */

bool go_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool go_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

bool go_has_prefix(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/' || (n > 0 && prefix[n - 1] == '/'));
}

/* Removes the last element of out[0, n), never below `floor`. */
static size_t back(const char *out, size_t n, size_t floor)
{
	if (n > floor)
		n--;
	while (n > floor && out[n] != '/')
		n--;
	return n;
}

const char *go_clean(struct arena *a, const char *path)
{
	bool rooted = path[0] == '/';
	char *out = arena_alloc(a, strlen(path) + 2);
	size_t n = 0, dotdot = 0;

	if (rooted) {
		out[n++] = '/';
		dotdot = 1;
	}
	for (const char *s = path; *s != '\0';) {
		size_t len = strcspn(s, "/");

		if (len == 0 || (len == 1 && s[0] == '.')) {
			s += len == 0 ? 1 : len;
			continue;
		}
		if (len == 2 && s[0] == '.' && s[1] == '.') {
			if (n > dotdot) {
				n = back(out, n, dotdot);
			} else if (!rooted) {
				if (n > 0)
					out[n++] = '/';
				out[n++] = '.';
				out[n++] = '.';
				dotdot = n;
			}
		} else {
			if (n > (rooted ? 1u : 0u))
				out[n++] = '/';
			memcpy(out + n, s, len);
			n += len;
		}
		s += len;
	}
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
	return out;
}

const char *go_join(struct arena *a, const char *dir, const char *name)
{
	if (*dir == '\0')
		return *name == '\0' ? "" : go_clean(a, name);
	return go_clean(a, *name == '\0' ? dir : arena_printf(a, "%s/%s", dir, name));
}

const char *go_short_path(const struct go *g, const char *path)
{
	const char *rest;
	size_t up = 0;

	if (path[0] != '/')
		return path;
	if (go_has_prefix(path, g->cwd)) {
		rest = path + strlen(g->cwd);
		rest += *rest == '/';
		if (*rest == '\0')
			rest = ".";
		return strlen(rest) < strlen(path) ? rest : path;
	}
	/* filepath.Rel: up to the common folder, and down again. */
	size_t common = 0;

	for (size_t i = 0;; i++) {
		bool ends = (path[i] == '/' || path[i] == '\0') && (g->cwd[i] == '/' || g->cwd[i] == '\0');

		if (ends)
			common = i;
		if (path[i] != g->cwd[i] || path[i] == '\0')
			break;
	}
	for (const char *c = g->cwd + common; *c != '\0'; c++)
		up += *c == '/' && c[1] != '\0';
	rest = "..";
	for (size_t i = 1; i < up; i++)
		rest = arena_printf(g->a, "../%s", rest);
	rest = arena_printf(g->a, "%s%s", rest, path + common);
	return strlen(rest) < strlen(path) ? rest : path;
}

const char *go_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

const char *go_dir(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return ".";
	return slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

/* ---- words ------------------------------------------------------------------------------------ */

size_t go_space(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;

	if (n == 0)
		return 0;
	if (u[0] == ' ' || (u[0] >= '\t' && u[0] <= '\r'))
		return 1;
	if (n >= 2 && u[0] == 0xc2 && (u[1] == 0x85 || u[1] == 0xa0))
		return 2;
	if (n < 3)
		return 0;
	if (u[0] == 0xe1 && u[1] == 0x9a && u[2] == 0x80)
		return 3;
	if (u[0] == 0xe2 && u[1] == 0x80 &&
	    ((u[2] >= 0x80 && u[2] <= 0x8a) || u[2] == 0xa8 || u[2] == 0xa9 || u[2] == 0xaf))
		return 3;
	if (u[0] == 0xe2 && u[1] == 0x81 && u[2] == 0x9f)
		return 3;
	return u[0] == 0xe3 && u[1] == 0x80 && u[2] == 0x80 ? 3 : 0;
}

void go_fields(struct arena *a, const char *s, size_t n, struct go_words *out)
{
	for (size_t i = 0; i < n;) {
		size_t from, sp;

		while (i < n && (sp = go_space(s + i, n - i)) > 0)
			i += sp;
		for (from = i; i < n && go_space(s + i, n - i) == 0;)
			i++;
		if (i > from)
			go_add(a, out, arena_strndup(a, s + from, i - from));
	}
}

const char *go_trim(struct arena *a, const char *s, size_t n)
{
	size_t from = 0, to, sp;

	while (from < n && (sp = go_space(s + from, n - from)) > 0)
		from += sp;
	for (to = n; to > from;) {
		if (go_space(s + to - 1, 1) == 1)
			to--;
		else if (to - from >= 2 && go_space(s + to - 2, 2) == 2)
			to -= 2;
		else if (to - from >= 3 && go_space(s + to - 3, 3) == 3)
			to -= 3;
		else
			break;
	}
	return arena_strndup(a, s + from, to - from);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const char *go_split_quoted(struct arena *a, const char *s, struct go_words *out)
{
	while (*s != '\0') {
		size_t n = 0;

		if (is_blank(*s)) {
			s++;
			continue;
		}
		if (*s == '"' || *s == '\'') {
			const char *end = strchr(s + 1, *s);

			if (end == NULL)
				return *s == '"' ? "\"" : "'";
			go_add(a, out, arena_strndup(a, s + 1, (size_t)(end - s - 1)));
			s = end + 1;
			continue;
		}
		while (s[n] != '\0' && !is_blank(s[n]))
			n++;
		go_add(a, out, arena_strndup(a, s, n));
		s += n;
	}
	return NULL;
}

bool go_split_cgo(struct arena *a, const char *s, struct go_words *out)
{
	size_t len = strlen(s), n = 0, sp;
	char *arg = arena_alloc(a, len + 1);
	bool escaped = false, quoted = false;
	char quote = '\0';

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (escaped) {
			escaped = false;
		} else if (c == '\\') {
			escaped = true;
			continue;
		} else if (quote != '\0') {
			if (c == quote) {
				quote = '\0';
				continue;
			}
		} else if (c == '"' || c == '\'') {
			quoted = true;
			quote = c;
			continue;
		} else if ((sp = go_space(s + i, len - i)) > 0) {
			if (quoted || n > 0)
				go_add(a, out, arena_strndup(a, arg, n));
			quoted = false;
			n = 0;
			i += sp - 1;
			continue;
		}
		arg[n++] = c;
	}
	if (quoted || n > 0)
		go_add(a, out, arena_strndup(a, arg, n));
	return quote == '\0' && !escaped;
}

const char *go_quote(struct arena *a, const char *s)
{
	static const char plain[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
	char *out = arena_alloc(a, 4 * strlen(s) + 3), *p = out;

	*p++ = '"';
	for (; *s != '\0'; s++) {
		const char *c = strchr(codes, *s);
		unsigned char u = (unsigned char)*s;

		if (*s == '"' || *s == '\\') {
			*p++ = '\\';
			*p++ = *s;
		} else if (c != NULL) {
			*p++ = '\\';
			*p++ = plain[c - codes];
		} else if (u < 0x20 || u == 0x7f) {
			*p++ = '\\';
			*p++ = 'x';
			*p++ = "0123456789abcdef"[u >> 4];
			*p++ = "0123456789abcdef"[u & 15];
		} else {
			*p++ = *s;
		}
	}
	*p++ = '"';
	return out;
}

bool go_safe_arg(const char *s)
{
	unsigned char c = (unsigned char)s[0];

	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
	       c == '_' || c == '/' || c >= 0x80;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* The bytes of a file, copied: a root's files may change while they are read. */
static bool read_file(struct go *g, const char *path, struct view *out)
{
	struct source_file f;
	char *copy;
	bool ok;

	if (source_open(g->source, path, &f) != 0)
		return false;
	ok = f.st.type == OS_REGULAR && f.map.bytes.n <= LARGEST_FILE;
	if (ok && g->nread + f.map.bytes.n > LARGEST_ALL) {
		g->too_much = true;
		ok = false;
	}
	if (ok) {
		copy = arena_alloc(g->a, f.map.bytes.n + 1);
		if (f.map.bytes.n > 0)
			memcpy(copy, f.map.bytes.p, f.map.bytes.n);
		*out = (struct view){ (const unsigned char *)copy, f.map.bytes.n };
		g->nread += f.map.bytes.n;
	}
	source_close(&f);
	return ok;
}

bool go_read(struct go *g, const char *path, struct view *out)
{
	struct view *known = map_get_str(&g->texts, path);

	*out = (struct view){ NULL, 0 };
	if (known == NULL) {
		known = ARENA_NEW(g->a, struct view);
		if (!read_file(g, path, known))
			return false;
		map_put_str(&g->texts, path, known);
	}
	*out = *known;
	return true;
}

bool go_is_dir(const struct go *g, const char *path)
{
	struct os_stat st;

	return source_stat(g->source, path, true, &st) == 0 && st.type == OS_DIRECTORY;
}

bool go_is_file(const struct go *g, const char *path)
{
	struct os_stat st;

	return source_stat(g->source, path, true, &st) == 0 && st.type == OS_REGULAR;
}

static const char *raw_env(const struct go *g, const char *name)
{
	return str_env(g->environ, name);
}

static bool may_run(const struct go *g, const char *path)
{
	struct os_stat st;

	return source_stat(g->source, path, true, &st) == 0 && st.type == OS_REGULAR && (st.mode & 0111) != 0;
}

const char *go_look_path(const struct go *g, const char *file)
{
	const char *path = raw_env(g, "PATH");

	if (*file == '\0')
		return NULL;
	if (strchr(file, '/') != NULL)
		return may_run(g, file) ? file : NULL;
	if (path == NULL)
		path = g->is_host ? "" : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*path != '\0') {
		size_t n = strcspn(path, ":");
		const char *full = go_join(g->a, n == 0 ? "." : arena_strndup(g->a, path, n), file);

		if (may_run(g, full))
			return full;
		path += n + (path[n] == ':');
	}
	return NULL;
}
