/* glibc.c - the two events of glibc's loader: a program starts, a library is opened.
 *
 * Where upstream decides: dl_main (rtld.c) and dl_open_worker_begin (dl-open.c). Each is a fixed
 * sequence of phases; a phase that fails ends it, so the first failure is what the loader says.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "loader/audit.h"
#include "loader/bind.h"
#include "loader/damage.h"
#include "loader/facts.h"
#include "loader/loader.h"
#include "loader/needs.h"
#include "loader/path.h"
#include "loader/process.h"
#include "loader/search.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "loader/tls.h"
#include "loader/version.h"
#include "object/elfconst.h"

/* ---- what both share -------------------------------------------------------------------------- */

static bool has_fatal(const struct process *p)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		if (!p->trace.failures.items[i].lazy)
			return true;
	return false;
}

static void finish_messages(struct process *p, bool startup)
{
	for (size_t i = 0; i < p->trace.failures.n; i++)
		fail_message(p, &p->trace.failures.items[i], startup);
}

static void load_facts(struct process *p, const struct image *root)
{
	for (size_t i = 0; i < root->list.n; i++) {
		struct image *im = root->list.v[i];

		if (im->facts == NULL && im->file != NULL)
			im->facts = facts_of(p->w, im->file);
		if (im->facts == NULL && im->file != NULL)
			process_assume(p, "there was too little memory to read all symbols");
	}
}

/* Where references of an image that is not relocated yet are looked up: itself first if it is
 * DT_SYMBOLIC, then the global scope, then the closure of the object that was opened. */
static void set_scopes(struct process *p, struct image *im, const struct image *root)
{
	if (im->relocated)
		return;
	im->nscopes = 0;
	if (im->facts != NULL && im->facts->symbolic) {
		struct search_list *self = ARENA_NEW(p->a, struct search_list);

		self->v = ARENA_NEW(p->a, struct image *);
		self->v[0] = im;
		self->n = 1;
		im->scopes[im->nscopes++] = self;
	}
	im->scopes[im->nscopes++] = &p->global;
	if (root != NULL)
		im->scopes[im->nscopes++] = &root->list;
}

/* 2.33+ on x86: the ISA note of every object that is not set up yet. */
static bool check_isa(struct process *p, const struct image *root)
{
	const char *text = TEXT_OF(ISA_LEVEL, p->w);

	if (p->w->machine != EM_X86_64 || *text == '\0')
		return true;
	for (size_t i = root->list.n; i-- > 0;) {
		struct image *im = root->init_order[i];
		struct elf_notes n;
		struct failure *f;

		if (im->relocated || im->file == NULL || im->kind == IMAGE_LOADER)
			continue;
		elf_notes(&im->file->elf, &n);
		if (!n.has_x86_needed || (n.x86_isa_needed & ~p->w->cpu.isa_bits) == 0)
			continue;
		f = fail_add(p, FAIL_ISA, image_display(p, im), text, 0);
		f->image = im;
		f->wanted = n.x86_isa_needed;
		f->available = p->w->cpu.isa_bits;
		f->assumes = p->w->cpu.assumed ? "the processor is as assumed" : NULL;
		return false;
	}
	return true;
}

/* A PT_GNU_RELRO that reaches beyond the object makes what lies behind it read-only as well: other
 * objects' data, whose next write is the end. */
static bool check_relro(struct process *p, struct image *im)
{
	const struct elf *e = im->file != NULL ? &im->file->elf : NULL;
	uint64_t end;

	if (e == NULL || !e->has_relro || e->relro.memsz == 0)
		return true;
	end = (e->relro.vaddr + e->relro.memsz) & ~(p->w->page - 1);
	if (end <= ((e->load_end + p->w->page - 1) & ~(p->w->page - 1)))
		return true;
	fail_signal(p, SIGSEGV, im->file, im)->assumes =
		"what lies behind the object in memory";
	return false;
}

