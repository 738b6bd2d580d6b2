/* fix_build.c - a command that links, and the lines that it comes from: a variable of a Makefile, a call in a
 * CMakeLists.txt or a meson.build.
 *
 * What CMake and meson were asked to build, and where, they have written into the folder that they build in.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "build/link.h"
#include "diagnose/common.h"
#include "package/package.h"
#include "repair/buildfile.h"
#include "repair/makefile.h"
#include "verb/fix.h"

enum { MAX_MAKEFILE = 1 << 20, MAX_CACHE = 8 << 20, MAX_TARGETS = 64 << 20, PARENTS = 8 };

static int read_text(struct fixing *x, const char *path, size_t most, struct view *out)
{
	struct package_set set = { .a = x->a, .store = x->s->store };

	return package_read_file(&set, path, most, out);
}

/* The path as an absolute one. */
static const char *full(struct fixing *x, const char *path)
{
	char *abs = source_absolute(x->s->source, path);
	const char *mine = abs != NULL ? arena_strdup(x->a, abs) : path;

	free(abs);
	return mine;
}

/* The nearest folder, from dir upwards, that has a file of that name, and its text. */
static const char *find_above(struct fixing *x, const char *dir, const char *name, size_t most,
			      struct view *text)
{
	for (size_t i = 0; i < PARENTS && dir != NULL && dir[0] == '/'; i++) {
		if (read_text(x, join_path(x->a, dir, name), most, text) == 0)
			return dir;
		dir = dir[1] != '\0' ? dir_name(x->a, dir) : NULL;
	}
	return NULL;
}

/* ---- make ------------------------------------------------------------------------------------------- */

/* The file that make would read. */
static const char *find_makefile(struct fixing *x, struct view *text)
{
	static const char *const names[] = { "GNUmakefile", "makefile", "Makefile" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = full(x, names[i]);

		if (read_text(x, path, MAX_MAKEFILE, text) == 0)
			return path;
	}
	return NULL;
}

static void add_makefile(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *f,
			 const char *const *words)
{
	struct dlwhy_edit command = { "link-command", NULL, NULL, f->commands[0] };
	struct makefile_edit e;
	struct dlwhy_fix *way;
	struct view text;
	const char *path = find_makefile(x, &text);

	if (path == NULL || !makefile_find(text, x->q.args, words, x->a, &e))
		return;
	way = fix_way(x, l, "edit-line", f->risk, f->says, 2);
	fix_way_edit(x, way, 0,
		     &(struct dlwhy_edit){ "edit-line", path, arena_printf(x->a, "%zu", e.line), e.text });
	fix_way_edit(x, way, 1, &command);
}

/* ---- CMake ------------------------------------------------------------------------------------------ */

struct description {
	const char *path;          /* NULL: there is none */
	struct buildfile_ask q;
};

/* "sub/" and "prog" of "sub/CMakeFiles/prog.dir/main.c.o"; all such words must agree. */
static bool cmake_target(struct fixing *x, const char **sub, const char **target)
{
	static const char folder[] = "CMakeFiles/";

	*target = NULL;
	for (const char *const *w = x->q.args; *w != NULL; w++) {
		const char *at = strstr(*w, folder), *name = at != NULL ? at + sizeof(folder) - 1 : NULL;
		const char *end = name != NULL ? strstr(name, ".dir/") : NULL;

		if (end == NULL || **w == '-' || (at > *w && at[-1] != '/'))
			continue;
		if (*target != NULL && (strncmp(*target, name, (size_t)(end - name)) != 0 ||
					(*target)[end - name] != '\0'))
			return false;
		*target = arena_strndup(x->a, name, (size_t)(end - name));
		*sub = arena_strndup(x->a, *w, (size_t)(at - *w));
	}
	return *target != NULL;
}

/* The value of KEY:TYPE=value. */
static const char *cache_value(struct fixing *x, struct view text, const char *key)
{
	struct view line;
	size_t n = strlen(key);

	while (package_line(&text, &line)) {
		const char *p = (const char *)line.p, *is;

		if (line.n <= n || memcmp(p, key, n) != 0 || p[n] != ':')
			continue;
		is = memchr(p, '=', line.n);
		return is != NULL ? arena_strndup(x->a, is + 1, line.n - (size_t)(is + 1 - p)) : NULL;
	}
	return NULL;
}

static void find_cmake(struct fixing *x, struct description *out)
{
	const char *sub, *build, *home, *top;
	struct view cache;

	if (!cmake_target(x, &sub, &out->q.target))
		return;
	build = package_path(x->a, out->q.cwd, *sub != '\0' ? sub : ".");
	top = find_above(x, build, "CMakeCache.txt", MAX_CACHE, &cache);
	home = top != NULL ? cache_value(x, cache, "CMAKE_HOME_DIRECTORY") : NULL;
	if (home == NULL || home[0] != '/')
		return;
	out->q.build = build;
	out->q.source = package_path(x->a, home, build[strlen(top)] == '/' ? build + strlen(top) + 1 : ".");
	out->path = join_path(x->a, out->q.source, "CMakeLists.txt");
}

/* ---- meson ------------------------------------------------------------------------------------------ */

