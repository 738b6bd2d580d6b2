/* getpath.c - where an interpreter finds its standard library: prefix, exec_prefix, the first sys.path.
 *
 * Up to 3.10 that is Modules/getpath.c of CPython (calculate_program, calculate_argv0_path,
 * calculate_read_pyenv, search_for_prefix, search_for_exec_prefix, calculate_module_search_path),
 * from 3.11 on Modules/getpath.py, which is followed section by section.
 */
#include <stdlib.h>
#include <string.h>

#include "python/home_priv.h"

struct getpath {
	struct home_ctx *c;
	bool modern;                /* 3.11 and later */
	const char *executable, *executable_dir, *real_executable, *real_executable_dir;
	const char *home;           /* PYTHONHOME, or the folder of a ._pth file; NULL */
	const char *venv_prefix;
	const char *prefix, *exec_prefix, *stdlib_dir, *platstdlib_dir;
	bool build_prefix, build_exec_prefix; /* found in a build tree: sys.prefix is the configured one */
	const char *pth_dir;
	struct view pth;
};

static const char *landmark(const struct getpath *g, const char *prefix, const char *name)
{
	return arena_printf(g->c->a, "%s/%s/%s", strcmp(prefix, "/") == 0 ? "" : prefix,
			    g->c->subdir, name);
}

static bool has_os(const struct getpath *g, const char *prefix)
{
	return py_isfile(g->c->src, landmark(g, prefix, "os.py")) ||
	       py_isfile(g->c->src, landmark(g, prefix, "os.pyc"));
}

static bool has_dynload(const struct getpath *g, const char *prefix)
{
	return py_isdir(g->c->src, landmark(g, prefix, "lib-dynload"));
}

static const char *zip_name(const struct getpath *g)
{
	const struct py_home *h = g->c->h;

	return arena_printf(g->c->a, "%s/python%u%u%s.zip", g->c->platlibdir, h->major, h->minor,
			    h->free_threaded ? "t" : "");
}

static bool has_zip(const struct getpath *g, const char *prefix)
{
	return py_isfile(g->c->src, py_join(g->c->a, prefix, zip_name(g)));
}

/* search_up: the folder or the nearest one above it that has the landmark; never "/". */
static const char *search_up(const struct getpath *g, const char *dir,
			     bool (*has)(const struct getpath *, const char *))
{
	for (int i = 0; dir != NULL && *dir != '\0' && i < 1000; i++) {
		if (has(g, dir))
			return dir;
		dir = py_dirname(g->c->a, dir);
	}
	return NULL;
}

/* ---- the executable ----------------------------------------------------------------------- */

static void find_executable(struct getpath *g)
{
	struct home_ctx *c = g->c;
	const char *name = c->argv0;

	if (strchr(name, '/') == NULL)
		g->executable = c->started;
	else if (g->modern) /* _Py_abspath(_Py_normpath(name)) */
		g->executable = py_join(c->a, c->cwd, py_normpath(c->a, name));
	else if (name[0] == '/')
		g->executable = name;
	else
		g->executable = py_join(c->a, c->cwd,
					strncmp(name, "./", 2) == 0 ? name + 2 : name);
	g->real_executable = py_follow_links(c, g->executable, g->modern);
}

/* The value of `home` in DIR/pyvenv.cfg. *found: there is such a file. */
static const char *venv_home(struct getpath *g, const char *dir, bool *found)
{
	struct view text, line, key, value;
	struct home_ctx *c = g->c;

	*found = py_bytes(c->store, py_join(c->a, dir, "pyvenv.cfg"), &text);
	while (*found && py_next_line(&text, &line))
		if (py_key_value(line, &key, &value) && py_view_is_case(key, "home"))
			return arena_strndup(c->a, (const char *)value.p, value.n);
	return NULL;
}

/* 3.11: one level above the executable as it was called, else beside it. Before: beside the program
 * that links lead to, else above it. */
