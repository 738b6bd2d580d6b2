/* py_loads.c - the native files that Python opens, simulated in one process.
 *
 * What `import` does with an extension is CPython's _PyImport_FindSharedFuncptr (Python/dynload_shlib.c):
 * dlopen, then dlsym of the init function; ctypes calls dlopen alone (py_dl_open in _ctypes.c).
 */
#include <string.h>

#include "base/os_child.h"
#include "loader/dyld.h"
#include "object/elfconst.h"
#include "python/ext_imports.h"
#include "python/ext_numpy.h"
#include "verb/py_foreign.h"

enum { MAX_LOADS = 4000 };

/* ---- symbols -------------------------------------------------------------------------------- */

static bool elf_has_symbol(const struct elf *e, const char *name)
{
	struct elf_hash h;

	if (e->defect != ELF_OK)
		return false;
	elf_hash_open(e, &h);
	return elf_defines(e, &h, name);
}

static bool pe_has(const struct pe *e, const char *name)
{
	struct pe_exports x;
	struct pe_export out;

	return pe_exports(e, &x) && pe_export_find(&x, name, &out);
}

/* Names of macOS have an underscore more than those of C. */
static bool macho_has(const struct process *p, const struct image *im, const char *name)
{
	struct macho_export out;

	return macho_find_export(&im->dyld->load.m, arena_printf(p->a, "_%s", name), &out);
}

static bool defines(const struct process *p, const struct image *im, const char *name)
{
	if (im->file == NULL)
		return false;
	switch (im->file->kind) {
	case FILE_ELF: return elf_has_symbol(&im->file->elf, name);
	case FILE_PE: return pe_has(&im->file->pe, name);
	case FILE_MACHO:
	case FILE_MACHO_FAT: return im->dyld != NULL && macho_has(p, im, name);
	default: return false;
	}
}

/* dlsym(handle, name): the object and what it needs, breadth first; of the program the global
 * scope. */
static bool has_symbol(const struct process *p, const struct image *im, const char *name)
{
	const struct search_list *l = im == p->program ? &p->global : &im->list;

	if (l->n == 0)
		return defines(p, im, name);
	for (size_t i = 0; i < l->n; i++)
		if (defines(p, l->v[i], name))
			return true;
	return false;
}

static int host_symbol(void *ctx, void *handle, const char *name)
{
	const struct py_process *pp = ctx;

	if (handle == NULL)
		return -1;
	if (has_symbol(pp->p, handle, name))
		return 1;
	return pyp_is_foreign(pp->s) ? -1 : 0; /* what the handle leads to is only followed here */
}

/* ---- loads ---------------------------------------------------------------------------------- */

static const struct failure *first_fatal(const struct failure_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->items[i].lazy)
			return &l->items[i];
	return NULL;
}

/* Takes the failures out of the trace, so that those of the next load begin a list of their own. */
static void take_failures(struct process *p, struct native_load *l)
{
	l->failures = p->trace.failures;
	p->trace.failures = (struct failure_list){ NULL, 0, 0 };
	p->trace.lines.n = 0;
	l->end_request = p->trace.requests.n;
}

/* The image of what was asked for, as far as it came. */
static struct image *mapped(const struct process *p, size_t from)
{
	for (size_t i = from; i < p->images.n; i++)
		if (p->images.items[i]->requester == NULL)
			return p->images.items[i];
	return NULL;
}

/* What is left of the process for those who explain the failure. */
static const struct process *snapshot(struct process *p)
{
	struct process *then = ARENA_NEW(p->a, struct process);

	*then = *p;
	then->images.items = ARENA_ARRAY(p->a, p->images.n + 1, struct image *);
	then->images.cap = p->images.n + 1;
	for (size_t i = 0; i < p->images.n; i++)
		then->images.items[i] = p->images.items[i];
	return then;
}

static const char *death_words(struct arena *a, const struct failure *f)
{
	char name[24];

	if (f->message != NULL)
		return f->message;
	if (f->signal == 0)
		return "the process ends";
	return arena_printf(a, "killed by %s", os_signal_name(f->signal, name, sizeof(name)));
}