/* Relocation from the end of the sorted closure. Goes on after a failure of symbols, to name all
 * that is missing; not after a death. */
static bool relocate_all(struct process *p, struct image *root, bool lazy, bool startup)
{
	size_t lines = p->trace.lines.n;
	bool ok = true, was_ok;

	for (size_t i = root->list.n; i-- > 0;) {
		struct image *im = root->init_order[i];

		if (im->relocated || im->kind == IMAGE_LOADER || im->kind == IMAGE_VDSO)
			continue;
		was_ok = ok;
		ok = bind_image(p, im, lazy, startup) && check_relro(p, im) && ok;
		if (was_ok)
			lines = p->trace.lines.n;
		else
			p->trace.lines.n = lines; /* the loader has stopped: no more warnings */
		if (!ok && p->trace.failures.items[p->trace.failures.n - 1].fatal)
			return false;
		im->relocated = true;
		*ARENA_PUSH(p->a, &p->relocated) = im;
	}
	return ok;
}

static bool check_constructors(struct process *p, const struct image *root, size_t from)
{
	for (size_t i = root->list.n; i-- > 0;) {
		struct image *im = root->init_order[i];

		if (im->index < from || im->file == NULL || !damage_in_constructor(&im->file->elf))
			continue;
		fail_signal(p, SIGBUS, im->file, im);
		return false;
	}
	return true;
}

/* ---- start ------------------------------------------------------------------------------------ */

static void add_loader_and_vdso(struct process *p)
{
	const struct store_entry *en = store_open(p->w->store, p->w->ld_path);
	const struct store_file *file = NULL;

	if (en != NULL && en->err == 0 && en->file->kind == FILE_ELF)
		file = en->file;
	p->loader = process_add_image(p, IMAGE_LOADER, file, p->w->ld_path);
	p->loader->relocated = true;
	p->vdso = process_add_image(p, IMAGE_VDSO, NULL, "linux-vdso.so.1");
	p->vdso->relocated = true;
}

static void warn_preload(struct process *p, const char *name, const char *where)
{
	const struct failure *f = &p->trace.failures.items[p->trace.failures.n - 1];

	*ARENA_PUSH(p->a, &p->trace.lines) =
		arena_printf(p->a, "ERROR: ld.so: object '%s' from %s cannot be preloaded%s%s%s: ignored.",
			     name, where, world_minor(p->w) >= 19 ? " (" : "",
			     world_minor(p->w) >= 19 ? f->string : "",
			     world_minor(p->w) >= 19 ? ")" : "");
}

/* One entry of a preload list. An entry that cannot be mapped is a warning. */
static void preload_one(struct process *p, const char *name, const char *where,
			struct image_list *out)
{
	size_t failures = p->trace.failures.n, images = p->images.n;
	struct request *rq;

	if (p->secure && strchr(name, '/') != NULL)
		return;
	search_map(p, p->program, name, SEARCH_SECURE | SEARCH_START, &rq);
	rq->preload = true;
	rq->optional = true;
	if (rq->to == NULL) {
		if (p->trace.failures.items[p->trace.failures.n - 1].fatal)
			return;
		warn_preload(p, name, where);
		p->trace.failures.n = failures;
	} else if (p->images.n > images) {
		*ARENA_PUSH(p->a, out) = rq->to;
	}
}

static void preload_list(struct process *p, const char *list, const char *separators,
			 const char *where, struct image_list *out)
{
	while (*list != '\0') {
		size_t n = strcspn(list, separators);

		if (n > 0)
			preload_one(p, arena_strndup(p->a, list, n), where, out);
		list += n + (list[n] != '\0');
	}
}

/* /etc/ld.so.preload without its comments. */
static const char *preload_file(struct process *p)
{
	const struct store_entry *en = store_open(p->w->store, "/etc/ld.so.preload");
	char *text;

	if (en == NULL || en->err != 0 || en->file->bytes.n == 0 || en->file->bytes.n > 1 << 20)
		return "";
	text = arena_strndup(p->a, (const char *)en->file->bytes.p, en->file->bytes.n);
	for (char *c = strchr(text, '#'); c != NULL; c = strchr(c, '#'))
		while (*c != '\0' && *c != '\n')
			*c++ = ' ';
	return text;
}