static void read_venv(struct getpath *g)
{
	const char *beside = g->modern ? py_dirname(g->c->a, g->executable) : g->executable_dir;
	const char *above = py_dirname(g->c->a, beside);
	const char *first = g->modern ? above : beside, *second = g->modern ? beside : above;
	bool found;
	const char *home = venv_home(g, first, &found);

	g->venv_prefix = first;
	if (!found) {
		home = venv_home(g, second, &found);
		g->venv_prefix = second;
	}
	if (home == NULL) {
		g->venv_prefix = NULL;
		return;
	}
	g->executable_dir = g->real_executable_dir = home;
}

static void find_folders(struct getpath *g)
{
	const char *home = py_var(g->c, "PYTHONHOME");

	g->home = home;
	if (!g->modern)
		g->executable_dir = py_dirname(g->c->a, g->real_executable);
	if (home == NULL)
		read_venv(g);
	if (g->executable_dir == NULL)
		g->executable_dir = py_dirname(g->c->a, g->real_executable);
	if (g->real_executable_dir == NULL)
		g->real_executable_dir = py_dirname(g->c->a, g->real_executable);
}

/* ---- ._pth -------------------------------------------------------------------------------- */

/* Beside the shared core, the executable, the file that it links to; from 3.11 on. */
static void read_pth(struct getpath *g)
{
	const char *at[] = { g->c->h->minor >= 14 ? g->c->h->libpython : NULL, g->executable,
			     g->real_executable };

	for (size_t i = 0; g->modern && i < sizeof(at) / sizeof(at[0]); i++) {
		if (at[i] == NULL ||
		    !py_bytes(g->c->store, arena_printf(g->c->a, "%s._pth", at[i]), &g->pth))
			continue;
		g->pth_dir = py_dirname(g->c->a, at[i]);
		g->home = g->pth_dir;
		g->c->use_environment = false;
		return;
	}
}

/* The path is what the file lists; isolated mode, and no site unless it says so. */
static void use_pth(struct getpath *g)
{
	struct home_ctx *c = g->c;
	struct view text = g->pth, line;

	c->safe_path = true;
	c->user_site = false;
	c->site = false;
	c->h->path.n = 0;
	while (py_next_line(&text, &line)) {
		const unsigned char *hash = line.n > 0 ? memchr(line.p, '#', line.n) : NULL;

		if (hash != NULL)
			line.n = (size_t)(hash - line.p);
		line = py_trim(line);
		if (py_view_is(line, "import site"))
			c->site = true;
		else if (line.n > 0 && !(line.n > 7 && memcmp(line.p, "import ", 7) == 0))
			py_path_add(c, py_abspath(c->a, g->pth_dir,
						  arena_strndup(c->a, (const char *)line.p, line.n)),
				    "a line of the interpreter's ._pth file");
	}
}

/* ---- a build tree ------------------------------------------------------------------------- */

static bool has_lib_os(const struct getpath *g, const char *prefix)
{
	return py_isfile(g->c->src, py_join(g->c->a, prefix, "Lib/os.py"));
}

/* VPATH, the way from the build folder to the sources, is only known to the Makefile there. */
static const char *source_tree(struct getpath *g)
{
	struct view text, line, key, value;
	const char *dir = g->real_executable_dir;

	if (!py_bytes(g->c->store, py_join(g->c->a, dir, "Makefile"), &text))
		return dir;
	while (py_next_line(&text, &line))
		if (line.n > 5 && memcmp(line.p, "VPATH", 5) == 0 &&
		    py_key_value(line, &key, &value) && py_view_is(key, "VPATH"))
			return py_abspath(g->c->a, dir,
					  arena_strndup(g->c->a, (const char *)value.p, value.n));
	return dir;
}

