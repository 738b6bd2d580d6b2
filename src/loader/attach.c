/* attach.c - a running process, from its loader's own list.
 *
 * The link maps say which objects are there, in which order, and what each answers to; the mappings
 * say which files they are. Who is bound to whom does not matter any more: nothing that is loaded is
 * relocated again (_dl_open_worker). What counts for the next dlopen is the names, the global scope,
 * the files, and what is left of the static TLS area.
 */
#include "loader/attach.h"

#include <string.h>

#include "loader/facts.h"
#include "loader/path.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/tls.h"
#include "object/elfconst.h"

enum {
	MAX_SAID = 4,       /* files that are named one by one in what is assumed */
	MAX_COMPARED = 4000000, /* names, when needs are looked for by file name */
	MAX_BY_FILE = 4096  /* needs of one object that are looked for by file name */
};

/* ---- files -------------------------------------------------------------------------------------- */

/* A file system in layers may number its files in two ways: then the bytes decide. */
static bool same_bytes(const struct store_file *a, const struct store_file *b)
{
	return a->st.dev != b->st.dev && a->bytes.n == b->bytes.n && a->bytes.n > 0 &&
	       memcmp(a->bytes.p, b->bytes.p, a->bytes.n) == 0;
}

/* The file that is mapped, by way of the mapping itself; for that one has to be root. */
static const struct store_file *by_mapping(struct attach *at, const struct live_row *row)
{
	struct store_file *file;
	const char *path = arena_printf(at->p->a, "/proc/%ld/map_files/%llx-%llx", at->l->pid,
					(unsigned long long)row->start,
					(unsigned long long)row->end);

	if (store_open_host(at->p->w->store, path, &file) == 0)
		return file;
	if (at->l->exe == NULL || strcmp(row->path, at->l->exe) != 0)
		return NULL;
	return store_open_host(at->p->w->store, at->l->exe_host, &file) == 0 ? file : NULL;
}

static const struct store_file *on_disk(struct attach *at, const struct live_row *row)
{
	const struct store_entry *en = store_open(at->p->w->store, row->path);

	return en != NULL && en->err == 0 && en->file->st.type == OS_REGULAR ? en->file : NULL;
}

const struct store_file *attach_file(struct attach *at, const struct live_row *row,
				     enum image_disk *disk)
{
	const struct store_file *here, *mapped;

	bool numbered;

	*disk = DISK_SAME;
	if (row == NULL || row->path[0] != '/')
		return NULL;
	here = on_disk(at, row);
	numbered = here != NULL && here->st.ino == row->ino;
	if (numbered && here->st.dev == os_device(row->major, row->minor))
		return here;
	mapped = by_mapping(at, row);
	if (numbered && mapped == NULL) {
		process_assume(at->p, "files with the number of a mapped one are that file, although "
				      "their device is numbered otherwise");
		return here;
	}
	if (here != NULL && here == mapped)
		return here;
	if (here != NULL && mapped != NULL && same_bytes(here, mapped))
		return here;
	*disk = here != NULL ? DISK_REPLACED : DISK_DELETED;
	if (mapped != NULL)
		return mapped;
	if (at->said++ < MAX_SAID)
		process_assume(at->p,
			       arena_printf(at->p->a,
					    here != NULL ? "%s on disk, which was replaced since the "
							   "process loaded it, is like the old one"
							 : "%s, which the process has loaded, is "
							   "gone and cannot be read",
					    row->path));
	return here;
}

static bool is_elf(const struct store_file *f)
{
	return f != NULL && f->kind == FILE_ELF && f->elf.defect == ELF_OK;
}

/* ---- images ------------------------------------------------------------------------------------- */

void attach_settle(struct attach *at, struct image *im)
{
	im->relocated = im->versions_checked = im->is_host = true;
	if (im->origin == NULL && im->kind == IMAGE_LIBRARY && im->name[0] != '\0')
		im->origin = path_origin(at->p, im->name);
	if (im->facts == NULL && im->file != NULL)
		im->facts = facts_of(at->p->w, im->file);
	if (im->facts == NULL && im->file != NULL)
		process_assume(at->p, "there was too little memory to read all symbols");
}