static void preload_all(struct process *p, struct image_list *out)
{
	if (p->w->env.preload != NULL)
		preload_list(p, p->w->env.preload, " :", "LD_PRELOAD", out);
	preload_list(p, preload_file(p), " \t\n:", "/etc/ld.so.preload", out);
}

static void add_program(struct process *p, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(p->w->store, path) : NULL;
	const struct store_file *file = en != NULL && en->err == 0 ? en->file : NULL;
	char *real = NULL;

	p->program = process_add_image(p, IMAGE_PROGRAM, file, "");
	p->program->global = false;
	p->stack_exec = p->tunables->exec_stack == 2;
	if (file == NULL)
		return;
	p->program->real_path = en->path;
	p->stack_exec = p->stack_exec || segment_wants_exec_stack(&file->elf);
	if (source_realpath(p->w->source, path, &real) == 0) {
		char *slash = strrchr(real, '/');

		p->program->origin =
			arena_strndup(p->a, real, slash == real ? 1 : (size_t)(slash - real));
		free(real);
	}
}

/* A missing version is printed and the check goes on; everything else ends the start there. */
static bool ended_at_once(const struct process *p)
{
	const struct failure_list *l = &p->trace.failures;

	return l->n > 0 && l->items[l->n - 1].kind != FAIL_VERSION;
}

static bool start_versions(struct process *p)
{
	bool ok = true;

	for (size_t i = 0; i < p->images.n && !ended_at_once(p); i++)
		ok = version_check(p, p->images.items[i], true) && ok;
	return ok;
}

/* The blocks of all objects must fit into memory together (init_tls). */
static bool start_tls(struct process *p)
{
	struct failure *f;

	tls_layout_start(p);
	if (p->w->memory == 0 || p->tls_size <= p->w->memory)
		return true;
	f = fail_add(p, FAIL_STATIC_TLS, "", TEXT_OF(INITIAL_TLS, p->w), 0);
	f->message = f->string;
	f->wanted = p->tls_size;
	f->available = p->w->memory;
	f->assumes = "the memory of this machine and the usual overcommit rule";
	return false;
}

/* The first version of malloc's family in libc, by machine (shlib-versions). */
static const char *first_version(const struct world *w)
{
	switch (w->machine) {
	case EM_X86_64: return w->is64 ? "GLIBC_2.2.5" : "GLIBC_2.16";
	case EM_386: return "GLIBC_2.0";
	case EM_AARCH64: return "GLIBC_2.17";
	default: return NULL;
	}
}

/* 2.31 to 2.40: when somebody needs ld.so as a library, it looks up the real malloc for itself
 * (__rtld_malloc_init_real). Without libc there is none. */
static bool find_malloc(struct process *p)
{
	static const char *const names[] = { "calloc", "free", "malloc", "realloc" };
	const char *version = first_version(p->w);
	bool wanted = false;

	for (size_t i = 0; i < p->program->list.n; i++)
		wanted = wanted || p->program->list.v[i] == p->loader;
	if (!wanted || version == NULL || world_minor(p->w) < 31 || world_minor(p->w) > 40)
		return true;
	for (size_t i = 0; i < 4; i++) {
		struct failure *f;

		if (bind_find(p, p->program, names[i], version) != NULL)
			continue;
		f = fail_add(p, FAIL_SYMBOL, image_display(p, p->program),
			     arena_printf(p->a, "undefined symbol: %s, version %s", names[i],
					  version),
			     0);
		f->occasion = TEXT_OF(OCCASION_SYMBOL, p->w);
		f->image = p->loader;
		f->symbol = names[i];
		f->version = version;
		return false;
	}
	return true;
}

