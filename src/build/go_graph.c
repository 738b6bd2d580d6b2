/* go_graph.c - the packages of a build: the one that is named, and all that it imports.
 *
 * Where upstream decides: cmd/go/internal/load/pkg.go (loadImport, Package.load, setLoadPackageDataError,
 * LinkerDeps), cmd/go/internal/modload/import.go (the errors).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/go_env.h"
#include "build/go_flags.h"
#include "build/go_package.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { MAX_DEPTH = 400, MAX_PACKAGES = 50000 };

/* ---- problems --------------------------------------------------------------------------------- */

struct go_problem *go_problem(struct go *g, enum go_problem_kind kind, const char *fmt, ...)
{
	struct go_problem *p = ARENA_NEW(g->a, struct go_problem);
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	text = arena_alloc(g->a, (size_t)(n < 0 ? 0 : n) + 1);
	va_start(ap, fmt);
	if (n > 0)
		vsnprintf(text, (size_t)n + 1, fmt, ap);
	va_end(ap);
	p->kind = kind;
	p->text = text;
	*ARENA_PUSH(g->a, &g->problems) = p;
	return p;
}

/* "package a\n\timports b" with b as the last of the stack. */
static const char *stack_words(struct go *g, const char *last)
{
	const char *s = "package ";

	for (size_t i = 0; i < g->stack.n; i++)
		s = arena_printf(g->a, "%s%s%s", s, i > 0 ? "\n\timports " : "", g->stack.items[i]);
	if (last != NULL)
		s = arena_printf(g->a, "%s%s%s", s, g->stack.n > 0 ? "\n\timports " : "", last);
	return s;
}

/* "main.go:3:8: " of the import, "" for what the user named. */
static const char *position(struct go *g, const struct go_import *im)
{
	if (im == NULL)
		return "";
	return arena_printf(g->a, "%s:%u:%u: ", go_short_path(g, im->at.file), im->at.line, im->at.col);
}

static struct go_problem *package_problem(struct go *g, struct go_package *p, enum go_problem_kind kind,
					  const char *text, const struct go_import *im)
{
	struct go_problem *x = go_problem(g, kind, "%s", text);

	x->package = p->path;
	x->object = p->path;
	if (im != NULL)
		x->at = im->at;
	p->failed = true;
	return x;
}

static bool is_local(const char *s)
{
	return strcmp(s, ".") == 0 || strcmp(s, "..") == 0 || go_starts(s, "./") || go_starts(s, "../") ||
	       s[0] == '/';
}

/* ---- packages that are not found ---------------------------------------------------------------- */

static const char *missing_words(struct go *g, const char *at, const char *path, struct go_words *more)
{
	const struct go_modfile *first = g->mods.main.n > 0 ? g->mods.main.items[0] : NULL;
	bool std = memchr(path, '.', strcspn(path, "/")) == NULL;
	const char *mod = g->args.mod;

	if (is_local(path))
		return arena_printf(g->a, GO_TEXT_RELATIVE, at, go_quote(g->a, path));
	if (std)
		return arena_printf(g->a, GO_TEXT_NOT_STD, at, path,
				    go_join(g->a, g->env.gosrc, path));
	if (mod != NULL && strcmp(mod, "mod") == 0) {
		if (strcmp(go_getenv(g, "GOPROXY"), "off") == 0)
			return arena_printf(g->a, GO_TEXT_NO_PROXY, at, path);
		return arena_printf(g->a, GO_TEXT_NO_MODULE, at, path);
	}
	for (size_t i = 0; first != NULL && i < first->replace.n && !g->mods.vendor; i++) {
		const struct go_replace *r = &first->replace.items[i];

		if (go_has_prefix(path, r->path) && map_get_str(&g->mods.selected, r->path) == NULL) {
			const char *arg = r->version != NULL
						  ? arena_printf(g->a, "%s@%s", r->path, r->version)
						  : r->path;

			go_add(g->a, more, arena_printf(g->a, GO_TEXT_GET, arg));
			return arena_printf(g->a, GO_TEXT_NOT_REQUIRED, at, r->path, path);
		}
	}
	if (g->args.mod_explicit && mod != NULL && *mod != '\0')
		return arena_printf(g->a, GO_TEXT_NO_LOOKUP, at, path, mod);
	if (g->mods.vendor) {
		go_add(g->a, more, GO_TEXT_VENDOR_EXISTS);
		return arena_printf(g->a, GO_TEXT_NO_LOOKUP, at, path, "vendor");
	}
	go_add(g->a, more, arena_printf(g->a, GO_TEXT_GET, path));
	return arena_printf(g->a, GO_TEXT_NO_REQUIRED, at, path);
}

