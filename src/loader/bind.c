/* bind.c - relocation: every reference of an image against its real scope.
 *
 * Where upstream decides: _dl_relocate_object (dl-reloc.c), elf_dynamic_do_Rela (do-rel.h),
 * elf_machine_rela (each machine's dl-machine.h), _dl_lookup_symbol_x (dl-lookup.c).
 *
 * What one object defines of another one's references does not depend on the process; facts.c
 * remembers it. Here only the order of the scope is added: the first definer wins.
 */
#include "loader/bind.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/pool.h"
#include "loader/damage.h"
#include "loader/facts.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "loader/tls.h"
#include "object/elfconst.h"

#define MAX_SYMBOL_FAILURES 1000
#define MAX_MISSES 10000 /* look-ups of pointers that nobody defines, for one image */

/* Who a reference is bound to. */
struct bound {
	struct image *to;  /* NULL: nobody yet */
	uint32_t sym;      /* symbol in `to` */
	bool ifunc, unique;
	bool asserts;      /* the loader's assertion in check_match strikes here */
	bool left;         /* up to 2.29: the file named in the version record lacks it */
	bool told;         /* its failure is in the trace already */
	bool kills;        /* the look-up reaches an object whose symbols cannot be read */
};

struct binder {
	struct process *p;
	struct image *im;
	const struct object_facts *facts;
	struct bound *bound; /* facts->nrefs */
	size_t open;         /* references that are not bound */
	bool lazy, startup, ok, dead, no_memory;
	bool interposed;     /* see do_interposed */
	bool canonical;      /* somebody in the scope has_canonical */
	size_t nfailed, nmissed;
	size_t lines;        /* lines printed until the first failure */
};

/* ---- the scope ------------------------------------------------------------------------------ */

static bool asserts(const struct binder *b, const struct ref *r, const struct image *def,
		    const struct match *m)
{
	const struct version *v = facts_version(b->facts, r);

	return m->unversioned && world_minor(b->p->w) <= 40 && v != NULL && v->file != NULL &&
	       image_has_name(def, v->file);
}

static void take(struct binder *b, struct image *def, const struct match *m)
{
	const struct ref *r = &b->facts->refs[m->ref];
	struct bound *to = &b->bound[m->ref];

	if (to->to != NULL || to->left || to->kills)
		return;
	*to = (struct bound){ .to = def, .sym = m->sym, .ifunc = m->ifunc,
			      .asserts = asserts(b, r, def, m) };
	b->open--;
}

/* Up to 2.29 the walk ends at the file that the version record names, found there or not. */
static void end_at_named_file(struct binder *b, const struct image *def)
{
	for (size_t i = 0; i < b->facts->nrefs; i++) {
		const struct version *v = facts_version(b->facts, &b->facts->refs[i]);

		if (b->bound[i].to == NULL && v != NULL && v->file != NULL &&
		    image_has_name(def, v->file))
			b->bound[i].left = true;
	}
}

/* A hash table without symbols or strings behind it: do_lookup_x takes both addresses unasked. */
static bool kills_lookups(const struct object_facts *def)
{
	const struct elf *e = &def->file->elf;

	return (def->hash.nbuckets != 0 || def->hash.sysv_nbuckets != 0) &&
	       (!elf_has(e, ELF_DT_SYMTAB) || !elf_has(e, ELF_DT_STRTAB));
}

static void walk_definer(struct binder *b, struct image *def)
{
	struct matches m;

	if (def->file == NULL || def->facts == NULL)
		return;
	if (kills_lookups(def->facts)) {
		for (size_t i = 0; i < b->facts->nrefs; i++)
			b->bound[i].kills = b->bound[i].kills || b->bound[i].to == NULL;
		return;
	}
	if (!facts_matches(b->facts, def->facts, world_minor(b->p->w), &m)) {
		b->no_memory = true;
		return;
	}
	for (size_t i = 0; i < m.n; i++)
		take(b, def, &m.v[i]);
	if (world_minor(b->p->w) <= 29)
		end_at_named_file(b, def);
}

static void walk_scopes(struct binder *b)
{
	b->open = b->facts->nrefs;
	for (size_t s = 0; s < b->im->nscopes; s++)
		for (size_t i = 0; i < b->im->scopes[s]->n && b->open > 0; i++)
			walk_definer(b, b->im->scopes[s]->v[i]);
}

