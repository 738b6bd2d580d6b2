/* search.c - from a name to a file, in the order and with the refusals of glibc's dl-load.c.
 *
 * Where upstream decides: _dl_map_object (order of the stages), open_path (one list of folders),
 * open_verify (one candidate), _dl_load_cache_lookup (the cache), _dl_map_object_from_fd (the
 * file is loaded already).
 */
#include "loader/search.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "loader/path.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "object/elfconst.h"

/* What the candidates of a process may cost, in bytes of trace: 15,000 candidates with the longest
 * names, 250,000 with short ones. Real processes have thousands; a small file can ask for millions. */
#define MAX_COST (64u << 20)
#define CANDIDATE_COST 256

/* What became of one candidate. */
enum verdict { TAKE, SKIP, FATAL };

struct search {
	struct process *p;
	struct request *rq;
	struct image *from;
	unsigned mode;
	const struct store_entry *found; /* the file, once it is found */
	const char *realname;
	bool fatal;
};

static struct probe *add_probe(struct search *s, enum load_rule rule, const struct dir_list *l,
			       const struct search_dir *d, const char *path)
{
	struct probe *pr = ARENA_PUSH(s->p->a, &s->p->trace.probes);

	pr->rule = rule;
	pr->of = l != NULL ? l->of : NULL;
	pr->written = d != NULL ? d->written : NULL;
	pr->path = path;
	return pr;
}

enum probe_outcome search_outcome(int err)
{
	switch (err) {
	case ENOENT: return PROBE_ABSENT;
	case EACCES:
	case EPERM: return PROBE_UNREADABLE;
	case ENOTDIR: return PROBE_NOT_A_DIRECTORY;
	case ELOOP: return PROBE_SYMLINK_LOOP;
	case ENAMETOOLONG: return PROBE_NAME_TOO_LONG;
	default: return PROBE_OPEN_FAILED;
	}
}

/* ---- one candidate: open_verify ----------------------------------------------------------- */

static enum verdict refuse(struct search *s, const struct store_entry *en, struct probe *pr,
			   enum probe_outcome outcome, const char *string, int err)
{
	struct failure *f = fail_add(s->p, FAIL_CANDIDATE, en->path, string, err);

	pr->outcome = outcome;
	f->candidate = en;
	f->request = s->rq;
	f->image = s->from;
	s->fatal = true;
	return FATAL;
}

static enum verdict skip(struct search *s, struct probe *pr, enum probe_outcome outcome)
{
	pr->outcome = outcome;
	s->p->err = ENOENT;
	return SKIP;
}

/* The header's checks that end a search, in the loader's order; NULL if all is well, or if the
 * class differs (*other_class). */
static const char *ident_error(const struct world *w, const unsigned char *id, bool *other_class)
{
	static const unsigned char zero[7];
	int max_abi = world_minor(w) < 28 ? 2 : 3;

	if (memcmp(id, ELFMAG, SELFMAG) != 0)
		return TEXT_OF(NOT_ELF, w);
	if (id[EI_CLASS] != (w->is64 ? ELFCLASS64 : ELFCLASS32)) {
		*other_class = true;
		return NULL;
	}
	if (id[EI_DATA] != (w->big_endian ? ELFDATA2MSB : ELFDATA2LSB))
		return w->big_endian ? TEXT_OF(NOT_BIG, w) : TEXT_OF(NOT_LITTLE, w);
	if (id[EI_VERSION] != EV_CURRENT)
		return TEXT_OF(IDENT_VERSION, w);
	if (id[EI_OSABI] != ELFOSABI_SYSV && id[EI_OSABI] != ELFOSABI_GNU)
		return TEXT_OF(OSABI, w);
	if (id[EI_ABIVERSION] != 0 &&
	    (id[EI_OSABI] != ELFOSABI_GNU || id[EI_ABIVERSION] > max_abi))
		return TEXT_OF(ABIVERSION, w);
	if (memcmp(id + EI_PAD, zero, EI_NIDENT - EI_PAD) != 0)
		return TEXT_OF(PADDING, w);
	return NULL;
}