static const char *gopath_words(struct go *g, const char *at, const char *path, struct go_words *more)
{
	const char *list = g->env.gopath;
	bool first = true;

	go_add(g->a, more, arena_printf(g->a, GO_TEXT_ANY_GOROOT, go_join(g->a, g->env.gosrc, path)));
	while (*list != '\0') {
		size_t n = strcspn(list, ":");

		if (n > 0) {
			const char *dir = go_join(g->a, arena_strndup(g->a, list, n),
						  arena_printf(g->a, "src/%s", path));

			go_add(g->a, more, first ? arena_printf(g->a, GO_TEXT_ANY_GOPATH, dir)
						 : arena_printf(g->a, "\t%s", dir));
		}
		first = false;
		list += n + (list[n] == ':');
	}
	return arena_printf(g->a, GO_TEXT_NOT_IN_ANY, at, go_quote(g->a, path));
}

static void not_found(struct go *g, struct go_package *p, const struct go_import *im)
{
	struct go_words more = { NULL, 0, 0 };
	const char *at = position(g, im);
	const char *words = g->mods.mode == GO_MODE_GOPATH ? gopath_words(g, at, p->path, &more)
							   : missing_words(g, at, p->path, &more);
	struct go_problem *x;

	x = package_problem(g, p, GO_MODULE_MISSING, words, im);
	x->detail = "module-missing";
	x->more = more;
}

static void unsummed(struct go *g, struct go_package *p, const struct go_import *im,
		     const struct go_package *from, const struct go_module *m)
{
	struct go_problem *x;
	const char *words =
		arena_printf(g->a, GO_TEXT_NO_SUM, position(g, im), p->path,
			     from != NULL ? arena_printf(g->a, " (imported by %s)", from->path) : "");

	x = package_problem(g, p, GO_SUM_MISSING, words, im);
	x->detail = "module-missing";
	x->object = "go.sum";
	x->other = p->path;
	if (from == NULL)
		go_add(g->a, &x->more, arena_printf(g->a, GO_TEXT_NO_SUM_DOWNLOAD, m->path));
	else
		go_add(g->a, &x->more,
		       arena_printf(g->a, GO_TEXT_NO_SUM_GET, from->path,
				    from->module != NULL && from->module->version != NULL
					    ? arena_printf(g->a, "@%s", from->module->version)
					    : ""));
}

static void not_here(struct go *g, struct go_package *p, const struct go_import *im,
		     const struct go_module *m)
{
	bool off = strcmp(go_getenv(g, "GOPROXY"), "off") == 0;
	const char *at = position(g, im);
	const char *words = m->is_local ? arena_printf(g->a, "%s%s", at, m->why)
			    : off	? arena_printf(g->a, GO_TEXT_NOT_DOWNLOADED_OFF, at, m->why)
					: arena_printf(g->a, GO_TEXT_NOT_DOWNLOADED, at, m->why);
	struct go_problem *x = package_problem(g, p, GO_NOT_DOWNLOADED, words, im);

	x->detail = "module-missing";
	x->other = m->version != NULL ? arena_printf(g->a, "%s@%s", m->path, m->version) : m->path;
	if (!m->is_local && !off) {
		x->likely = true;
		x->assumes = "go fetches the module; what is in it is not known yet";
	}
}

