/* facts.c - derives what binding needs from a file, and looks the references of one object up in
 * another.
 *
 * Where upstream decides: _dl_check_map_versions (the version table), elf_dynamic_do_Rela (order of
 * relocations), check_match and do_lookup_x in dl-lookup.c (does a definition match?).
 */
#include "loader/facts.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"

#define MAX_SYMBOLS (16u << 20)
#define WORK_MAX (64u << 20) /* links of hash chains, for the references of one object to another */
#define STEPS_MIN 256        /* links that each look-up may follow at least */

/* ---- versions ----------------------------------------------------------------------------- */

static bool count_need(void *ctx, const struct elf_verneed *n)
{
	size_t *high = ctx;

	if ((n->other & 0x7fffu) > *high)
		*high = n->other & 0x7fffu;
	return false;
}

static bool count_def(void *ctx, const struct elf_verdef *d)
{
	size_t *high = ctx;

	if ((d->ndx & 0x7fffu) > *high)
		*high = d->ndx & 0x7fffu;
	return false;
}

static bool put_need(void *ctx, const struct elf_verneed *n)
{
	struct object_facts *o = ctx;

	o->versions[n->other & 0x7fff] =
		(struct version){ n->name, n->file, n->hash, (n->other & 0x8000) != 0 };
	return false;
}

static bool put_def(void *ctx, const struct elf_verdef *d)
{
	struct object_facts *o = ctx;

	/* The base version is the file itself: it is no version that can be asked for. */
	if ((d->flags & VER_FLG_BASE) == 0)
		o->versions[d->ndx & 0x7fff] = (struct version){ d->name, NULL, d->hash, false };
	return false;
}

static bool make_versions(struct object_facts *o)
{
	const struct elf *e = &o->file->elf;
	size_t high = 0;

	elf_each_verneed(e, count_need, &high, NULL);
	elf_each_verdef(e, count_def, &high, NULL);
	if (high == 0 || !elf_has(e, ELF_DT_STRTAB))
		return true;
	o->versions = calloc(high + 1, sizeof(*o->versions));
	if (o->versions == NULL)
		return false;
	o->nversions = high + 1;
	elf_each_verneed(e, put_need, o, NULL);
	elf_each_verdef(e, put_def, o, NULL);
	return true;
}

/* ---- references --------------------------------------------------------------------------- */

static void *grow(void *v, size_t n, size_t *cap, size_t size, bool *failed)
{
	void *bigger;
	size_t want = *cap == 0 ? 64 : 2 * *cap;

	if (n < *cap)
		return v;
	bigger = realloc(v, want * size);
	if (bigger == NULL) {
		*failed = true;
		return v;
	}
	*cap = want;
	return bigger;
}

static uint16_t ref_version(const struct object_facts *o, uint32_t sym)
{
	uint16_t v = 0;

	if (o->nversions == 0 || !elf_versym(&o->file->elf, sym, &v))
		return 0;
	v &= 0x7fff;
	if (v >= o->nversions || o->versions[v].hash == 0 || o->versions[v].name == NULL)
		return 0;
	return v;
}

bool facts_own_ref(const struct object_facts *o, uint32_t i, struct ref *out)
{
	const char *name = elf_sym_name(&o->file->elf, i);
	struct elf_sym s;

	if (name == NULL || !elf_sym(&o->file->elf, i, &s))
		return false;
	*out = (struct ref){ name, elf_gnu_hash(name), i, ref_version(o, i),
			     s.bind == STB_WEAK };
	return true;
}

static bool binds_locally(const struct elf_sym *s)
{
	return s->bind == STB_LOCAL || s->vis == STV_HIDDEN || s->vis == STV_INTERNAL;
}

/* Does the object's own definition certainly satisfy its own reference? Then no other object is
 * needed for it, whoever may come before in the scope. */
static bool surely_own(const struct object_facts *o, const struct elf_sym *s, uint64_t i)
{
	const unsigned ok = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC |
			    1u << STT_COMMON | 1u << STT_GNU_IFUNC | 1u << STT_TLS;

	if (s->shndx == SHN_UNDEF || s->type > 15 || (ok >> s->type & 1) == 0)
		return false;
	if (s->value == 0 && s->shndx != SHN_ABS && s->type != STT_TLS)
		return false;
	if (s->bind != STB_GLOBAL && s->bind != STB_WEAK && s->bind != STB_GNU_UNIQUE)
		return false;
	return o->hash.gnu ? i >= o->hash.symoffset : o->hash.sysv;
}

