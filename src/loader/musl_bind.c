/* musl_bind.c - relocation as musl does it: every entry against one list for the whole process.
 *
 * Where upstream decides: find_sym, get_lfs64, do_relocs and redo_lazy_relocs in ldso/dynlink.c.
 * There are no versions, but a definition with the hidden bit is invisible. The first object in the
 * list whose table has the name decides, weak or not; protected and hidden ones count like others.
 */
#include <signal.h>
#include <string.h>

#include "loader/damage.h"
#include "loader/musl.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "object/elfconst.h"

#define MAX_SYMBOL_FAILURES 1000
#define MAX_LINES 20000

/* ---- find_sym --------------------------------------------------------------------------------- */

static bool is_visible(void *ctx, uint64_t sym)
{
	uint16_t v;

	return !elf_versym(ctx, sym, &v) || (v & 0x8000) == 0;
}

/* The entry of that name in one object, 0 if it is none that could define it. */
static uint32_t find_in(const struct object_facts *def, const char *name, uint32_t hash,
			bool need_def)
{
	const unsigned types = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC |
			       1u << STT_COMMON | 1u << STT_TLS;
	const unsigned binds = 1u << STB_GLOBAL | 1u << STB_WEAK | 1u << STB_GNU_UNIQUE;
	const struct elf *e = &def->file->elf;
	struct elf_sym s;
	uint64_t sym;

	if (!elf_hash_maybe(e, &def->hash, hash))
		return 0;
	sym = elf_hash_find(e, &def->hash, name, hash, is_visible, (void *)(uintptr_t)e);
	if (sym == 0 || !elf_sym(e, sym, &s))
		return 0;
	if (s.shndx == SHN_UNDEF && (need_def || s.type == STT_TLS))
		return 0;
	if (s.value == 0 && s.type != STT_TLS)
		return 0;
	if ((types >> s.type & 1) == 0 || (binds >> s.bind & 1) == 0)
		return 0;
	return (uint32_t)sym;
}

bool musl_defines(const struct object_facts *def, const char *name)
{
	return find_in(def, name, elf_gnu_hash(name), true) != 0;
}

struct found {
	struct image *im; /* NULL: nobody */
	uint32_t sym;
};

static bool find_in_list(const struct search_list *l, size_t from, const struct ref *r,
			 bool need_def, struct found *out)
{
	for (size_t i = from; l != NULL && i < l->n; i++) {
		struct image *im = l->v[i];

		if (im->facts == NULL)
			continue;
		out->sym = find_in(im->facts, r->name, r->hash, need_def);
		if (out->sym != 0) {
			out->im = im;
			return true;
		}
	}
	return false;
}

/* From 1.2.4 on libc lacks names like open64, and relocations get those without the number. */
static const char *without_64(const struct world *w, const char *name, struct arena *a)
{
	static const char *const names[] = {
		"aio_cancel", "aio_error", "aio_fsync", "aio_read", "aio_return", "aio_suspend",
		"aio_write", "alphasort", "creat", "fallocate", "fgetpos", "fopen", "freopen",
		"fseeko", "fsetpos", "fstat", "fstatat", "fstatfs", "fstatvfs", "ftello",
		"ftruncate", "ftw", "getdents", "getrlimit", "glob", "globfree", "lio_listio",
		"lockf", "lseek", "lstat", "mkostemp", "mkostemps", "mkstemp", "mkstemps", "mmap",
		"nftw", "open", "openat", "posix_fadvise", "posix_fallocate", "pread", "preadv",
		"prlimit", "pwrite", "pwritev", "readdir", "scandir", "sendfile", "setrlimit",
		"stat", "statfs", "statvfs", "tmpfile", "truncate", "versionsort", "__fxstat",
		"__fxstatat", "__lxstat", "__xstat",
	};
	size_t n = strlen(name), longest = musl_before(w, 2, 6) ? 16 : 18;

	if (strcmp(name, "readdir64_r") == 0)
		return "readdir_r";
	if (n < 3 || n > longest || strcmp(name + n - 2, "64") != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n - 2 && memcmp(names[i], name, n - 2) == 0)
			return arena_strdup(a, names[i]);
	return NULL;
}

