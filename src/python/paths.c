/* paths.c - paths and small files as Python's start-up code treats them. */
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "python/home_priv.h"
#include "source/resolve.h"

const char *py_var(const struct home_ctx *c, const char *name)
{
	const char *s = c->use_environment ? str_env(c->ask->environ, name) : NULL;

	return s != NULL && *s != '\0' ? s : NULL;
}

const char *py_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir), len = strlen(name);
	char *p;

	if (name[0] == '/' || n == 0)
		return arena_strdup(a, name);
	p = arena_alloc(a, n + len + 2);
	memcpy(p, dir, n);
	if (dir[n - 1] != '/')
		p[n++] = '/';
	memcpy(p + n, name, len);
	return p;
}

const char *py_dirname(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? arena_strndup(a, path, (size_t)(slash - path)) : "";
}

const char *py_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* Drops the last component of out[0, n); false if there is none that ".." could take away. */
static bool drop_component(const char *out, size_t *n, size_t root)
{
	size_t at = *n;

	while (at > root && out[at - 1] != '/')
		at--;
	if (root == 0 && (*n == 0 || (*n - at == 2 && memcmp(out + at, "..", 2) == 0)))
		return false;
	*n = at > root ? at - 1 : root;
	return true;
}

/* posixpath.normpath: exactly two slashes at its beginning stay. "" for the folder itself. */
const char *py_normpath(struct arena *a, const char *path)
{
	size_t root = path[0] != '/' ? 0 : path[1] == '/' && path[2] != '/' ? 2 : 1, n = root;
	char *out = arena_alloc(a, strlen(path) + 2);

	memset(out, '/', root);
	for (const char *p = path; *p != '\0';) {
		size_t len = strcspn(p, "/");
		bool up = len == 2 && p[0] == '.' && p[1] == '.';

		if (len > 0 && !(len == 1 && p[0] == '.') && !(up && drop_component(out, &n, root))) {
			if (n > root)
				out[n++] = '/';
			memcpy(out + n, p, len);
			n += len;
		}
		p += len;
		p += *p == '/';
	}
	out[n] = '\0';
	return out;
}

const char *py_abspath(struct arena *a, const char *cwd, const char *path)
{
	return py_normpath(a, py_join(a, cwd, path));
}

static bool stat_is(struct source *s, const char *path, struct os_stat *st)
{
	return *path != '\0' && source_stat(s, path, true, st) == 0;
}

bool py_isfile(struct source *s, const char *path)
{
	struct os_stat st;

	return stat_is(s, path, &st) && st.type == OS_REGULAR;
}

bool py_isxfile(struct source *s, const char *path)
{
	struct os_stat st;

	return stat_is(s, path, &st) && st.type == OS_REGULAR && (st.mode & 0111) != 0;
}

bool py_isdir(struct source *s, const char *path)
{
	struct os_stat st;

	return stat_is(s, path, &st) && st.type == OS_DIRECTORY;
}

bool py_exists(struct source *s, const char *path)
{
	struct os_stat st;

	return stat_is(s, path, &st);
}

const char *py_follow_links(struct home_ctx *c, const char *path, bool normal)
{
	char target[RESOLVE_PATH_MAX];

	for (int i = 0; i < RESOLVE_LINKS_MAX; i++) {
		if (source_readlink(c->src, path, target, sizeof(target)) != 0)
			break;
		path = py_join(c->a, py_dirname(c->a, path), target);
		if (normal)
			path = py_abspath(c->a, c->cwd, path);
	}
	return path;
}

bool py_bytes(struct store *s, const char *path, struct view *out)
{
	const struct store_entry *e = store_open(s, path);

	*out = (struct view){ NULL, 0 };
	if (e == NULL || e->err != 0 || e->file == NULL || e->file->st.type != OS_REGULAR)
		return false;
	*out = e->file->bytes;
	return true;
}

bool py_next_line(struct view *rest, struct view *line)
{
	size_t n = 0;

	if (rest->n == 0)
		return false;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line->p = rest->p;
	line->n = n;
	if (n < rest->n && rest->p[n] == '\r' && n + 1 < rest->n && rest->p[n + 1] == '\n')
		n++;
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return true;
}

static bool is_space(unsigned char ch)
{
	return ch == ' ' || (ch >= '\t' && ch <= '\r') || (ch >= 0x1c && ch <= 0x1f);
}

struct view py_trim(struct view v)
{
	while (v.n > 0 && is_space(v.p[0])) {
		v.p++;
		v.n--;
	}
	while (v.n > 0 && is_space(v.p[v.n - 1]))
		v.n--;
	return v;
}

bool py_view_is(struct view v, const char *s)
{
	return v.n == strlen(s) && (v.n == 0 || memcmp(v.p, s, v.n) == 0);
}

bool py_view_is_case(struct view v, const char *s)
{
	if (v.n != strlen(s))
		return false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char ch = v.p[i];

		if (ch >= 'A' && ch <= 'Z')
			ch = (unsigned char)(ch + 32);
		if (ch != (unsigned char)s[i])
			return false;
	}
	return true;
}

bool py_key_value(struct view line, struct view *key, struct view *value)
{
	const unsigned char *eq = line.n > 0 ? memchr(line.p, '=', line.n) : NULL;

	if (eq == NULL)
		return false;
	*key = py_trim((struct view){ line.p, (size_t)(eq - line.p) });
	*value = py_trim((struct view){ eq + 1, line.n - (size_t)(eq - line.p) - 1 });
	return true;
}

void py_strings_add(struct arena *a, struct py_strings *v, const char *s)
{
	*ARENA_PUSH(a, v) = s;
}

bool py_strings_has(const struct py_strings *v, const char *s)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->items[i], s) == 0)
			return true;
	return false;
}