/* The next symbol from i on that is not an ordinary definition, n if there is none. Of the 200,000
 * symbols of a large library nearly all are; 64-bit little-endian tables are read in place. */
static uint64_t skip_ordinary(const struct elf *e, uint64_t i, uint64_t n)
{
	const unsigned char *p = e->symtab.p + i * sizeof(Elf64_Sym);

	if (!e->is64 || e->swap || n > e->symtab.n)
		return i;
	for (; i < n; i++, p += sizeof(Elf64_Sym)) {
		uint16_t shndx = load16(p + offsetof(Elf64_Sym, st_shndx), false);
		uint64_t value = load64(p + offsetof(Elf64_Sym, st_value), false);
		unsigned char info = p[offsetof(Elf64_Sym, st_info)];

		if (shndx == SHN_UNDEF || value == 0 || (info & 15) > STT_FUNC ||
		    (info >> 4) - 1u > 1u)
			break;
	}
	return i;
}

/* One more than the highest symbol that a relocation names. */
static uint64_t relocated_symbols(const struct elf *e)
{
	struct elf_relocs r;
	struct elf_rel rel;
	uint64_t n = 0;

	elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++)
		for (uint64_t i = 0; i < r.rel[t].n; i++)
			if (elf_reloc(e, &r, t, i, &rel) && rel.sym >= n)
				n = (uint64_t)rel.sym + 1;
	return n;
}

/* How many symbols matter. What is hashed stands behind all that is undefined; an object that
 * exports nothing, or has no hash table, does not say how many symbols it has. */
static uint64_t count_symbols(const struct object_facts *o)
{
	uint64_t n = elf_sym_count(&o->file->elf);

	if (o->hash.gnu ? n > o->hash.symoffset : o->hash.sysv)
		return n;
	return relocated_symbols(&o->file->elf);
}

/* Kinds of symbols that are looked at only where they occur. */
static void note_rarity(struct object_facts *o, const struct elf_sym *s, uint32_t i, size_t *cap,
			bool *failed)
{
	if (s->shndx == SHN_UNDEF && s->value != 0)
		o->has_canonical = true;
	if (s->bind == STB_GNU_UNIQUE)
		o->has_unique = true;
	if (s->type != STT_GNU_IFUNC || s->shndx == SHN_UNDEF)
		return;
	o->ifuncs = grow(o->ifuncs, o->nifuncs, cap, sizeof(*o->ifuncs), failed);
	if (!*failed)
		o->ifuncs[o->nifuncs++] = i;
}

/* The symbols that somebody else must define. Linkers put them before all that is hashed. */
static bool make_refs(struct object_facts *o)
{
	const struct elf *e = &o->file->elf;
	uint64_t n = count_symbols(o);
	uint64_t hashed = o->hash.gnu ? o->hash.symoffset : UINT64_MAX;
	bool failed = false;
	size_t cap = 0, ifuncs_cap = 0;
	struct elf_sym s;

	if (n > MAX_SYMBOLS)
		n = MAX_SYMBOLS;
	if (n > e->symtab.n)
		n = e->symtab.n;
	for (uint64_t i = 1; i < n && !failed; i++) {
		if (i >= hashed && (i = skip_ordinary(e, i, n)) == n)
			break;
		if (!elf_sym(e, i, &s))
			break;
		note_rarity(o, &s, (uint32_t)i, &ifuncs_cap, &failed);
		if (surely_own(o, &s, i) || binds_locally(&s))
			continue;
		o->refs = grow(o->refs, o->nrefs, &cap, sizeof(*o->refs), &failed);
		if (!failed && facts_own_ref(o, (uint32_t)i, &o->refs[o->nrefs]))
			o->nrefs++;
	}
	return !failed;
}

size_t facts_ref_of(const struct object_facts *o, uint32_t sym)
{
	size_t lo = 0, hi = o->nrefs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (o->refs[mid].sym < sym)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->nrefs && o->refs[lo].sym == sym ? lo : SIZE_MAX;
}

/* ---- relocations -------------------------------------------------------------------------- */

static bool is_plain(uint16_t machine, bool is64, uint32_t type, bool plt)
{
	enum reltype rt = reltype_of(machine, is64, type);

	if (plt)
		return rt == RT_PLT || rt == RT_IRELATIVE;
	return rt == RT_NONE || rt == RT_RELATIVE || rt == RT_IRELATIVE || rt == RT_PLAIN ||
	       rt == RT_PLT || rt == RT_TLS_DYNAMIC;
}

