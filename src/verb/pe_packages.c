/* pe_packages.c - what Python packages do for the search of their DLLs on Windows, as far as files tell.
 *
 * `import a.b.c` runs the __init__.py of a and of a.b before the file of c is opened. delvewheel writes a
 * call of os.add_dll_directory there with the folder NAME.libs beside the package; torch, PyQt and others
 * have code of their own. Nothing is run: of a source with such a call each folder counts that a string in
 * it names, seen from the package, and that is there.
 */
#include "verb/pe_packages.h"

#include <string.h>

#include "base/str.h"

enum { MAX_PACKAGES = 16, MAX_SOURCE = 1 << 20, MAX_STRING = 200, MAX_FOLDERS = 64 };

struct packages {
	struct dlwhy_session *s;
	struct arena *a;
	struct {
		const char **items;
		size_t n, cap;
	} dirs, present;
};

/* "/x/" of "/x/y" and of "/x/y/"; "" of "y". */
static const char *parent(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	return arena_strndup(a, path, n);
}

/* ---- folders that a source names -------------------------------------------------------------- */

static void add_folder(struct packages *k, const char *dir)
{
	if (k->dirs.n >= MAX_FOLDERS || store_stat_dir(k->s->store, dir) != 0)
		return;
	for (size_t i = 0; i < k->dirs.n; i++)
		if (strcmp(k->dirs.items[i], dir) == 0)
			return;
	*ARENA_PUSH(k->a, &k->dirs) = dir;
}

/* A string of the source as a folder below the package, or beside it. "\\Qt6\\bin" is written with either
 * separator, escaped or not. */
static void try_string(struct packages *k, const char *package, const char *s, size_t n)
{
	char *name;
	size_t out = 0;

	if (n == 0 || n > MAX_STRING || memchr(s, '\n', n) != NULL)
		return;
	name = arena_alloc(k->a, n + 1);
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '\\' ? '/' : s[i];

		if (c != '/' || (out > 0 && name[out - 1] != '/'))
			name[out++] = c;
	}
	name[out] = '\0';
	if (out == 0 || strcmp(name, ".") == 0 || strncmp(name, "..", 2) == 0)
		return;
	add_folder(k, arena_printf(k->a, "%s%s/", package, name));
	if (strchr(name, '/') == NULL && str_ends(name, ".libs"))
		add_folder(k, arena_printf(k->a, "%s%s/", parent(k->a, package), name));
}

static void read_strings(struct packages *k, const char *package, struct view v)
{
	for (size_t i = 0; i < v.n; i++) {
		const unsigned char *end;

		if (v.p[i] != '"' && v.p[i] != '\'')
			continue;
		end = memchr(v.p + i + 1, v.p[i], v.n - i - 1);
		if (end == NULL)
			return;
		try_string(k, package, (const char *)v.p + i + 1, (size_t)(end - v.p) - i - 1);
		if (end - v.p - (ptrdiff_t)i - 1 < MAX_STRING)
			i = (size_t)(end - v.p);
	}
}

static void read_source(struct packages *k, const char *package, const char *name)
{
	static const char mark[] = "add_dll_directory";
	const char *path = arena_printf(k->a, "%s%s", package, name);
	const struct store_entry *en =
		store_has_file(k->s->store, path) ? store_open(k->s->store, path) : NULL;

	if (en == NULL || en->err != 0 || en->file->bytes.n == 0 || en->file->bytes.n > MAX_SOURCE ||
	    memmem(en->file->bytes.p, en->file->bytes.n, mark, sizeof(mark) - 1) == NULL)
		return;
	read_strings(k, package, en->file->bytes);
}

/* ---- the packages of a file -------------------------------------------------------------------- */

static bool is_site(const char *dir)
{
	return str_ends_nocase(dir, "site-packages/") || str_ends_nocase(dir, "dist-packages/");
}

static bool has_init(struct store *store, const char *dir, struct arena *a)
{
	return store_has_file(store, arena_printf(a, "%s__init__.py", dir));
}

/* Folders of a package without __init__.py count if one above them has it, below site-packages any. */
static const char *enclosing(struct store *store, const char *path, struct arena *a)
{
	const char *first = parent(a, path), *dir = first;

	for (int i = 0; i < MAX_PACKAGES && *dir != '\0'; i++, dir = parent(a, dir)) {
		if (has_init(store, dir, a))
			return dir;
		if (is_site(dir))
			return first;
	}
	return NULL;
}

/* The package beside the folder NAME.libs: the name of the distribution may be another one. */
static const char *beside_libs(struct store *store, const char *dir, struct arena *a)
{
	size_t n = strlen(dir);
	const char *named = arena_printf(a, "%.*s/", (int)(n - 6), dir), *above = parent(a, dir);
	const struct store_listing *l;

	if (has_init(store, named, a))
		return named;
	l = store_list(store, above);
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (has_init(store, arena_printf(a, "%s%s/", above, l->names[i]), a))
			return arena_printf(a, "%s%s/", above, l->names[i]);
	return NULL;
}

const char *pe_package_of(struct store *store, const char *path, struct arena *a)
{
	const char *dir = parent(a, path);

	return str_ends(dir, ".libs/") && strlen(dir) > 6 ? beside_libs(store, dir, a) :
							     enclosing(store, path, a);
}

/* From the outermost package down to the file's: what `import` runs on its way. */
static size_t find_packages(struct packages *k, const char *path, const char **out)
{
	const char *v[MAX_PACKAGES], *dir = pe_package_of(k->s->store, path, k->a);
	size_t found = 0;

	for (; dir != NULL && *dir != '\0' && found < MAX_PACKAGES && !is_site(dir);
	     dir = parent(k->a, dir)) {
		if (!has_init(k->s->store, dir, k->a) && found > 0)
			break;
		v[found++] = dir;
	}
	for (size_t i = 0; i < found; i++)
		out[i] = v[found - 1 - i];
	return found;
}

void pe_packages(struct dlwhy_session *s, const char *path, struct arena *a, struct pe_host *h)
{
	static const char *const sources[] = { "__init__.py", "_distributor_init.py",
					       "_distributor_init_local.py" };
	struct packages k = { .s = s, .a = a };
	const char *packages[MAX_PACKAGES];
	size_t n = find_packages(&k, path, packages);

	for (size_t i = 0; i < n; i++)
		for (size_t m = 0; m < sizeof(sources) / sizeof(sources[0]); m++)
			read_source(&k, packages[i], sources[m]);
	h->world.user_dirs = k.dirs.items;
	h->world.nuser_dirs = k.dirs.n;
	h->world.present = k.present.items;
	h->world.npresent = k.present.n;
}
