/* go_symbols.c - what the C objects of a package define and use, as far as its texts tell.
 * Nothing is compiled.
 *
 * A name counts as used from outside if a preamble or header declares it as a function and nothing here
 * defines it. What is C++, assembler or Fortran is taken for defining all names that stand in it.
 */
#include <string.h>

#include "build/go_c.h"
#include "build/go_env.h"
#include "build/go_line.h"
#include "build/go_source.h"
#include "build/go_text.h"
#include "message/ld_text.h"

enum { MAX_FORTRAN_NAME = 256 };

struct symbols {
	struct go *g;
	struct go_package *p;
	struct map declared; /* functions and variables: "f", "v" */
	struct map local;    /* static ones, macros' names */
	struct map statics;  /* static functions and variables */
	struct map macros;
	struct map defined;  /* by some object of the package */
	struct map headers;  /* that were read */
	struct map foreign;  /* words of sources that are no C */
	struct map added;    /* "000001.o d NAME": what the objects have */
};

static void *mark(const char *s)
{
	return (void *)(uintptr_t)s;
}

/* ---- declarations of headers --------------------------------------------------------------------- */

/* Conditions around a whole header are its guard: the reader of declarations must not see them. */
static const char *without_guard(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_strndup(a, s, n), *at = strstr(copy, "#ifndef");
	char *def = at != NULL ? strstr(at, "#define") : NULL;

	if (def != NULL && def - at < 200)
		memset(at, ' ', strcspn(at, "\n"));
	return copy;
}

static void take_decls(struct symbols *x, const struct go_c_decls *d, bool is_header)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct go_c_decl *c = &d->items[i];

		if (c->kind == GO_C_CALLED)
			continue;
		if (c->is_local && (c->kind == GO_C_FUNCTION || c->kind == GO_C_VARIABLE))
			map_put_str(&x->statics, c->name, x);
		if (c->is_local || (is_header && c->kind == GO_C_FUNCTION))
			map_put_str(&x->local, c->name, x);
		else if (c->kind == GO_C_FUNCTION || c->kind == GO_C_VARIABLE)
			map_put_str(&x->defined, c->name, mark(c->kind == GO_C_VARIABLE ? "v" : "f"));
		else
			map_put_str(&x->declared, c->name, mark("f"));
	}
}

struct header_walk {
	struct symbols *x;
};

/* What a header declares; read once for all packages. */
static const struct go_c_decls *header_decls(struct go *g, const char *path)
{
	struct go_c_decls *d = map_get_str(&g->decls, path);
	struct view v;
	const char *text;

	if (d != NULL)
		return d;
	d = ARENA_NEW(g->a, struct go_c_decls);
	map_put_str(&g->decls, path, d);
	if (go_read(g, path, &v)) {
		text = without_guard(g->a, (const char *)v.p, v.n);
		go_c_decls(g->a, text, strlen(text), d);
	}
	return d;
}

static void one_header(const char *path, size_t n, void *value, void *ctx)
{
	struct header_walk *w = ctx;

	(void)value;
	if (map_get(&w->x->headers, path, n) != NULL)
		return;
	map_put(&w->x->headers, path, n, w->x);
	take_decls(w->x, header_decls(w->x->g, arena_strndup(w->x->g->a, path, n)), true);
}

struct macro_walk {
	struct symbols *x;
};

static void one_macro(const char *name, size_t n, void *value, void *ctx)
{
	struct macro_walk *w = ctx;

	(void)value;
	map_put(&w->x->local, name, n, w->x);
	map_put(&w->x->macros, name, n, w->x);
}

static void read_headers(struct symbols *x, const char *text, size_t n, const char *path)
{
	struct go_include_dirs dirs;
	struct go_header_scan h;
	struct header_walk hw = { x };
	struct macro_walk mw = { x };

	go_include_dirs(x->g, x->p, false, &dirs);
	go_headers_open(&h, x->g, &dirs, false);
	go_headers_scan(&h, text, n, path, path, 1);
	map_each(&h.files, one_header, &hw);
	map_each(&h.macros, one_macro, &mw);
	go_headers_close(&h);
}

/* ---- sources that are no C ------------------------------------------------------------------------ */

/* C++ without a word of C linkage, in headers of its own neither: its names are mangled. */
static bool all_mangled(const char *s, size_t n)
{
	return memmem(s, n, "extern", 6) == NULL && memmem(s, n, "#include \"", 10) == NULL;
}