/* Up to 2.35 a file whose ABI note asks for a newer kernel or another system is skipped. */
static bool abi_note_skips(const struct world *w, const struct elf *e)
{
	struct elf_notes n;
	uint32_t wanted;

	if (world_minor(w) >= 36)
		return false;
	elf_notes(e, &n);
	wanted = (n.abi_major & 0xff) << 16 | (n.abi_minor & 0xff) << 8 | (n.abi_patch & 0xff);
	return n.has_abi_tag && (n.abi_os != 0 || (w->kernel != 0 && wanted > w->kernel));
}

static enum verdict verify_phdrs(struct search *s, const struct store_entry *en, struct probe *pr)
{
	const struct world *w = s->p->w;
	const struct elf *e = &en->file->elf;
	uint64_t len = (uint64_t)e->phnum * (w->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));

	/* A negative offset is EINVAL for pread; past the end it reads nothing, without errno. */
	if (!view_has(en->file->bytes, e->phoff, len))
		return refuse(s, en, pr, PROBE_BAD_HEADER, TEXT_OF(CANNOT_READ, w),
			      e->phoff > INT64_MAX ? EINVAL : 0);
	if (abi_note_skips(w, e))
		return skip(s, pr, PROBE_WRONG_ABI_NOTE);
	pr->outcome = PROBE_TAKEN;
	return TAKE;
}

static enum verdict verify_header(struct search *s, const struct store_entry *en,
				  struct probe *pr)
{
	const struct world *w = s->p->w;
	const struct elf *e = &en->file->elf;
	bool other_class = false;
	const char *error = ident_error(w, en->file->bytes.p, &other_class);