/* ---- what is wrong with a folder ---------------------------------------------------------------- */

static const char *no_go_words(struct go *g, const struct go_package *p)
{
	const char *stack = stack_words(g, p->path);

	if (p->lists[IGNORED_FILES].n > 0)
		return arena_printf(g->a, GO_TEXT_CONSTRAINTS, stack, p->dir);
	if (p->lists[TEST_FILES].n + p->lists[XTEST_FILES].n > 0)
		return arena_printf(g->a, GO_TEXT_ONLY_TESTS, stack, p->dir);
	return arena_printf(g->a, GO_TEXT_NO_GO_FILES, stack, p->dir);
}

static void no_go_files(struct go *g, struct go_package *p, const struct go_import *im)
{
	struct go_problem *x = package_problem(g, p, GO_NO_GO_FILES, no_go_words(g, p), im);

	for (size_t i = 0; i < p->out.n; i++)
		go_add(g->a, &x->found, p->out.items[i]->path);
	if (p->out.n > 0)
		x->object = p->out.items[0]->path;
	else
		x->object = p->dir;
}

static void bad_folder(struct go *g, struct go_package *p, const struct go_import *im)
{
	struct go_problem *x = p->problem;

	x->package = p->path;
	p->failed = true;
	if (!p->is_scan_error && im != NULL)
		x->text = arena_printf(g->a, "%s%s", position(g, im), x->text);
	*ARENA_PUSH(g->a, &g->problems) = x;
}

static void set_error(struct go *g, struct go_package *p, enum go_problem_kind kind, const char *detail,
		      const char *what, const struct go_words *files)
{
	const char *words = arena_printf(g->a, GO_TEXT_SOURCES, stack_words(g, NULL), what,
					 go_join_words(g->a, files, " "));
	struct go_problem *x = package_problem(g, p, kind, words, NULL);

	x->detail = detail;
	x->object = go_join(g->a, p->dir, files->items[0]);
	for (size_t i = 0; i < p->out.n; i++)
		if (p->out.items[i]->is_cgo)
			x->other = p->out.items[i]->path;
}

/* Sources for the C compiler in a package that has none to run. */
static void check_other_sources(struct go *g, struct go_package *p)
{
	static const struct {
		enum go_list list;
		const char *what;
	} kinds[] = {
		{ C_FILES, "C" }, { CXX_FILES, "C++" }, { M_FILES, "Objective-C" }, { F_FILES, "Fortran" }
	};

	if (!g->env.cgo) {
		p->lists[C_FILES].n = p->lists[CXX_FILES].n = p->lists[M_FILES].n = 0;
		p->lists[SWIG_FILES].n = p->lists[SWIGCXX_FILES].n = 0;
	}
	if (p->failed || go_uses_cgo(p) || go_uses_swig(p))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (p->lists[kinds[i].list].n > 0) {
			set_error(g, p, GO_C_WITHOUT_CGO, "no-import-c", kinds[i].what,
				  &p->lists[kinds[i].list]);
			return;
		}
}

/* ---- loading ---------------------------------------------------------------------------------- */

static struct go_package *load(struct go *g, const char *path, struct go_package *from,
			       const struct go_import *im);

static bool has_import(const struct go_package *p, const char *path)
{
	for (size_t i = 0; i < p->imports.n; i++)
		if (strcmp(p->imports.items[i].path, path) == 0)
			return true;
	return false;
}

static void add_dep(struct go *g, struct go_package *p, const char *path, const struct go_import *im)
{
	struct go_package *d;

	for (size_t i = 0; i < p->deps.n && im == NULL; i++)
		if (strcmp(p->deps.items[i]->path, path) == 0)
			return;
	d = load(g, path, p, im);
	if (d != NULL)
		*ARENA_PUSH(g->a, &p->deps) = d;
}

