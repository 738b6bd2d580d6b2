/* pe_packages.c - what Python packages do for the search of their DLLs on Windows, as far as files tell.
 *
 * `import a.b.c` runs the __init__.py of a and of a.b before the file of c is opened, and what they
 * import. delvewheel writes a call of os.add_dll_directory there with the folder NAME.libs beside the
 * package; torch, PyQt, pywin32 (by a *.pth file) and others have code of their own. Nothing is run: of a
 * source with such a call each folder counts that a string in it names, seen from the package, and that is
 * there.
 */
#include "verb/pe_packages.h"

#include <string.h>

#include "base/str.h"

enum {
	MAX_PACKAGES = 16,
	MAX_SOURCE = 1 << 20,
	MAX_STRING = 200,
	NEAR = 160,       /* bytes between a place and a folder seen from it */
	MAX_FOLDERS = 64, /* added */
	MAX_SOURCES = 64, /* read */
	MAX_PTH = 16,     /* folders of one *.pth file */
	MAX_LISTED = 400  /* folders looked through for a module */
};

struct packages {
	struct dlwhy_session *s;
	struct arena *a;
	struct {
		const char **items;
		size_t n, cap;
	} dirs, present, sources;
	const char *site; /* the folder that the packages lie in */
};

const char *pe_parent(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	return arena_strndup(a, path, n);
}

static bool has_init(struct store *store, const char *dir, struct arena *a)
{
	return store_has_file(store, arena_printf(a, "%s__init__.py", dir));
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
		add_folder(k, arena_printf(k->a, "%s%s/", pe_parent(k->a, package), name));
}

static bool is_word(unsigned char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Does a line of the text begin like "name = "? Then another statement begins there. */
static bool has_assignment(struct view v)
{
	for (const unsigned char *p = memchr(v.p, '\n', v.n), *end = v.p + v.n; p != NULL;
	     p = memchr(p, '\n', (size_t)(end - p))) {
		const unsigned char *name;

		for (p++; p < end && (*p == ' ' || *p == '\t');)
			p++;
		for (name = p; p < end && is_word(*p);)
			p++;
		if (p > name && end - p > 2 && memcmp(p, " = ", 3) == 0)
			return true;
	}
	return false;
}

/* Does the source name its own place shortly before, in the same statement? Then the string is most likely
 * seen from there. */
static bool is_beside(struct view v, size_t at)
{
	static const char own[] = "__file__";
	size_t from = at > NEAR ? at - NEAR : 0;
	const unsigned char *p = v.p + from, *last = NULL;

	while ((p = memmem(p, (size_t)(v.p + at - p), own, sizeof(own) - 1)) != NULL)
		last = p++;
	return last != NULL && !has_assignment((struct view){ last, (size_t)(v.p + at - last) });
}

static void read_strings(struct packages *k, const char *package, struct view v, bool any)
{
	for (size_t i = 0; i < v.n; i++) {
		const unsigned char *end;
		size_t n;

		if (v.p[i] != '"' && v.p[i] != '\'')
			continue;
		end = memchr(v.p + i + 1, v.p[i], v.n - i - 1);
		if (end == NULL)
			return;
		n = (size_t)(end - v.p) - i - 1;
		if (any || is_beside(v, i))
			try_string(k, package, (const char *)v.p + i + 1, n);
		if (n < MAX_STRING)
			i += n + 1;
	}
}

/* The name behind "import " or "from " at the begin of a statement, up to a dot. NULL: there is none. */
static const char *imported_name(struct arena *a, struct view line)
{
	static const char *const words[] = { "import ", "from " };
	size_t i = 0;

	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		size_t n = strlen(words[k]), end;

		if (!view_has(line, i, n) || memcmp(line.p + i, words[k], n) != 0)
			continue;
		for (end = i + n; end < line.n && is_word(line.p[end]);)
			end++;
		return end > i + n ? arena_strndup(a, (const char *)line.p + i + n, end - i - n) : NULL;
	}
	return NULL;
}

static void read_source(struct packages *k, const char *package, const char *name);

/* A package that a source imports runs its own __init__.py; a folder without one may be named for its DLLs
 * (pywin32_system32). */
static void follow_import(struct packages *k, const char *name, bool adds)
{
	const char *dir = arena_printf(k->a, "%s%s/", k->site, name);

	if (has_init(k->s->store, dir, k->a))
		read_source(k, dir, "__init__.py");
	else if (adds)
		add_folder(k, dir);
}