/* One look-up with its own class, as the loader does it: for the few references that the walk
 * above cannot answer. */
static struct bound look_up(struct binder *b, const struct ref *r, enum ref_class class_)
{
	struct bound out = { .to = NULL };

	for (size_t s = 0; s < b->im->nscopes; s++) {
		for (size_t i = 0; i < b->im->scopes[s]->n; i++) {
			struct image *def = b->im->scopes[s]->v[i];
			struct match m = { .ref = 0 };

			if (def->facts == NULL ||
			    (class_ == REF_COPY && def->kind == IMAGE_PROGRAM) ||
			    !facts_match_one(b->facts, r, class_, def->facts, world_minor(b->p->w), &m))
				continue;
			out = (struct bound){ .to = def, .sym = m.sym, .ifunc = m.ifunc,
					      .unique = m.unique,
					      .asserts = asserts(b, r, def, &m) };
			return out;
		}
	}
	return out;
}

/* ---- failures --------------------------------------------------------------------------------- */

static struct failure *fail(struct binder *b, enum failure_kind kind, const char *string)
{
	struct failure *f = fail_add(b->p, kind, image_display(b->p, b->im), string, 0);

	f->image = b->im;
	f->exit_status = 127;
	if (b->ok)
		b->lines = b->p->trace.lines.n;
	b->ok = false;
	return f;
}

static void fail_undefined(struct binder *b, const struct ref *r, bool lazy)
{
	const struct version *v = facts_version(b->facts, r);
	struct arena *a = b->p->a;
	bool was_ok = b->ok;
	struct failure *f;

	if (++b->nfailed > MAX_SYMBOL_FAILURES)
		return;
	if (v != NULL)
		f = fail(b, FAIL_SYMBOL,
			 arena_printf(a, "undefined symbol: %s, version %s", r->name, v->name));
	else
		f = fail(b, FAIL_SYMBOL, arena_printf(a, "undefined symbol: %s", r->name));
	f->occasion = TEXT_OF(OCCASION_SYMBOL, b->p->w);
	f->symbol = r->name;
	f->version = v != NULL ? v->name : NULL;
	f->version_file = v != NULL ? v->file : NULL;
	f->lazy = lazy;
	if (lazy)
		b->ok = was_ok;
}

static void fail_left(struct binder *b, const struct ref *r)
{
	const struct version *v = facts_version(b->facts, r);
	struct failure *f;

	f = fail(b, FAIL_SYMBOL,
		 arena_printf(b->p->a,
			      "symbol %s%s version %s not defined in file %s with link time reference",
			      r->name, world_minor(b->p->w) <= 26 ? "," : "", v->name, v->file));
	f->occasion = TEXT_OF(OCCASION_RELOCATION, b->p->w);
	f->symbol = r->name;
	f->version = v->name;
	f->version_file = v->file;
}

static void fail_assertion(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct failure *f = fail(b, FAIL_ASSERTION, text_assertion(b->p, ASSERT_CHECK_MATCH));

	f->fatal = true;
	f->symbol = r->name;
	f->version = facts_version(b->facts, r)->name;
	f->version_file = facts_version(b->facts, r)->file;
	f->provider = to->to;
	b->dead = true;
}

static void fail_type(struct binder *b, uint32_t type, bool lazy)
{
	const char *digits = text_reloc_digits(b->p->a, type, b->p->w->is64);
	struct failure *f;

	f = fail(b, FAIL_RELOC_TYPE,
		 arena_printf(b->p->a, "unexpected %sreloc type 0x%s",
			      lazy ? "PLT " : "", digits));
	f->reloc_type = type;
	f->object = b->im->name; /* _dl_reloc_bad_type names it as it is known: the program has no name */
}

static void fail_tls(struct binder *b, struct image *def, const struct ref *r)
{
	struct failure *f = fail(b, FAIL_STATIC_TLS, TEXT_OF(STATIC_TLS, b->p->w));

	f->object = def->name; /* of the program as well, which has none */
	f->provider = def;
	f->symbol = r != NULL ? r->name : NULL;
	f->wanted = def->file->elf.tls.memsz;
	f->available = tls_free_bytes(b->p);
}

