/* gone.c - what a package is without once it has caught an exception.
 *
 *     try:
 *         ops = load("libops.so")       <- `ops` is not set, or not what it should be
 *     except OSError as e:
 *         warnings.warn(…)
 *
 * The names that the body of the try statement binds and its handler does not replace are gone, and with
 * them the functions and classes of the package that use one of them.
 */
#include "python/gone.h"

#include <string.h>

#include "python/ast.h"

enum { MAX_GONE = 200, MAX_NAMES = 32, MAX_DEPTH = 30 };

struct hunt {
	const struct py_import *im;
	const struct py_module_info *home; /* the module that has the handler */
	unsigned line;                     /* of the handler */
	struct arena *a;
	struct py_names *interned;
	struct py_strings names;           /* bound in the body */
	struct py_strings *out;
};

static bool has(const struct py_strings *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->items[i], name) == 0)
			return true;
	return false;
}

static void add_name(struct hunt *h, struct py_strings *l, const char *name)
{
	if (name != NULL && l->n < MAX_NAMES && !has(l, name))
		*ARENA_PUSH(h->a, l) = name;
}

static void tell(struct hunt *h, const char *module, const char *name)
{
	const char *full = arena_printf(h->a, "%s.%s", module, name);

	if (h->out->n < MAX_GONE && !has(h->out, full))
		*ARENA_PUSH(h->a, h->out) = full;
}

/* ---- the try statement -------------------------------------------------------------------------- */

/* The part of "a.b.c" that `import a.b.c` binds. */
static const char *first_part(struct hunt *h, const char *name)
{
	return arena_strndup(h->a, name, strcspn(name, "."));
}

static void bound_by(struct hunt *h, const struct py_node *s, struct py_strings *l)
{
	switch (s->kind) {
	case PY_ASSIGN:
		for (size_t i = 0; i < s->list.n; i++)
			if (s->list.v[i]->kind == PY_NAME)
				add_name(h, l, s->list.v[i]->u.name);
		break;
	case PY_ANNASSIGN:
		if (s->a != NULL && s->a->kind == PY_NAME && s->b != NULL)
			add_name(h, l, s->a->u.name);
		break;
	case PY_IMPORT:
		for (size_t i = 0; i < s->list.n; i++)
			add_name(h, l, s->list.v[i]->u.alias.as != NULL ? s->list.v[i]->u.alias.as
								: first_part(h, s->list.v[i]->u.name));
		break;
	case PY_IMPORT_FROM:
		for (size_t i = 0; i < s->list.n; i++)
			if (strcmp(s->list.v[i]->u.name, "*") != 0)
				add_name(h, l, s->list.v[i]->u.alias.as != NULL ? s->list.v[i]->u.alias.as
									: s->list.v[i]->u.name);
		break;
	case PY_FUNCTION: add_name(h, l, s->u.fn->name); break;
	case PY_CLASS: add_name(h, l, s->u.name); break;
	default: break;
	}
}

static void bound_in(struct hunt *h, const struct py_list *body, struct py_strings *l)
{
	for (size_t i = 0; i < body->n; i++)
		bound_by(h, body->v[i], l);
}

/* The handler may give the names something else: then nothing is gone. */
static void take_names(struct hunt *h, const struct py_node *try, const struct py_node *handler)
{
	struct py_strings bound = { NULL, 0, 0 }, again = { NULL, 0, 0 };

	bound_in(h, &try->body, &bound);
	bound_in(h, &handler->body, &again);
	for (size_t i = 0; i < bound.n; i++)
		if (!has(&again, bound.items[i]))
			add_name(h, &h->names, bound.items[i]);
}

static bool find_try(struct hunt *h, const struct py_list *body, int depth);

static bool look_into(struct hunt *h, const struct py_node *s, int depth)
{
	if (!py_has_body(s->kind))
		return false;
	if (find_try(h, &s->body, depth) || find_try(h, &s->orelse, depth) ||
	    find_try(h, &s->final, depth))
		return true;
	for (size_t i = 0; s->kind == PY_TRY && i < s->list.n; i++) {
		if (s->list.v[i]->line == h->line) {
			take_names(h, s, s->list.v[i]);
			return true;
		}
		if (find_try(h, &s->list.v[i]->body, depth))
			return true;
	}
	return false;
}

/* Below the module's own level only: what a function binds is its own. */
static bool find_try(struct hunt *h, const struct py_list *body, int depth)
{
	if (depth >= MAX_DEPTH)
		return false;
	for (size_t i = 0; i < body->n; i++)
		if (body->v[i]->kind != PY_FUNCTION && look_into(h, body->v[i], depth + 1))
			return true;
	return false;
}

/* ---- who uses the names --------------------------------------------------------------------------- */

static bool is_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c >= 0x80;
}

/* Does the text use that name, as a word of its own and not as an attribute? */
static bool uses(const char *p, size_t n, const char *name)
{
	size_t len = strlen(name);
	const char *end = p + n, *at = p;

	while (len > 0 && (at = memmem(at, (size_t)(end - at), name, len)) != NULL) {
		bool before = at == p || (!is_word((unsigned char)at[-1]) && at[-1] != '.');
		bool behind = at + len == end || !is_word((unsigned char)at[len]);

		if (before && behind)
			return true;
		at += len;
	}
	return false;
}