	if (other_class) {
		s->rq->found_other_class = true;
		return skip(s, pr, PROBE_WRONG_CLASS);
	}
	if (error != NULL)
		return refuse(s, en, pr,
			      en->file->kind == FILE_ELF ? PROBE_BAD_HEADER : PROBE_NOT_ELF,
			      error, 0);
	if (e->version != EV_CURRENT)
		return refuse(s, en, pr, PROBE_BAD_HEADER, TEXT_OF(VERSION_FIELD, w), 0);
	if (e->machine != w->machine)
		return skip(s, pr, PROBE_WRONG_MACHINE);
	if (e->type != ET_DYN && e->type != ET_EXEC)
		return refuse(s, en, pr, PROBE_BAD_HEADER, TEXT_OF(BAD_TYPE, w), 0);
	if (e->type == ET_EXEC && world_minor(w) >= 20 && world_minor(w) <= 30)
		return refuse(s, en, pr, PROBE_BAD_HEADER, TEXT_OF(IS_EXECUTABLE, w), 0);
	if (e->phentsize != (w->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return refuse(s, en, pr, PROBE_BAD_HEADER, TEXT_OF(PHENTSIZE, w), 0);
	return verify_phdrs(s, en, pr);
}

static enum verdict verify(struct search *s, const char *path, struct probe *pr)
{
	const struct store_entry *en = store_open(s->p->w->store, path);
	const struct world *w = s->p->w;
	size_t header = w->is64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);

	if (en == NULL) { /* no memory: as the loader's own open would fail */
		s->p->err = ENOMEM;
		pr->outcome = PROBE_OPEN_FAILED;
		return SKIP;
	}
	pr->entry = en;
	pr->err = en->err;
	pr->path = en->path;
	s->p->err = en->err;
	if (en->err != 0) {
		pr->outcome = search_outcome(en->err);
		return SKIP;
	}
	if (en->file->st.type == OS_DIRECTORY)
		return refuse(s, en, pr, PROBE_IS_DIRECTORY, TEXT_OF(CANNOT_READ, w), EISDIR);
	if (en->file->bytes.n < header)
		return refuse(s, en, pr,
			      en->file->st.type == OS_REGULAR ? PROBE_TOO_SHORT :
								PROBE_NOT_REGULAR,
			      TEXT_OF(TOO_SHORT, w), 0);
	return verify_header(s, en, pr);
}

/* ---- one list of folders: open_path ------------------------------------------------------- */

static const char *join(struct arena *a, const char *dir, const char *sub, const char *name)
{
	size_t nd = strlen(dir), ns = strlen(sub), nn = strlen(name);
	char *out = arena_alloc(a, nd + ns + nn + 1);

	memcpy(out, dir, nd);
	memcpy(out + nd, sub, ns);
	memcpy(out + nd + ns, name, nn);
	return out;
}

void search_count(struct process *p, size_t n)
{
	p->search_cost += CANDIDATE_COST + n;
}

/* The path to try in sub-directory i of a folder; NULL if no system call would take it. */
static const char *candidate(struct search *s, const struct search_dir *d, size_t i)
{
	const char *sub = s->p->w->subdirs[i];
	size_t n = strlen(d->dir) + strlen(sub) + strlen(s->rq->asked);

	search_count(s->p, n < PATH_MAX ? n : 0);
	return n < PATH_MAX ? join(s->p->a, d->dir, sub, s->rq->asked) : NULL;
}

static enum verdict too_long(struct search *s, struct probe *pr)
{
	pr->outcome = PROBE_NAME_TOO_LONG;
	pr->err = s->p->err = ENAMETOOLONG;
	return SKIP;
}

bool search_exhausted(struct process *p)
{
	if (p->search_cost <= MAX_COST)
		return false;
	process_assume(p, "nothing that is wanted lies beyond the first places, more than 10,000");
	return true;
}

/* After a miss the loader asks once whether the (sub-)folder exists at all, and later skips one
 * that does not. */
static void learn_dir(struct search *s, const struct search_dir *d, size_t sub)
{
	const char *dir = join(s->p->a, d->dir, s->p->w->subdirs[sub], "");
	size_t n = strlen(dir);
	int err;

	if (n > 1) /* without the slash at its end, as the loader asks */
		dir = arena_strndup(s->p->a, dir, n - 1);
	err = store_stat_dir(s->p->w->store, dir);
	if (err != 0 && err != ENOTDIR)
		s->p->err = err;
	d->status[sub] = err == 0 ? DIR_EXISTING : DIR_NONEXISTING;
}

/* A sub-directory below a folder that is not there need not be tried: the open and the question
 * after it would both say ENOENT. Most folders lack all of them, so this saves most system calls. */
static bool parent_absent(struct search *s, const struct search_dir *d, const char *sub)
{
	size_t n = strlen(d->dir), first = strcspn(sub, "/");
	struct store *store = s->p->w->store;

	if (store_stat_dir(store, n > 1 ? arena_strndup(s->p->a, d->dir, n - 1) : "/") == ENOENT)
		return true;
	return *sub != '\0' &&
	       store_stat_dir(store, arena_printf(s->p->a, "%s%.*s", d->dir, (int)first, sub)) ==
		       ENOENT;
}

/* Notes a folder that is not there, as if it had been tried. That one of its sub-directories is not
 * there is the rule, and no evidence of anything. */
static void note_absent(struct search *s, const struct dir_list *l, const struct search_dir *d,
			size_t sub)
{
	const char *name = s->p->w->subdirs[sub];

	s->p->err = ENOENT;
	d->status[sub] = DIR_NONEXISTING;
	if (*name == '\0') {
		struct probe *pr =
			add_probe(s, l->rule, l, d, join(s->p->a, d->dir, "", s->rq->asked));

		pr->outcome = PROBE_NO_DIRECTORY;
		pr->err = ENOENT;
	}
}

static bool suid_file(const struct store_entry *en)
{
	return (en->file->st.mode & 04000) != 0;
}

/* One folder with its sub-directories. TAKE or FATAL end the search; *here tells whether any of
 * them exists. */
static enum verdict try_dir(struct search *s, const struct dir_list *l,
			    const struct search_dir *d, bool *here)
{
	struct process *p = s->p;

	for (size_t i = 0; i < p->w->nsubdirs; i++) {
		const char *path;
		struct probe *pr;
		enum verdict v;

		if (d->status[i] == DIR_NONEXISTING)
			continue;
		if (search_exhausted(p))
			return SKIP;
		if (d->status[i] == DIR_UNKNOWN && parent_absent(s, d, p->w->subdirs[i])) {
			note_absent(s, l, d, i);
			continue;
		}
		path = candidate(s, d, i);
		pr = add_probe(s, l->rule, l, d, path != NULL ? path : s->rq->asked);
		v = path != NULL ? verify(s, path, pr) : too_long(s, pr);
		if (v == FATAL)
			return FATAL;
		if (d->status[i] == DIR_UNKNOWN) {
			if (v == TAKE)
				d->status[i] = DIR_EXISTING;
			else
				learn_dir(s, d, i);
			if (d->status[i] == DIR_NONEXISTING)
				pr->outcome = PROBE_NO_DIRECTORY;
		}
		*here = *here || d->status[i] != DIR_NONEXISTING;
		if (v == TAKE && (s->mode & SEARCH_SECURE) && p->secure && !suid_file(pr->entry)) {
			skip(s, pr, PROBE_SECURE);
			continue;
		}
		if (v == TAKE) {
			s->found = pr->entry;
			s->realname = pr->path;
			return TAKE;
		}
	}
	return SKIP;
}

/* An error other than "not there" and "not readable" ends this list, and only this list. */
static bool ends_list(const struct process *p)
{
	if (p->err == ENOTDIR && world_minor(p->w) >= 39)
		return false;
	return p->err != ENOENT && p->err != EACCES;
}

static enum verdict try_list(struct search *s, const struct dir_list *l)
{
	if (l->none)
		return SKIP;
	for (size_t i = 0; i < l->n; i++) {
		bool here = false;
		enum verdict v = try_dir(s, l, l->v[i], &here);

		if (v == TAKE) {
			s->rq->rule = l->rule;
			s->rq->rule_of = l->of;
		}
		if (v != SKIP)
			return v;
		if (here && ends_list(s->p))
			return SKIP;
	}
	return SKIP;
}

/* ---- the stages: _dl_map_object ----------------------------------------------------------- */

static enum verdict try_rpaths(struct search *s)
{
	struct process *p = s->p;
	bool did_program = false;
	enum verdict v;

