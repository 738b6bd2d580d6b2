/* go_left_out.c - names that only a file declares that is left out: one that imports "C" where cgo is off,
 * or one for another system.
 *
 * The compiler tells all of them, sorted by file and line; the first counts. No types are checked: a name is
 * missing if no file that is in declares it at its top and nothing in its own file may declare it.
 */
#include <string.h>

#include "build/go_build.h"
#include "build/go_source.h"
#include "build/go_text.h"
#include "message/go_text.h"

/* The first name that is not declared, so far. */
struct first {
	const char *name;         /* as the compiler prints it; NULL: none */
	const char *symbol;
	struct go_place at;
	const struct go_file *out; /* where it is declared */
};

static void take(struct first *x, const char *name, const char *symbol, const struct go_place *at,
		 const struct go_file *out)
{
	int order = x->name == NULL ? -1 : strcmp(at->file, x->at.file);

	if (order > 0 || (order == 0 && (at->line > x->at.line ||
					  (at->line == x->at.line && at->col >= x->at.col))))
		return;
	*x = (struct first){ name, symbol, *at, out };
}

/* Is it cgo that leaves it out? */
static bool is_out_by_cgo(const struct go *g, const struct go_file *f)
{
	bool by_cgo = f->is_cgo || (f->constraint != NULL && go_mentions(f->constraint, "cgo"));

	return by_cgo && !g->env.cgo;
}

static void say(struct go *g, struct go_package *p, const struct first *first)
{
	const char *shown = go_short_path(g, first->at.file);
	struct go_problem *x;

	x = go_problem_in(g, p, GO_LEFT_OUT,
			  arena_printf(g->a, GO_TEXT_UNDEFINED, strchr(shown, '/') == NULL ? "./" : "", shown,
				       first->at.line, first->at.col, first->name));
	if (is_out_by_cgo(g, first->out))
		x->detail = g->env.cross && !g->env.cgo_set ? "cross-default" : "file-left-out";
	x->object = first->out->path;
	x->symbol = first->symbol;
	x->at = first->at;
	x->written = first->out->constraint;
	x->assumes = "the name is declared nowhere else";
}

/* ---- of the package itself --------------------------------------------------------------------- */

static void put_declared(struct go *g, const struct go_package *p, struct map *declared)
{
	for (size_t i = 0; i < p->files.n; i++) {
		struct go_words names = { NULL, 0, 0 };

		go_top_names(g, p->files.items[i], &names);
		for (size_t k = 0; k < names.n; k++)
			map_put_str(declared, names.items[k], g);
	}
}

static bool has_dot_import(const struct go_package *p)
{
	for (size_t i = 0; i < p->files.n; i++)
		if (p->files.items[i]->has_dot_import)
			return true;
	return false;
}

/* A file that would belong to the package. Of packages of others only those count that cgo leaves out. */
static bool could_declare(const struct go *g, const struct go_package *p, const struct go_file *f)
{
	return f->package != NULL && strcmp(f->package, p->name) == 0 && !f->is_test &&
	       (go_is_own(p) || is_out_by_cgo(g, f));
}

struct names {
	struct map calls, own; /* see go_calls */
	struct map declared;   /* at the top of files that are in */
};

static void find_own(struct go *g, struct go_package *p, const struct names *n, struct first *first)
{
	for (size_t i = 0; i < p->out.n; i++) {
		struct go_words names = { NULL, 0, 0 };
		const struct go_file *f = p->out.items[i];

		if (!could_declare(g, p, f))
			continue;
		go_top_names(g, f, &names);
		for (size_t k = 0; k < names.n; k++) {
			const struct go_place *at = map_get_str(&n->calls, names.items[k]);

			if (at != NULL && map_get_str(&n->own, names.items[k]) == NULL &&
			    map_get_str(&n->declared, names.items[k]) == NULL)
				take(first, names.items[k], names.items[k], at, f);
		}
	}
}

static void check_own(struct go *g, struct go_package *p, struct first *first)
{
	struct names n;

	if (p->out.n == 0 || has_dot_import(p))
		return;
	map_init(&n.calls);
	map_init(&n.own);
	map_init(&n.declared);
	for (size_t i = 0; i < p->files.n; i++)
		go_calls(g, p->files.items[i], &n.calls, &n.own);
	put_declared(g, p, &n.declared);
	find_own(g, p, &n, first);
	map_free(&n.calls, NULL);
	map_free(&n.own, NULL);
	map_free(&n.declared, NULL);
}

/* ---- of packages that it imports --------------------------------------------------------------- */

static const struct go_package *imported(const struct go_package *p, const char *path)
{
	for (size_t i = 0; i < p->deps.n; i++)
		if (strcmp(p->deps.items[i]->path, path) == 0)
			return p->deps.items[i];
	return NULL;
}

/* The file of a package that declares a name and is left out; NULL. */
static const struct go_file *out_that_declares(struct go *g, const struct go_package *p, const char *name)
{
	for (size_t i = 0; i < p->out.n; i++) {
		struct go_words names = { NULL, 0, 0 };

		if (!could_declare(g, p, p->out.items[i]))
			continue;
		go_top_names(g, p->out.items[i], &names);
		for (size_t k = 0; k < names.n; k++)
			if (strcmp(names.items[k], name) == 0)
				return p->out.items[i];
	}
	return NULL;
}

/* What one import lacks of the names that its file selects. */
static void check_import(struct go *g, const struct go_package *d, const char *local,
			 const struct go_selections *s, struct first *first)
{
	struct map declared;

	map_init(&declared);
	put_declared(g, d, &declared);
	for (size_t i = 0; i < s->n; i++) {
		const struct go_selected *x = &s->items[i];
		const struct go_file *out;

		if (strcmp(x->package, local) != 0 || map_get_str(&declared, x->name) != NULL)
			continue;
		out = out_that_declares(g, d, x->name);
		if (out == NULL)
			continue;
		take(first, arena_printf(g->a, "%s.%s", x->package, x->name), x->name, &x->at, out);
		break;
	}
	map_free(&declared, NULL);
}

static void check_imports(struct go *g, const struct go_package *p, const struct go_file *f,
			  struct first *first)
{
	struct go_selections s = { NULL, 0, 0 };
	struct map bare;

	map_init(&bare);
	go_selections(g, f, &s, &bare);
	for (size_t i = 0; i < f->imports.n; i++) {
		const struct go_import *im = &f->imports.items[i];
		const struct go_package *d = imported(p, im->path);
		const char *local;

		if (d == NULL || d->is_std || d->out.n == 0 || d->name == NULL || has_dot_import(d))
			continue;
		local = im->name != NULL ? im->name : d->name;
		if (map_get_str(&bare, local) == NULL)
			check_import(g, d, local, &s, first);
	}
	map_free(&bare, NULL);
}

void go_check_left_out(struct go *g, struct go_package *p)
{
	struct first first = { .name = NULL };
	bool any = false;

	check_own(g, p, &first);
	for (size_t i = 0; i < p->deps.n; i++)
		any = any || (!p->deps.items[i]->is_std && p->deps.items[i]->out.n > 0);
	for (size_t i = 0; any && i < p->files.n; i++)
		check_imports(g, p, p->files.items[i], &first);
	if (first.name != NULL)
		say(g, p, &first);
}