/* What gfortran makes of a name: small letters, and a line below at the end. */
static void fortran_word(struct symbols *x, const char *s, size_t n)
{
	char *name = arena_printf(x->g->a, "%.*s_", (int)n, s);

	for (size_t i = 0; i < n; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] | 32);
	map_put(&x->foreign, name, n + 1, x);
}

static void foreign_words(struct symbols *x, enum go_list list)
{
	for (size_t i = 0; i < x->p->lists[list].n; i++) {
		struct view v;
		const char *s;

		if (!go_read(x->g, go_join(x->g->a, x->p->dir, x->p->lists[list].items[i]), &v))
			continue;
		s = (const char *)v.p;
		if (list == CXX_FILES && all_mangled(s, v.n))
			continue;
		for (size_t k = 0; k < v.n;) {
			size_t from = k;

			while (k < v.n && (s[k] == '_' || (s[k] >= '0' && s[k] <= '9') ||
					   ((s[k] | 32) >= 'a' && (s[k] | 32) <= 'z')))
				k++;
			if (k > from && list == F_FILES && k - from < MAX_FORTRAN_NAME)
				fortran_word(x, s + from, k - from);
			if (k > from)
				map_put(&x->foreign, s + from, k - from, x);
			else
				k++;
		}
	}
}

/* ---- objects ---------------------------------------------------------------------------------- */

static struct go_object *object(struct symbols *x, size_t *number, const char *source, struct go_link *out)
{
	struct go_object *o = ARENA_PUSH(x->g->a, &out->objects);

	o->file = arena_printf(x->g->a, "%06zu.o", (*number)++);
	o->source = source;
	o->package = x->p->path;
	return o;
}

/* Its first time counts. */
static void add(struct symbols *x, struct go_object *o, struct go_symbols *l, struct go_symbol s)
{
	const char *key =
		arena_printf(x->g->a, "%s %c %s", o->file, l == &o->defined ? 'd' : 'u', s.name);

	if (map_get_str(&x->added, key) != NULL)
		return;
	map_put_str(&x->added, key, x);
	*ARENA_PUSH(x->g->a, l) = s;
}

static void add_definitions(struct symbols *x, struct go_object *o, const struct go_c_decls *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (!d->items[i].is_local &&
		    (d->items[i].kind == GO_C_FUNCTION || d->items[i].kind == GO_C_VARIABLE))
			add(x, o, &o->defined,
			    (struct go_symbol){ d->items[i].name, NULL, d->items[i].kind == GO_C_VARIABLE,
						d->items[i].line });
}

/* Is it somebody else's, and surely a symbol? */
static bool is_outside(const struct symbols *x, const char *name)
{
	return (map_get_str(&x->declared, name) != NULL || go_has(&x->p->implicit, name)) &&
	       map_get_str(&x->local, name) == NULL &&
	       map_get_str(&x->defined, name) == NULL && map_get_str(&x->foreign, name) == NULL;
}

static void preamble_decls(struct go *g, const struct go_file *f, struct go_c_decls *out)
{
	for (size_t i = 0; i < f->preambles.n; i++) {
		const struct go_comment *c = &f->preambles.items[i];
		size_t from = out->n;

		go_c_decls(g->a, c->raw, strlen(c->raw), out);
		for (; from < out->n; from++)
			out->items[from].line += c->line - 1;
	}
}

/* The calls of a preamble by the function that makes them: next[i] is the one after call i of the same. */
struct calls {
	const struct go_c_decls *d;
	struct map first; /* function -> number of its first call + 1 */
	size_t *next;
};

static void calls_open(struct arena *a, const struct go_c_decls *d, struct calls *out)
{
	out->d = d;
	out->next = ARENA_ARRAY(a, d->n + 1, size_t);
	map_init(&out->first);
	for (size_t i = d->n; i-- > 0;) {
		const struct go_c_decl *c = &d->items[i];

		if (c->kind != GO_C_CALLED || c->in == NULL)
			continue;
		out->next[i] = (size_t)(uintptr_t)map_get_str(&out->first, c->in);
		map_put_str(&out->first, c->in, (void *)(uintptr_t)(i + 1));
	}
}

/* What the functions of a preamble call, as far as Go calls them or they are seen from outside. `live`
 * holds their names, and `names` the same in the order in which their calls are followed. */
static void preamble_calls(struct symbols *x, const struct go_c_decls *d, struct map *live,
			   struct go_words *names, struct go_object *o)
{
	struct calls calls;