	if (s->from != NULL && s->from->file != NULL && elf_has(&s->from->file->elf, ELF_DT_RUNPATH))
		return SKIP;
	for (struct image *l = s->from; l != NULL; l = l->requester) {
		path_init_image(p, l);
		v = try_list(s, &l->rpath);
		if (v != SKIP)
			return v;
		did_program = did_program || l == p->program;
	}
	if (did_program || p->program == NULL)
		return SKIP;
	path_init_image(p, p->program);
	return try_list(s, &p->program->rpath);
}

static bool no_default(const struct search *s)
{
	const struct image *l = s->from != NULL ? s->from : s->p->program;

	return l != NULL && l->file != NULL &&
	       (l->file->elf.dt[ELF_DT_FLAGS_1] & DF_1_NODEFLIB) != 0;
}

static bool in_default_dir(const struct process *p, const char *path)
{
	for (size_t i = 0; i < p->w->install.ndirs; i++)
		if (strncmp(path, p->w->install.dirs[i], strlen(p->w->install.dirs[i])) == 0)
			return true;
	return false;
}

static enum verdict try_cache(struct search *s)
{
	struct process *p = s->p;
	const struct world *w = p->w;
	struct ldcache_query q = { .machine = w->machine, .is64 = w->is64,
				   .glibc_minor = world_minor(w), .cpu = &w->cpu,
				   .kernel = w->kernel, .eflags = w->eflags };
	const char *path = w->cache != NULL ? ldcache_find(w->cache, &q, s->rq->asked, NULL) : NULL;
	struct probe *pr;
	enum verdict v;