/* "pybuilddir.txt" says where the extensions were built. */
static bool read_builddir(struct getpath *g)
{
	struct home_ctx *c = g->c;
	struct view text, line = { (const unsigned char *)"", 0 };

	if (!py_bytes(c->store, py_join(c->a, g->real_executable_dir, "pybuilddir.txt"), &text))
		return false;
	(void)py_next_line(&text, &line);
	g->platstdlib_dir = py_join(c->a, g->real_executable_dir,
				    arena_strndup(c->a, (const char *)line.p, line.n));
	return true;
}

static void find_build(struct getpath *g)
{
	struct home_ctx *c = g->c;
	const char *dir = g->real_executable_dir, *tree, *lib;

	if (!read_builddir(g) && !py_isfile(c->src, py_join(c->a, dir, "Modules/Setup.local")))
		return;
	g->build_prefix = g->build_exec_prefix = true;
	tree = source_tree(g);
	lib = search_up(g, tree, has_lib_os);
	g->prefix = lib != NULL ? lib : tree;
	g->stdlib_dir = py_join(c->a, g->prefix, "Lib");
	g->exec_prefix = tree;
}

/* Up to 3.10 the sources and the built extensions are looked for one without the other. */
static void find_build_before_3_11(struct getpath *g)
{
	struct home_ctx *c = g->c;
	const char *mark = c->h->minor <= 7 ? "Modules/Setup" : "Modules/Setup.local";
	const char *tree = g->executable_dir;

	if (g->home != NULL)
		return;
	if (py_isfile(c->src, py_join(c->a, tree, mark))) {
		tree = source_tree(g);
		g->build_prefix = has_lib_os(g, tree);
	}
	if (g->build_prefix) {
		g->prefix = tree;
		g->stdlib_dir = py_join(c->a, tree, "Lib");
	}
	g->build_exec_prefix = read_builddir(g);
	if (g->build_exec_prefix)
		g->exec_prefix = g->real_executable_dir;
}

/* ---- the prefixes ------------------------------------------------------------------------- */

/* PREFIX of configure is one of the absolute paths in the file; which one, the standard library below
 * it tells. */
static const char *configured(struct getpath *g, bool (*has)(const struct getpath *, const char *))
{
	const struct py_strings *v = &g->c->core.prefixes;

	for (size_t i = 0; i < v->n; i++)
		if (v->items[i][strlen(v->items[i]) - 1] != '/' && has(g, v->items[i]) &&
		    strcmp(v->items[i], py_normpath(g->c->a, v->items[i])) == 0)
			return v->items[i];
	return NULL;
}

/* From 3.14 on the place of the shared core comes first. */
static void prefix_of_library(struct getpath *g)
{
	const char *dir;

	if (g->c->h->minor < 14 || g->c->h->libpython == NULL)
		return;
	dir = py_dirname(g->c->a, g->c->h->libpython);
	g->prefix = search_up(g, dir, has_zip);
	if (g->prefix == NULL && has_os(g, dir))
		g->prefix = dir;
}

static void find_prefix(struct getpath *g)
{
	if (g->prefix == NULL)
		prefix_of_library(g);
	if (g->prefix == NULL && g->modern)
		g->prefix = search_up(g, g->executable_dir, has_zip);
	if (g->prefix == NULL)
		g->prefix = search_up(g, g->executable_dir, has_os);
	if (g->prefix == NULL)
		g->prefix = configured(g, has_os);
}

static void find_exec_prefix(struct getpath *g)
{
	if (g->exec_prefix == NULL)
		g->exec_prefix = search_up(g, g->executable_dir, has_dynload);
	if (g->exec_prefix == NULL)
		g->exec_prefix = configured(g, has_dynload);
	if (g->exec_prefix == NULL)
		g->exec_prefix = g->prefix;
}

/* "prefix:exec_prefix" */
static void split_home(struct getpath *g)
{
	size_t n = strcspn(g->home, ":");

	g->prefix = arena_strndup(g->c->a, g->home, n);
	g->exec_prefix = g->home[n] == ':' ? g->home + n + 1 : g->prefix;
	g->stdlib_dir = NULL;
}