static void follow_imports(struct packages *k, struct view v, bool adds)
{
	while (v.n > 0) {
		const unsigned char *end = memchr(v.p, '\n', v.n);
		size_t n = end != NULL ? (size_t)(end - v.p) : v.n;
		const char *name = imported_name(k->a, (struct view){ v.p, n });

		if (name != NULL)
			follow_import(k, name, adds);
		n += end != NULL;
		v.p += n;
		v.n -= n;
	}
}

static bool is_read(struct packages *k, const char *path)
{
	for (size_t i = 0; i < k->sources.n; i++)
		if (strcmp(k->sources.items[i], path) == 0)
			return true;
	if (k->sources.n >= MAX_SOURCES)
		return true;
	*ARENA_PUSH(k->a, &k->sources) = path;
	return false;
}

static void read_source(struct packages *k, const char *package, const char *name)
{
	static const char mark[] = "add_dll_directory";
	const char *path = arena_printf(k->a, "%s%s", package, name);
	const struct store_entry *en;
	size_t before;
	bool adds;

	if (!store_has_file(k->s->store, path) || is_read(k, path))
		return;
	en = store_open(k->s->store, path);
	if (en == NULL || en->err != 0 || en->file->bytes.n == 0 || en->file->bytes.n > MAX_SOURCE)
		return;
	adds = memmem(en->file->bytes.p, en->file->bytes.n, mark, sizeof(mark) - 1) != NULL;
	before = k->dirs.n;
	if (adds)
		read_strings(k, package, en->file->bytes, false);
	if (adds && k->dirs.n == before)
		read_strings(k, package, en->file->bytes, true);
	if (k->site != NULL)
		follow_imports(k, en->file->bytes, adds);
}

/* A folder of modules that a *.pth file names. */
static const char *pth_folder(struct packages *k, const char *line, size_t n)
{
	char *dir = arena_printf(k->a, "%s%.*s/", k->site, (int)n, line);

	for (char *c = dir; *c != '\0'; c++)
		*c = *c == '\\' ? '/' : *c;
	return dir;
}

/* Lines of *.pth files that begin with "import" run at every start of Python, with the folders that the lines
 * before them name. */
static void read_pth(struct packages *k, const char *name)
{
	const struct store_entry *en = store_open(k->s->store, arena_printf(k->a, "%s%s", k->site, name));
	const char *text, *folders[MAX_PTH];
	size_t nfolders = 0;

	if (en == NULL || en->err != 0 || en->file->bytes.n == 0 || en->file->bytes.n > MAX_SOURCE)
		return;
	text = arena_strndup(k->a, (const char *)en->file->bytes.p, en->file->bytes.n);
	folders[nfolders++] = k->site;
	while (*text != '\0') {
		size_t n = strcspn(text, "\r\n");
		const char *module = imported_name(k->a, (struct view){ (const unsigned char *)text, n });

		for (size_t i = 0; module != NULL && i < nfolders; i++)
			read_source(k, folders[i], arena_printf(k->a, "%s.py", module));
		if (module == NULL && n > 0 && n < MAX_STRING && nfolders < MAX_PTH)
			folders[nfolders++] = pth_folder(k, text, n);
		text += n + strspn(text + n, "\r\n");
	}
}

static void read_site(struct packages *k)
{
	const struct store_listing *l = k->site != NULL ? store_list(k->s->store, k->site) : NULL;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_ends(l->names[i], ".pth"))
			read_pth(k, l->names[i]);
}

/* ---- modules that were imported before ------------------------------------------------------- */

/* A file of that name below a folder of packages. */
static const char *find_below(struct packages *k, const char *dir, const char *name, int depth, size_t *left)
{
	const struct store_listing *l;
	const char *found = NULL;

	if (*left == 0)
		return NULL;
	--*left;
	l = store_list(k->s->store, dir);
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (strcasecmp(l->names[i], name) == 0)
			return arena_printf(k->a, "%s%s", dir, l->names[i]);
	for (size_t i = 0; l != NULL && i < l->n && found == NULL && depth > 0; i++)
		if (strchr(l->names[i], '.') == NULL && strcmp(l->names[i], "include") != 0) {
			const char *below = arena_printf(k->a, "%s%s/", dir, l->names[i]);

			if (store_stat_dir(k->s->store, below) == 0)
				found = find_below(k, below, name, depth - 1, left);
		}
	return found;
}