/* What cgo and the linker import besides. */
static void add_implicit(struct go *g, struct go_package *p)
{
	bool cgo = go_uses_cgo(p) || go_uses_swig(p);
	const char *reason;

	if (cgo && !has_import(p, "unsafe"))
		add_dep(g, p, "unsafe", NULL);
	if (cgo &&
	    !(p->is_std && (strcmp(p->path, "runtime/cgo") == 0 || strcmp(p->path, "runtime/race") == 0 ||
			    strcmp(p->path, "runtime/msan") == 0 || strcmp(p->path, "runtime/asan") == 0)))
		add_dep(g, p, "runtime/cgo", NULL);
	if (cgo &&
	    !(p->is_std && (strcmp(p->path, "runtime/cgo") == 0 || strcmp(p->path, "runtime/race") == 0 ||
			    strcmp(p->path, "runtime/msan") == 0 || strcmp(p->path, "runtime/asan") == 0)))
		add_dep(g, p, "syscall", NULL);
	if (strcmp(p->name, "main") != 0)
		return;
	add_dep(g, p, "runtime", NULL);
	reason = go_external_reason(g);
	if (reason != NULL && g->env.cgo)
		add_dep(g, p, "runtime/cgo", NULL);
	if (strcmp(g->env.goarch, "arm") == 0)
		add_dep(g, p, "math", NULL);
	if (g->args.race)
		add_dep(g, p, "runtime/race", NULL);
	if (g->args.msan)
		add_dep(g, p, "runtime/msan", NULL);
	if (g->args.asan)
		add_dep(g, p, "runtime/asan", NULL);
}

/* External linking without cgo ends it before anything is imported. */
static bool linker_allows(struct go *g, struct go_package *p)
{
	const char *reason = strcmp(p->name, "main") == 0 ? go_external_reason(g) : NULL;
	struct go_problem *x;

	if (reason == NULL || g->env.cgo)
		return true;
	x = package_problem(g, p, GO_NEEDS_CGO, arena_printf(g->a, GO_TEXT_EXTERNAL, reason), NULL);
	x->detail = "buildmode";
	x->object = reason;
	return false;
}

static struct go_package *dep_named(const struct go_package *p, struct go *g, const char *path)
{
	for (size_t i = 0; i < p->deps.n; i++)
		if (strcmp(p->deps.items[i]->path, path) == 0 ||
		    strcmp(p->deps.items[i]->path, arena_printf(g->a, "vendor/%s", path)) == 0)
			return p->deps.items[i];
	return NULL;
}

static void by_file_add(struct go *g, struct go_package *p, const char *path)
{
	struct go_package *d = dep_named(p, g, path);

	for (size_t i = 0; d != NULL && i < p->by_file.n; i++)
		if (p->by_file.items[i] == d)
			return;
	if (d != NULL)
		*ARENA_PUSH(g->a, &p->by_file) = d;
}

/* The order in which the compiler meets the imports: Go files, then what cgo has written. */
static void order_by_file(struct go *g, struct go_package *p)
{
	for (int cgo = 0; cgo < 2; cgo++) {
		if (cgo == 1 && go_uses_cgo(p)) {
			by_file_add(g, p, "unsafe");
			by_file_add(g, p, "runtime/cgo");
			by_file_add(g, p, "syscall");
		}
		for (size_t i = 0; i < p->files.n; i++)
			for (size_t k = 0;
			     p->files.items[i]->is_cgo == (cgo == 1) && k < p->files.items[i]->imports.n; k++)
				by_file_add(g, p, p->files.items[i]->imports.items[k].path);
	}
}

static void load_imports(struct go *g, struct go_package *p)
{
	for (size_t i = 0; i < p->imports.n; i++)
		if (strcmp(p->imports.items[i].path, "C") != 0)
			add_dep(g, p, p->imports.items[i].path, &p->imports.items[i]);
	add_implicit(g, p);
	order_by_file(g, p);
}

