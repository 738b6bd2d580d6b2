/* musl.c - the two events of musl's loader: a program starts, a library is opened.
 *
 * Where upstream decides: __dls3 and dlopen in ldso/dynlink.c. A start prints every complaint, goes
 * on to its end, and then does not run the program. An open ends at the first complaint, which is
 * what dlerror says; the simulation goes on within the phase, to name what else is missing.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "loader/damage.h"
#include "loader/musl.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "object/elfconst.h"

static bool died(const struct process *p)
{
	return p->trace.failures.n > 0 && p->trace.failures.items[p->trace.failures.n - 1].fatal;
}

/* ---- needs ------------------------------------------------------------------------------------ */

static void fail_load(struct process *p, const struct musl_found *found, const char *name,
		      struct image *from, const char *needed_by, bool startup)
{
	int err = p->err;
	bool read = found->refused != NULL && err != EPERM && err != ENOMEM && err != EBUSY;
	struct failure *f = fail_add(p,
				     found->refused == NULL ? FAIL_NOT_FOUND :
				     read		    ? FAIL_CANDIDATE :
							      FAIL_MAP,
				     name, musl_strerror(p->a, err), err);

	f->message = musl_text_load(p, name, err, needed_by);
	f->request = found->request;
	f->candidate = found->refused;
	f->image = from;
	if (read) {
		struct probe *last = &p->trace.probes.items[found->request->probe0 +
							     found->request->nprobes - 1];

		last->outcome = err == EISDIR ? PROBE_IS_DIRECTORY :
				found->refused->file->kind != FILE_ELF ? PROBE_NOT_ELF :
									 PROBE_BAD_HEADER;
	}
	if (startup)
		*ARENA_PUSH(p->a, &p->trace.lines) = f->message;
}

static void add_need(struct process *p, struct image *im, struct musl_found *found)
{
	size_t max = im->file->elf.nneeds;

	if (im->requests == NULL) {
		im->requests = ARENA_ARRAY(p->a, max, const struct request *);
		im->needed = ARENA_ARRAY(p->a, max, struct image *);
	}
	im->requests[im->nrequests++] = found->request;
	if (found->image == NULL)
		return;
	im->needed[im->nneeded++] = found->image;
	if (found->image->requester == NULL && found->image->request == found->request)
		found->image->requester = im;
}

/* load_direct_deps. False: the process died, or at run time a need was missing. */
static bool load_needs(struct process *p, struct image *im, bool startup)
{
	bool ok = true;

	if (im->musl->searched || im->file == NULL)
		return true;
	im->musl->searched = true;
	for (size_t i = 0; i < im->file->elf.nneeds; i++) {
		const struct elf_need *need = &im->file->elf.needs[i];
		struct musl_found found;

		if (need->kind != ELF_NEED || need->name == NULL)
			continue;
		found = musl_load(p, need->name, im);
		add_need(p, im, &found);
		if (found.dead)
			return false;
		if (found.image == NULL) {
			fail_load(p, &found, need->name, im, image_display(p, im), startup);
			ok = false;
		}
	}
	return ok;
}

/* Everything that the images from `from` on need; the list grows meanwhile. */
static bool load_all_needs(struct process *p, size_t from, bool startup)
{
	bool ok = true;

	for (size_t i = from; i < p->images.n && !died(p); i++)
		ok = load_needs(p, p->images.items[i], startup) && ok;
	return ok && !died(p);
}

/* ---- relocation ------------------------------------------------------------------------------- */

static void load_facts(struct process *p, struct image *im)
{
	if (im->facts != NULL || im->file == NULL)
		return;
	im->facts = facts_of(p->w, im->file);
	if (im->facts == NULL)
		process_assume(p, "there was too little memory to read all symbols");
}

/* A PT_GNU_RELRO that ends behind the object's last page: what lies there is hit, or nothing. */
static bool check_relro(struct process *p, struct image *im)
{
	const struct elf *e = im->file != NULL ? &im->file->elf : NULL;
	uint64_t from, end, page = p->w->page;

	if (e == NULL || !e->has_relro)
		return true;
	from = e->relro.vaddr & ~(page - 1);
	end = (e->relro.vaddr + e->relro.memsz) & ~(page - 1);
	if (from == end || end <= ((e->load_end + page - 1) & ~(page - 1)))
		return true;
	fail_signal(p, SIGSEGV, im->file, im)->assumes =
		"another object lies behind it in memory";
	return false;
}

