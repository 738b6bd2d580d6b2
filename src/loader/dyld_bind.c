/* dyld_bind.c - who defines the symbols that images ask for.
 *
 * A two-level name says in which library it is expected: that one, and what it re-exports, are asked and
 * nobody else. A flat one is asked of all images in the order of their loading. What the shared cache exports
 * is not known here: there a symbol is taken for granted, and the verdict rests on that. Where upstream
 * decides: Loader::resolveSymbol, Loader::hasExportedSymbol, JustInTimeLoader::forEachBindTarget.
 */
#include <string.h>

#include "loader/dyld.h"
#include "loader/process.h"
#include "loader/text.h"
#include "object/macho_import.h"

enum { FAILURES_MAX = 1000 };
#define LOOKED_MAX (UINT64_C(4) << 30) /* bytes that are looked at for names of one process: minutes */

struct binder {
	struct process *p;
	struct image *im;
	bool launch;
	struct image *definer; /* of the last look-up; NULL: none, or a library of the system */
	void (*tell)(void *ctx, const struct binding *b);
	void *ctx;
};

enum defined { DEFINED_NO, DEFINED_YES, DEFINED_ASSUMED };

/* Of a file without a trie of exports (before macOS 10.6): its symbols by name. */
static struct table *symbol_table(struct binder *b, struct image *im)
{
	const struct macho *m = &im->dyld->load.m;
	struct macho_symbol s;

	if (im->dyld->symbols != NULL)
		return im->dyld->symbols;
	im->dyld->symbols = ARENA_NEW(b->p->a, struct table);
	table_init(im->dyld->symbols, b->p->a);
	for (uint32_t i = 0; b->p->dyld->looked < LOOKED_MAX && macho_symbol(m, i, &s); i++) {
		b->p->dyld->looked += strlen(s.name);
		if ((s.type & MACHO_N_STAB) == 0 && (s.type & MACHO_N_EXT) != 0 &&
		    (s.type & MACHO_N_TYPE) != MACHO_N_UNDF)
			table_put(im->dyld->symbols, s.name, elf_gnu_hash(s.name), im);
	}
	return im->dyld->symbols;
}

static bool find_export(struct binder *b, struct image *im, const char *name, struct macho_export *e)
{
	const struct macho *m = &im->dyld->load.m;
	bool found;

	if (!m->has_exports) {
		*e = (struct macho_export){ 0 };
		return table_get(symbol_table(b, im), name, elf_gnu_hash(name)) != NULL;
	}
	found = macho_find_export(m, name, e);
	b->p->dyld->looked += e->looked;
	return found;
}

static enum defined defines(struct binder *b, struct image *im, const char *name)
{
	const struct dyld_image *d = im->dyld;
	struct macho_export e;
	enum defined best = DEFINED_NO;

	if (im->mark == b->p->dyld->mark)
		return DEFINED_NO;
	im->mark = b->p->dyld->mark;
	if (im->file == NULL) {
		b->definer = im;
		return DEFINED_ASSUMED;
	}
	if (find_export(b, im, name, &e)) {
		if ((e.flags & MACHO_EXPORT_REEXPORT) == 0 || e.ordinal == 0 || e.ordinal > d->upto) {
			b->definer = im;
			return DEFINED_YES;
		}
		if (d->to[e.ordinal - 1] != NULL)
			return defines(b, d->to[e.ordinal - 1], e.imported != NULL ? e.imported : name);
	}
	b->p->dyld->looked += d->load.nneeds * sizeof(d->load.needs[0]);
	for (size_t i = 0; i < d->load.nneeds && i < d->upto && best != DEFINED_YES; i++)
		if (d->load.needs[i].reexport && d->to[i] != NULL) {
			enum defined one = defines(b, d->to[i], name);

			best = one != DEFINED_NO ? one : best;
		}
	return best;
}

/* Could a library of the system define it, for all that its name tells? What C++ mangles outside of std does
 * not come from there, nor does Python's interface. */
static bool may_be_systems(const char *name)
{
	static const char *const own[] = { "__ZNSt",  "__ZNKSt", "__ZSt", "__ZTVSt", "__ZTVN10__cxxabiv",
					   "__ZTISt", "__ZTSSt", "__Zn",  "__Zd",    "__ZTI",
					   "__ZTS",   "__ZGVNSt" };

	if (strncmp(name, "_Py", 3) == 0 || strncmp(name, "__Py", 4) == 0)
		return false;
	if (strncmp(name, "__Z", 3) != 0)
		return true;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strncmp(name, own[i], strlen(own[i])) == 0)
			return true;
	return false;
}

/* Any image. */
static enum defined defined_somewhere(struct binder *b, const char *name)
{
	b->p->dyld->mark++;
	for (size_t i = 0; i < b->p->images.n; i++) {
		struct image *im = b->p->images.items[i];

		if (im->file != NULL && defines(b, im, name) == DEFINED_YES)
			return DEFINED_YES;
	}
	return may_be_systems(name) ? DEFINED_ASSUMED : DEFINED_NO;
}

/* Said once, of the first such name. */
static void assume_systems(struct binder *b, const char *name)
{
	if (!b->p->dyld->assumed)
		process_assume(b->p,
			       arena_printf(b->p->a, "a library of macOS defines %s, which no file here does",
					    name[0] == '_' ? name + 1 : name));
	b->p->dyld->assumed = true;
}