/* ---- relocations, in the loader's order ------------------------------------------------------ */

/* An IFUNC resolver of an object that is not relocated yet: of the program it is fatal. */
static void check_ifunc(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct process *p = b->p;

	if (!to->ifunc)
		return;
	if (to->to == b->im || to->to->relocated)
		return;
	if (to->to->kind == IMAGE_PROGRAM && world_minor(p->w) >= 33) {
		struct failure *f = fail(b, FAIL_IFUNC, "");

		f->string = f->message = arena_printf(
			p->a,
			"%s: IFUNC symbol '%s' referenced in '%s' is defined in the executable and "
			"creates an unsatisfiable circular dependency.",
			p->argv0, r->name, b->im->name);
		f->symbol = r->name;
		f->fatal = true;
		b->dead = true;
		return;
	}
	*ARENA_PUSH(p->a, &p->trace.lines) =
		arena_printf(p->a, "%s: Relink `%s' with `%s' for IFUNC symbol `%s'", p->argv0,
			     b->im->name, to->to->name, r->name);
	process_assume(p, "an IFUNC resolver runs before its object is relocated");
}

static void warn_copy(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct process *p = b->p;
	struct elf_sym mine, theirs;

	if (!elf_sym(&b->im->file->elf, r->sym, &mine) ||
	    !elf_sym(&to->to->file->elf, to->sym, &theirs))
		return;
	if (theirs.vis == STV_PROTECTED && world_minor(p->w) >= 36)
		*ARENA_PUSH(p->a, &p->trace.lines) = arena_printf(
			p->a,
			"warning: copy relocation against non-copyable protected symbol `%s' in `%s'",
			r->name, to->to->name);
	if (theirs.size > mine.size)
		*ARENA_PUSH(p->a, &p->trace.lines) = arena_printf(
			p->a,
			"%s: Symbol `%s' has different size in shared object, consider re-linking",
			p->argv0, r->name);
}

static void die_at_symbol(struct binder *b)
{
	bool past_end = b->im->file->elf.file_end > b->im->file->elf.file.n;

	fail_signal(b->p, past_end ? SIGBUS : SIGSEGV, b->im->file, b->im);
	b->lines = b->p->trace.lines.n;
	b->ok = false;
	b->dead = true;
}

static void do_lookup(struct binder *b, const struct ref *r, struct bound *to)
{
	if (to->kills && b->ok) {
		die_at_symbol(b);
	} else if (to->asserts) {
		fail_assertion(b, r, to);
	} else if (to->left) {
		fail_left(b, r);
	} else if (to->to == NULL) {
		if (!r->weak)
			fail_undefined(b, r, false);
	} else {
		check_ifunc(b, r, to);
	}
}

/* A reference that needs somebody else: told of once, whatever happens. */
static struct bound *do_foreign(struct binder *b, size_t ref, enum ref_class class_)
{
	const struct ref *r = &b->facts->refs[ref];
	struct bound *to = &b->bound[ref];

	if (to->to == NULL && class_ == REF_PLAIN && b->canonical && !to->left && !to->kills &&
	    !to->told && b->nmissed < MAX_MISSES) {
		*to = look_up(b, r, class_);
		b->nmissed += to->to == NULL;
	}
	if (!to->told)
		do_lookup(b, r, to);
	to->told = true;
	return to;
}

static void do_copy(struct binder *b, const struct ref *r)
{
	struct bound to = look_up(b, r, REF_COPY);

	do_lookup(b, r, &to);
	if (to.to != NULL)
		warn_copy(b, r, &to);
}

static void do_tls(struct binder *b, struct image *def, const struct ref *r, enum reltype rt)
{
	if (!b->ok || def == NULL || (rt != RT_TLS_STATIC && rt != RT_TLS_DESC))
		return;
	if (!tls_place(b->p, def, rt == RT_TLS_DESC) && rt == RT_TLS_STATIC)
		fail_tls(b, def, r);
}

static bool is_local(const struct elf_sym *s)
{
	return s->bind == STB_LOCAL || s->vis == STV_HIDDEN || s->vis == STV_INTERNAL;
}

