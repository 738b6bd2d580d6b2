/* pyenv.c - which of its versions pyenv chooses for a command. */
#include "python/pyenv.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { VERSION_FILE_BYTES = 65536 };

/* pyenv-version-file-read: the first word of each line, joined by ':'; NULL if there is none. */
static const char *read_version_file(struct home_ctx *c, const char *path)
{
	const char *all = NULL;
	struct view text, line;

	if (!py_isfile(c->src, path) || !py_bytes(c->store, path, &text))
		return NULL;
	if (text.n > VERSION_FILE_BYTES)
		text.n = VERSION_FILE_BYTES;
	while (py_next_line(&text, &line)) {
		size_t n = 0;
		const char *word;

		line = py_trim(line);
		while (n < line.n && line.p[n] != ' ' && line.p[n] != '\t')
			n++;
		if (n == 0 || line.p[0] == '#')
			continue;
		word = arena_strndup(c->a, (const char *)line.p, n);
		if (strcmp(word, "..") == 0 || strchr(word, '/') != NULL)
			continue; /* is_version_safe */
		all = all != NULL ? arena_printf(c->a, "%s:%s", all, word) : word;
	}
	return all;
}

/* pyenv-version-file: .python-version in PYENV_DIR or the working folder or above. */
static const char *local_versions(struct home_ctx *c, const char *from)
{
	for (const char *dir = from;; dir = py_dirname(c->a, dir)) {
		const char *path = arena_printf(c->a, "%s/.python-version", dir);

		if (py_isfile(c->src, path))
			return path;
		if (*dir == '\0')
			return NULL;
	}
}

static const char *chosen_versions(struct home_ctx *c, const char *root)
{
	const char *all = str_env(c->ask->environ, "PYENV_VERSION");
	const char *dir = str_env(c->ask->environ, "PYENV_DIR");
	const char *file = NULL;

	if (all != NULL && *all != '\0')
		return all;
	if (dir != NULL && *dir != '\0')
		file = local_versions(c, py_abspath(c->a, c->cwd, dir));
	if (file == NULL)
		file = local_versions(c, strcmp(c->cwd, "/") == 0 ? "" : c->cwd);
	all = read_version_file(c, file != NULL ? file : arena_printf(c->a, "%s/version", root));
	return all != NULL ? all : "system";
}

/* The numbers of "3.11.7" as one that sorts. */
static unsigned long long sort_key(const char *s)
{
	unsigned long long key = 0;
	char *p = (char *)(uintptr_t)s;

	for (int i = 0; i < 4; i++) {
		key = key * 100000 + strtoul(p, &p, 10) % 100000;
		p += *p == '.';
	}
	return key;
}

/* Which versions pyenv-latest leaves out unless they are asked for by their whole name. */
static bool is_release(const char *v, bool want_t)
{
	size_t n = strlen(v), d = n;

	if ((n > 4 && strcmp(v + n - 4, "-dev") == 0) || (n > 4 && strcmp(v + n - 4, "-src") == 0))
		return false;
	if (!want_t && n > 1 && v[n - 1] == 't' && v[n - 2] >= '0' && v[n - 2] <= '9')
		return false;
	while (d > 0 && v[d - 1] >= '0' && v[d - 1] <= '9')
		d--;
	return !(d > 0 && d < n && (v[d - 1] == 'a' || v[d - 1] == 'b' ||
				    (d > 1 && v[d - 1] == 'c' && v[d - 2] == 'r')));
}

/* pyenv-latest: the newest installed version that begins with "PREFIX." or "PREFIX-". */
static const char *latest(struct home_ctx *c, const char *versions, const char *prefix)
{
	const struct store_listing *l = store_list(c->store, versions);
	size_t n = strlen(prefix);
	bool want_t = n > 1 && prefix[n - 1] == 't' && prefix[n - 2] >= '0' && prefix[n - 2] <= '9';
	const char *best = NULL;

	n -= want_t;
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *v = l->names[i];

		if (strncmp(v, prefix, n) != 0 || (v[n] != '.' && v[n] != '-') ||
		    !is_release(v, want_t) || (want_t && v[strlen(v) - 1] != 't'))
			continue;
		if (best == NULL || sort_key(v) > sort_key(best))
			best = v;
	}
	return best;
}

/* The folder of one version as it is named; NULL if it is not installed. */
static const char *version_folder(struct home_ctx *c, const char *root, const char *version)
{
	const char *versions = arena_printf(c->a, "%s/versions", root);

	for (int i = 0; i < 2; i++) {
		const char *dir = arena_printf(c->a, "%s/%s", versions, version);
		const char *name;

		if (py_isdir(c->src, dir))
			return dir;
		name = latest(c, versions, version);
		if (name != NULL)
			return arena_printf(c->a, "%s/%s", versions, name);
		if (strncmp(version, "python-", 7) != 0)
			break;
		version += 7;
	}
	return NULL;
}

const char *pyenv_which(struct home_ctx *c, const char *root, const char *name)
{
	const char *shims = arena_printf(c->a, "%s/shims", root);

	for (const char *v = chosen_versions(c, root); *v != '\0';) {
		size_t n = strcspn(v, ":");
		const char *version = arena_strndup(c->a, v, n), *dir;

		v += n + (v[n] == ':');
		if (strcmp(version, "system") == 0) {
			const char *path = py_search_path(c, c->path_list, name, shims);

			if (path != NULL)
				return path;
			continue;
		}
		dir = version_folder(c, root, version);
		if (dir != NULL && py_isxfile(c->src, arena_printf(c->a, "%s/bin/%s", dir, name)))
			return arena_printf(c->a, "%s/bin/%s", dir, name);
	}
	return py_search_path(c, c->path_list, name, shims);
}