static bool same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static enum image_kind kind_of(const struct attach *at, size_t i, const struct live_map *m,
			       const struct live_row *row)
{
	if (i == 0)
		return IMAGE_PROGRAM;
	if (row != NULL && strcmp(row->path, "[vdso]") == 0)
		return IMAGE_VDSO;
	if (at->p->loader == NULL &&
	    (same_name(m->name, at->p->w->ld_path) || (at->base != 0 && m->addr == at->base)))
		return IMAGE_LOADER;
	return IMAGE_LIBRARY;
}

static void set_program(struct attach *at, struct image *im, const struct live_row *row)
{
	const char *path = at->l->exe, *slash;

	if (row != NULL && row->path[0] == '/') /* ld.so may have been told which one to start */
		path = row->path;
	im->real_path = path;
	slash = strrchr(path, '/');
	if (slash != NULL)
		im->origin = arena_strndup(at->p->a, path, slash == path ? 1 : (size_t)(slash - path));
	at->p->program = im;
}

static void add_image(struct attach *at, size_t i)
{
	struct process *p = at->p;
	const struct live_map *m = &at->list->maps[i];
	const struct live_row *row = live_row_at(&at->l->rows, m->ld);
	enum image_kind kind = kind_of(at, i, m, row);
	enum image_disk disk = DISK_SAME;
	const struct store_file *f = kind != IMAGE_VDSO ? attach_file(at, row, &disk) : NULL;
	struct image *im;

	if (kind == IMAGE_LIBRARY && !is_elf(f) && disk != DISK_DELETED && at->said++ < MAX_SAID)
		process_assume(p, arena_printf(p->a, "what %s, which is loaded, defines does not count",
					       m->name));
	im = process_add_image(p, kind, is_elf(f) ? f : NULL, m->name);
	im->disk = disk;
	for (size_t k = 0; k < m->nnames; k++)
		process_add_name(p, im, m->names[k]);
	if (kind == IMAGE_PROGRAM)
		set_program(at, im, row);
	if (kind == IMAGE_LOADER)
		p->loader = im;
	if (kind == IMAGE_VDSO)
		p->vdso = im;
	attach_settle(at, im);
}

/* ---- needs -------------------------------------------------------------------------------------- */

static struct image *by_file_name(struct attach *at, const char *name)
{
	struct process *p = at->p;

	for (size_t i = 0; i < p->images.n; i++) {
		const char *slash = strrchr(p->images.items[i]->name, '/');

		if (at->compared++ > MAX_COMPARED) {
			process_assume(p, "of its many libraries no other needs each other");
			return NULL;
		}
		if (slash != NULL && strcmp(slash + 1, name) == 0)
			return p->images.items[i];
	}
	return NULL;
}

static void add_need(struct attach *at, struct image *im, const char *name, bool by_file)
{
	struct process *p = at->p;
	struct request *rq;
	bool by_soname;
	struct image *to = process_find(p, name, &by_soname);

	if (to == NULL && by_file) {
		to = by_file_name(at, name);
		if (to != NULL)
			process_add_name(p, to, name);
	}
	if (to == NULL)
		return;
	rq = ARENA_NEW(p->a, struct request);
	rq->name = rq->asked = name;
	rq->from = im;
	rq->to = to;
	rq->rule = by_soname ? RULE_SONAME : RULE_LOADED;
	im->requests[im->nrequests++] = rq;
	im->needed[im->nneeded++] = to;
	if (to->requester == NULL && to->index > im->index && to->kind == IMAGE_LIBRARY)
		to->requester = im;
}

void attach_needs(struct attach *at, bool by_file)
{
	struct process *p = at->p;

	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];
		const struct elf *e = im->file != NULL ? &im->file->elf : NULL;

		if (e == NULL || e->nneeds == 0 || im->requests != NULL)
			continue;
		im->requests = ARENA_ARRAY(p->a, e->nneeds, const struct request *);
		im->needed = ARENA_ARRAY(p->a, e->nneeds, struct image *);
		for (size_t k = 0; k < e->nneeds; k++)
			if (e->needs[k].kind == ELF_NEED && e->needs[k].name != NULL)
				add_need(at, im, path_has_token(p->w, e->needs[k].name) ?
							 path_expand(p, im, e->needs[k].name) :
							 e->needs[k].name,
					 by_file && k < MAX_BY_FILE);
	}
}

/* ---- scopes ------------------------------------------------------------------------------------- */