static void load_folder(struct go *g, struct go_package *p, const struct go_import *im)
{
	size_t go_files;

	if (!go_read_package(g, p)) {
		package_problem(g, p, GO_NO_GO_FILES,
				arena_printf(g->a, GO_TEXT_NO_FOLDER, stack_words(g, p->path), p->dir), im);
		return;
	}
	go_files = p->lists[GO_FILES].n + p->lists[CGO_FILES].n;
	if (p->error != NULL)
		bad_folder(g, p, im);
	else if (go_files + p->lists[TEST_FILES].n + p->lists[XTEST_FILES].n == 0)
		no_go_files(g, p, im);
	if (!p->failed)
		linker_allows(g, p);
	go_add(g->a, &g->stack, p->path);
	go_add(g->a, &g->stack_files, im != NULL ? go_base(im->at.file) : "");
	load_imports(g, p);
	check_other_sources(g, p);
	g->stack.n--;
	g->stack_files.n--;
	if (!p->failed && go_files == 0)
		no_go_files(g, p, im);
}

/* GO_FOUND or why not; p has its folder then. */
static bool place(struct go *g, struct go_package *p, const struct go_package *from,
		  const struct go_import *im)
{
	struct go_where w;
	enum go_found f = go_find(g, p->path, from, &w);

	p->dir = w.dir;
	p->module = w.module;
	p->is_std = f == GO_FOUND_STD;
	switch (f) {
	case GO_FOUND:
	case GO_FOUND_STD: return true;
	case GO_IS_UNSUMMED: unsummed(g, p, im, from, w.module); break;
	case GO_IS_NOT_HERE: not_here(g, p, im, w.module); break;
	case GO_IS_AMBIGUOUS:
		package_problem(g, p, GO_MODULE_MISSING,
				arena_printf(g->a, GO_TEXT_AMBIGUOUS, position(g, im), p->path), im)
			->detail = "module-missing";
		break;
	case GO_IS_MISSING: not_found(g, p, im); break;
	}
	return false;
}

/* The stack of a cycle says which file imports each. */
static struct go_package *import_cycle(struct go *g, struct go_package *p, const struct go_import *im)
{
	const char *s = "package ";
	struct go_problem *x;

	for (size_t i = 0; i < g->stack.n; i++)
		s = arena_printf(g->a, i == 0 ? "%s%s" : "%s\n\timports %s from %s", s, g->stack.items[i],
				 g->stack_files.items[i]);
	s = arena_printf(g->a, GO_TEXT_CYCLE, s, p->path, im != NULL ? go_base(im->at.file) : "");
	x = package_problem(g, p, GO_SOURCE, s, im);
	x->detail = "import-cycle";
	return p;
}

/* The part of a path in front of "internal", NULL if it has none. */
static const char *before_internal(struct go *g, const char *path)
{
	for (const char *s = path; (s = strstr(s, "internal")) != NULL; s++)
		if ((s == path || s[-1] == '/') && (s[8] == '/' || s[8] == '\0'))
			return arena_strndup(g->a, path, s == path ? 0 : (size_t)(s - path - 1));
	return NULL;
}

static void check_internal(struct go *g, struct go_package *p, const struct go_package *from,
			   const struct go_import *im)
{
	const char *parent = before_internal(g, p->path);

	if (im == NULL || from == NULL || from->is_std || p->failed || parent == NULL ||
	    (*parent != '\0' && go_has_prefix(from->path, parent)))
		return;
	package_problem(g, p, GO_SOURCE,
			arena_printf(g->a, GO_TEXT_INTERNAL, stack_words(g, NULL), position(g, im), p->path),
			im)
		->detail = "internal";
}

/* Other packages must not import a program. */
static void check_importable(struct go *g, struct go_package *p, const struct go_import *im)
{
	if (im == NULL || p->failed || strcmp(p->name, "main") != 0)
		return;
	package_problem(g, p, GO_SOURCE,
			arena_printf(g->a, GO_TEXT_PROGRAM, position(g, im), go_quote(g->a, p->path)), im);
}