	if (!p->cache_read && w->cache == NULL)
		p->err = ENOENT;
	p->cache_read = true;
	pr = add_probe(s, RULE_CACHE, NULL, NULL, path != NULL ? path : w->install.cache_path);
	if (path == NULL) {
		pr->outcome = PROBE_NOT_LISTED;
		return SKIP;
	}
	if (no_default(s) && in_default_dir(p, path)) {
		pr->outcome = PROBE_NODEFLIB;
		return SKIP;
	}
	v = verify(s, path, pr);
	if (v == TAKE) {
		s->found = pr->entry;
		s->realname = pr->path;
		s->rq->rule = RULE_CACHE;
	} else if (v == SKIP && pr->outcome == PROBE_ABSENT) {
		pr->outcome = PROBE_STALE_CACHE;
	}
	return v;
}

static enum verdict find_by_search(struct search *s)
{
	struct process *p = s->p;
	enum verdict v = try_rpaths(s);

	if (v == SKIP) {
		path_init_env(p);
		v = try_list(s, &p->env_dirs);
	}
	if (v == SKIP && s->from != NULL) {
		path_init_image(p, s->from);
		v = try_list(s, &s->from->runpath);
	}
	if (v == SKIP)
		v = try_cache(s);
	if (v == SKIP && !no_default(s)) {
		path_init_system(p);
		v = try_list(s, &p->system_dirs);
	}
	return v;
}

static enum verdict find_by_path(struct search *s)
{
	struct process *p = s->p;
	struct image *origin = s->from != NULL ? s->from : p->program;
	const char *path = origin != NULL ? path_expand(p, origin, s->rq->asked) : s->rq->asked;
	struct probe *pr;
	enum verdict v;

	if (path[0] == '\0')
		return SKIP;
	pr = add_probe(s, RULE_PATH, NULL, NULL, path);
	v = verify(s, path, pr);
	if (v == TAKE) {
		s->found = pr->entry;
		s->realname = pr->path;
		s->rq->rule = RULE_PATH;
	}
	return v;
}

static void not_found(struct search *s)
{
	struct process *p = s->p;
	const struct world *w = p->w;
	struct failure *f;

	if (s->rq->found_other_class)
		f = fail_add(p, FAIL_WRONG_CLASS, s->rq->asked,
			     w->is64 ? TEXT_OF(CLASS32, w) : TEXT_OF(CLASS64, w), 0);
	else
		f = fail_add(p, FAIL_NOT_FOUND, s->rq->asked, TEXT_OF(NOT_FOUND, w), p->err);
	f->request = s->rq;
	f->image = s->from;
}

struct request *search_request(struct process *p, struct image *from, const char *name)
{
	struct request *rq = ARENA_NEW(p->a, struct request);

	*ARENA_PUSH(p->a, &p->trace.requests) = rq;
	rq->name = name;
	rq->asked = name;
	rq->from = from;
	rq->probe0 = p->trace.probes.n;
	return rq;
}

/* The file that was found becomes an image, or is one already (_dl_map_object_from_fd). */
static struct image *map_found(struct search *s)
{
	struct process *p = s->p;
	struct image *im = process_find_file(p, s->found->file);
	struct failure *f;

	if (im != NULL) {
		process_add_name(p, im, s->rq->asked);
		s->rq->rule = RULE_SAME_FILE;
		return im;
	}
	f = segment_check(p, s->found, s->rq->asked, s->mode);
	if (f != NULL) {
		f->request = s->rq;
		f->candidate = s->found;
		return NULL;
	}
	im = process_add_image(p, IMAGE_LIBRARY, s->found->file, s->realname);
	process_add_name(p, im, s->rq->asked);
	im->origin = path_origin(p, s->realname);
	im->requester = (s->mode & SEARCH_CALLER) != 0 ? NULL : s->from;
	im->request = s->rq;
	return im;
}

struct image *search_map(struct process *p, struct image *from, const char *name, unsigned mode,
			 struct request **out)
{
	struct search s = { .p = p, .from = from, .mode = mode };
	struct image *im;
	bool by_soname;
	enum verdict v;