	for (size_t i = 0; i < d->n; i++)
		if (d->items[i].kind == GO_C_FUNCTION && !d->items[i].is_local &&
		    map_get_str(live, d->items[i].name) == NULL) {
			map_put_str(live, d->items[i].name, x);
			go_add(x->g->a, names, d->items[i].name);
		}
	calls_open(x->g->a, d, &calls);
	for (size_t k = 0; k < names->n; k++) {
		const char *in = names->items[k];

		for (size_t i = (size_t)(uintptr_t)map_get_str(&calls.first, in); i > 0;
		     i = calls.next[i - 1]) {
			const char *name = d->items[i - 1].name;

			if (map_get_str(live, name) != NULL)
				continue;
			map_put_str(live, name, x);
			go_add(x->g->a, names, name);
			if (is_outside(x, name))
				add(x, o, &o->undefined,
				    (struct go_symbol){ name, arena_printf(x->g->a, "_cgo_Cfunc_%s", in),
							false, 0 });
		}
	}
	map_free(&calls.first, NULL);
}

static const char *cgo2_name(struct go *g, const struct go_file *f)
{
	return arena_printf(g->a, "%.*s.cgo2.c", (int)(strlen(f->name) - 3), f->name);
}

/* Go's own object names what is no call, and a static function or variable is in no symbol table. */
static bool is_address_of_static(const struct symbols *x, const struct go_c_name *n)
{
	return !n->called && map_get_str(&x->statics, n->name) != NULL &&
	       map_get_str(&x->macros, n->name) == NULL && map_get_str(&x->defined, n->name) == NULL;
}

static void cgo_file(struct symbols *x, const struct go_file *f, size_t *number, struct go_link *out)
{
	struct go_object *o = object(x, number, cgo2_name(x->g, f), out);
	struct go_c_decls d = { NULL, 0, 0 };
	struct go_c_names names = { NULL, 0, 0 };
	struct go_words order = { NULL, 0, 0 };
	struct map live;

	map_init(&live);
	preamble_decls(x->g, f, &d);
	add_definitions(x, o, &d);
	go_c_names(x->g, f, &names);
	for (size_t i = 0; i < names.n; i++)
		if (!go_c_builtin(names.items[i].name) && is_outside(x, names.items[i].name))
			add(x, o, &o->undefined,
			    (struct go_symbol){ names.items[i].name,
						arena_printf(x->g->a, "_cgo_Cfunc_%s", names.items[i].name),
						!names.items[i].called, 0 });
	for (size_t i = 0; i < names.n; i++)
		if (is_address_of_static(x, &names.items[i]))
			add(x, &out->objects.items[0], &out->objects.items[0].undefined,
			    (struct go_symbol){ names.items[i].name, NULL, true, 0 });
	for (size_t i = 0; i < names.n; i++)
		if (map_get_str(&live, names.items[i].name) == NULL) {
			map_put_str(&live, names.items[i].name, x);
			go_add(x->g->a, &order, names.items[i].name);
		}
	preamble_calls(x, &d, &live, &order, o);
	map_free(&live, NULL);
}

static void c_file(struct symbols *x, const char *name, size_t *number, struct go_link *out)
{
	struct go_object *o = object(x, number, name, out);
	struct go_c_decls d = { NULL, 0, 0 };
	struct view v;

	if (!go_read(x->g, go_join(x->g->a, x->p->dir, name), &v))
		return;
	go_c_decls(x->g->a, (const char *)v.p, v.n, &d);
	add_definitions(x, o, &d);
	for (size_t i = 0; i < d.n; i++)
		if (d.items[i].kind == GO_C_CALLED && is_outside(x, d.items[i].name))
			add(x, o, &o->undefined, (struct go_symbol){ d.items[i].name, NULL, false, 0 });
}

/* Names of //export are defined by cgo, and wanted by C code at will. */
static void exports(struct symbols *x, const struct go_file *f, struct go_object *o, struct go_link *out)
{
	for (const char *s = f->source; (s = strstr(s, "//export ")) != NULL; s++) {
		struct go_words w = { NULL, 0, 0 };

		if (s != f->source && s[-1] != '\n')
			continue;
		go_fields(x->g->a, s + 9, strcspn(s + 9, "\n"), &w);
		if (w.n == 0)
			continue;
		add(x, o, &o->defined, (struct go_symbol){ w.items[0], NULL, false, 0 });
		go_add(x->g->a, &out->exports, w.items[0]);
		map_put_str(&x->defined, w.items[0], mark("f"));
	}
}