static struct go_package *load(struct go *g, const char *path, struct go_package *from,
			       const struct go_import *im)
{
	bool vendored = from != NULL && from->is_std && memchr(path, '.', strcspn(path, "/")) != NULL &&
			!go_starts(path, "vendor/");
	const char *key = vendored ? arena_printf(g->a, "vendor/%s", path) : path;
	struct go_package *p = map_get_str(&g->packages, key);

	if (p != NULL && p->on_stack)
		return import_cycle(g, p, im);
	if (p != NULL) {
		check_internal(g, p, from, im);
		return p;
	}
	if (g->stack.n > MAX_DEPTH || g->order.n > MAX_PACKAGES)
		return NULL;
	p = ARENA_NEW(g->a, struct go_package);
	p->path = path;
	p->name = "";
	map_put_str(&g->packages, key, p);
	if (place(g, p, from, im)) {
		p->path = key;
		p->on_stack = true;
		load_folder(g, p, im);
		p->on_stack = false;
	}
	p->loaded = true;
	*ARENA_PUSH(g->a, &g->order) = p;
	check_importable(g, p, im);
	check_internal(g, p, from, im);
	return p;
}

/* ---- the package that is named ------------------------------------------------------------------ */

static bool named(struct go *g, const char *text, const char *object)
{
	go_problem(g, GO_MODULE_MISSING, "%s", text)->object = object;
	return false;
}

/* A folder: its import path, or why it has none. */
static bool folder_path(struct go *g, const char *arg, const char **path, const char **dir)
{
	*dir = arg[0] == '/' ? go_clean(g->a, arg) : go_join(g->a, g->cwd, arg);
	if (g->mods.mode == GO_MODE_GOPATH) {
		*path = arena_printf(g->a, "_%s", *dir);
		for (const char *list = g->env.gopath; *list != '\0';
		     list += strcspn(list, ":") + (strchr(list, ':') != NULL)) {
			const char *src = go_join(g->a, arena_strndup(g->a, list, strcspn(list, ":")), "src");

			if (go_has_prefix(*dir, src) && strlen(*dir) > strlen(src))
				*path = *dir + strlen(src) + 1;
		}
		return true;
	}
	if (!go_is_dir(g, *dir))
		return named(g, arena_printf(g->a, GO_TEXT_NO_DIRECTORY, *dir), *dir);
	if (g->mods.main.n == 0) {
		struct go_problem *p = go_problem(g, GO_MODFILE, GO_TEXT_NO_GO_MOD);

		p->object = "go.mod";
		p->detail = "module-missing";
		return false;
	}
	*path = go_path_of_dir(g, *dir);
	if (*path == NULL && g->mods.main.n == 1 && go_has_prefix(*dir, g->mods.main.items[0]->dir))
		return named(g,
			     arena_printf(g->a, GO_TEXT_NOT_CONTAINED,
					  g->mods.main.items[0]->module, g->mods.main.items[0]->module,
					  *dir + strlen(g->mods.main.items[0]->dir) + 1),
			     *dir);
	if (*path == NULL)
		return named(g,
			     arena_printf(g->a, GO_TEXT_OUTSIDE, go_short_path(g, *dir)),
			     *dir);
	return true;
}

static struct go_package *load_dir(struct go *g, const char *path, const char *dir, const char *only)
{
	struct go_package *p = ARENA_NEW(g->a, struct go_package);
	struct go_where w;

	p->path = path;
	p->name = "";
	p->dir = dir;
	if (only != NULL)
		go_add(g->a, &p->only, only);
	else if (go_find(g, path, NULL, &w) == GO_FOUND)
		p->module = w.module;
	map_put_str(&g->packages, path, p);
	p->on_stack = true;
	load_folder(g, p, NULL);
	p->on_stack = false;
	p->loaded = true;
	*ARENA_PUSH(g->a, &g->order) = p;
	return p;
}

