/* windows.c - the two events of Windows' loader: a program starts, a DLL is opened.
 *
 * What an image imports from is mapped first, then all imports are bound, as Windows 8 and later do; which of
 * several faults Windows names is not documented, so all of them are in the trace, in the order of the
 * import tables, depth first. Initialisers (DllMain) are not run.
 */
#include "loader/windows.h"

#include <string.h>

#include "loader/process.h"
#include "loader/text.h"

void world_windows(struct world *w, struct store *store, const struct windows_world *ww)
{
	memset(w, 0, sizeof(*w));
	w->kind = LOADER_WINDOWS;
	w->store = store;
	w->source = store_source(store);
	w->machine = pe_machine_em(ww->machine);
	w->is64 = ww->machine != PE_I386 && ww->machine != PE_ARMNT;
	w->page = 4096;
	w->install.version = ww->release->name;
	w->windows = ww;
	w->assumes = ww->system_dir == NULL ? "that Windows has what the lists of its files say" :
					      "its contracts (API sets) lead to the DLLs that are meant";
}

/* ---- needs ------------------------------------------------------------------------------------ */

static void fail_load(struct process *p, const struct win_found *found, const char *name, struct image *from)
{
	struct failure *f =
		fail_add(p,
			 found->status == WIN_DLL_NOT_FOUND ? FAIL_NOT_FOUND :
			 found->request->found_other_class && found->status == WIN_INVALID_IMAGE_FORMAT ?
							      FAIL_WRONG_CLASS :
							      FAIL_CANDIDATE,
			 name, win_error_text(win_error(found->status)), 0);

	f->status = found->status;
	f->request = found->request;
	f->candidate = found->file;
	f->image = from;
}

/* The image of a file that may be mapped, new in the process. It answers to its name before its own needs
 * are looked at: they may need it in turn. */
static struct image *map_image(struct process *p, const struct win_found *found, struct image *from)
{
	struct image *im = process_add_image(p, IMAGE_LIBRARY, found->file->file, found->path);

	process_add_name(p, im, win_base_name(p->a, arena_printf(p->a, "%s.", found->path)));
	im->request = found->request;
	im->requester = from;
	found->request->to = im;
	return im;
}

/* One name. *fresh: it is a file whose needs are to be looked at. */
static struct image *load_one(struct process *p, struct image *from, const char *name,
			      const struct win_dirs *dirs, const struct request **rq, bool *fresh)
{
	struct win_found found = win_find(p, from, name, dirs);

	*rq = found.request;
	*fresh = false;
	if (found.status != WIN_OK) {
		fail_load(p, &found, name, from);
		return NULL;
	}
	if (found.image != NULL) {
		if (found.image->request == NULL && found.image->requester == NULL && !found.image->is_host) {
			found.image->request = found.request;
			found.image->requester = from;
		}
		return found.image;
	}
	*fresh = true;
	return map_image(p, &found, from);
}

/* The folders for what an image imports: its maker may have restricted them (/DEPENDENTLOADFLAG), its
 * manifest may ask for assemblies. NULL: one of these is not there. */
static const struct win_dirs *dirs_of(struct process *p, struct image *im, const struct win_dirs *dirs)
{
	unsigned flags = im->file->pe.dependent_flags & WIN_SEARCH_ANY;
	const struct win_side_by_side *files = dirs->files;
	struct win_dirs *own;
	struct win_dirs limited;

	if (!win_assemblies(p, im, &files))
		return NULL;
	if (flags != 0 && win_search_dirs(p, flags, im->kind == IMAGE_PROGRAM ? im->real_path : im->name,
					  &limited) == WIN_OK)
		dirs = &limited;
	else if (files == dirs->files)
		return dirs;
	own = ARENA_NEW(p->a, struct win_dirs);
	*own = *dirs;
	own->files = files;
	return own;
}

/* An image whose imports are being walked. */
struct frame {
	struct image *im;
	const struct win_dirs *dirs;
	size_t next;
};
struct stack {
	struct frame *items;
	size_t n, cap;
};