	s.rq = search_request(p, from, name);
	if (out != NULL)
		*out = s.rq;
	im = process_find(p, name, &by_soname);
	if (im != NULL) {
		s.rq->rule = by_soname ? RULE_SONAME : RULE_LOADED;
		s.rq->to = im;
		return im;
	}
	p->err = 0;
	v = strchr(name, '/') != NULL ? find_by_path(&s) : find_by_search(&s);
	s.rq->nprobes = p->trace.probes.n - s.rq->probe0;
	if (v == SKIP)
		not_found(&s);
	s.rq->to = v == TAKE ? map_found(&s) : NULL;
	s.rq->failed = s.rq->to == NULL;
	return s.rq->to;
}

/* ---- what a search would have found --------------------------------------------------------- */

static bool same_contents(const struct store_file *a, const struct store_file *b)
{
	return a->bytes.n == b->bytes.n && memcmp(a->bytes.p, b->bytes.p, a->bytes.n) == 0;
}

/* A search that leaves no trace. */
static enum verdict find_aside(struct search *s)
{
	struct process *p = s->p;
	struct trace before = p->trace;
	int err = p->err;
	enum verdict v;

	s->rq->probe0 = p->trace.probes.n;
	v = strchr(s->rq->asked, '/') != NULL ? find_by_path(s) : find_by_search(s);
	/* Lists may have been moved by growing: what counts is how many of each there were. */
	p->trace.probes.n = before.probes.n;
	p->trace.failures.n = before.failures.n;
	p->trace.lines.n = before.lines.n;
	p->trace.assumes = before.assumes;
	p->err = err;
	return v;
}

/* The search of a request that needed none. */
static const struct store_entry *would_find(struct process *p, const struct request *rq)
{
	struct request asked = { .name = rq->name, .asked = rq->asked, .from = rq->from };
	struct search s = { .p = p, .rq = &asked, .from = rq->from, .mode = SEARCH_DLOPEN };

	return find_aside(&s) == TAKE ? s.found : NULL;
}

/* Did an object of the host answer it, where there would have been a search? */
static bool skipped_a_search(const struct request *rq, bool first)
{
	const struct image *to = rq->to;

	return to != NULL && to->is_host && to->file != NULL && rq->from != NULL &&
	       (first || !rq->from->is_host) &&
	       (rq->rule == RULE_LOADED || rq->rule == RULE_SONAME) &&
	       strchr(rq->asked, '/') == NULL;
}

void loader_shadowed(struct process *p, size_t from)
{
	for (size_t i = from; i < p->trace.requests.n; i++) {
		struct request *rq = p->trace.requests.items[i];
		const struct store_entry *en;

		if (!skipped_a_search(rq, i == from))
			continue;
		en = would_find(p, rq);
		if (en != NULL && en->file != rq->to->file &&
		    !same_contents(en->file, rq->to->file))
			rq->shadowed = en;
	}
}

bool search_look(struct process *p, struct image *from, const char *name, struct would_open *out)
{
	struct request rq = { .name = name, .asked = name, .from = from };
	struct search s = { .p = p, .from = from, .mode = SEARCH_DLOPEN, .rq = &rq };
	bool by_soname;
	struct image *im = process_find(p, name, &by_soname);
	enum verdict v;

	*out = (struct would_open){ NULL, by_soname ? RULE_SONAME : RULE_LOADED, false };
	if (im != NULL) {
		out->path = im->real_path;
		return true;
	}
	v = find_aside(&s);
	*out = (struct would_open){ v == TAKE ? s.realname : NULL, rq.rule, rq.found_other_class };
	return v == TAKE;
}