/* The target that makes the file at `output`. */
static const json_t *meson_target(const json_t *targets, const char *output)
{
	const json_t *t, *name;
	size_t i, k;

	json_array_foreach(targets, i, t)
		json_array_foreach(json_object_get(t, "filename"), k, name)
			if (same_text(json_string_value(name), output))
				return t;
	return NULL;
}

static void take_meson(struct fixing *x, const json_t *t, const char *build, const char *root,
		       struct description *out)
{
	const char *defined = json_string_value(json_object_get(t, "defined_in"));
	const char *name = json_string_value(json_object_get(t, "name"));
	size_t n = strlen(root);

	if (defined == NULL || name == NULL || defined[0] != '/')
		return;
	out->path = arena_strdup(x->a, defined);
	out->q.target = arena_strdup(x->a, name);
	out->q.source = dir_name(x->a, out->path);
	out->q.build = build;
	if (strncmp(out->q.source, root, n) == 0 && out->q.source[n] == '/')
		out->q.build = join_path(x->a, build, out->q.source + n + 1);
}

static void find_meson(struct fixing *x, struct description *out)
{
	const char *output = NULL, *build;
	json_t *targets, *info = NULL;
	struct view text, about;

	for (size_t i = 0; x->q.args[i] != NULL && x->q.args[i + 1] != NULL; i++)
		if (strcmp(x->q.args[i], "-o") == 0)
			output = package_path(x->a, out->q.cwd, x->q.args[i + 1]);
	build = output == NULL ? NULL : find_above(x, out->q.cwd, "meson-info/intro-targets.json",
						   MAX_TARGETS, &text);
	if (build == NULL ||
	    read_text(x, join_path(x->a, build, "meson-info/meson-info.json"), MAX_CACHE, &about) != 0)
		return;
	targets = json_loadb((const char *)text.p, text.n, 0, NULL);
	info = json_loadb((const char *)about.p, about.n, 0, NULL);
	if (targets != NULL && info != NULL) {
		const json_t *folders = json_object_get(info, "directories");
		const char *root = json_string_value(json_object_get(folders, "source"));
		const json_t *t = meson_target(targets, output);

		if (t != NULL && root != NULL)
			take_meson(x, t, build, root, out);
	}
	json_decref(targets);
	json_decref(info);
}

/* ---- both ------------------------------------------------------------------------------------------- */

static void add_edit(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *f, const char *path,
		     const struct buildfile_edit *e)
{
	struct dlwhy_fix *way = fix_way(x, l, "edit-line", f->risk, f->says, e->n + 1);

	for (size_t i = 0; i < e->n; i++)
		fix_way_edit(x, way, i,
			     &(struct dlwhy_edit){ e->lines[i].added ? "add-line" : "edit-line", path,
						   arena_printf(x->a, "%zu", e->lines[i].line),
						   e->lines[i].text });
	fix_way_edit(x, way, e->n,
		     &(struct dlwhy_edit){ "link-command", NULL, NULL, shell_words(x->a, e->words) });
}

/* False: neither CMake nor meson wrote the command. *where: the line that says what is linked, NULL: it is
 * not known. */
static bool add_description(struct fixing *x, struct fix_ways *l, const struct dlwhy_fix *f,
			    const char *const *words, const char **where)
{
	struct description d = { .q = { .old = x->q.args, .new = words, .a = x->a,
					.cwd = package_path(x->a, "/", full(x, ".")) } };
	struct buildfile_edit e;
	bool meson = false;

	find_cmake(x, &d);
	if (d.path == NULL) {
		find_meson(x, &d);
		meson = true;
	}
	if (d.path == NULL || read_text(x, d.path, MAX_MAKEFILE, &d.q.text) != 0)
		return d.path != NULL;
	if (meson)
		buildfile_meson(&d.q, &e);
	else
		buildfile_cmake(&d.q, &e);
	if (e.n > 0)
		add_edit(x, l, f, d.path, &e);
	else if (e.at > 0)
		*where = arena_printf(x->a, "line %zu of %s, %s ...), says what it is linked with", e.at,
				      d.path, e.call);
	return true;
}

void fix_link_command(struct fixing *x, struct fix_ways *l, size_t i)
{
	const struct dlwhy_fix *f = l->items[i];
	struct link_texts words = { NULL, 0, 0 };
	const char *where = NULL;
	struct dlwhy_fix *way;

	if (f->nedits > 0 || f->ncommands != 1 || x->q.args[0] == NULL)
		return;
	link_words(x->a, f->commands[0], strlen(f->commands[0]), &words);
	if (words.n == 0 || strcmp(words.items[0], x->q.args[0]) != 0)
		return;
	*ARENA_PUSH(x->a, &words) = NULL;
	if (!add_description(x, l, f, words.items, &where))
		add_makefile(x, l, f, words.items);
	way = fix_way(x, l, f->kind, f->risk,
		      where != NULL ? arena_printf(x->a, "%s; %s", f->says, where) : f->says, 1);
	fix_way_edit(x, way, 0, &(struct dlwhy_edit){ "link-command", NULL, NULL, f->commands[0] });
	l->n--; /* it stands where the other stood */
	l->items[i] = way;
}
