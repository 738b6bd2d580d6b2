/* bindings.c - who binds to whom: every reference of an object, for a list.
 *
 * Where upstream decides: _dl_lookup_symbol_x; for STB_GNU_UNIQUE symbols do_lookup_unique, which
 * keeps one definition of each name for the whole process: the one that was looked up first.
 */
#include "loader/bind.h"
#include "loader/dyld.h"
#include "loader/facts.h"
#include "loader/musl.h"
#include "loader/windows.h"
#include "object/elfconst.h"

#define MAX_MISSES 10000 /* look-ups that find nothing, for one image */

/* ---- each reference ----------------------------------------------------------------------------- */

/* A reference as one relocation makes it. */
struct mention {
	struct ref ref;
	enum reltype rt;
	bool plt;
};

/* Calls fn for each (symbol, class) that the relocations of im look up, once, in their order. */
static void each_mention(struct process *p, struct image *im,
			 void (*fn)(void *ctx, struct image *im, const struct mention *m), void *ctx)
{
	const struct elf *e = &im->file->elf;
	unsigned char *seen = arena_alloc(p->a, (size_t)e->symtab.n + 1);
	struct elf_relocs r;
	struct elf_rel rel;
	struct elf_sym s;

	elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++)
		for (uint64_t i = r.relative[t]; i < r.rel[t].n; i++) {
			struct mention m = { .plt = t == ELF_PLT };
			unsigned bit;

			if (!elf_reloc(e, &r, t, i, &rel) || !elf_sym(e, rel.sym, &s))
				continue;
			m.rt = reltype_of(e->machine, e->is64, rel.type);
			bit = 1u << reltype_class(m.rt);
			if (m.rt == RT_NONE || m.rt == RT_RELATIVE || m.rt == RT_IRELATIVE ||
			    s.bind == STB_LOCAL || s.vis == STV_HIDDEN || s.vis == STV_INTERNAL ||
			    (seen[rel.sym] & bit) != 0 || !facts_own_ref(im->facts, rel.sym, &m.ref))
				continue;
			seen[rel.sym] = (unsigned char)(seen[rel.sym] | bit);
			fn(ctx, im, &m);
		}
}

/* ---- unique symbols ----------------------------------------------------------------------------- */

static void note_unique(void *ctx, struct image *im, const struct mention *m)
{
	struct process *p = ctx;
	struct definer d = bind_look_up(p, im, &m->ref, reltype_class(m->rt)), *first;

	if (d.to == NULL || !d.unique || table_get(p->uniques, m->ref.name, m->ref.hash) != NULL)
		return;
	first = ARENA_NEW(p->a, struct definer);
	*first = d;
	table_put(p->uniques, m->ref.name, m->ref.hash, first);
}

/* Makes the table of all unique symbols and their definers, as the relocations of the process
 * filled it; empty in a process whose objects define none. */
static void collect_uniques(struct process *p)
{
	bool any = false;

	if (p->uniques != NULL)
		return;
	p->uniques = ARENA_NEW(p->a, struct table);
	table_init(p->uniques, p->a);
	for (size_t i = 0; i < p->images.n; i++)
		any = any || (p->images.items[i]->facts != NULL && p->images.items[i]->facts->has_unique);
	for (size_t i = 0; any && i < p->relocated.n; i++)
		if (p->relocated.items[i]->facts != NULL)
			each_mention(p, p->relocated.items[i], note_unique, p);
}

static struct definer settle_unique(const struct process *p, const struct ref *r, struct definer d)
{
	const struct definer *first =
		d.to != NULL && d.unique ? table_get(p->uniques, r->name, r->hash) : NULL;

	return first != NULL ? *first : d;
}

/* ---- the list ----------------------------------------------------------------------------------- */

static const char *version_of_definition(struct definer d)
{
	const struct object_facts *def = d.to->facts;
	uint16_t raw;

	if (def->nversions == 0 || !elf_versym(&def->file->elf, d.sym, &raw))
		return NULL;
	raw &= 0x7fff;
	return raw < def->nversions ? def->versions[raw].name : NULL;
}

struct teller {
	struct process *p;
	void (*fn)(void *ctx, const struct binding *b);
	void *ctx;
	size_t missed;
};

/* musl has no unique symbols: the first in the list is the one. */
static struct definer musl_definer(struct process *p, const struct image *im,
				   const struct mention *m)
{
	static const enum musl_reltype types[] = { [REF_PLAIN] = MUSL_REL_SYMBOLIC,
						   [REF_PLT] = MUSL_REL_PLT,
						   [REF_COPY] = MUSL_REL_COPY };
	struct musl_scope scope = { p, im->nscopes > 1 ? im->scopes[1] : NULL, NULL };

	return musl_look_up(&scope, &m->ref, types[reltype_class(m->rt)]);
}

static struct definer definer_of(struct process *p, struct image *im, const struct mention *m)
{
	if (p->w->kind == LOADER_MUSL)
		return musl_definer(p, im, m);
	return settle_unique(p, &m->ref, bind_look_up(p, im, &m->ref, reltype_class(m->rt)));
}

/* Functions alone may wait in glibc; in musl whatever a lazy open put off does. */
static bool is_put_off(const struct image *im, const struct mention *m)
{
	if (im->musl == NULL)
		return m->plt && !im->facts->bind_now;
	for (size_t i = 0; i < im->musl->deferred.n; i++)
		if (im->musl->deferred.items[i].ref.sym == m->ref.sym)
			return true;
	return false;
}

static void tell(void *ctx, struct image *im, const struct mention *m)
{
	struct teller *t = ctx;
	const struct version *v = facts_version(im->facts, &m->ref);
	struct definer d = { NULL, 0, false };

	if (t->missed < MAX_MISSES)
		d = definer_of(t->p, im, m);
	t->missed += d.to == NULL;
	t->fn(t->ctx,
	      &(struct binding){ m->ref.name, v != NULL ? v->name : NULL, d.to,
				 d.to != NULL ? version_of_definition(d) : NULL, m->ref.weak,
				 is_put_off(im, m), m->rt == RT_COPY,
				 m->rt == RT_TLS_DYNAMIC || m->rt == RT_TLS_STATIC ||
					 m->rt == RT_TLS_DESC });
}

void loader_each_binding(struct process *p, struct image *im,
			void (*fn)(void *ctx, const struct binding *b), void *ctx)
{
	struct teller t = { .p = p, .fn = fn, .ctx = ctx };

	if (p->w->kind == LOADER_DYLD)
		dyld_each_binding(p, im, fn, ctx);
	if (p->w->kind == LOADER_WINDOWS)
		win_each_binding(p, im, fn, ctx);
	if (im->file == NULL || im->facts == NULL)
		return;
	if (p->w->kind == LOADER_GLIBC)
		collect_uniques(p);
	each_mention(p, im, tell, &t);
}

void loader_each_undefined(const struct store_file *f, bool (*fn)(void *ctx, const char *name),
			  void *ctx)
{
	uint64_t n = elf_sym_count(&f->elf);
	struct elf_sym sym;

	for (uint64_t i = 1; i < n; i++) {
		const char *name;

		if (!elf_sym(&f->elf, i, &sym) || sym.shndx != SHN_UNDEF || sym.bind == STB_WEAK)
			continue;
		name = elf_sym_name(&f->elf, i);
		if (name != NULL && *name != '\0' && fn(ctx, name))
			return;
	}
}