/* A relocation whose type asks for more than a definition. */
static void do_special(struct binder *b, const struct elf_rel *rel, enum reltype rt,
		       const struct elf_sym *s)
{
	bool local = is_local(s);
	struct bound to = { .to = b->im };
	struct ref r = { .name = NULL };
	size_t ref = local ? SIZE_MAX : facts_ref_of(b->facts, rel->sym);

	if (!local && ref == SIZE_MAX && !facts_own_ref(b->facts, rel->sym, &r)) {
		die_at_symbol(b);
		return;
	}
	if (rt == RT_COPY) {
		if (!local)
			do_copy(b, ref != SIZE_MAX ? &b->facts->refs[ref] : &r);
		return;
	}
	if (ref != SIZE_MAX)
		to = *do_foreign(b, ref, reltype_class(rt));
	else if (!local)
		to = look_up(b, &r, reltype_class(rt));
	do_tls(b, to.to, ref != SIZE_MAX ? &b->facts->refs[ref] : local ? NULL : &r, rt);
	if (rt == RT_UNKNOWN && b->ok)
		fail_type(b, rel->type, false);
}

/* An entry of DT_JMPREL that a lazy start leaves alone: only its type is looked at. */
static void do_lazy(struct binder *b, const struct elf_rel *rel, enum reltype rt)
{
	size_t ref = facts_ref_of(b->facts, rel->sym);

	if (rt != RT_PLT) {
		fail_type(b, rel->type, true);
	} else if (ref != SIZE_MAX && b->bound[ref].to == NULL && !b->bound[ref].left &&
		   !b->bound[ref].told && !b->facts->refs[ref].weak) {
		fail_undefined(b, &b->facts->refs[ref], true);
		b->bound[ref].told = true;
	}
}

/* l_versions is a null pointer there: any index but 0 makes the loader read beside it. */
static bool version_kills(const struct binder *b, uint32_t sym, const struct elf_sym *s)
{
	uint16_t v;

	return !is_local(s) && elf_versym(&b->im->file->elf, sym, &v) && (v & 0x7fff) != 0;
}

/* A reference to a symbol that the object defines itself, while somebody before it in the scope
 * has IFUNC symbols and is not relocated yet. */
static void do_interposed(struct binder *b, uint32_t sym, enum ref_class class_)
{
	struct bound to;
	struct ref r;

	if (!facts_own_ref(b->facts, sym, &r))
		return;
	to = look_up(b, &r, class_);
	if (to.to != NULL)
		check_ifunc(b, &r, &to);
}

static void do_reloc(struct binder *b, const struct elf_rel *rel, bool plt)
{
	const struct elf *e = &b->im->file->elf;
	enum reltype rt = reltype_of(e->machine, e->is64, rel->type);
	struct elf_sym s;
	size_t ref;

	if (plt && b->lazy && rt != RT_TLS_DESC && rt != RT_IRELATIVE) {
		do_lazy(b, rel, rt);
		return;
	}
	if (rt == RT_NONE || rt == RT_RELATIVE || rt == RT_IRELATIVE)
		return;
	if (!elf_sym(e, rel->sym, &s) || (b->facts->deadly_versym && version_kills(b, rel->sym, &s))) {
		die_at_symbol(b);
	} else if (rt == RT_PLAIN || rt == RT_PLT) {
		ref = facts_ref_of(b->facts, rel->sym);
		if (ref != SIZE_MAX)
			do_foreign(b, ref, reltype_class(rt));
		else if (b->interposed && !is_local(&s))
			do_interposed(b, rel->sym, reltype_class(rt));
	} else {
		do_special(b, rel, rt, &s);
	}
}

static void walk_relocs(struct binder *b, uint64_t dies_at)
{
	const struct elf *e = &b->im->file->elf;
	struct elf_relocs r;
	struct elf_rel rel;
	uint64_t pos = 0;

	elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++)
		for (uint64_t i = r.relative[t]; i < r.rel[t].n && !b->dead; i++, pos++) {
			if (pos >= dies_at && b->ok)
				return;
			if (elf_reloc(e, &r, t, i, &rel))
				do_reloc(b, &rel, t == ELF_PLT);
		}
}