struct scan {
	struct object_facts *o;
	uint64_t plain; /* by relocation type: a bit for each of the first 64 */
	bool plt;       /* the table is DT_JMPREL: a lazy start refuses all but a few types there */
	bool fast;      /* tables may be read in place */
	size_t cap;
	bool failed;
};

static bool entry_is_plain(const struct scan *s, uint32_t type, uint32_t sym)
{
	const struct elf *e = &s->o->file->elf;

	if (sym >= e->symtab.n)
		return false;
	return type < 64 ? (s->plain >> type & 1) != 0 :
			   is_plain(e->machine, e->is64, type, s->plt);
}

/* The next entry from i on that is not plain, n if there is none. */
static uint64_t skip_plain(const struct scan *s, const struct elf_table *t, uint64_t i)
{
	const unsigned char *p = t->p + i * sizeof(Elf64_Rela) + offsetof(Elf64_Rela, r_info);
	uint64_t nsyms = s->o->file->elf.symtab.n;

	if (!s->fast || t->entry != sizeof(Elf64_Rela))
		return i;
	for (; i < t->n; i++, p += sizeof(Elf64_Rela)) {
		uint64_t info = load64(p, false);
		uint32_t type = (uint32_t)info;

		if (type > 63 || (s->plain >> type & 1) == 0 || info >> 32 >= nsyms)
			break;
	}
	return i;
}

/* Notes the entries of a table that need more than their symbol's definition. */
static void scan_table(struct scan *s, const struct elf_relocs *r, int t)
{
	struct object_facts *o = s->o;
	struct elf_rel rel;

	for (uint64_t i = r->relative[t]; i < r->rel[t].n && !s->failed; i++) {
		i = skip_plain(s, &r->rel[t], i);
		if (!elf_reloc(&o->file->elf, r, t, i, &rel) ||
		    entry_is_plain(s, rel.type, rel.sym))
			continue;
		o->specials = grow(o->specials, o->nspecials, &s->cap, sizeof(*o->specials),
				   &s->failed);
		if (!s->failed)
			o->specials[o->nspecials++] = (struct special){ i, t };
	}
}

static bool scan_relocs(struct object_facts *o)
{
	const struct elf *e = &o->file->elf;
	struct scan s = { .o = o, .fast = e->is64 && !e->swap && e->machine != EM_MIPS };
	struct elf_relocs r;

	o->where = elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++) {
		s.plt = t == ELF_PLT;
		s.plain = 0;
		for (uint32_t k = 0; k < 64; k++)
			s.plain |= (uint64_t)is_plain(e->machine, e->is64, k, s.plt) << k;
		if (r.rel[t].clamped && o->where == ELF_HERE)
			o->where = e->file_end > e->file.n ? ELF_PAST_END : ELF_UNMAPPED;
		scan_table(&s, &r, t);
	}
	return !s.failed;
}

struct pair {
	uint32_t key; /* definer's id * 2 + exact_first + 1; 0: free */
	struct matches m;
};

static void free_facts(void *p)
{
	struct object_facts *o = p;

	for (size_t i = 0; o->pairs != NULL && i <= o->pairs_mask; i++)
		free(o->pairs[i].m.v);
	free(o->pairs);
	free(o->versions);
	free(o->refs);
	free(o->specials);
	free(o->ifuncs);
	pthread_mutex_destroy(&o->lock);
	pthread_mutex_destroy(&o->part_lock[FACTS_REFS]);
	pthread_mutex_destroy(&o->part_lock[FACTS_SPECIALS]);
	free(o);
}

static void *make_facts(struct store_file *file)
{
	struct object_facts *o = calloc(1, sizeof(*o));
	const struct elf *e = &file->elf;

	if (o == NULL)
		return NULL;
	pthread_mutex_init(&o->lock, NULL); /* cannot fail with default attributes on Linux */
	pthread_mutex_init(&o->part_lock[FACTS_REFS], NULL);
	pthread_mutex_init(&o->part_lock[FACTS_SPECIALS], NULL);
	o->file = file;
	elf_hash_open(e, &o->hash);
	o->deadly_versym = elf_has(e, ELF_DT_VERSYM) && !elf_has(e, ELF_DT_VERNEED) &&
			   !elf_has(e, ELF_DT_VERDEF);
	o->symbolic = elf_has(e, ELF_DT_SYMBOLIC) || (e->dt[ELF_DT_FLAGS] & DF_SYMBOLIC) != 0;
	o->bind_now = elf_has(e, ELF_DT_BIND_NOW) || (e->dt[ELF_DT_FLAGS] & DF_BIND_NOW) != 0 ||
		      (e->dt[ELF_DT_FLAGS_1] & DF_1_NOW) != 0;
	if (!make_versions(o)) {
		free_facts(o);
		return NULL;
	}
	return o;
}