/* ---- sys.path ----------------------------------------------------------------------------- */

static void add_pythonpath(struct home_ctx *c, bool modern)
{
	const char *list = py_var(c, "PYTHONPATH");

	while (list != NULL) {
		size_t n = strcspn(list, ":");
		const char *dir = arena_strndup(c->a, list, n);

		py_path_add(c, modern ? py_abspath(c->a, c->cwd, dir) : dir, "PYTHONPATH");
		list = list[n] == ':' ? list + n + 1 : NULL;
	}
}

/* What configure was told, as far as it can be known. */
static const char *configured_prefix(struct getpath *g)
{
	const char *prefix = configured(g, has_os);

	return prefix != NULL ? prefix : "/usr/local";
}

static void add_paths(struct getpath *g)
{
	struct home_ctx *c = g->c;
	const char *base = g->build_prefix ? configured_prefix(g) : g->prefix;

	if (g->stdlib_dir == NULL)
		g->stdlib_dir = py_join(c->a, g->prefix, c->subdir);
	if (g->platstdlib_dir == NULL)
		g->platstdlib_dir = landmark(g, g->exec_prefix, "lib-dynload");
	add_pythonpath(c, g->modern);
	py_path_add(c, py_join(c->a, base, zip_name(g)), "the standard library in a zip file");
	py_path_add(c, g->stdlib_dir, "the standard library");
	if (c->h->minor <= 6) /* its compiled-in PYTHONPATH is ":": site makes them one */
		py_path_add(c, g->stdlib_dir, "the standard library");
	py_path_add(c, g->platstdlib_dir, "extensions of the standard library");
	if (g->build_prefix)
		g->prefix = base;
	if (g->build_exec_prefix)
		g->exec_prefix = configured_prefix(g);
}

static const char *found_stdlib(struct getpath *g)
{
	g->stdlib_dir = py_abspath(g->c->a, g->c->cwd, g->stdlib_dir);
	if (py_isfile(g->c->src, py_join(g->c->a, g->stdlib_dir, "os.py")) ||
	    py_isfile(g->c->src, py_join(g->c->a, g->stdlib_dir, "os.pyc")))
		return g->stdlib_dir;
	return NULL;
}

static void publish(struct getpath *g)
{
	struct py_home *h = g->c->h;

	h->executable = g->executable;
	h->prefix = h->base_prefix = g->prefix;
	h->exec_prefix = h->base_exec_prefix = g->exec_prefix;
	/* 3.14: "For a venv, update the main prefix/exec_prefix" */
	if (h->minor >= 14 && g->venv_prefix != NULL)
		h->prefix = h->exec_prefix = g->venv_prefix;
	h->stdlib = found_stdlib(g);
	if (h->stdlib == NULL && !has_zip(g, g->prefix))
		h->not_followed = "an interpreter whose standard library is not found";
}

void py_getpath(struct home_ctx *c)
{
	struct getpath g = { .c = c, .modern = c->h->minor >= 11 };
	const char *dir = c->h->minor >= 9 ? py_var(c, "PYTHONPLATLIBDIR") : NULL;

	c->platlibdir = dir != NULL ? dir : c->h->minor >= 9 ? c->core.platlibdir : "lib";
	c->subdir = arena_printf(c->a, "%s/python%u.%u%s", c->platlibdir, c->h->major, c->h->minor,
				 c->h->free_threaded ? "t" : "");
	find_executable(&g);
	find_folders(&g);
	read_pth(&g);
	if (g.modern)
		find_build(&g);
	else
		find_build_before_3_11(&g);
	if (g.home != NULL)
		split_home(&g);
	find_prefix(&g);
	if (g.prefix == NULL)
		g.prefix = "/usr/local";
	find_exec_prefix(&g);
	add_paths(&g);
	publish(&g);
	if (g.pth_dir != NULL)
		use_pth(&g);
}