static struct found find_lfs64(struct process *p, const char *name)
{
	const char *plain = NULL;
	struct found out = { NULL, 0 };

	if (!musl_before(p->w, 2, 4) && p->loader != NULL && p->loader->facts != NULL)
		plain = without_64(p->w, name, p->a);
	if (plain != NULL)
		out.sym = find_in(p->loader->facts, plain, elf_gnu_hash(plain), true);
	if (out.sym != 0)
		out.im = p->loader;
	return out;
}

static struct found find_sym(const struct musl_scope *scope, const struct ref *r,
			     enum musl_reltype rt)
{
	struct process *p = scope->p;
	struct found out = { NULL, 0 };
	bool need_def = rt == MUSL_REL_PLT;

	/* A copy is looked for behind the program, which stands first. */
	if (!find_in_list(&p->global, rt == MUSL_REL_COPY ? 1 : 0, r, need_def, &out) &&
	    !find_in_list(scope->more, 0, r, need_def, &out))
		out = find_lfs64(p, r->name);
	return out;
}

struct definer musl_look_up(const struct musl_scope *scope, const struct ref *r,
			    enum musl_reltype rt)
{
	struct found f = find_sym(scope, r, rt);

	return (struct definer){ f.im, f.sym, false };
}

/* ---- one object ------------------------------------------------------------------------------- */

/* What was found for a symbol, for a call and for anything else. */
struct memo {
	struct found found[2];
	bool known[2], told;
};

struct binder {
	struct process *p;
	struct image *im;
	struct musl_scope *scope;
	const struct elf *e;
	struct memo *memo;
	uint64_t nmemo;
	size_t nfailed;
	bool startup, ok, dead, cut;
	bool named; /* the entry has a name */
};

static const char *name_of(const struct binder *b, const struct image *im)
{
	return image_display(b->p, im);
}

static struct failure *fail(struct binder *b, enum failure_kind kind, const char *message)
{
	struct failure *f = fail_add(b->p, kind, name_of(b, b->im), message, 0);

	f->image = b->im;
	f->message = message;
	b->ok = false;
	return f;
}

static void print(struct binder *b, const char *message)
{
	if (b->startup && b->p->trace.lines.n < MAX_LINES)
		*ARENA_PUSH(b->p->a, &b->p->trace.lines) = message;
}

static void die(struct binder *b, int sig, const char *assumes)
{
	fail_signal(b->p, sig, b->im->file, b->im)->assumes = assumes;
	b->ok = false;
	b->dead = true;
}

static void fail_undefined(struct binder *b, const struct ref *r, struct memo *m)
{
	const char *message = musl_text_symbol(b->p, name_of(b, b->im), r->name);
	const struct version *v;
	struct failure *f;
	struct ref own;

	print(b, message);
	b->ok = false;
	if (m->told || ++b->nfailed > MAX_SYMBOL_FAILURES)
		return;
	m->told = true;
	f = fail(b, FAIL_SYMBOL, message);
	f->symbol = r->name;
	/* musl does not look at versions; they tell whose the symbol was. */
	if (facts_own_ref(b->im->facts, r->sym, &own) &&
	    (v = facts_version(b->im->facts, &own)) != NULL) {
		f->version = v->name;
		f->version_file = v->file;
	}
}

static void fail_type(struct binder *b, uint32_t type)
{
	const char *message = musl_text_type(b->p, name_of(b, b->im), type);
	struct failure_list *l = &b->p->trace.failures;

	print(b, message);
	if (++b->nfailed > MAX_SYMBOL_FAILURES) {
		b->ok = false;
		return;
	}
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].kind == FAIL_RELOC_TYPE && l->items[i].image == b->im &&
		    l->items[i].reloc_type == type) {
			b->ok = false;
			return;
		}
	fail(b, FAIL_RELOC_TYPE, message)->reloc_type = type;
}

/* Is the block of `im` one that was there when the program began? */
static bool in_static_tls(const struct binder *b, const struct image *im)
{
	if (im->file == NULL || !im->file->elf.has_tls || b->startup)
		return true;
	return im->index < b->p->nstarted;
}