const struct object_facts *facts_of(const struct world *w, const struct store_file *file)
{
	/* The store hands out its files as constant; only `aux`, which it locks, changes. */
	return store_aux(w->store, (struct store_file *)(uintptr_t)file, make_facts, free_facts);
}

bool facts_need(const struct object_facts *obj, enum facts_part part)
{
	/* Only what the lock protects changes. */
	struct object_facts *o = (struct object_facts *)(uintptr_t)obj;
	bool ok;

	pthread_mutex_lock(&o->part_lock[part]);
	if (!o->part_made[part]) {
		o->part_failed[part] = part == FACTS_REFS ? !make_refs(o) : !scan_relocs(o);
		o->part_made[part] = true;
	}
	ok = !o->part_failed[part];
	pthread_mutex_unlock(&o->part_lock[part]);
	return ok;
}

const struct version *facts_version(const struct object_facts *obj, const struct ref *r)
{
	return r->version != 0 ? &obj->versions[r->version] : NULL;
}

/* ---- does a definition match? ------------------------------------------------------------- */

struct lookup {
	const struct object_facts *def;
	enum ref_class class_;
	const struct version *version;
	bool exact_first;    /* 2.42+: an exact version beats an unversioned definition */
	uint64_t exact, base, single;
	unsigned nversions;  /* versioned definitions met by an unversioned reference */
};

/* The part of check_match that does not look at versions. */
static bool can_define(const struct elf_sym *s, enum ref_class class_)
{
	const unsigned allowed = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC |
				 1u << STT_COMMON | 1u << STT_TLS | 1u << STT_GNU_IFUNC;

	if (s->value == 0 && s->shndx != SHN_ABS && s->type != STT_TLS)
		return false;
	if (class_ == REF_PLT && s->shndx == SHN_UNDEF)
		return false;
	return s->type < 16 && (allowed >> s->type & 1) != 0;
}

static bool same_version(const struct object_facts *def, uint16_t ndx, const struct version *v)
{
	const struct version *have = ndx < def->nversions ? &def->versions[ndx] : NULL;

	return have != NULL && have->hash == v->hash && have->name != NULL && v->name != NULL &&
	       strcmp(have->name, v->name) == 0;
}

static bool match_versioned(struct lookup *l, uint64_t sym, uint16_t raw)
{
	uint16_t ndx = raw & 0x7fff;
	bool named = ndx < l->def->nversions && l->def->versions[ndx].hash != 0;

	if (same_version(l->def, ndx, l->version)) {
		l->exact = sym;
		return true;
	}
	if (l->version->hidden || named || (raw & 0x8000) != 0)
		return false;
	if (l->base == 0)
		l->base = sym;
	return !l->exact_first;
}

static bool match_unversioned(struct lookup *l, uint64_t sym, uint16_t raw)
{
	if ((raw & 0x7fff) < 3) {
		l->exact = sym;
		return true;
	}
	if ((raw & 0x8000) == 0 && l->nversions++ == 0)
		l->single = sym;
	return false;
}

static bool check_match(void *ctx, uint64_t sym)
{
	struct lookup *l = ctx;
	struct elf_sym s;
	uint16_t raw;

	if (!elf_sym(&l->def->file->elf, sym, &s) || !can_define(&s, l->class_))
		return false;
	if (l->def->nversions == 0 || !elf_versym(&l->def->file->elf, sym, &raw)) {
		l->exact = sym;
		return true;
	}
	if (l->version != NULL)
		return match_versioned(l, sym, raw);
	return match_unversioned(l, sym, raw);
}

static bool match_in(const struct object_facts *obj, const struct ref *r, enum ref_class class_,
		     const struct object_facts *def, const struct elf_hash *hash, int minor,
		     struct match *out)
{
	struct lookup l = { .def = def, .class_ = class_, .version = facts_version(obj, r),
			    .exact_first = minor >= 42 };
	const struct elf *e = &def->file->elf;
	struct elf_sym s;
	uint64_t sym;