static int by_report(const void *a, const void *b)
{
	const struct go_problem *x = *(const struct go_problem *const *)a,
				*y = *(const struct go_problem *const *)b;

	if (x->package == NULL || y->package == NULL)
		return x->package == NULL ? y->package == NULL ? 0 : -1 : 1;
	return strcmp(x->package, y->package);
}

/* go tells of the package that was named first, then of the others by their paths; one error each. */
static void sort_problems(struct go *g, size_t from)
{
	size_t n = from;

	for (size_t i = from; i < g->problems.n; i++) {
		bool again = false;

		for (size_t k = from; k < n; k++)
			again = again ||
				(g->problems.items[k]->package != NULL &&
				 g->problems.items[i]->package != NULL &&
				 strcmp(g->problems.items[k]->package, g->problems.items[i]->package) == 0);
		if (!again)
			g->problems.items[n++] = g->problems.items[i];
	}
	g->problems.n = n;
	if (n - from > 1)
		qsort(g->problems.items + from, n - from, sizeof(*g->problems.items), by_report);
	for (size_t i = from; g->root != NULL && i < n; i++)
		if (g->problems.items[i]->package == g->root->path) {
			struct go_problem *p = g->problems.items[i];

			memmove(g->problems.items + from + 1, g->problems.items + from,
				(i - from) * sizeof(p));
			g->problems.items[from] = p;
		}
}

static bool needs_main(const char *mode)
{
	return strcmp(mode, "c-shared") == 0 || strcmp(mode, "c-archive") == 0 || strcmp(mode, "plugin") == 0;
}

static void check_main(struct go *g)
{
	const char *mode = g->args.buildmode;

	if (!needs_main(mode) || g->root->failed || strcmp(g->root->name, "main") == 0)
		return;
	go_problem(g, GO_BUILDMODE, GO_TEXT_MODE_MAIN, mode)->object =
		arena_printf(g->a, "-buildmode=%s", mode);
}

bool go_load(struct go *g, const char *package)
{
	const char *path = package, *dir = NULL;
	size_t from = g->problems.n;

	if (go_ends(package, ".go")) {
		dir = package[0] == '/' ? go_clean(g->a, package) : go_join(g->a, g->cwd, package);
		g->root = load_dir(g, "command-line-arguments", go_dir(g->a, dir), go_base(dir));
	} else if (is_local(package)) {
		if (!folder_path(g, package, &path, &dir))
			return false;
		g->root = load_dir(g, path, dir, NULL);
	} else {
		g->root = load(g, path, NULL, NULL);
	}
	sort_problems(g, from);
	check_main(g);
	return g->problems.n == 0;
}

/* ---- opening ---------------------------------------------------------------------------------- */

bool go_open(struct go *g, const struct go_input *in)
{
	memset(g, 0, sizeof(*g));
	g->store = in->store;
	g->source = store_source(in->store);
	g->a = in->a;
	g->environ = in->environ;
	g->cwd = go_clean(in->a, in->cwd);
	g->is_host = in->is_host;
	g->scratch = in->scratch;
	map_init(&g->packages);
	map_init(&g->texts);
	map_init(&g->decls);
	go_env_read(g, in->hostarch);
	if (g->env.goroot == NULL) {
		go_problem(g, GO_NO_TOOLCHAIN, GO_TEXT_NO_GOROOT)->object = "GOROOT";
		return false;
	}
	if (!go_args_read(g, in->build_args))
		return false;
	if (g->args.dir != NULL)
		g->cwd = g->args.dir[0] == '/' ? go_clean(g->a, g->args.dir)
					       : go_join(g->a, g->cwd, g->args.dir);
	go_env_target(g);
	return go_modules_open(g) && go_buildmode_check(g);
}

void go_close(struct go *g)
{
	map_free(&g->packages, NULL);
	map_free(&g->texts, NULL);
	map_free(&g->decls, NULL);
	map_free(&g->env.user, NULL);
	map_free(&g->env.root, NULL);
	map_free(&g->mods.selected, NULL);
	map_free(&g->mods.vendored, NULL);
	map_free(&g->mods.sums, NULL);
}
