/* windows_bind.c - imports against exports: by name or by number, through forwarders.
 *
 * Where Windows decides: LdrpSnapThunk. An export that is a string leads on to another module, which is
 * loaded only now. Of what Windows exports itself only the newer functions are known.
 */
#include <string.h>

#include "loader/process.h"
#include "loader/text.h"
#include "loader/windows.h"

enum {
	MAX_FORWARDS = 32,     /* in a row: a circle has no end */
	MAX_MISSING = 200,     /* named of one image */
	LOOK_UP_COST = 16,     /* of process.search_cost: a hostile file could name one function for ever */
	MAX_COST = 64 << 20
};

struct binder {
	struct process *p;
	struct image *im;
	const struct win_dirs *dirs;
	size_t missing;
};

static void fail_symbol(struct binder *b, const struct pe_symbol *s, struct image *to, const char *assumes)
{
	const char *name = s->by_number ? arena_printf(b->p->a, "#%u", s->number) :
			   s->name != NULL ? s->name : "";
	struct failure *f;

	if (b->missing++ >= MAX_MISSING)
		return;
	f = fail_add(b->p, FAIL_SYMBOL, b->im->name, NULL, 0);
	f->status = s->by_number ? WIN_ORDINAL_NOT_FOUND : WIN_ENTRYPOINT_NOT_FOUND;
	f->string = win_error_text(win_error(f->status));
	f->symbol = name;
	f->image = b->im;
	f->provider = to;
	f->assumes = assumes;
}

static bool is_newer(const struct windows_function *f, const struct windows_release *w)
{
	if (f->major != w->major)
		return f->major > w->major;
	return f->minor != w->minor ? f->minor > w->minor : f->build > w->build;
}

/* A name of Python's interface: the module may be made for another release. */
static void check_python(struct binder *b, const struct pe_symbol *s, struct image *to)
{
	const struct windows_world *ww = b->p->w->windows;

	if (s->name != NULL && ww->python != 0 && ww->python_lacks != NULL &&
	    strncmp(to->name, "python", 6) == 0 && ww->python_lacks(ww->python, s->name))
		fail_symbol(b, s, to, "Python for Windows exports the names that it exports for Linux");
}

/* A function of Windows itself: this release may be older than it. */
static void check_system(struct binder *b, const struct pe_symbol *s, struct image *to)
{
	const char *dll = strrchr(to->name, '\\');
	struct windows_function since;

	if (s->name == NULL || dll == NULL || !windows_function(dll + 1, s->name, &since) ||
	    !is_newer(&since, b->p->w->windows->release))
		return;
	fail_symbol(b, s, to, "Microsoft's documentation tells the first release that has the function");
}

/* "module.name" or "module.#3": the last dot parts them. */
static struct image *follow(struct binder *b, struct image *by, const char *forward, struct pe_symbol *s)
{
	const char *dot = strrchr(forward, '.');
	size_t there = b->p->images.n;
	struct image *to;
	char *module;

	memset(s, 0, sizeof(*s));
	if (dot == NULL || dot == forward || dot[1] == '\0')
		return NULL;
	module = arena_printf(b->p->a, "%.*s.dll", (int)(dot - forward), forward);
	s->by_number = dot[1] == '#';
	for (const char *c = dot + 2; s->by_number && *c >= '0' && *c <= '9'; c++)
		s->number = (uint16_t)(s->number * 10 + (*c - '0'));
	s->name = s->by_number ? NULL : dot + 1;
	to = win_load(b->p, by, module, b->dirs);
	if (to != NULL && to->index >= there)
		to->led_for = b->im;
	return to;
}

/* Does `to`, or whoever it leads to, export it? */
static void look_up(struct binder *b, struct pe_symbol s, struct image *to)
{
	const struct pe_symbol wanted = s;
	struct image *provider = to;

	for (int i = 0; i < MAX_FORWARDS; i++) {
		struct pe_exports x;
		struct pe_export e;

		if (to->file == NULL) {
			check_system(b, &s, to);
			check_python(b, &s, to);
			return;
		}
		if (!pe_exports(&to->file->pe, &x) ||
		    !(s.by_number ? pe_export_number(&x, s.number, &e) :
			      s.name != NULL && pe_export_find(&x, s.name, &e)))
			break;
		if (e.forward == NULL)
			return;
		to = follow(b, to, e.forward, &s);
		if (to == NULL)
			return; /* the failure of the load stands in the trace */
	}
	fail_symbol(b, &wanted, provider, NULL);
}

void win_bind(struct process *p, struct image *im, const struct win_dirs *dirs)
{
	struct binder b = { p, im, dirs, 0 };
	struct pe_import import;
	size_t i = 0;

	im->relocated = true;
	*ARENA_PUSH(p->a, &p->relocated) = im;
	for (size_t k = 0; k < im->nrequests && win_next_import(im, &i, &import); k++) {
		struct pe_symbol s;

		for (size_t n = 0; im->requests[k]->to != NULL && n < import.n; n++) {
			if ((p->search_cost += LOOK_UP_COST) > MAX_COST) {
				process_assume(p, "all imports behind the first four million are exported");
				return;
			}
			if (pe_import_symbol(&im->file->pe, &import, n, &s))
				look_up(&b, s, im->requests[k]->to);
		}
	}
}

void win_bind_delayed(struct process *p, struct image *im, const struct pe_import *import,
		      const struct win_found *found)
{
	struct binder b = { p, im, NULL, 0 };
	const struct store_file *file = found->image != NULL ? found->image->file :
					found->file != NULL  ? found->file->file : NULL;
	struct image *to = found->image;
	struct pe_exports x;
	struct pe_symbol s;
	struct pe_export e;

	if (file == NULL || !pe_exports(&file->pe, &x))
		return;
	for (size_t n = 0; n < import->n && pe_import_symbol(&im->file->pe, import, n, &s); n++) {
		if ((p->search_cost += LOOK_UP_COST) > MAX_COST)
			return;
		if (s.by_number ? pe_export_number(&x, s.number, &e) :
				  s.name == NULL || pe_export_find(&x, s.name, &e))
			continue;
		if (to == NULL) { /* an image that no list of the process has */
			to = ARENA_NEW(p->a, struct image);
			to->kind = IMAGE_LIBRARY;
			to->index = SIZE_MAX;
			to->file = file;
			to->name = to->real_path = found->path;
		}
		fail_symbol(&b, &s, to, NULL);
	}
}

void win_each_binding(struct process *p, const struct image *im,
		      void (*fn)(void *ctx, const struct binding *b), void *ctx)
{
	struct pe_import import;
	size_t i = 0;

	if (im->file == NULL || im->nrequests == 0)
		return;
	for (size_t k = 0; k < im->nrequests && win_next_import(im, &i, &import); k++) {
		struct pe_symbol s;

		for (size_t n = 0; n < import.n && pe_import_symbol(&im->file->pe, &import, n, &s); n++) {
			struct binding b = { .to = im->requests[k]->to };

			b.symbol = s.by_number ? arena_printf(p->a, "#%u", s.number) : s.name;
			if (b.symbol != NULL)
				fn(ctx, &b);
		}
	}
}