/* What was there at the start: the program, what is preloaded, and what these need. */
static void mark_start(struct attach *at, bool *start)
{
	struct process *p = at->p;
	const char *list = p->w->env.preload != NULL && !p->secure ? p->w->env.preload : "";
	bool by_soname;

	start[0] = true;
	while (*list != '\0') {
		size_t n = strcspn(list, " :");
		struct image *im =
			n > 0 ? process_find(p, arena_strndup(p->a, list, n), &by_soname) : NULL;

		if (im != NULL)
			start[im->index] = true;
		list += n + (list[n] != '\0');
	}
	if (p->loader != NULL)
		start[p->loader->index] = true;
	for (bool more = true; more;) { /* the needed ones mostly stand behind: a round or two */
		more = false;
		for (size_t i = 0; i < p->images.n; i++)
			for (size_t k = 0; start[i] && k < p->images.items[i]->nneeded; k++) {
				size_t to = p->images.items[i]->needed[k]->index;

				more = more || !start[to];
				start[to] = true;
			}
	}
}

static void set_global(struct attach *at, const bool *start)
{
	struct process *p = at->p;

	if (at->list->global_known) {
		for (size_t i = 0; i < at->list->nglobal; i++)
			process_make_global(p, p->images.items[at->list->global[i]]);
		return;
	}
	for (size_t i = 0; i < p->images.n; i++)
		if (start[i])
			process_make_global(p, p->images.items[i]);
	process_assume(p, "nothing was opened with RTLD_GLOBAL since the start");
}

static void set_opened(struct attach *at)
{
	struct process *p = at->p;

	for (size_t i = 1; i < p->images.n; i++) {
		const struct live_map *m = &at->list->maps[i];
		struct search_list *list = &p->images.items[i]->list;

		if (m->nlist == 0)
			continue;
		list->v = ARENA_ARRAY(p->a, m->nlist, struct image *);
		list->n = m->nlist;
		for (size_t k = 0; k < m->nlist; k++)
			list->v[k] = p->images.items[m->list[k]];
	}
}

/* ---- static TLS --------------------------------------------------------------------------------- */

/* The area was laid out at the start, for those that were there. */
static void layout_start(struct process *p, const bool *start)
{
	struct process then = *p;

	memset(&then.images, 0, sizeof(then.images));
	for (size_t i = 0; i < p->images.n; i++)
		if (start[i])
			*ARENA_PUSH(p->a, &then.images) = p->images.items[i];
	tls_layout_start(&then);
	p->tls_used = then.tls_used;
	p->tls_size = then.tls_size;
	p->tls_align = then.tls_align;
	p->tls_optional = then.tls_optional;
}

static bool has_block(const struct image *im)
{
	return im->file != NULL && im->file->elf.has_tls && im->file->elf.tls.memsz != 0;
}

/* l_tls_offset: NO_TLS_OFFSET and FORCED_DYNAMIC_TLS_OFFSET (0 and -1, or -1 and -2 where the blocks
 * stand above the thread pointer), else a place in the area. */
static void set_tls_of(struct process *p, struct image *im, uint64_t offset)
{
	uint64_t most = p->w->is64 ? UINT64_MAX : UINT32_MAX;
	uint64_t forced = tls_below(p->w->machine) ? most : most - 1;

	if (!has_block(im))
		return;
	im->tls_dynamic = offset == forced;
	im->tls_placed = offset < most - 1 && (offset != 0 || !tls_below(p->w->machine));
}

static void set_tls(struct attach *at, const bool *start)
{
	struct process *p = at->p;
	const struct live_list *list = at->list;

	layout_start(p, start);
	if (!list->tls_known) {
		process_assume(p, "no room in the static TLS area was taken since the start");
		return;
	}
	for (size_t i = 0; i < p->images.n; i++)
		set_tls_of(p, p->images.items[i], list->maps[i].tls_offset);
	if (tls_below(p->w->machine) && list->tls_most > p->tls_used)
		p->tls_used = list->tls_most;
	if (!list->tls_used_known || list->tls_used < p->tls_used)
		return;
	p->tls_used = list->tls_used;
	if (list->tls_optional < p->tls_optional)
		p->tls_optional = list->tls_optional;
}

/* ---- the process -------------------------------------------------------------------------------- */