static void push(struct process *p, struct stack *s, struct image *im, const struct win_dirs *dirs)
{
	const struct win_dirs *own = dirs_of(p, im, dirs);
	struct frame *f;
	struct pe_import import;
	size_t n = 0;

	if (own == NULL)
		return; /* its imports are not looked at */
	while (pe_import(&im->file->pe, false, n, &import))
		n++;
	im->requests = ARENA_ARRAY(p->a, n + 1, const struct request *);
	im->needed = ARENA_ARRAY(p->a, n + 1, struct image *);
	f = ARENA_PUSH(p->a, s);
	f->im = im;
	f->dirs = own;
}

bool win_next_import(const struct image *im, size_t *i, struct pe_import *out)
{
	while (pe_import(&im->file->pe, false, *i, out)) {
		++*i;
		if (out->n > 0 && out->dll != NULL && *out->dll != '\0')
			return true;
	}
	return false;
}

/* What the images on the stack import from, depth first. */
static void load_needs(struct process *p, struct stack *s)
{
	while (s->n > 0) {
		struct frame *f = &s->items[s->n - 1];
		struct image *im = f->im, *to;
		const struct win_dirs *dirs = f->dirs;
		const struct request *rq;
		struct pe_import import;
		bool fresh;

		if (!win_next_import(im, &f->next, &import)) {
			s->n--;
			continue;
		}
		to = load_one(p, im, import.dll, dirs, &rq, &fresh);
		im->requests[im->nrequests++] = rq;
		if (to != NULL)
			im->needed[im->nneeded++] = to;
		if (fresh)
			push(p, s, to, dirs);
	}
}

struct image *win_load(struct process *p, struct image *from, const char *name, const struct win_dirs *dirs)
{
	const struct request *rq;
	struct stack s = { NULL, 0, 0 };
	bool fresh;
	struct image *im = load_one(p, from, name, dirs, &rq, &fresh);

	if (fresh) {
		push(p, &s, im, dirs);
		load_needs(p, &s);
	}
	return im;
}

/* Binding may load more: what forwarders lead to. */
static void bind_from(struct process *p, size_t from, const struct win_dirs *dirs)
{
	for (size_t i = from; i < p->images.n; i++)
		if (p->images.items[i]->file != NULL && !p->images.items[i]->relocated)
			win_bind(p, p->images.items[i], dirs);
}

/* What is needed at the first call only: it is looked for, and nothing happens if it is not there. */
static void look_for_delayed(struct process *p, struct image *im, const struct win_dirs *dirs)
{
	struct pe_import import;

	for (size_t i = 0; pe_import(&im->file->pe, true, i, &import); i++) {
		size_t failures = p->trace.failures.n;
		struct win_found found;

		if (import.dll == NULL || *import.dll == '\0')
			continue;
		found = win_find(p, im, import.dll, dirs);
		found.request->optional = found.request->delay = true;
		if (found.status == WIN_OK)
			win_bind_delayed(p, im, &import, &found);
		else
			fail_load(p, &found, import.dll, im);
		for (; failures < p->trace.failures.n; failures++)
			p->trace.failures.items[failures].lazy = true;
	}
}

static void tell(struct process *p, const char *target, bool start)
{
	for (size_t i = 0; i < p->trace.failures.n; i++) {
		struct failure *f = &p->trace.failures.items[i];

		if (!f->lazy)
			f->message = win_message(p, target, start, f);
		f->exit_status = (int)f->status;
	}
}

static void finish(struct process *p, size_t from, const char *target, bool start,
		   const struct win_dirs *dirs, unsigned flags)
{
	size_t n = p->images.n;

	if (p->trace.failures.n == 0 && (flags & OPEN_NO_BIND) == 0)
		bind_from(p, from, dirs);
	for (size_t i = from; i < n; i++)
		if (p->images.items[i]->file != NULL)
			look_for_delayed(p, p->images.items[i], dirs);
	tell(p, target, start);
}

/* ---- start ------------------------------------------------------------------------------------ */

static void add_present(struct process *p, const char *name)
{
	const struct store_entry *en = strchr(name, '/') != NULL ? store_open(p->w->store, name) : NULL;
	struct image *im;

	if (en != NULL && en->err == 0 && en->file->kind == FILE_PE) {
		im = process_add_image(p, IMAGE_LIBRARY, en->file, name);
		process_add_name(p, im, win_base_name(p->a, arena_printf(p->a, "%s.", name)));
		im->relocated = true;
	} else {
		im = win_add_assumed(p, win_base_name(p->a, name));
	}
	im->is_host = true;
}