/* With nothing missing, only the few entries that need more than a definition matter. */
static void walk_specials(struct binder *b)
{
	struct elf_relocs r;
	struct elf_rel rel;

	if (b->facts->nspecials == 0)
		return;
	elf_relocs_open(&b->im->file->elf, &r);
	for (size_t i = 0; i < b->facts->nspecials && !b->dead; i++) {
		const struct special *s = &b->facts->specials[i];

		if (elf_reloc(&b->im->file->elf, &r, s->t, s->i, &rel))
			do_reloc(b, &rel, s->t == ELF_PLT);
	}
}

static bool canonical_in_scope(const struct binder *b)
{
	for (size_t s = 0; s < b->im->nscopes; s++)
		for (size_t i = 0; i < b->im->scopes[s]->n; i++)
			if (b->im->scopes[s]->v[i]->facts != NULL &&
			    b->im->scopes[s]->v[i]->facts->has_canonical)
				return true;
	return false;
}

/* Is one of def's IFUNCs also a symbol of this object? */
static bool ifunc_in_common(const struct binder *b, const struct object_facts *def)
{
	struct match m = { .ref = 0 };
	struct ref r;

	for (size_t i = 0; i < def->nifuncs; i++)
		if (facts_own_ref(def, def->ifuncs[i], &r) &&
		    facts_match_one(def, &r, REF_PLT, b->facts, world_minor(b->p->w), &m))
			return true;
	return false;
}

/* Does an object that comes before this one in its scope, not relocated yet, define an IFUNC that
 * this one defines as well? */
static bool ifuncs_before(const struct binder *b)
{
	for (size_t s = 0; s < b->im->nscopes; s++)
		for (size_t i = 0; i < b->im->scopes[s]->n; i++) {
			const struct image *def = b->im->scopes[s]->v[i];

			if (def == b->im)
				return false;
			if (!def->relocated && def->facts != NULL && ifunc_in_common(b, def->facts))
				return true;
		}
	return false;
}

/* Is there a reference whose relocation can fail, or an IFUNC whose order matters? */
static bool has_trouble(const struct binder *b)
{
	for (size_t i = 0; i < b->facts->nrefs; i++) {
		const struct bound *to = &b->bound[i];

		if ((to->to == NULL && !b->facts->refs[i].weak) || to->asserts || to->left ||
		    to->kills ||
		    (to->ifunc && to->to != NULL && to->to != b->im && !to->to->relocated))
			return true;
	}
	return false;
}

/* ---- preparing, on several threads ------------------------------------------------------------ */

#define WORTH_A_THREAD (1u << 20) /* bytes of symbols and relocations */

struct preparation {
	struct process *p;
	struct image **todo; /* images to look up for */
	size_t n;
	bool failed[2];      /* no memory; written by any worker, never cleared */
};

static void prepare_refs(void *ctx, unsigned worker, size_t i)
{
	struct preparation *pr = ctx;

	(void)worker;
	if (!facts_need(pr->todo[i]->facts, FACTS_REFS))
		pr->failed[0] = true;
}

/* Jobs below n scan relocations, those from n on walk scopes: the two do not wait for each other. */
static void prepare_walk(void *ctx, unsigned worker, size_t i)
{
	struct preparation *pr = ctx;
	struct image *im = pr->todo[i % pr->n];
	struct binder b = { .p = pr->p, .im = im, .facts = im->facts, .bound = im->bound };

	(void)worker;
	if (i < pr->n) {
		if (!facts_need(im->facts, FACTS_SPECIALS))
			pr->failed[1] = true;
		return;
	}
	walk_scopes(&b);
	if (b.no_memory)
		pr->failed[1] = true;
}

static uint64_t work_of(const struct image *im)
{
	const struct elf *e = &im->file->elf;

	return e->dt[ELF_DT_RELASZ] + e->dt[ELF_DT_PLTRELSZ];
}

static int by_work(const void *a, const void *b)
{
	uint64_t x = work_of(*(struct image *const *)a), y = work_of(*(struct image *const *)b);

	return x == y ? 0 : x < y ? 1 : -1;
}