static void refused(struct py_process *pp, struct native_load *l, struct py_loaded *out)
{
	const struct failure *f = first_fatal(&l->failures);

	l->image = mapped(pp->p, l->first_image);
	l->then = snapshot(pp->p);
	if (f == NULL) {
		l->result = PY_LOAD_UNKNOWN;
		return;
	}
	l->result = f->fatal || f->message == NULL ? PY_LOAD_DEATH : PY_LOAD_ERROR;
	l->error = l->result == PY_LOAD_DEATH ? death_words(pp->a, f) : f->message;
	if (l->result != PY_LOAD_ERROR)
		return;
	if (l->what.kind == PY_LOAD_CTYPES)
		l->error = pyp_ctypes_error(pp, l, out);
	loader_undo(pp->p, &pp->mark);
}

static bool is_elf(const struct image *im)
{
	return im->file != NULL && im->file->kind == FILE_ELF && im->file->elf.defect == ELF_OK;
}

/* Does the extension, or a library that lies beside it and came with it, ask for NumPy 1 where there is
 * NumPy 2? Then it is opened, and its init function raises an exception. */
static bool clashes(struct py_process *pp, const struct native_load *l, struct ext_clash *clash)
{
	const char *slash = strrchr(l->what.path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - l->what.path) : 0;

	if (l->what.module == NULL || strncmp(l->what.module, "numpy.", 6) == 0)
		return false;
	if (pp->new_numpy < 0)
		pp->new_numpy = ext_numpy_is_new(pp->finder, &pp->home, pp->a);
	if (pp->new_numpy == 0)
		return false;
	for (size_t i = l->first_image; i < pp->p->images.n; i++) {
		const struct image *im = pp->p->images.items[i];

		if (is_elf(im) && strncmp(im->name, l->what.path, folder) == 0 &&
		    im->name[folder] == '/' && strchr(im->name + folder + 1, '/') == NULL &&
		    ext_numpy_old(&im->file->elf, clash))
			return true;
	}
	return false;
}

/* Its bytes, if they can be looked at. */
static bool binary_of(const struct image *im, struct py_binary *out)
{
	*out = (struct py_binary){ NULL, NULL, NULL };
	if (im->file == NULL)
		return false;
	if (is_elf(im))
		out->elf = &im->file->elf;
	else if (im->file->kind == FILE_PE && im->file->pe.defect == PE_OK)
		out->pe = &im->file->pe;
	else if (im->dyld != NULL)
		out->macho = &im->dyld->load.m;
	return out->elf != NULL || out->pe != NULL || out->macho != NULL;
}

/* Does it lie in the folder of the file that was opened? */
static bool is_beside(const struct image *im, const struct native_load *l)
{
	const char *slash = strrchr(l->what.path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - l->what.path) : 0;

	return im != l->image && strncmp(im->name, l->what.path, folder) == 0 && im->name[folder] == '/' &&
	       strchr(im->name + folder + 1, '/') == NULL;
}

/* What the code of the extension imports, and of libraries that came with it. */
static void inner_imports(struct py_process *pp, const struct native_load *l, const struct py_binary *own,
			  struct py_inner_list *out)
{
	const struct py_inner_list *ahead = NULL;
	struct py_binary b;

	if (own->elf != NULL)
		ahead = py_ahead_inner(pp->ahead, l->what.path, own->elf, l->what.module, pp->a);
	if (ahead != NULL)
		*out = *ahead;
	else
		py_ext_imports(own, l->what.module, pp->finder, &pp->home, pp->s->source, pp->a, out);
	for (size_t i = l->first_image; i < pp->p->images.n; i++) {
		const struct image *im = pp->p->images.items[i];

		if (is_beside(im, l) && binary_of(im, &b))
			py_ext_imports_beside(&b, pp->finder, &pp->home, pp->a, out);
	}
}

/* Is it a library of the system, which knows nothing of Python? */
static bool is_of_system(const char *path)
{
	return strstr(path, "-packages/") == NULL &&
	       (strncmp(path, "/lib", 4) == 0 || strncmp(path, "/usr/lib", 8) == 0);
}