static void start_relocation(struct process *p, unsigned flags)
{
	struct image *root = p->program;

	load_facts(p, root);
	for (size_t i = 0; i < root->list.n; i++)
		process_make_global(p, root->list.v[i]);
	for (size_t i = 0; i < root->list.n; i++)
		set_scopes(p, root->list.v[i], NULL);
	if (!check_isa(p, root))
		return;
	bind_prepare(p, root->list.v, root->list.n, (flags & OPEN_PARALLEL) != 0);
	if (relocate_all(p, root, !p->w->env.bind_now, true) && find_malloc(p))
		check_constructors(p, root, 0);
}

/* What a start prints before it dies: its failure's line behind the warnings. */
static void add_failure_line(struct process *p)
{
	const struct failure *f = NULL;

	for (size_t i = 0; i < p->trace.failures.n && f == NULL; i++)
		if (!p->trace.failures.items[i].lazy &&
		    p->trace.failures.items[i].kind != FAIL_VERSION)
			f = &p->trace.failures.items[i];
	if (f != NULL && f->message != NULL)
		*ARENA_PUSH(p->a, &p->trace.lines) = f->message;
}

struct process *glibc_start(const struct world *w, struct arena *a, const char *program,
			    const char *argv0, bool secure, unsigned flags)
{
	struct process *p = process_new(w, a, argv0);
	struct image_list preloads = { NULL, 0, 0 };

	p->secure = secure;
	if (secure)
		p->tunables = &w->defaults;
	add_program(p, program);
	add_loader_and_vdso(p);
	path_init_system(p);
	path_init_image(p, p->program);
	path_init_env(p);
	audit_all(p);
	preload_all(p, &preloads);
	if (!has_fatal(p) &&
	    needs_map(p, p->program, preloads.items, preloads.n, SEARCH_START) &&
	    start_versions(p)) {
		if (start_tls(p) && (flags & OPEN_NO_BIND) == 0)
			start_relocation(p, flags);
	}
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->is_host = true;
	finish_messages(p, true);
	add_failure_line(p);
	return p;
}

/* ---- dlopen ----------------------------------------------------------------------------------- */

static bool open_versions(struct process *p, const struct image *root)
{
	bool ok = true;

	for (size_t i = 0; i < root->list.n; i++)
		if (!root->list.v[i]->versions_checked)
			ok = version_check(p, root->list.v[i], false) && ok;
	return ok;
}

static bool open_relocation(struct process *p, struct image *root, size_t new_from,
			    unsigned flags)
{
	bool lazy = (flags & OPEN_LAZY) != 0 && !p->w->env.bind_now;

	load_facts(p, root);
	for (size_t i = 0; i < root->list.n; i++)
		set_scopes(p, root->list.v[i], root);
	if (!check_isa(p, root))
		return false;
	bind_prepare(p, root->list.v, root->list.n, (flags & OPEN_PARALLEL) != 0);
	return relocate_all(p, root, lazy, false) && check_constructors(p, root, new_from);
}

struct image *glibc_open_by(struct process *p, struct image *by, const char *file, unsigned flags)
{
	size_t new_from = p->images.n;
	struct image *root =
		search_map(p, by, file, SEARCH_CALLER | SEARCH_DLOPEN, NULL);
	bool ok = root != NULL;

	if (ok && root->list.n == 0)
		ok = needs_map(p, root, NULL, 0, SEARCH_DLOPEN) && open_versions(p, root) &&
		     ((flags & OPEN_NO_BIND) != 0 || open_relocation(p, root, new_from, flags));
	finish_messages(p, false);
	if (ok && (flags & OPEN_GLOBAL) != 0)
		for (size_t i = 0; i < root->list.n; i++)
			process_make_global(p, root->list.v[i]);
	return ok ? root : NULL;
}

struct image *glibc_open(struct process *p, const char *file, unsigned flags)
{
	return glibc_open_by(p, p->program, file, flags);
}
