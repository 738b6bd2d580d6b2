/* facts.c - derives what binding needs from a file: versions, references, events; and looks the
 * references of one object up in another.
 *
 * Where upstream decides: _dl_check_map_versions (the version table), elf_dynamic_do_Rela (order of
 * relocations), check_match and do_lookup_x in dl-lookup.c (does a definition match?).
 */
#include "loader/facts.h"

#include <stdlib.h>
#include <string.h>

#include "object/elfconst.h"

#define MAX_SYMBOLS (16u << 20)
#define NO_REF UINT32_MAX

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
	struct glibc_object *o = ctx;

	o->versions[n->other & 0x7fff] =
		(struct version){ n->name, n->file, n->hash, (n->other & 0x8000) != 0 };
	return false;
}

static bool put_def(void *ctx, const struct elf_verdef *d)
{
	struct glibc_object *o = ctx;

	/* The base version is the file itself: it is no version that can be asked for. */
	if ((d->flags & VER_FLG_BASE) == 0)
		o->versions[d->ndx & 0x7fff] = (struct version){ d->name, NULL, d->hash, false };
	return false;
}

static bool make_versions(struct glibc_object *o)
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

/* Work state while the relocations of one file are walked. */
struct maker {
	struct glibc_object *o;
	uint32_t *seen[4]; /* by symbol: reference + 1 of each class; TLS events */
	uint64_t nsyms;
	size_t refs_cap, events_cap;
	uint32_t pos;
	bool failed;
};
enum { SEEN_TLS = 3 };

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

static void add_event(struct maker *m, uint32_t ref, uint32_t type, enum event_kind kind, bool plt)
{
	struct glibc_object *o = m->o;

	o->events = grow(o->events, o->nevents, &m->events_cap, sizeof(*o->events), &m->failed);
	if (!m->failed)
		o->events[o->nevents++] = (struct event){ ref, type, m->pos, (uint8_t)kind, plt };
}

static uint16_t ref_version(struct glibc_object *o, uint32_t sym)
{
	uint16_t v = 0;

	if (o->nversions == 0 || !elf_versym(&o->file->elf, sym, &v))
		return 0;
	v &= 0x7fff;
	if (v >= o->nversions) {
		o->bad_versions = true;
		return 0;
	}
	return o->versions[v].hash != 0 && o->versions[v].name != NULL ? v : 0;
}

/* Does the object's own definition certainly satisfy its own reference? Then no other object is
 * needed for it, whoever may come before in the scope. */
static bool surely_own(const struct glibc_object *o, const struct elf_sym *s, uint32_t i,
		       enum ref_class class_)
{
	const unsigned ok = 1u << STT_NOTYPE | 1u << STT_OBJECT | 1u << STT_FUNC |
			    1u << STT_COMMON | 1u << STT_GNU_IFUNC;

	if (s->shndx == SHN_UNDEF || class_ == REF_COPY || s->type > 15)
		return false;
	if ((s->value == 0 && s->shndx != SHN_ABS) || (ok >> s->type & 1) == 0)
		return false;
	if (s->bind != STB_GLOBAL && s->bind != STB_WEAK && s->bind != STB_GNU_UNIQUE)
		return false;
	return o->hash.gnu ? i >= o->hash.symoffset : o->hash.sysv;
}

static uint32_t get_ref(struct maker *m, uint32_t i, const struct elf_sym *s,
			enum ref_class class_, bool plt, bool tls)
{
	struct glibc_object *o = m->o;
	const char *name;
	struct ref *r;

	if (m->seen[class_][i] != 0)
		return m->seen[class_][i] - 1;
	name = elf_sym_name(&o->file->elf, i);
	o->refs = grow(o->refs, o->nrefs, &m->refs_cap, sizeof(*o->refs), &m->failed);
	if (name == NULL || m->failed)
		return NO_REF;
	r = &o->refs[o->nrefs++];
	*r = (struct ref){ .name = name,
			   .hash = elf_gnu_hash(name),
			   .sym = i,
			   .version = ref_version(o, i),
			   .class_ = (uint8_t)class_,
			   .weak = s->bind == STB_WEAK,
			   .defined = !tls && surely_own(o, s, i, class_),
			   .tls = tls,
			   .plt_only = plt };
	m->seen[class_][i] = (uint32_t)o->nrefs;
	return (uint32_t)o->nrefs - 1;
}

static bool binds_locally(const struct elf_sym *s)
{
	return s->bind == STB_LOCAL || s->vis == STV_HIDDEN || s->vis == STV_INTERNAL;
}