static bool body_uses(const struct py_source *s, const struct py_function *fn, const struct py_strings *l)
{
	if (fn->body_end > s->text.n || fn->body_at > fn->body_end)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (uses((const char *)s->text.p + fn->body_at, fn->body_end - fn->body_at, l->items[i]))
			return true;
	return false;
}

static bool class_uses(const struct py_source *s, const struct py_node *class, const struct py_strings *l)
{
	for (size_t i = 0; i < class->body.n; i++)
		if (class->body.v[i]->kind == PY_FUNCTION && body_uses(s, class->body.v[i]->u.fn, l))
			return true;
	return false;
}

static void tell_users(struct hunt *h, const struct py_source *s, const char *module,
		       const struct py_strings *l)
{
	for (size_t i = 0; i < s->body.n; i++) {
		const struct py_node *n = s->body.v[i];

		if (n->kind == PY_FUNCTION && body_uses(s, n->u.fn, l))
			tell(h, module, n->u.fn->name);
		else if (n->kind == PY_CLASS && class_uses(s, n, l))
			tell(h, module, n->u.name);
	}
}

/* ---- which modules have them ------------------------------------------------------------------------ */

/* The full name of what "from ..x import y" in that module imports from. */
static const char *imported_from(struct hunt *h, const struct py_module_info *m, const struct py_node *n)
{
	size_t len = strlen(m->name);
	int up = n->op - (m->spec.is_package ? 1 : 0);

	if (n->op == 0)
		return n->u.name;
	for (; up > 0 && len > 0; up--)
		while (len > 0 && m->name[--len] != '.')
			;
	if (len == 0)
		return NULL;
	return n->u.name != NULL ? arena_printf(h->a, "%.*s.%s", (int)len, m->name, n->u.name)
				 : arena_strndup(h->a, m->name, len);
}

/* The names under which that module has got what is gone. */
static void names_in(struct hunt *h, const struct py_source *s, const struct py_module_info *m,
		     struct py_strings *l)
{
	for (size_t i = 0; i < s->body.n; i++) {
		const struct py_node *n = s->body.v[i];
		const char *from = n->kind == PY_IMPORT_FROM ? imported_from(h, m, n) : NULL;

		if (from == NULL || strcmp(from, h->home->name) != 0)
			continue;
		for (size_t k = 0; k < n->list.n; k++)
			if (has(&h->names, n->list.v[k]->u.name))
				add_name(h, l, n->list.v[k]->u.alias.as != NULL ? n->list.v[k]->u.alias.as
									: n->list.v[k]->u.name);
	}
}

static bool same_package(const char *a, const char *b)
{
	size_t n = strcspn(a, ".");

	return n == strcspn(b, ".") && strncmp(a, b, n) == 0;
}

static bool mentions(const struct hunt *h, struct view text)
{
	for (size_t i = 0; i < h->names.n; i++)
		if (uses((const char *)text.p, text.n, h->names.items[i]))
			return true;
	return false;
}

static bool read_source(struct hunt *h, const struct py_module_info *m, struct view *text)
{
	return m->spec.kind == PY_SPEC_SOURCE &&
	       py_find_source(h->im->finder, &m->spec, text) == 0 && text->p != NULL;
}

static void look_at_module(struct hunt *h, const struct py_module_info *m)
{
	struct py_strings l = { NULL, 0, 0 };
	struct py_source s = { .a = h->a };
	struct view text;

	if (!same_package(m->name, h->home->name) || !read_source(h, m, &text) || !mentions(h, text))
		return;
	py_parse(h->a, h->interned, m->spec.origin, text, &s);
	if (m == h->home)
		l = h->names;
	else
		names_in(h, &s, m, &l);
	if (l.n > 0)
		tell_users(h, &s, m->name, &l);
}

/* ---- all -------------------------------------------------------------------------------------------- */

static const struct py_module_info *module_at(const struct py_import *im, const char *file)
{
	for (size_t i = 0; file != NULL && i < im->modules.n; i++) {
		const char *origin = im->modules.items[i]->spec.origin;

		if (origin != NULL && strcmp(origin, file) == 0)
			return im->modules.items[i];
	}
	return NULL;
}

void py_gone(const struct py_import *im, const struct py_swallowed *s, struct arena *a,
	     struct py_strings *out)
{
	struct hunt h = { .im = im, .home = module_at(im, s->at.file), .line = s->at.line, .a = a,
			  .out = out };
	struct py_source source = { .a = a };
	struct view text;

	if (h.home == NULL || !read_source(&h, h.home, &text))
		return;
	h.interned = py_names_new(a);
	py_parse(a, h.interned, h.home->spec.origin, text, &source);
	if (!find_try(&h, &source.body, 0))
		return;
	for (size_t i = 0; i < h.names.n; i++)
		tell(&h, h.home->name, h.names.items[i]);
	for (size_t i = 0; h.names.n > 0 && i < im->modules.n; i++)
		look_at_module(&h, im->modules.items[i]);
}
