/* go_package.c - one folder as a package: which files are in, by name and constraint, what they import, and
 * their #cgo lines.
 *
 * Where upstream decides: go/build/build.go (Context.Import from "Found:", matchFile).
 */
#include "build/go_package.h"

#include <stdlib.h>
#include <string.h>

#include "build/go_source.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { MAX_FILES = 20000 };

struct folder {
	struct go *g;
	struct go_package *p;
	struct go_words names, capital_s;
	const char *first; /* the file that gave the package its name */
};

static int list_of(const char *ext)
{
	static const struct {
		const char *ext;
		enum go_list list;
	} known[] = {
		{ ".c", C_FILES },       { ".cc", CXX_FILES },    { ".cpp", CXX_FILES },
		{ ".cxx", CXX_FILES },   { ".m", M_FILES },       { ".h", H_FILES },
		{ ".hh", H_FILES },      { ".hpp", H_FILES },     { ".hxx", H_FILES },
		{ ".f", F_FILES },       { ".F", F_FILES },       { ".for", F_FILES },
		{ ".f90", F_FILES },     { ".s", S_FILES },       { ".S", S_FILES },
		{ ".sx", S_FILES },      { ".swig", SWIG_FILES }, { ".swigcxx", SWIGCXX_FILES },
		{ ".syso", SYSO_FILES },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].ext, ext) == 0)
			return (int)known[i].list;
	return -1;
}

static void put(struct folder *f, enum go_list list, const char *name)
{
	go_add(f->g->a, &f->p->lists[list], name);
}

static void bad_file(struct folder *f, const char *text, enum go_problem_kind kind, const char *file)
{
	struct go_problem *p;

	if (f->p->error != NULL)
		return;
	p = ARENA_NEW(f->g->a, struct go_problem);
	p->kind = kind;
	p->text = f->p->error = text;
	p->at.file = file;
	p->object = file;
	f->p->problem = p;
}

/* ---- Go files --------------------------------------------------------------------------------- */

static void add_imports(struct folder *f, const struct go_file *file)
{
	for (size_t i = 0; i < file->imports.n; i++)
		*ARENA_PUSH(f->g->a, &f->p->imports) = file->imports.items[i];
}

/* Tests of a package NAME_test do not count for its name. */
static bool is_external_test(const struct folder *f, const struct go_file *file)
{
	return file->is_test && go_ends(file->package, "_test") && strcmp(file->package, f->p->name) != 0;
}

static void check_name(struct folder *f, const struct go_file *file, const char *package)
{
	if (*f->p->name == '\0') {
		f->p->name = package;
		f->first = file->name;
	} else if (strcmp(package, f->p->name) != 0) {
		bad_file(f,
			 arena_printf(f->g->a, GO_TEXT_PACKAGES, f->p->name,
				      f->first, package, file->name, f->p->dir),
			 GO_SOURCE, file->path);
	}
}

static void take_cgo(struct folder *f, struct go_file *file)
{
	if (file->is_test) {
		bad_file(f, arena_printf(f->g->a, GO_TEXT_CGO_TEST, file->path),
			 GO_SOURCE, file->path);
		file->is_cgo = false;
		return;
	}
	for (size_t i = 0; i < file->preambles.n; i++)
		if (!go_save_cgo(f->g, f->p, file, &file->preambles.items[i]))
			return;
}

static void take_go_file(struct folder *f, struct go_file *file)
{
	const char *package = file->package;
	bool external;

	if (strcmp(package, "documentation") == 0) {
		put(f, IGNORED_FILES, file->name);
		return;
	}
	external = is_external_test(f, file);
	if (external)
		package = arena_strndup(f->g->a, package, strlen(package) - 5);
	check_name(f, file, package);
	if (file->is_cgo) {
		const char *before = f->p->error;
		struct go_problem *problem = f->p->problem;

		take_cgo(f, file);
		if (before != NULL) { /* the first one counts */
			f->p->error = before;
			f->p->problem = problem;
		}
	}
	if (file->is_cgo && !f->g->env.cgo) {
		put(f, IGNORED_FILES, file->name);
		*ARENA_PUSH(f->g->a, &f->p->out) = file;
		return;
	}
	if (file->is_test) {
		put(f, external ? XTEST_FILES : TEST_FILES, file->name);
		return;
	}
	put(f, file->is_cgo ? CGO_FILES : GO_FILES, file->name);
	*ARENA_PUSH(f->g->a, &f->p->files) = file;
	add_imports(f, file);
}