	elf_hash_find(e, hash, r->name, r->hash, check_match, &l);
	sym = l.exact != 0 ? l.exact : l.base;
	if (sym == 0 && l.nversions == 1)
		sym = l.single;
	if (sym == 0 || !elf_sym(e, sym, &s) || s.vis == STV_HIDDEN || s.vis == STV_INTERNAL)
		return false;
	if (s.bind != STB_GLOBAL && s.bind != STB_WEAK && s.bind != STB_GNU_UNIQUE)
		return false;
	out->sym = (uint32_t)sym;
	out->ifunc = s.type == STT_GNU_IFUNC && s.shndx != SHN_UNDEF;
	out->unversioned = l.version != NULL && def->nversions == 0;
	out->unique = s.bind == STB_GNU_UNIQUE;
	return true;
}

bool facts_match_one(const struct object_facts *obj, const struct ref *r, enum ref_class class_,
		     const struct object_facts *def, int minor, struct match *out)
{
	return match_in(obj, r, class_, def, &def->hash, minor, out);
}

/* ---- pairs of objects --------------------------------------------------------------------- */

static struct pair *find_pair(struct pair *v, size_t mask, uint32_t key)
{
	size_t i = (size_t)(key * UINT32_C(2654435761)) & mask;

	while (v[i].key != 0 && v[i].key != key)
		i = (i + 1) & mask;
	return &v[i];
}

static bool grow_pairs(struct object_facts *o)
{
	size_t mask = o->pairs == NULL ? 15 : 2 * o->pairs_mask + 1;
	struct pair *v = calloc(mask + 1, sizeof(*v));

	if (v == NULL)
		return false;
	for (size_t i = 0; o->pairs != NULL && i <= o->pairs_mask; i++)
		if (o->pairs[i].key != 0)
			*find_pair(v, mask, o->pairs[i].key) = o->pairs[i];
	free(o->pairs);
	o->pairs = v;
	o->pairs_mask = mask;
	return true;
}

/* The definer's table for n look-ups: the more of them, the fewer links each may follow. */
static struct elf_hash table_for(const struct object_facts *def, size_t n)
{
	struct elf_hash h = def->hash;
	uint64_t steps = WORK_MAX / (n + 1);

	if (steps < STEPS_MIN)
		steps = STEPS_MIN;
	if (h.max_steps > steps)
		h.max_steps = steps;
	return h;
}

static bool compute(const struct object_facts *obj, const struct object_facts *def, int minor,
		    struct matches *out)
{
	const struct elf *e = &def->file->elf;
	const struct elf_hash hash = table_for(def, obj->nrefs);
	size_t cap = 0;
	bool failed = false;

	for (size_t i = 0; i < obj->nrefs; i++) {
		struct match m = { .ref = (uint32_t)i };

		if (!elf_hash_maybe(e, &hash, obj->refs[i].hash) ||
		    !match_in(obj, &obj->refs[i], REF_PLT, def, &hash, minor, &m))
			continue;
		out->v = grow(out->v, out->n, &cap, sizeof(*out->v), &failed);
		if (failed)
			return false;
		out->v[out->n++] = m;
	}
	return true;
}

static const struct matches *remember(struct object_facts *o, uint32_t key, struct matches m)
{
	struct pair *pr;

	if ((o->pairs == NULL || 2 * o->npairs > o->pairs_mask) && !grow_pairs(o)) {
		free(m.v);
		return NULL;
	}
	pr = find_pair(o->pairs, o->pairs_mask, key);
	if (pr->key != 0) {
		free(m.v); /* another thread was faster */
	} else {
		pr->key = key;
		pr->m = m;
		o->npairs++;
	}
	return &pr->m;
}

bool facts_matches(const struct object_facts *obj, const struct object_facts *def, int minor,
		   struct matches *out)
{
	/* Only the memo, which the lock protects, changes. */
	struct object_facts *o = (struct object_facts *)(uintptr_t)obj;
	uint32_t key = def->file->id * 2 + (minor >= 42) + 1;
	const struct matches *found = NULL;
	struct matches m = { NULL, 0 };

	pthread_mutex_lock(&o->lock);
	if (o->pairs != NULL) {
		struct pair *pr = find_pair(o->pairs, o->pairs_mask, key);

		if (pr->key != 0)
			found = &pr->m;
	}
	if (found != NULL)
		*out = *found;
	pthread_mutex_unlock(&o->lock);
	if (found != NULL)
		return true;
	if (!compute(obj, def, minor, &m)) {
		free(m.v);
		return false;
	}
	pthread_mutex_lock(&o->lock);
	found = remember(o, key, m);
	if (found != NULL)
		*out = *found;
	pthread_mutex_unlock(&o->lock);
	return found != NULL;
}