static enum ref_class class_of(enum reltype rt)
{
	if (rt == RT_COPY)
		return REF_COPY;
	return rt == RT_PLAIN || rt == RT_UNKNOWN ? REF_PLAIN : REF_PLT;
}

static void tls_event(struct maker *m, uint32_t i, uint32_t ref, uint32_t type, enum reltype rt,
		      bool plt)
{
	if (rt != RT_TLS_STATIC && rt != RT_TLS_DESC)
		return;
	if (m->seen[SEEN_TLS][i] != 0 && rt == RT_TLS_DESC)
		return;
	m->seen[SEEN_TLS][i]++;
	if (m->seen[SEEN_TLS][i] < 3)
		add_event(m, ref, type, rt == RT_TLS_STATIC ? EV_TLS_STATIC : EV_TLS_DESC, plt);
}

static void walk_reloc(struct maker *m, const struct elf_rel *rel, bool plt)
{
	const struct elf *e = &m->o->file->elf;
	enum reltype rt = reltype_of(e->machine, e->is64, rel->type);
	bool tls = rt == RT_TLS_DYNAMIC || rt == RT_TLS_STATIC || rt == RT_TLS_DESC;
	struct elf_sym s;
	uint32_t ref = NO_REF;
	size_t before = m->o->nrefs;

	if (rt == RT_NONE || rt == RT_RELATIVE || rt == RT_IRELATIVE)
		return;
	if (rel->sym >= m->nsyms || !elf_sym(e, rel->sym, &s)) {
		add_event(m, NO_REF, rel->type, EV_BAD_SYMBOL, plt);
		return;
	}
	if (!binds_locally(&s)) {
		ref = get_ref(m, rel->sym, &s, class_of(rt), plt, tls);
		if (ref == NO_REF) {
			add_event(m, NO_REF, rel->type, EV_BAD_SYMBOL, plt);
			return;
		}
		if (m->o->nrefs != before && !m->o->refs[ref].defined)
			add_event(m, ref, rel->type, rt == RT_COPY ? EV_COPY : EV_LOOKUP, plt);
	}
	tls_event(m, rel->sym, ref, rel->type, rt, plt);
	if (rt == RT_UNKNOWN)
		add_event(m, ref, rel->type, EV_BAD_TYPE, plt);
}

static void walk_relocs(struct maker *m)
{
	const struct elf *e = &m->o->file->elf;
	struct elf_relocs r;
	struct elf_rel rel;

	m->o->where = elf_relocs_open(e, &r);
	for (int t = 0; t < 3; t++) {
		if (r.rel[t].clamped && m->o->where == ELF_HERE)
			m->o->where = e->file_end > e->file.n ? ELF_PAST_END : ELF_UNMAPPED;
		for (uint64_t i = r.relative[t]; i < r.rel[t].n && !m->failed; i++)
			if (elf_reloc(e, &r, t, i, &rel)) {
				walk_reloc(m, &rel, t == ELF_PLT);
				m->pos++;
			}
	}
}

/* Those that need somebody else come first: look-ups in other objects only walk over them. */
static bool partition(struct glibc_object *o)
{
	struct ref *v = malloc((o->nrefs + 1) * sizeof(*v));
	uint32_t *to = malloc((o->nrefs + 1) * sizeof(*to));
	size_t n = 0;

	if (v == NULL || to == NULL) {
		free(v);
		free(to);
		return false;
	}
	for (int own = 0; own < 2; own++) {
		for (size_t i = 0; i < o->nrefs; i++) {
			if (o->refs[i].defined != own)
				continue;
			to[i] = (uint32_t)n;
			v[n++] = o->refs[i];
		}
		if (!own)
			o->nforeign = n;
	}
	for (size_t i = 0; i < o->nevents; i++)
		if (o->events[i].ref != NO_REF)
			o->events[i].ref = to[o->events[i].ref];
	free(to);
	free(o->refs);
	o->refs = v;
	return true;
}

static bool make_refs(struct glibc_object *o)
{
	struct maker m = { .o = o, .nsyms = o->file->elf.symtab.n };

	if (m.nsyms > MAX_SYMBOLS)
		m.nsyms = MAX_SYMBOLS;
	for (int i = 0; i < 4; i++) {
		m.seen[i] = calloc((size_t)m.nsyms + 1, sizeof(uint32_t));
		m.failed = m.failed || m.seen[i] == NULL;
	}
	if (!m.failed)
		walk_relocs(&m);
	for (int i = 0; i < 4; i++)
		free(m.seen[i]);
	return !m.failed && partition(o);
}