static bool is_whole(struct packages *k, const char *path)
{
	const struct store_entry *en = store_open(k->s->store, path);

	return en != NULL && en->err == 0 && en->file->kind == FILE_PE && en->file->pe.defect == PE_OK;
}

/* An extension module that imports from another one of its package is imported after it: no search would
 * find that one. tensorflow is made so. */
static void modules_before(struct packages *k, const struct store_entry *en, const char *package,
			   const char *folder)
{
	struct pe_import import;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_PE)
		return;
	for (size_t i = 0; pe_import(&en->file->pe, false, i, &import); i++) {
		size_t left = MAX_LISTED;
		const char *path;

		if (import.dll == NULL || !str_ends_nocase(import.dll, ".pyd") ||
		    strchr(import.dll, '/') != NULL)
			continue;
		path = find_below(k, package, import.dll, 3, &left);
		if (path != NULL && strcmp(pe_parent(k->a, path), folder) != 0 && is_whole(k, path))
			*ARENA_PUSH(k->a, &k->present) = path;
	}
}

/* ---- the packages of a file -------------------------------------------------------------------- */

static bool is_site(const char *dir)
{
	return str_ends_nocase(dir, "site-packages/") || str_ends_nocase(dir, "dist-packages/");
}

/* Folders of a package without __init__.py count if one above them has it, below site-packages any. */
static const char *enclosing(struct store *store, const char *path, struct arena *a)
{
	const char *first = pe_parent(a, path), *dir = first;

	for (int i = 0; i < MAX_PACKAGES && *dir != '\0'; i++, dir = pe_parent(a, dir)) {
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
	const char *named = arena_printf(a, "%.*s/", (int)(n - 6), dir), *above = pe_parent(a, dir);
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
	const char *dir = pe_parent(a, path);

	return str_ends(dir, ".libs/") && strlen(dir) > 6 ? beside_libs(store, dir, a) :
							     enclosing(store, path, a);
}

/* From the outermost package down to the file's: what `import` runs on its way. */
static size_t find_packages(struct packages *k, const char *path, const char **out)
{
	const char *v[MAX_PACKAGES], *dir = pe_package_of(k->s->store, path, k->a);
	size_t found = 0;

	for (; dir != NULL && *dir != '\0' && found < MAX_PACKAGES && !is_site(dir);
	     dir = pe_parent(k->a, dir)) {
		if (!has_init(k->s->store, dir, k->a) && found > 0)
			break;
		v[found++] = dir;
	}
	for (size_t i = 0; i < found; i++)
		out[i] = v[found - 1 - i];
	return found;
}

/* site-packages, or else the folder that the outermost package lies in. */
static const char *site_of(const char *package, struct arena *a)
{
	for (const char *dir = package; *dir != '\0'; dir = pe_parent(a, dir))
		if (is_site(dir))
			return dir;
	return pe_parent(a, package);
}

/* "/x/site-packages/pkg/" of "/x/site-packages/pkg/sub/m.pyd". */
static const char *top_package(struct arena *a, const char *site, const char *path)
{
	size_t n = strlen(site), m = strcspn(path + n, "/");

	return path[n + m] == '/' ? arena_strndup(a, path, n + m + 1) : site;
}

void pe_packages(struct dlwhy_session *s, const char *path, const struct store_entry *en, struct arena *a,
		 struct pe_host *h)
{
	static const char *const sources[] = { "__init__.py", "_distributor_init.py",
					       "_distributor_init_local.py" };
	struct packages k = { .s = s, .a = a };
	const char *packages[MAX_PACKAGES];
	size_t n = find_packages(&k, path, packages);

	if (n > 0)
		k.site = site_of(packages[0], a);
	read_site(&k);
	for (size_t i = 0; i < n; i++)
		for (size_t m = 0; m < sizeof(sources) / sizeof(sources[0]); m++)
			read_source(&k, packages[i], sources[m]);
	if (n > 0)
		modules_before(&k, en, top_package(a, k.site, path), pe_parent(a, path));
	h->world.user_dirs = k.dirs.items;
	h->world.nuser_dirs = k.dirs.n;
	h->world.present = k.present.items;
	h->world.npresent = k.present.n;
}
