/* elf_hash.c - symbols, and the two hash tables through which loaders find them by name.
 *
 * DT_GNU_HASH (offset, size; W is the word of the class, 4 or 8):
 *
 *    0     4    nbuckets          0: the object defines nothing
 *    4     4    symoffset         first symbol that the table knows
 *    8     4    bloom_words       ld.so asserts a power of two
 *   12     4    bloom_shift
 *   16     W    bloom[bloom_words]
 *          4    buckets[nbuckets] symbol index of the chain's first member, 0: empty
 *          4    chains[]          hash of symbol symoffset + i; bit 0 set: last of its chain
 *
 * DT_HASH, in words of 4 bytes (8 on Alpha and 64-bit s390):
 *
 *    0          nbuckets
 *    1          nchains           the number of symbols; ld.so does not look at it
 *    2          buckets[nbuckets]
 *               chains[nchains]   index of the next symbol, 0: last
 *
 * elf_hash_find runs millions of times in one analysis. The usual layout, 64-bit in the host's byte
 * order, is compiled apart from the others.
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define GNU_HEADER 16
#define CHAIN_MAX 16384 /* links; linkers make chains of a dozen */

/* ---- symbols ------------------------------------------------------------------------------ */

bool elf_sym(const struct elf *e, uint64_t i, struct elf_sym *out)
{
	const unsigned char *p;
	uint8_t info, other;

	if (i >= e->symtab.n)
		return false;
	p = e->symtab.p + i * e->symtab.entry;
	out->name = load32(p, e->swap);
	if (e->is64) {
		info = p[4];
		other = p[5];
		out->shndx = load16(p + 6, e->swap);
		out->value = load64(p + 8, e->swap);
		out->size = load64(p + 16, e->swap);
	} else {
		out->value = load32(p + 4, e->swap);
		out->size = load32(p + 8, e->swap);
		info = p[12];
		other = p[13];
		out->shndx = load16(p + 14, e->swap);
	}
	out->type = ELF64_ST_TYPE(info);
	out->bind = ELF64_ST_BIND(info);
	out->vis = ELF64_ST_VISIBILITY(other);
	return true;
}

const char *elf_sym_name(const struct elf *e, uint64_t i)
{
	if (i >= e->symtab.n)
		return NULL;
	/* st_name is the first member of either class */
	return elf_str(e, load32(e->symtab.p + i * e->symtab.entry, e->swap));
}

/* ---- hash functions ----------------------------------------------------------------------- */

uint32_t elf_gnu_hash(const char *name)
{
	uint32_t h = 5381;

	for (const unsigned char *p = (const unsigned char *)name; *p != 0; p++)
		h = h * 33 + *p;
	return h;
}

uint32_t elf_sysv_hash(const char *name)
{
	uint32_t h = 0;

	for (const unsigned char *p = (const unsigned char *)name; *p != 0; p++) {
		h = (h << 4) + *p;
		h ^= h >> 24 & 0xf0;
	}
	return h & 0x0fffffff;
}

/* ---- opening ------------------------------------------------------------------------------ */

static void open_gnu(const struct elf *e, struct elf_hash *h)
{
	uint64_t vaddr = e->dt[ELF_DT_GNU_HASH];
	uint64_t bloom_size, fixed;
	struct view v;

	h->gnu = true;
	h->where = elf_at(e, vaddr, GNU_HEADER, &v);
	if (h->where != ELF_HERE)
		return;
	h->nbuckets = load32(v.p, e->swap);
	h->symoffset = load32(v.p + 4, e->swap);
	h->bloom_words = load32(v.p + 8, e->swap);
	h->bloom_shift = load32(v.p + 12, e->swap) & 31; /* as processors do */
	h->bad_bloom = h->bloom_words == 0 || (h->bloom_words & (h->bloom_words - 1)) != 0;
	bloom_size = (uint64_t)h->bloom_words * (e->is64 ? 8 : 4);
	fixed = GNU_HEADER + bloom_size + (uint64_t)h->nbuckets * 4;
	if (h->bad_bloom || h->nbuckets == 0)
		return;
	h->where = elf_at(e, vaddr, fixed, &v);
	if (h->where != ELF_HERE)
		return;
	h->bloom = v.p + GNU_HEADER;
	h->buckets = h->bloom + bloom_size;
	h->chains = v.p + fixed;
	h->nchains = (v.n - fixed) / 4;
}