struct pair {
	uint32_t key; /* definer's id * 2 + exact_first + 1; 0: free */
	struct matches m;
};

static void free_facts(void *p)
{
	struct glibc_object *o = p;

	for (size_t i = 0; o->pairs != NULL && i <= o->pairs_mask; i++)
		free(o->pairs[i].m.v);
	free(o->pairs);
	free(o->versions);
	free(o->refs);
	free(o->events);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static void *make_facts(struct store_file *file)
{
	struct glibc_object *o = calloc(1, sizeof(*o));
	const struct elf *e = &file->elf;

	if (o == NULL || pthread_mutex_init(&o->lock, NULL) != 0) {
		free(o);
		return NULL;
	}
	o->file = file;
	elf_hash_open(e, &o->hash);
	o->textrel = elf_has(e, ELF_DT_TEXTREL) || (e->dt[ELF_DT_FLAGS] & DF_TEXTREL) != 0;
	o->symbolic = elf_has(e, ELF_DT_SYMBOLIC) || (e->dt[ELF_DT_FLAGS] & DF_SYMBOLIC) != 0;
	o->static_tls = (e->dt[ELF_DT_FLAGS] & DF_STATIC_TLS) != 0;
	o->bind_now = elf_has(e, ELF_DT_BIND_NOW) || (e->dt[ELF_DT_FLAGS] & DF_BIND_NOW) != 0 ||
		      (e->dt[ELF_DT_FLAGS_1] & DF_1_NOW) != 0;
	o->has_reltypes = reltype_known(e->machine);
	if (!make_versions(o) || !make_refs(o)) {
		free_facts(o);
		return NULL;
	}
	return o;
}

const struct glibc_object *facts_of(const struct world *w, const struct store_file *file)
{
	/* The store hands out its files as constant; only `aux`, which it locks, changes. */
	return store_aux(w->store, (struct store_file *)(uintptr_t)file, make_facts, free_facts);
}

const struct version *facts_version(const struct glibc_object *obj, const struct ref *r)
{
	return r->version != 0 ? &obj->versions[r->version] : NULL;
}

/* ---- does a definition match? ------------------------------------------------------------- */

struct lookup {
	const struct glibc_object *def;
	const struct ref *ref;
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

static bool same_version(const struct glibc_object *def, uint16_t ndx, const struct version *v)
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

	if (!elf_sym(&l->def->file->elf, sym, &s) || !can_define(&s, l->ref->class_))
		return false;
	if (l->def->nversions == 0 || !elf_versym(&l->def->file->elf, sym, &raw)) {
		l->exact = sym;
		return true;
	}
	if (l->version != NULL)
		return match_versioned(l, sym, raw);
	return match_unversioned(l, sym, raw);
}

bool facts_match_one(const struct glibc_object *obj, const struct ref *r,
		     const struct glibc_object *def, int minor, struct match *out)
{
	struct lookup l = { .def = def, .ref = r, .version = facts_version(obj, r),
			    .exact_first = minor >= 42 };
	const struct elf *e = &def->file->elf;
	struct elf_sym s;
	uint64_t sym;

	elf_hash_find(e, &def->hash, r->name, r->hash, check_match, &l);
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

/* ---- pairs of objects --------------------------------------------------------------------- */

static struct pair *find_pair(struct pair *v, size_t mask, uint32_t key)
{
	size_t i = (key * 2654435761u) & mask;

	while (v[i].key != 0 && v[i].key != key)
		i = (i + 1) & mask;
	return &v[i];
}

static bool grow_pairs(struct glibc_object *o)
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

static bool compute(const struct glibc_object *obj, const struct glibc_object *def, int minor,
		    struct matches *out)
{
	const struct elf *e = &def->file->elf;
	size_t cap = 0;
	bool failed = false;

	for (size_t i = 0; i < obj->nforeign; i++) {
		struct match m = { .ref = (uint32_t)i };

		if (!elf_hash_maybe(e, &def->hash, obj->refs[i].hash) ||
		    !facts_match_one(obj, &obj->refs[i], def, minor, &m))
			continue;
		out->v = grow(out->v, out->n, &cap, sizeof(*out->v), &failed);
		if (failed)
			return false;
		out->v[out->n++] = m;
	}
	return true;
}

static const struct matches *remember(struct glibc_object *o, uint32_t key, struct matches m)
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

bool facts_matches(const struct glibc_object *obj, const struct glibc_object *def, int minor,
		   struct matches *out)
{
	/* Only the memo, which the lock protects, changes. */
	struct glibc_object *o = (struct glibc_object *)(uintptr_t)obj;
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