static void add_needs(struct py_process *pp, const struct image *im, struct py_strings *out)
{
	for (size_t i = 0; i < im->nneeded; i++)
		if (im->needed[i]->file != NULL && !is_of_system(im->needed[i]->name))
			*ARENA_PUSH(pp->a, out) = im->needed[i]->name;
}

static void opened(struct py_process *pp, struct native_load *l, struct py_loaded *out)
{
	struct ext_clash clash;
	struct py_binary own;

	l->result = PY_LOAD_OK;
	if (l->what.init != NULL && !has_symbol(pp->p, l->image, l->what.init)) {
		l->result = PY_LOAD_NO_INIT;
	} else if (l->what.kind == PY_LOAD_EXTENSION && clashes(pp, l, &clash)) {
		l->result = PY_LOAD_ERROR;
		l->error = clash.message;
		out->type = clash.type;
	}
	out->handle = l->image;
	out->path = l->image->name;
	if (l->result == PY_LOAD_OK && l->what.kind == PY_LOAD_EXTENSION && binary_of(l->image, &own)) {
		inner_imports(pp, l, &own, &out->imports);
		add_needs(pp, l->image, &out->needs);
	}
}

static void open_file(struct py_process *pp, struct native_load *l, struct py_loaded *out)
{
	struct process *p = pp->p;
	unsigned flags = pp->flags | (l->what.global ? OPEN_GLOBAL : 0) | (l->what.lazy ? OPEN_LAZY : 0);

	loader_mark(p, &pp->mark);
	l->first_image = p->images.n;
	l->first_request = p->trace.requests.n;
	pyp_before_load(pp, l);
	l->image = loader_open(p, l->what.path, flags);
	take_failures(p, l);
	if (l->image == NULL && pyp_assume_host(pp, l))
		l->image = mapped(p, l->first_image);
	if (l->image != NULL)
		opened(pp, l, out);
	else
		refused(pp, l, out);
}

static void host_load(void *ctx, const struct py_load *what, struct py_loaded *out)
{
	struct py_process *pp = ctx;
	struct native_load *l;

	*out = (struct py_loaded){ .result = PY_LOAD_UNKNOWN };
	if (pp->loads.n >= MAX_LOADS)
		return;
	l = ARENA_NEW(pp->a, struct native_load);
	*ARENA_PUSH(pp->a, &pp->loads) = l;
	l->what = *what;
	if (what->path == NULL) { /* dlopen(NULL) */
		l->image = pp->p->program;
		l->result = PY_LOAD_OK;
		out->handle = l->image;
	} else {
		open_file(pp, l, out);
	}
	out->result = l->result;
	out->error = l->error;
}

/* ---- ctypes.util.find_library --------------------------------------------------------------- */

struct look {
	const char *name;
	size_t n;
	bool x86_64;
	struct arena *a;
	const char *found;
};

/* A line of `ldconfig -p` that begins with "libNAME." and names the ABI of this process. */
static void look_at(void *ctx, const char *soname, const char *path, int32_t flags, uint64_t hwcap)
{
	struct look *l = ctx;

	(void)path;
	(void)hwcap;
	if (l->found != NULL || strncmp(soname, "lib", 3) != 0 ||
	    strncmp(soname + 3, l->name, l->n) != 0 || soname[3 + l->n] != '.' ||
	    (flags & 0xff) != 3 || (l->x86_64 && (flags & 0xff00) != 0x0300))
		return;
	l->found = arena_strdup(l->a, soname);
}

const char *pyp_find_library(const struct world *w, const char *name, struct arena *a)
{
	struct look l = { .name = name, .n = strlen(name), .a = a };

	l.x86_64 = w->machine == EM_X86_64 && w->is64;
	if (w->cache != NULL && w->kind == LOADER_GLIBC && l.n > 0)
		ldcache_each(w->cache, look_at, &l);
	return l.found;
}

static const char *host_find_library(void *ctx, const char *name)
{
	struct py_process *pp = ctx;

	return pyp_find_library(pp->world, name, pp->a);
}

struct py_host pyp_host(struct py_process *pp)
{
	return (struct py_host){ .ctx = pp, .load = host_load, .symbol = host_symbol,
				 .find_library = host_find_library,
				 .search = pp->windows != NULL ? pyp_search : NULL };
}