static void go_source_file(struct folder *f, const char *name)
{
	struct go_constraint c = { .build = true };
	const char *error;
	struct go_file *file;
	bool fits = go_good_name(f->g, name);

	/* What is left out of the standard library is nobody's mistake. */
	if (!fits && f->p->is_std) {
		put(f, IGNORED_FILES, name);
		return;
	}
	file = go_parse(f->g, f->p->dir, name, &c, &error);
	if (f->p->only.n > 0 && c.error == NULL)
		fits = c.build = true;
	if (!fits || (file != NULL && !c.build && c.error == NULL)) {
		put(f, IGNORED_FILES, name);
		if (file != NULL)
			*ARENA_PUSH(f->g->a, &f->p->out) = file;
		return;
	}
	if (file == NULL) {
		bad_file(f,
			 arena_printf(f->g->a, "open %s: no such file or directory",
				      go_join(f->g->a, f->p->dir, name)),
			 GO_SOURCE, name);
		return;
	}
	if (error != NULL) {
		f->p->is_scan_error = f->p->is_scan_error || (file->is_scan_error && f->p->error == NULL);
		bad_file(f, error, GO_SOURCE, file->path);
		if (c.error != NULL)
			return;
	}
	if (file->package != NULL)
		take_go_file(f, file);
}

/* ---- other files ------------------------------------------------------------------------------ */

static void other_file(struct folder *f, const char *name, const char *ext, int list)
{
	struct go_constraint c = { .build = true };
	struct view v;

	if (!go_good_name(f->g, name)) {
		put(f, IGNORED_OTHER, name);
		return;
	}
	if (list != SYSO_FILES && go_read(f->g, go_join(f->g->a, f->p->dir, name), &v)) {
		go_should_build(f->g, (const char *)v.p, v.n, &c);
		if (!c.build || c.error != NULL) {
			put(f, IGNORED_OTHER, name);
			return;
		}
	}
	if (strcmp(ext, ".S") == 0 || strcmp(ext, ".sx") == 0)
		go_add(f->g->a, &f->capital_s, name);
	else
		put(f, (enum go_list)list, name);
}

static void collect(const char *name, void *ctx)
{
	struct folder *f = ctx;

	if (f->names.n < MAX_FILES)
		go_add(f->g->a, &f->names, arena_strdup(f->g->a, name));
}

static void one_name(struct folder *f, const char *name)
{
	const char *dot = strrchr(name, '.'), *ext = dot != NULL ? dot : "";
	int list = list_of(ext);
	bool is_go = strcmp(ext, ".go") == 0;

	if (name[0] == '_' || name[0] == '.' || (!is_go && list < 0))
		return;
	if (f->p->only.n > 0 && !go_has(&f->p->only, name))
		return;
	if (go_is_dir(f->g, go_join(f->g->a, f->p->dir, name)))
		return;
	if (is_go)
		go_source_file(f, name);
	else
		other_file(f, name, ext, list);
}

static int by_word(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_import(const void *a, const void *b)
{
	const struct go_import *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	if (c == 0)
		c = strcmp(x->at.file, y->at.file);
	if (c == 0)
		c = x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
	return c;
}

/* Each path once, with its first place. */
static void sort_imports(struct go_package *p)
{
	size_t n = 0;

	if (p->imports.n > 1)
		qsort(p->imports.items, p->imports.n, sizeof(*p->imports.items), by_import);
	for (size_t i = 0; i < p->imports.n; i++)
		if (n == 0 || strcmp(p->imports.items[n - 1].path, p->imports.items[i].path) != 0)
			p->imports.items[n++] = p->imports.items[i];
	p->imports.n = n;
}

/* .S is for the C compiler: without cgo nobody compiles it. */
static void place_capital_s(struct folder *f)
{
	struct go_words *l = &f->p->lists[go_uses_cgo(f->p) ? S_FILES : IGNORED_OTHER];

	go_add_all(f->g->a, l, &f->capital_s);
	if (l->n > 1)
		qsort(l->items, l->n, sizeof(*l->items), by_word);
}

bool go_read_package(struct go *g, struct go_package *p)
{
	struct folder f = { .g = g, .p = p };

	p->name = "";
	if (source_list(g->source, p->dir, collect, &f) != 0)
		return false;
	for (size_t i = 0; i < f.names.n; i++)
		one_name(&f, f.names.items[i]);
	sort_imports(p);
	place_capital_s(&f);
	return true;
}