static uint64_t sysv_word(const struct elf *e, const struct elf_hash *h, const unsigned char *p,
			  uint64_t i)
{
	return h->sysv_entry == 8 ? load64(p + i * 8, e->swap) : load32(p + i * 4, e->swap);
}

static void open_sysv(const struct elf *e, struct elf_hash *h)
{
	uint64_t vaddr = e->dt[ELF_DT_HASH];
	uint32_t entry = h->sysv_entry;
	uint64_t nbuckets, fixed;
	struct view v;

	h->sysv = true;
	h->where = elf_at(e, vaddr, 2 * (uint64_t)entry, &v);
	if (h->where != ELF_HERE)
		return;
	nbuckets = sysv_word(e, h, v.p, 0) & UINT32_MAX; /* as wide as ld.so keeps it */
	if (nbuckets == 0)
		return;
	fixed = (2 + nbuckets) * entry;
	h->where = elf_at(e, vaddr, fixed, &v);
	if (h->where != ELF_HERE)
		return;
	h->sysv_nbuckets = (uint32_t)nbuckets;
	h->sysv_buckets = v.p + 2 * (size_t)entry;
	h->sysv_chains = v.p + fixed;
	h->sysv_nchains = (v.n - fixed) / entry;
}

void elf_hash_open(const struct elf *e, struct elf_hash *h)
{
	bool wide = e->machine == EM_ALPHA || (e->machine == EM_S390 && e->is64);

	memset(h, 0, sizeof(*h));
	h->where = ELF_HERE;
	h->sysv_entry = wide ? 8 : 4;
	h->max_steps = CHAIN_MAX;
	if (elf_has(e, ELF_DT_GNU_HASH))
		open_gnu(e, h);
	else if (elf_has(e, ELF_DT_HASH))
		open_sysv(e, h);
}

/* ---- look-up ------------------------------------------------------------------------------ */

/* The string table ends with NUL, so strcmp stays inside it. */
static ALWAYS_INLINE bool has_name(const struct elf *e, uint64_t sym, const char *name, bool is64,
				   bool swap)
{
	uint32_t off;

	if (sym >= e->symtab.n)
		return false;
	off = load32(e->symtab.p + sym * (is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)), swap);
	return off < e->strtab.n && strcmp((const char *)e->strtab.p + off, name) == 0;
}

static ALWAYS_INLINE bool bloom_maybe(const struct elf_hash *h, uint32_t hash, bool is64, bool swap)
{
	uint32_t bits = is64 ? 64 : 32;
	uint32_t i = hash / bits & (h->bloom_words - 1);
	uint64_t word = is64 ? load64(h->bloom + (size_t)i * 8, swap)
			     : load32(h->bloom + (size_t)i * 4, swap);
	uint32_t one = hash & (bits - 1);
	uint32_t two = hash >> h->bloom_shift & (bits - 1);

	return (word >> one & word >> two & 1) != 0;
}

static ALWAYS_INLINE uint64_t gnu_find(const struct elf *e, const struct elf_hash *h,
				       const char *name, uint32_t hash,
				       bool (*fn)(void *ctx, uint64_t sym), void *ctx, bool is64,
				       bool swap)
{
	uint64_t end;
	uint32_t first;

	if (!bloom_maybe(h, hash, is64, swap))
		return 0;
	first = load32(h->buckets + (size_t)(hash % h->nbuckets) * 4, swap);
	if (first == 0 || first < h->symoffset)
		return 0;
	end = first - h->symoffset + h->max_steps;
	if (end > h->nchains)
		end = h->nchains;
	for (uint64_t i = first - h->symoffset; i < end; i++) {
		uint32_t link = load32(h->chains + i * 4, swap);
		uint64_t sym = i + h->symoffset;

		if ((link ^ hash) >> 1 == 0 && has_name(e, sym, name, is64, swap) && fn(ctx, sym))
			return sym;
		if ((link & 1) != 0)
			break;
	}
	return 0;
}