/* An entry without a symbol gets the name that stands in the loader's variable, of an earlier one. */
static void fail_tls(struct binder *b, struct image *def)
{
	const char *symbol = b->scope->last_name != NULL ? b->scope->last_name : "(null)";
	const char *message =
		musl_text_tls(b->p, name_of(b, b->im), symbol, name_of(b, def));
	struct failure *f;

	for (size_t i = 0; i < b->p->trace.failures.n; i++) {
		f = &b->p->trace.failures.items[i];
		if (f->kind == FAIL_STATIC_TLS && f->image == b->im && f->provider == def)
			return;
	}
	f = fail(b, FAIL_STATIC_TLS, message);
	f->provider = def;
	f->symbol = b->named ? symbol : NULL;
	f->wanted = def->file->elf.tls.memsz;
	if (!b->named)
		f->assumes = "the loader still holds the last name that it looked up";
}

/* ---- one entry -------------------------------------------------------------------------------- */

static void defer(struct binder *b, const struct ref *r, bool plt)
{
	*ARENA_PUSH(b->p->a, &b->im->musl->deferred) = (struct musl_deferred){ *r, plt };
}

/* False: the entry ends here. */
static bool look_up(struct binder *b, const struct elf_rel *rel, enum musl_reltype rt,
		    struct found *def, struct elf_sym *s)
{
	bool call = rt == MUSL_REL_PLT;
	struct memo *m = &b->memo[rel->sym];
	struct ref r = { .name = elf_sym_name(b->e, rel->sym) };

	if (!elf_sym(b->e, rel->sym, s) || r.name == NULL) {
		die(b, b->cut ? SIGBUS : SIGSEGV, b->cut ? NULL : "nothing is mapped behind its tables");
		return false;
	}
	b->scope->last_name = r.name;
	b->named = true;
	*def = (struct found){ b->im, rel->sym };
	if (s->bind == STB_LOCAL)
		return true;
	if (rt == MUSL_REL_COPY || !m->known[call]) {
		r.hash = elf_gnu_hash(r.name);
		*def = find_sym(b->scope, &r, rt);
		if (rt != MUSL_REL_COPY) {
			m->found[call] = *def;
			m->known[call] = true;
		}
	} else {
		*def = m->found[call];
	}
	if (def->im != NULL || (s->shndx == SHN_UNDEF && s->bind == STB_WEAK))
		return true;
	r.hash = elf_gnu_hash(r.name);
	r.sym = rel->sym;
	if (b->im->musl->lazy && (call || rt == MUSL_REL_GOT))
		defer(b, &r, call);
	else
		fail_undefined(b, &r, m);
	return false;
}

static bool past_end(const struct elf *e, uint64_t vaddr)
{
	struct view v;

	return elf_at(e, vaddr, 1, &v) == ELF_PAST_END;
}

static void do_reloc(struct binder *b, const struct elf_rel *rel, bool with_addend)
{
	uint32_t type = rel->type & (b->p->w->is64 ? 0x7fffffff : 0xff);
	enum musl_reltype rt = musl_reltype(b->p->w, type);
	struct found def = { b->im, 0 };
	struct elf_sym s = { .size = 0 };

	b->named = false;
	if (rt == MUSL_REL_NONE)
		return;
	if (!with_addend && b->cut && past_end(b->e, rel->offset)) {
		die(b, SIGBUS, NULL);
		return;
	}
	if (rel->sym != 0 && !look_up(b, rel, rt, &def, &s))
		return;
	if (def.im == NULL && (rt == MUSL_REL_TPOFF || rt == MUSL_REL_TLS || rt == MUSL_REL_TLSDESC ||
			       (rt == MUSL_REL_COPY && s.size != 0)))
		die(b, SIGSEGV, NULL); /* a weak variable that is nowhere: a null pointer is used */
	else if (rt == MUSL_REL_TPOFF && !in_static_tls(b, def.im))
		fail_tls(b, def.im);
	else if (rt == MUSL_REL_UNKNOWN)
		fail_type(b, type);
	else if (b->cut && past_end(b->e, rel->offset))
		die(b, SIGBUS, NULL);
}