/* Every process has these; they import nothing that is not there. */
static void add_host(struct process *p)
{
	static const char *const always[] = { "ntdll.dll", "kernel32.dll", "kernelbase.dll" };
	const struct windows_world *ww = p->w->windows;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++) {
		const char *path = ww->system_dir != NULL ? win_path_in(p, ww->system_dir, always[i]) : NULL;

		add_present(p, path != NULL ? path : always[i]);
	}
	for (size_t i = 0; i < ww->npresent; i++)
		add_present(p, ww->present[i]);
}

/* CreateProcess asks for the oldest Windows that the program says it runs on. */
static bool is_too_new(const struct pe *e, const struct windows_release *w)
{
	return e->subsystem_major > w->major ||
	       (e->subsystem_major == w->major && e->subsystem_minor > w->minor);
}

static bool check_program(struct process *p, const struct store_entry *en)
{
	struct failure *f;
	bool other, too_new;
	uint32_t status = win_map(p, en, &other);

	too_new = status == WIN_OK && is_too_new(&en->file->pe, p->w->windows->release);
	if (status == WIN_OK && !too_new)
		return true;
	f = fail_add(p, FAIL_CANDIDATE, en->path, NULL, en->err);
	f->status = too_new || other ? 0 : status;
	f->candidate = en;
	f->image = p->program;
	return false;
}

struct process *windows_start(const struct world *w, struct arena *a, const char *program,
			      const char *argv0, bool secure, unsigned flags)
{
	struct process *p = process_new(w, a, argv0);
	const struct store_entry *en = program != NULL ? store_open(w->store, program) : NULL;
	bool ok = en != NULL && en->err == 0;
	struct stack s = { NULL, 0, 0 };
	struct win_dirs dirs;

	(void)secure;
	p->program = process_add_image(p, IMAGE_PROGRAM, ok ? en->file : NULL, "");
	p->program->is_host = program == NULL;
	add_host(p);
	if (en == NULL)
		return p;
	p->program->real_path = program;
	process_add_name(p, p->program, win_base_name(a, arena_printf(a, "%s.", program)));
	win_search_dirs(p, 0, NULL, &dirs);
	if (check_program(p, en)) {
		push(p, &s, p->program, &dirs);
		load_needs(p, &s);
	}
	finish(p, 0, program, true, &dirs, flags);
	return p;
}

/* ---- LoadLibraryEx ---------------------------------------------------------------------------- */

static struct image *refuse(struct process *p, const char *file, uint32_t status)
{
	struct failure *f = fail_add(p, FAIL_CANDIDATE, file, win_error_text(win_error(status)), 0);

	f->status = status;
	tell(p, file, false);
	return NULL;
}

/* Nothing but the file itself, which is bound to nothing. */
static struct image *open_alone(struct process *p, const char *file, const struct win_dirs *dirs)
{
	struct win_found found = win_find(p, NULL, file, dirs);
	struct image *im = found.image;

	if (found.status != WIN_OK) {
		fail_load(p, &found, file, NULL);
		tell(p, file, false);
	} else if (im == NULL && found.file != NULL) {
		im = map_image(p, &found, NULL);
		im->relocated = true;
	}
	return im;
}

struct image *windows_open(struct process *p, const char *file, unsigned flags)
{
	size_t from = p->images.n, failures = p->trace.failures.n;
	unsigned how = p->w->windows->flags;
	struct win_dirs dirs;
	uint32_t status = win_search_dirs(p, how, file, &dirs);
	struct image *im;

	if (status != WIN_OK)
		return refuse(p, file, status);
	dirs.any_machine = (how & WIN_AS_DATA) != 0;
	if ((how & (WIN_NO_REFERENCES | WIN_AS_DATA)) != 0)
		return open_alone(p, file, &dirs);
	im = win_load(p, NULL, file, &dirs);
	finish(p, from, file, false, &dirs, flags);
	for (size_t i = failures; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return NULL;
	return im;
}