static struct failure *fail_symbol(struct binder *b, const struct macho_import *i, const char *text)
{
	struct failure *f = fail_add(b->p, FAIL_SYMBOL, dyld_name(b->p, b->im), text, 0);

	f->image = b->im;
	f->symbol = i->name[0] == '_' ? i->name + 1 : i->name; /* as it is written in C */
	f->message = text;
	if (i->lazy && b->launch) {
		f->lazy = true;
		f->message = DYLD_TEXT(MISSING_CALLED, b->p);
	}
	return f;
}

/* In one library, or (NULL) in the slot of one that is not there. */
static void fail_expected(struct binder *b, const struct macho_import *i, struct image *in)
{
	struct process *p = b->p;
	const char *text = arena_printf(p->a, DYLD_TEXT(SYMBOL, p), i->name, dyld_uuid(p, b->im),
					dyld_name(p, b->im), dyld_built_for(p, b->im), dyld_uuid(p, in),
					in != NULL ? dyld_name(p, in) : "unknown");

	fail_symbol(b, i, text)->provider = in;
}

/* Who defines it, for all that can be known? *in: the image where it is expected; NULL: anywhere, or in one
 * that is not there. */
static enum defined look_up(struct binder *b, const struct macho_import *i, struct image **in)
{
	b->definer = *in = NULL;
	if (i->ordinal == MACHO_FROM_ANYONE || i->ordinal == MACHO_FROM_WEAK)
		return defined_somewhere(b, i->name);
	if (i->ordinal == MACHO_FROM_SELF)
		*in = b->im;
	else if (i->ordinal == MACHO_FROM_MAIN)
		*in = b->p->program;
	else
		*in = b->im->dyld->to[i->ordinal - 1];
	b->p->dyld->mark++;
	return *in != NULL ? defines(b, *in, i->name) : DEFINED_NO;
}

static bool is_ordinal(const struct binder *b, int32_t ordinal)
{
	return ordinal >= MACHO_FROM_WEAK &&
	       (ordinal <= MACHO_FROM_SELF || (size_t)ordinal <= b->im->dyld->load.nneeds);
}

static void fail_import(struct binder *b, const struct macho_import *i, struct image *in)
{
	struct process *p = b->p;

	if (i->ordinal == MACHO_FROM_ANYONE)
		fail_symbol(b, i, arena_printf(p->a, DYLD_TEXT(FLAT, p), i->name));
	else if (i->ordinal != MACHO_FROM_WEAK)
		fail_expected(b, i, in);
	else if (b->im->dyld->load.has_fixups) /* by opcodes it is an offer, and no demand */
		fail_symbol(b, i,
			    dyld_release(p) < DYLD_RELEASE(15, 0)
				    ? arena_printf(p->a, DYLD_TEXT(WEAK_DEF, p), i->name)
				    : arena_printf(p->a, DYLD_TEXT(WEAK_DEF, p), i->name, dyld_uuid(p, b->im),
						   dyld_name(p, b->im)));
}

static void bind_strong(struct binder *b, const struct macho_import *i)
{
	struct image *in;
	enum defined d = look_up(b, i, &in);

	if (d == DEFINED_NO)
		fail_import(b, i, in);
	else if (d == DEFINED_ASSUMED && i->ordinal == MACHO_FROM_ANYONE)
		assume_systems(b, i->name);
}

static bool bind_one(void *ctx, const struct macho_import *i)
{
	struct binder *b = ctx;
	struct process *p = b->p;

	if (!is_ordinal(b, i->ordinal))
		fail_symbol(
			b, i,
			arena_printf(p->a, DYLD_TEXT(ORDINAL, p), i->ordinal, dyld_name(p, b->im), i->name));
	else if (!i->weak)
		bind_strong(b, i);
	if (p->dyld->looked < LOOKED_MAX)
		return p->trace.failures.n >= FAILURES_MAX;
	process_assume(p, "the symbols that were not looked for any more are there: there are too many");
	return true;
}

/* What lies past the cap on images was not asked for its libraries: nothing of it can be looked up. */
static bool is_bindable(const struct image *im)
{
	return im->file != NULL && im->dyld->to != NULL;
}

void dyld_bind(struct process *p, size_t from, bool launch)
{
	struct binder b = { .p = p, .launch = launch };

	for (size_t i = from; i < p->images.n; i++) {
		b.im = p->images.items[i];
		if (!is_bindable(b.im))
			continue;
		if (!macho_each_import(&b.im->dyld->load, bind_one, &b))
			process_assume(p,
				       arena_printf(p->a, "what %s imports can be read", dyld_name(p, b.im)));
		b.im->relocated = true;
	}
}

static bool tell_one(void *ctx, const struct macho_import *i)
{
	struct binder *b = ctx;
	struct binding out = { .symbol = i->name[0] == '_' ? i->name + 1 : i->name,
			       .weak = i->weak,
			       .lazy = i->lazy };
	struct image *in;

	if (is_ordinal(b, i->ordinal) && look_up(b, i, &in) != DEFINED_NO)
		out.to = b->definer;
	b->tell(b->ctx, &out);
	return b->p->dyld->looked >= LOOKED_MAX;
}

void dyld_each_binding(struct process *p, struct image *im, void (*fn)(void *ctx, const struct binding *b),
		       void *ctx)
{
	struct binder b = { .p = p, .im = im, .tell = fn, .ctx = ctx };

	if (is_bindable(im) && im->relocated)
		macho_each_import(&im->dyld->load, tell_one, &b);
}