static uint64_t symbols_named(const struct elf *e, const struct elf_relocs *r)
{
	struct elf_rel rel;
	uint64_t n = 0;

	for (int t = 0; t < 3; t++)
		for (uint64_t i = 0; i < r->rel[t].n; i++)
			if (elf_reloc(e, r, t, i, &rel) && rel.sym >= n)
				n = (uint64_t)rel.sym + 1;
	return n < e->symtab.n ? n : e->symtab.n;
}

/* The tables as musl runs through them: what is not in the dynamic section counts as 0, entry sizes
 * do not count, and a table inside another one is gone through twice. */
static enum elf_where open_tables(const struct elf *e, struct elf_relocs *r)
{
	static const struct {
		int table;
		enum elf_tag start, size;
	} tables[] = { { ELF_PLT, ELF_DT_JMPREL, ELF_DT_PLTRELSZ },
		       { ELF_REL, ELF_DT_REL, ELF_DT_RELSZ },
		       { ELF_RELA, ELF_DT_RELA, ELF_DT_RELASZ } };
	enum elf_where where = ELF_HERE;

	memset(r, 0, sizeof(*r));
	r->rela[ELF_RELA] = true;
	r->rela[ELF_PLT] = e->dt[ELF_DT_PLTREL] == DT_RELA;
	for (size_t i = 0; i < 3; i++) {
		int t = tables[i].table;
		uint32_t entry = (r->rela[t] ? 3u : 2u) * (e->is64 ? 8u : 4u);
		enum elf_where at = elf_table(e, e->dt[tables[i].start], e->dt[tables[i].size],
					      entry, &r->rel[t]);

		if (where == ELF_HERE)
			where = at;
		if (e->dt[tables[i].size] % entry != 0) /* the loader counts down, past 0 */
			r->rel[t].clamped = true;
	}
	return where;
}

static void walk(struct binder *b)
{
	static const int order[] = { ELF_PLT, ELF_REL, ELF_RELA };
	enum elf_where where;
	struct elf_relocs r;
	struct elf_rel rel;

	where = open_tables(b->e, &r);
	b->nmemo = symbols_named(b->e, &r);
	b->memo = ARENA_ARRAY(b->p->a, b->nmemo + 1, struct memo);
	for (int k = 0; k < 3 && !b->dead; k++) {
		const struct elf_table *t = &r.rel[order[k]];

		for (uint64_t i = 0; i < t->n && !b->dead; i++) {
			if (!elf_reloc(b->e, &r, order[k], i, &rel))
				break;
			if (rel.sym >= b->nmemo && rel.sym != 0)
				die(b, b->cut ? SIGBUS : SIGSEGV, "nothing is mapped behind its symbols");
			else
				do_reloc(b, &rel, r.rela[order[k]]);
		}
		if (t->clamped && !b->dead)
			die(b, where == ELF_PAST_END ? SIGBUS : SIGSEGV, NULL);
	}
}

bool musl_bind(struct process *p, struct image *im, struct musl_scope *scope, bool startup)
{
	struct binder b = { .p = p, .im = im, .scope = scope, .startup = startup, .ok = true };

	if (im->file == NULL || im->facts == NULL)
		return true;
	b.e = &im->file->elf;
	b.cut = b.e->file_end > b.e->limit;
	walk(&b);
	return b.ok;
}

void musl_retry(struct process *p, const struct musl_scope *scope)
{
	for (size_t i = 0; i < p->images.n; i++) {
		struct musl_image *m = p->images.items[i]->musl;
		size_t kept = 0;

		for (size_t k = 0; k < m->deferred.n; k++) {
			const struct musl_deferred *d = &m->deferred.items[k];

			if (find_sym(scope, &d->ref, d->plt ? MUSL_REL_PLT : MUSL_REL_GOT).im == NULL)
				m->deferred.items[kept++] = *d;
		}
		m->deferred.n = kept;
	}
}