static void gather(struct symbols *x)
{
	for (size_t i = 0; i < x->p->files.n; i++) {
		const struct go_file *f = x->p->files.items[i];
		struct go_c_decls d = { NULL, 0, 0 };

		if (!f->is_cgo)
			continue;
		for (size_t k = 0; k < f->preambles.n; k++)
			read_headers(x, f->preambles.items[k].raw, strlen(f->preambles.items[k].raw),
				     f->path);
		preamble_decls(x->g, f, &d);
		take_decls(x, &d, false);
	}
	for (size_t i = 0; i < x->p->lists[C_FILES].n; i++) {
		const char *path = go_join(x->g->a, x->p->dir, x->p->lists[C_FILES].items[i]);
		struct go_c_decls d = { NULL, 0, 0 };
		struct view v;

		if (!go_read(x->g, path, &v))
			continue;
		read_headers(x, (const char *)v.p, v.n, path);
		go_c_decls(x->g->a, (const char *)v.p, v.n, &d);
		take_decls(x, &d, false);
	}
	foreign_words(x, CXX_FILES);
	foreign_words(x, M_FILES);
	foreign_words(x, F_FILES);
	foreign_words(x, S_FILES);
}

void go_symbols(struct go *g, struct go_package *p, size_t *number, struct go_link *out)
{
	struct symbols x = { .g = g, .p = p };
	size_t first = out->objects.n;
	bool opaque = p->lists[SYSO_FILES].n > 0 || go_uses_swig(p);

	map_init(&x.declared);
	map_init(&x.local);
	map_init(&x.statics);
	map_init(&x.macros);
	map_init(&x.defined);
	map_init(&x.foreign);
	map_init(&x.headers);
	map_init(&x.added);
	gather(&x);
	object(&x, number, "_cgo_export.c", out);
	for (size_t i = 0; i < p->files.n; i++) {
		struct go_file *f = p->files.items[i];
		struct go_c_decls d = { NULL, 0, 0 };

		if (!f->has_export)
			continue;
		exports(&x, f, &out->objects.items[first], out);
		preamble_decls(g, f, &d);
		add_definitions(&x, &out->objects.items[first], &d);
	}
	for (size_t i = 0; i < p->files.n; i++)
		if (p->files.items[i]->is_cgo)
			cgo_file(&x, p->files.items[i], number, out);
	for (size_t i = 0; i < p->lists[C_FILES].n; i++)
		c_file(&x, p->lists[C_FILES].items[i], number, out);
	for (size_t i = 0; i < p->lists[CXX_FILES].n; i++)
		object(&x, number, p->lists[CXX_FILES].items[i], out);
	for (size_t i = first; opaque && i < out->objects.n; i++)
		out->objects.items[i].undefined.n = 0;
	map_free(&x.declared, NULL);
	map_free(&x.local, NULL);
	map_free(&x.statics, NULL);
	map_free(&x.macros, NULL);
	map_free(&x.defined, NULL);
	map_free(&x.foreign, NULL);
	map_free(&x.headers, NULL);
	map_free(&x.added, NULL);
}

/* ---- a preamble twice ----------------------------------------------------------------------------- */

static bool twice(struct go *g, struct go_package *p, const struct go_file *f)
{
	struct go_c_decls d = { NULL, 0, 0 };

	preamble_decls(g, f, &d);
	for (size_t i = 0; i < d.n; i++) {
		const struct go_c_decl *c = &d.items[i];
		struct go_problem *x;

		if (c->is_local || (c->kind != GO_C_FUNCTION && c->kind != GO_C_VARIABLE))
			continue;
		x = go_problem(g, GO_PREAMBLE,
			       LD_BFD_MULTIPLE, "",
			       arena_printf(g->a, "/tmp/go-build/%s:%u", cgo2_name(g, f), c->line), c->name,
			       "/tmp/go-link/000000.o", ":",
			       arena_printf(g->a, "/tmp/go-build/_cgo_export.c:%u", c->line));
		x->package = p->path;
		x->detail = "export-preamble";
		x->object = f->path;
		x->symbol = c->name;
		x->at = (struct go_place){ f->path, c->line, 0 };
		x->other = c->kind == GO_C_FUNCTION ? "function" : "variable";
		return true;
	}
	return false;
}

void go_preamble_twice(struct go *g)
{
	for (size_t i = 0; i < g->order.n; i++)
		for (size_t k = 0; !g->order.items[i]->is_std && k < g->order.items[i]->files.n; k++)
			if (g->order.items[i]->files.items[k]->has_export &&
			    twice(g, g->order.items[i], g->order.items[i]->files.items[k]))
				break;
}