/* A chain may run in a circle. */
static uint64_t sysv_find(const struct elf *e, const struct elf_hash *h, const char *name,
			  bool (*fn)(void *ctx, uint64_t sym), void *ctx)
{
	uint32_t hash = elf_sysv_hash(name);
	uint64_t sym = sysv_word(e, h, h->sysv_buckets, hash % h->sysv_nbuckets);

	for (uint64_t steps = 0; sym != 0 && steps < h->max_steps; steps++) {
		if (has_name(e, sym, name, e->is64, e->swap) && fn(ctx, sym))
			return sym;
		if (sym >= h->sysv_nchains)
			break;
		sym = sysv_word(e, h, h->sysv_chains, sym);
	}
	return 0;
}

uint64_t elf_hash_find(const struct elf *e, const struct elf_hash *h, const char *name,
		       uint32_t gnu_hash, bool (*fn)(void *ctx, uint64_t sym), void *ctx)
{
	if (h->bloom != NULL) {
		if (e->is64 && !e->swap)
			return gnu_find(e, h, name, gnu_hash, fn, ctx, true, false);
		return gnu_find(e, h, name, gnu_hash, fn, ctx, e->is64, e->swap);
	}
	if (h->sysv_buckets != NULL)
		return sysv_find(e, h, name, fn, ctx);
	return 0;
}

static bool is_defined(void *ctx, uint64_t sym)
{
	struct elf_sym s;

	return elf_sym(ctx, sym, &s) && s.shndx != SHN_UNDEF;
}

bool elf_defines(const struct elf *e, const struct elf_hash *h, const char *name)
{
	return elf_hash_find(e, h, name, elf_gnu_hash(name), is_defined, (void *)(uintptr_t)e) != 0;
}

bool elf_hash_maybe(const struct elf *e, const struct elf_hash *h, uint32_t gnu_hash)
{
	if (h->bloom != NULL)
		return bloom_maybe(h, gnu_hash, e->is64, e->swap);
	return h->sysv_buckets != NULL;
}

/* ---- counting ----------------------------------------------------------------------------- */

/* The end of the chain that begins last is the end of the symbol table. */
static uint64_t gnu_count(const struct elf *e, const struct elf_hash *h)
{
	uint32_t last = 0;
	uint64_t i;

	if (h->bloom == NULL)
		return 0;
	for (uint32_t b = 0; b < h->nbuckets; b++) {
		uint32_t first = load32(h->buckets + (size_t)b * 4, e->swap);

		if (first > last)
			last = first;
	}
	if (last == 0 || last < h->symoffset)
		return 0;
	i = last - h->symoffset;
	while (i < h->nchains && (load32(h->chains + i * 4, e->swap) & 1) == 0)
		i++;
	return i + h->symoffset + 1;
}

static uint64_t sysv_count(const struct elf *e)
{
	struct elf_hash h = { .sysv_entry = 0 };
	struct view v;

	if (!elf_has(e, ELF_DT_HASH))
		return 0;
	elf_hash_open(e, &h); /* for the size of a word */
	if (elf_at(e, e->dt[ELF_DT_HASH], 2 * (uint64_t)h.sysv_entry, &v) != ELF_HERE)
		return 0;
	return sysv_word(e, &h, v.p, 1);
}

uint64_t elf_sym_count(const struct elf *e)
{
	uint64_t n = sysv_count(e);

	if (n == 0 && elf_has(e, ELF_DT_GNU_HASH)) {
		struct elf_hash h;

		elf_hash_open(e, &h);
		n = gnu_count(e, &h);
	}
	if (n == 0)
		n = elf_section_dynsym_count(e);
	return n < e->symtab.n ? n : e->symtab.n;
}