/* False: the process died. */
static bool relocate(struct process *p, struct image *im, struct musl_scope *scope,
		     bool startup, bool *ok)
{
	if (im->relocated || im->kind == IMAGE_LOADER || im->kind == IMAGE_VDSO)
		return true;
	*ok = musl_bind(p, im, scope, startup) && *ok;
	if (died(p) || !check_relro(p, im))
		return false;
	im->relocated = true;
	*ARENA_PUSH(p->a, &p->relocated) = im;
	return true;
}

/* ---- constructors ----------------------------------------------------------------------------- */

/* Is the first constructor's address one that only DT_RELR would correct? */
static bool constructor_in_relr(const struct elf *e)
{
	uint64_t slot = e->dt[ELF_DT_INIT_ARRAY];
	struct elf_relocs r;
	struct elf_rel rel;

	if (!elf_has(e, ELF_DT_RELR) || e->dt[ELF_DT_INIT_ARRAYSZ] < (e->is64 ? 8 : 4))
		return false;
	elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++)
		for (uint64_t i = 0; i < r.rel[t].n; i++)
			if (elf_reloc(e, &r, t, i, &rel) && rel.offset == slot)
				return false;
	return true;
}

static bool check_constructor(struct process *p, struct image *im)
{
	const struct elf *e = &im->file->elf;

	if (damage_in_constructor(e)) {
		fail_signal(p, SIGBUS, im->file, im);
		return false;
	}
	if (musl_before(p->w, 2, 4) && elf_has(e, ELF_DT_RELR)) {
		if (constructor_in_relr(e)) {
			fail_signal(p, SIGSEGV, im->file, im);
			return false;
		}
		process_assume(p, "nobody uses the pointers that this musl leaves as they are "
				  "(DT_RELR, known from 1.2.4 on)");
	}
	if (e->machine != p->w->machine)
		process_assume(p, "nobody calls a function of a library for another processor");
	return true;
}

static bool check_constructors(struct process *p, size_t from)
{
	for (size_t i = p->images.n; i-- > from;) {
		struct image *im = p->images.items[i];

		if (im->file != NULL && im->kind != IMAGE_LOADER && !check_constructor(p, im))
			return false;
	}
	return true;
}

/* ---- start ------------------------------------------------------------------------------------ */