void bind_prepare(struct process *p, struct image *const *images, size_t n, bool parallel)
{
	struct preparation pr = { .p = p, .todo = ARENA_ARRAY(p->a, n + 1, struct image *) };
	uint64_t work = 0;
	unsigned threads;

	for (size_t i = 0; i < n; i++) {
		if (images[i]->relocated || images[i]->facts == NULL)
			continue;
		pr.todo[pr.n++] = images[i];
		work += work_of(images[i]);
	}
	threads = parallel && work > WORTH_A_THREAD ? 0 : 1;
	qsort(pr.todo, pr.n, sizeof(struct image *), by_work); /* the longest jobs first */
	pool_run(pr.n, threads, prepare_refs, &pr);
	for (size_t i = 0; i < pr.n; i++)
		pr.todo[i]->bound =
			ARENA_ARRAY(p->a, pr.todo[i]->facts->nrefs + 1, struct bound);
	pool_run(2 * pr.n, threads, prepare_walk, &pr);
	if (pr.failed[0] || pr.failed[1])
		process_assume(p, "there was too little memory to look all symbols up");
}

/* The entries that DT_RELACOUNT counts must be relative ones; x86-64's loader asserts it. Damage
 * shows at the first or the last of them. */
static bool relative_asserts(const struct elf *e)
{
	struct elf_relocs r;
	struct elf_rel first, last;
	uint64_t n;

	if (e->machine != EM_X86_64)
		return false;
	elf_relocs_open(e, &r);
	n = r.relative[ELF_RELA];
	return n > 0 && elf_reloc(e, &r, ELF_RELA, 0, &first) &&
	       elf_reloc(e, &r, ELF_RELA, n - 1, &last) &&
	       (first.type != R_X86_64_RELATIVE || last.type != R_X86_64_RELATIVE);
}

static void fail_relative(struct binder *b)
{
	struct failure *f = fail(b, FAIL_ASSERTION, text_assertion(b->p, ASSERT_RELATIVE));

	f->fatal = true;
}

bool bind_image(struct process *p, struct image *im, bool lazy, bool startup)
{
	struct binder b = { .p = p, .im = im, .facts = im->facts, .startup = startup, .ok = true };
	uint64_t dies_at;

	if (im->file == NULL || im->facts == NULL)
		return true;
	/* Both addresses are taken before the first relocation, if there is one or not. */
	if (!elf_has(&im->file->elf, ELF_DT_STRTAB) || !elf_has(&im->file->elf, ELF_DT_SYMTAB)) {
		fail_signal(p, SIGSEGV, im->file, im);
		return false;
	}
	b.lazy = lazy && !im->facts->bind_now;
	b.bound = im->bound;
	dies_at = damage_first_write(im->facts);
	if (relative_asserts(&im->file->elf)) {
		fail_relative(&b);
		return false;
	}
	b.interposed = ifuncs_before(&b);
	b.canonical = canonical_in_scope(&b);
	if (dies_at != UINT64_MAX || b.interposed || b.facts->deadly_versym || has_trouble(&b))
		walk_relocs(&b, dies_at);
	else
		walk_specials(&b);
	if (!b.ok && b.lines < p->trace.lines.n)
		p->trace.lines.n = b.lines; /* the loader has stopped: no more warnings */
	if (b.ok && dies_at != UINT64_MAX) {
		fail_signal(p, SIGBUS, im->file, im);
		return false;
	}
	return b.ok;
}

struct definer bind_look_up(struct process *p, struct image *im, const struct ref *r,
			    enum ref_class class_)
{
	struct binder b = { .p = p, .im = im, .facts = im->facts };
	struct bound to = look_up(&b, r, class_);

	return (struct definer){ to.to, to.sym, to.unique };
}

struct definer bind_bound(const struct image *im, size_t ref)
{
	const struct bound *to;

	if (im->bound == NULL || im->facts == NULL || ref >= im->facts->nrefs)
		return (struct definer){ NULL, 0, false };
	to = &im->bound[ref];
	return (struct definer){ to->to, to->sym, to->unique };
}

struct image *bind_find(struct process *p, struct image *im, const char *name,
			const char *version)
{
	struct version versions[2] = { { NULL, NULL, 0, false },
				       { version, NULL, elf_sysv_hash(version), false } };
	struct object_facts asker = { .versions = versions, .nversions = 2 };
	struct binder b = { .p = p, .im = im, .facts = &asker };
	struct ref r = { name, elf_gnu_hash(name), 0, 1, false };

	return look_up(&b, &r, REF_PLT).to;
}