static void say_what_is_missing(struct attach *at)
{
	struct process *p = at->p;

	if (at->l->environ_err != 0)
		process_assume(p, "its start environment, which cannot be read, has none of the "
				  "loader's variables");
	else if (at->l->overwritten)
		process_assume(p, "the process has left the loader's variables in its start "
				  "environment alone, over which it has written");
	if (at->l->auxv_err != 0)
		process_assume(p, "it is not a set-user-ID process (its auxiliary vector cannot be "
				  "read)");
	if (p->loader != NULL && p->loader->disk != DISK_SAME)
		process_assume(p, "the loader that the process runs with is like the one on disk, "
				  "which was replaced since");
}

/* A folder that was not there when it was first searched is never searched again. */
static void remember_dirs(struct attach *at)
{
	static const unsigned char as_ours[] = { [LIVE_UNKNOWN] = DIR_UNKNOWN,
						 [LIVE_ABSENT] = DIR_NONEXISTING,
						 [LIVE_PRESENT] = DIR_EXISTING };
	struct process *p = at->p;

	for (size_t i = 0; i < at->list->ndirs; i++) {
		const struct live_dir *d = &at->list->dirs[i];
		unsigned char *status = arena_alloc(p->a, d->n);
		size_t n = strlen(d->name);

		for (size_t k = 0; k < d->n; k++)
			status[k] = as_ours[d->status[k]];
		path_remember(p, d->name, status, d->n);
		if (d->n > 0 && status[d->n - 1] == DIR_NONEXISTING && n > 1 &&
		    store_stat_dir(p->w->store, arena_strndup(p->a, d->name, n - 1)) == 0)
			*ARENA_PUSH(p->a, &p->late_dirs) = d->name;
	}
}

/* What was found in a default folder was looked up in the cache first: that has been opened, or has
 * failed to, and neither happens twice. */
static void set_cache_read(struct process *p)
{
	for (size_t i = 1; i < p->images.n; i++) {
		const char *name = p->images.items[i]->name, *slash = strrchr(name, '/');
		size_t n = slash != NULL ? (size_t)(slash - name) + 1 : 0;

		for (size_t k = 0; p->images.items[i]->kind == IMAGE_LIBRARY && k < p->w->install.ndirs; k++)
			if (strlen(p->w->install.dirs[k]) == n &&
			    memcmp(p->w->install.dirs[k], name, n) == 0)
				p->cache_read = true;
	}
}

static void set_stack(struct attach *at)
{
	for (size_t i = 0; i < at->l->rows.n; i++)
		if (at->l->rows.items[i].exec && strcmp(at->l->rows.items[i].path, "[stack]") == 0)
			at->p->stack_exec = true;
}

/* A loader that was started by hand goes by the name that it was given. */
static void find_loader(struct attach *at)
{
	struct process *p = at->p;
	const struct store_entry *en = store_open(p->w->store, p->w->ld_path);

	for (size_t i = 1; p->loader == NULL && i < p->images.n; i++)
		if (en != NULL && en->err == 0 && p->images.items[i]->file == en->file)
			p->loader = p->images.items[i];
	if (p->loader != NULL)
		p->loader->kind = IMAGE_LOADER;
}

static void build(struct attach *at)
{
	struct process *p = at->p;
	bool *start;

	for (size_t i = 0; i < at->list->n; i++)
		add_image(at, i);
	find_loader(at);
	attach_needs(at, !at->list->names_known);
	start = ARENA_ARRAY(p->a, p->images.n, bool);
	mark_start(at, start);
	for (size_t i = 0; i < p->images.n; i++)
		p->images.items[i]->later = !start[i] && p->images.items[i]->kind == IMAGE_LIBRARY;
	set_global(at, start);
	set_opened(at);
	set_tls(at, start);
	remember_dirs(at);
	set_cache_read(p);
	path_init_system(p);
	path_init_image(p, p->program);
	path_init_env(p);
}

struct process *loader_attach(const struct world *w, struct arena *a, const struct live *l,
			      const struct live_list *list, const char *why)
{
	struct attach at = { .l = l, .list = list, .why = why };
	struct live_auxv aux;

	if (list == NULL) {
		at.p = attach_by_maps(&at, w, a);
	} else {
		live_parse_auxv(l->auxv, w->is64, order_swaps(w->big_endian), &aux);
		at.p = process_new(w, a, l->argv0);
		at.base = aux.base;
		at.p->secure = aux.secure;
		if (aux.secure)
			at.p->tunables = &w->defaults;
		build(&at);
	}
	set_stack(&at);
	say_what_is_missing(&at);
	return at.p;
}