static void add_program(struct process *p, const char *path)
{
	const struct store_entry *en = path != NULL ? store_open(p->w->store, path) : NULL;
	const struct store_file *file = en != NULL && en->err == 0 ? en->file : NULL;

	p->program = process_add_image(p, IMAGE_PROGRAM, file, "");
	if (file != NULL)
		p->program->real_path = en->path;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* What cannot be loaded is passed over without a word. False: the process died. */
static bool preload(struct process *p)
{
	const char *s = p->secure || p->w->env.preload == NULL ? "" : p->w->env.preload;

	while (*s != '\0') {
		struct musl_found found;
		size_t n = 0;

		while (is_space(*s) || *s == ':')
			s++;
		while (s[n] != '\0' && !is_space(s[n]) && s[n] != ':')
			n++;
		if (n == 0) { /* musl asks for a name without letters, which it refuses without a word */
			p->err = EINVAL;
			break;
		}
		found = musl_load(p, arena_strndup(p->a, s, n), NULL);
		found.request->preload = true;
		found.request->optional = true;
		if (found.dead)
			return false;
		s += n;
	}
	return true;
}

static void add_vdso(struct process *p)
{
	p->vdso = process_add_image(p, IMAGE_VDSO, NULL, "linux-gate.so.1");
	p->vdso->musl->short_name = "linux-gate.so.1";
	p->vdso->musl->searched = true;
	p->vdso->relocated = true;
}

/* The program comes last. Its table is looked through by every look-up, even if it has none. */
static void start_relocation(struct process *p)
{
	struct musl_scope scope = { p, NULL, NULL };
	struct image *program = p->program;
	bool ok = p->trace.failures.n == 0;

	if (program->facts != NULL && !program->facts->hash.gnu && !program->facts->hash.sysv) {
		fail_signal(p, SIGSEGV, program->file, program);
		return;
	}
	for (size_t i = 1; i < p->images.n; i++)
		if (!relocate(p, p->images.items[i], &scope, true, &ok))
			return;
	if (relocate(p, program, &scope, true, &ok) && ok)
		check_constructors(p, 0);
}

struct process *musl_start(const struct world *w, struct arena *a, const char *program,
			   const char *argv0, bool secure, unsigned flags)
{
	struct process *p = process_new(w, a, argv0);
	struct musl_found libc;
	bool alive;

	p->secure = secure;
	add_program(p, program);
	alive = preload(p);
	if (alive && p->program->file == NULL) { /* the bare program needs libc alone */
		libc = musl_load(p, "libc.so", p->program);
		libc.image->requester = p->program;
	}
	if (alive)
		load_all_needs(p, 0, true);
	for (size_t i = 0; i < p->images.n; i++) {
		load_facts(p, p->images.items[i]);
		process_make_global(p, p->images.items[i]);
		p->images.items[i]->is_host = true;
		p->images.items[i]->scopes[0] = &p->global;
		p->images.items[i]->nscopes = 1;
	}
	p->nstarted = p->images.n;
	if (!died(p)) {
		add_vdso(p);
		p->vdso->is_host = true;
		p->nstarted = p->images.n;
		if ((flags & OPEN_NO_BIND) == 0)
			start_relocation(p);
	}
	p->err = 0;
	return p;
}

/* ---- dlopen ----------------------------------------------------------------------------------- */

/* extend_bfs_deps: the object and what it needs, breadth first. */
static void list_needs(struct process *p, struct image *root)
{
	size_t cap = p->images.n;

	if (root->list.n > 0)
		return;
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->visited = false;
	root->list.v = ARENA_ARRAY(p->a, cap + 1, struct image *);
	root->list.v[root->list.n++] = root;
	root->visited = true;
	for (size_t i = 0; i < root->list.n; i++) {
		const struct image *im = root->list.v[i];

		for (size_t k = 0; k < im->nneeded; k++)
			if (!im->needed[k]->visited) {
				im->needed[k]->visited = true;
				root->list.v[root->list.n++] = im->needed[k];
			}
	}
}

/* prepare_lazy: what was linked with -z now cannot wait. */
static void prepare_lazy(const struct image *root)
{
	for (size_t i = 0; i < root->list.n; i++) {
		struct image *im = root->list.v[i];

		if (!im->relocated && im->facts != NULL)
			im->musl->lazy = !im->facts->bind_now;
	}
}

static bool open_relocation(struct process *p, struct image *root, size_t from, unsigned flags)
{
	struct musl_scope scope = { p, &root->list, NULL };
	bool ok = true;

	for (size_t i = from; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		load_facts(p, im);
		im->scopes[0] = &p->global;
		im->scopes[1] = &root->list;
		im->nscopes = 2;
	}
	if ((flags & OPEN_LAZY) != 0)
		prepare_lazy(root);
	for (size_t i = from; i < p->images.n; i++)
		if (!relocate(p, p->images.items[i], &scope, false, &ok))
			return false;
	return ok;
}

/* The functions that nobody has defined so far: their first call is a jump to nowhere. */
static void tell_deferred(struct process *p, size_t from)
{
	for (size_t i = from; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		for (size_t k = 0; k < im->musl->deferred.n; k++) {
			const struct musl_deferred *d = &im->musl->deferred.items[k];
			struct failure *f = fail_add(p, FAIL_SYMBOL, image_display(p, im),
						     musl_text_symbol(p, image_display(p, im),
								      d->ref.name),
						     0);

			f->message = f->string;
			f->image = im;
			f->symbol = d->ref.name;
			f->lazy = true;
		}
	}
}

static struct image *commit(struct process *p, struct image *root, size_t from, unsigned flags)
{
	struct musl_scope scope = { p, NULL, NULL };

	for (size_t i = 0; (flags & OPEN_GLOBAL) != 0 && i < root->list.n; i++)
		process_make_global(p, root->list.v[i]);
	musl_retry(p, &scope);
	tell_deferred(p, from);
	return check_constructors(p, from) ? root : NULL;
}

static void drop(struct process *p, size_t from)
{
	for (size_t i = from; i < p->images.n; i++) {
		p->images.items[i]->musl->dropped = true;
		p->images.items[i]->musl->deferred.n = 0;
	}
}

struct image *musl_open(struct process *p, const char *file, unsigned flags)
{
	size_t from = p->images.n;
	struct musl_found found = musl_load(p, file, p->program);
	struct image *root = found.image;
	bool ok = root != NULL;

	if (!ok && !found.dead)
		fail_load(p, &found, file, NULL, NULL, false);
	ok = ok && load_all_needs(p, from, false);
	if (ok) {
		list_needs(p, root);
		ok = (flags & OPEN_NO_BIND) != 0 || open_relocation(p, root, from, flags);
	}
	if (ok)
		root = commit(p, root, from, flags);
	if (ok && root != NULL)
		return root;
	drop(p, from);
	return NULL;
}
