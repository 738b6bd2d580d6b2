/* ldcache.c - /etc/ld.so.cache: reading it in place and looking a name up as glibc does.
 *
 * Source: glibc sysdeps/generic/dl-cache.h (layout), elf/dl-cache.c (search_cache). All numbers in
 * the byte order of the machine that wrote the file.
 *
 *   old format            new format                      extension
 *    0  "ld.so-1.7.0"      0  "glibc-ld.so.cache1.1"       0  u32 magic 0xeaa42174
 *   12  u32 nlibs         20  u32 nlibs                    4  u32 count
 *   16  entries of 12:    24  u32 bytes of strings         8  entries of 16:
 *       i32 flags         28  u8  flags (byte order)           u32 tag, flags, offset, size
 *       u32 key, value    32  u32 offset of extension
 *   strings               48  entries of 24: as the old, then u32 osversion, u64 hwcap
 *
 * A file may hold the old table with the new one behind it. Offsets of strings count from the end
 * of the old table, or from the begin of the new header; those of the extension from the begin of
 * the file.
 *
 * glibc checks little: a damaged cache can kill its process. Here what it would read outside the
 * pages of the file is not there, and a search ends without a result where the process would die.
 */
#include <string.h>

#include "machine/em.h"
#include "machine/hwcaps.h"
#include "machine/machine.h"

#define OLD_MAGIC "ld.so-1.7.0"
#define NEW_MAGIC "glibc-ld.so.cache1.1"
#define EXT_MAGIC 0xeaa42174U

enum { PAGE = 4096, OLD_HEADER = 16, OLD_ENTRY = 12, NEW_HEADER = 48, NEW_ENTRY = 24 };

/* hwcap bits */
#define HWCAP_TLS (1ULL << 63)
#define HWCAP_EXTENSION (1ULL << 62)
#define HWCAP_EXTENSION_MASK (~0ULL << 42) /* without index and ISA level */
#define HWCAP_PLATFORM_SHIFT 48
#define ISA_LEVEL_MASK 0x3ffU

/* Bytes that one look-up may compare: many times more than any real cache needs, few enough that a
 * hostile one costs no more than a moment. */
#define MAX_WORK ((size_t)64 << 20)

struct table {
	bool present;
	size_t entries;      /* offset of the first in the file */
	size_t strings;      /* offset that keys and values count from */
	size_t string_bytes; /* offsets below this are taken as valid */
	uint32_t n, entry_size;
};

struct ldcache {
	struct view file;
	size_t limit; /* its size in whole pages: the mapping shows zeros behind the end */
	bool swap;
	struct table old;
	struct table new8, new4;  /* as found by machines that align a u64 to 8, to 4 */
	const char *tail;         /* copy of an unterminated last string, NUL-ended; or NULL */
	size_t tail_off;          /* its place */
	size_t names;             /* offset of the glibc-hwcaps names of the extension */
	uint32_t nnames;
};

/* ---- opening ------------------------------------------------------------------------------ */

static bool has_magic(struct view v, size_t off, const char *magic)
{
	size_t n = strlen(magic);

	return view_has(v, off, n) && memcmp(v.p + off, magic, n) == 0;
}

static uint32_t word(const struct ldcache *c, size_t off)
{
	return view_has(c->file, off, 4) ? load32(c->file.p + off, c->swap) : 0;
}

/* The string at an offset in the file. */
static const char *string_at(const struct ldcache *c, size_t off)
{
	if (off >= c->file.n)
		return off < c->limit ? "" : NULL;
	if (c->tail != NULL && off >= c->tail_off)
		return c->tail + (off - c->tail_off);
	return view_cstr(c->file, off);
}

static void keep_tail(struct ldcache *c, struct arena *a)
{
	const unsigned char *last = memrchr(c->file.p, 0, c->file.n);

	c->tail_off = last == NULL ? 0 : (size_t)(last - c->file.p) + 1;
	if (c->tail_off < c->file.n)
		c->tail = arena_strndup(a, (const char *)c->file.p + c->tail_off,
					c->file.n - c->tail_off);
}

static struct table new_table(const struct ldcache *c, size_t off)
{
	return (struct table){
		.present = true,
		.entries = off + NEW_HEADER,
		.strings = off,
		.string_bytes = c->file.n,
		.n = word(c, off + 20),
		.entry_size = NEW_ENTRY,
	};
}

/* True if the new header says nothing of the byte order or the right thing. */
static bool order_fits(struct view file, size_t off, bool big_endian)
{
	unsigned flags = file.p[off + 28];

	return flags == 0 || (flags & 3) == (big_endian ? 3 : 2);
}

static const char *open_new(struct ldcache *c, bool big_endian)
{
	if (!order_fits(c->file, 0, big_endian))
		return "other byte order";
	c->new8 = c->new4 = new_table(c, 0);
	if ((c->file.n - NEW_HEADER) / NEW_ENTRY < c->new8.n)
		return "counts beyond its end";
	return NULL;
}

/* The new table behind the old one, at a place that depends on the alignment of a u64. */
static const char *open_behind(struct ldcache *c, bool big_endian, size_t align, struct table *t)
{
	size_t off = c->old.strings + (align - 1);

	off -= off % align;
	if (!view_has(c->file, off, NEW_HEADER) || !has_magic(c->file, off, NEW_MAGIC))
		return NULL;
	if (!order_fits(c->file, off, big_endian))
		return "other byte order";
	*t = new_table(c, off);
	return NULL;
}

static const char *open_old(struct ldcache *c, bool big_endian)
{
	uint32_t n = word(c, 12);
	const char *why;

	if ((c->file.n - OLD_HEADER) / OLD_ENTRY < n)
		return "counts beyond its end";
	c->old = (struct table){
		.present = true,
		.entries = OLD_HEADER,
		.strings = OLD_HEADER + (size_t)n * OLD_ENTRY,
		.n = n,
		.entry_size = OLD_ENTRY,
	};
	c->old.string_bytes = c->file.n - c->old.strings;
	why = open_behind(c, big_endian, 8, &c->new8);
	return why != NULL ? why : open_behind(c, big_endian, 4, &c->new4);
}

static const char *open_tables(struct ldcache *c, bool big_endian)
{
	if (c->file.p == NULL)
		return "absent";
	if (has_magic(c->file, 0, NEW_MAGIC))
		return c->file.n > NEW_HEADER ? open_new(c, big_endian) : "too short";
	if (has_magic(c->file, 0, OLD_MAGIC))
		return c->file.n > OLD_HEADER ? open_old(c, big_endian) : "too short";
	return c->file.n <= OLD_HEADER ? "too short" : "no cache file";
}

/* The last section of tag 1; false if the directory is damaged (cache_extension_load). */
static bool find_names(const struct ldcache *c, size_t ext, size_t *off, size_t *size)
{
	uint32_t n;

	*off = *size = 0;
	if (ext == 0 || ext % 4 != 0 || !view_has(c->file, ext, 8) || word(c, ext) != EXT_MAGIC)
		return false;
	n = word(c, ext + 4);
	if (!view_has(c->file, ext + 8, (uint64_t)n * 16))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		size_t at = ext + 8 + (size_t)i * 16;

		if (!view_has(c->file, word(c, at + 8), word(c, at + 12)))
			return false;
		if (word(c, at) == 1) {
			*off = word(c, at + 8);
			*size = word(c, at + 12);
		}
	}
	return *size != 0 && *size % 4 == 0 && *off % 4 == 0;
}

static void open_names(struct ldcache *c)
{
	const struct table *t = c->new8.present ? &c->new8 : &c->new4;
	size_t off, size;

	if (t->present && find_names(c, word(c, t->strings + 32), &off, &size)) {
		c->names = off;
		c->nnames = (uint32_t)(size / 4);
	}
}

struct ldcache *ldcache_open(struct view file, bool big_endian, struct arena *a, const char **why)
{
	struct ldcache *c = ARENA_NEW(a, struct ldcache);
	const char *reason;

	c->file = file;
	c->limit = file.n > SIZE_MAX - PAGE ? file.n : (file.n + PAGE - 1) / PAGE * PAGE;
	c->swap = order_swaps(big_endian);
	reason = open_tables(c, big_endian);
	if (why != NULL)
		*why = reason;
	if (reason != NULL)
		return NULL;
	keep_tail(c, a);
	open_names(c);
	return c;
}

/* ---- entries ------------------------------------------------------------------------------ */

struct entry {
	int32_t flags;
	uint32_t key, value, osversion;
	uint64_t hwcap;
};

static bool read_entry(const struct ldcache *c, const struct table *t, uint32_t i, struct entry *e)
{
	size_t at = t->entries + (size_t)i * t->entry_size;
	unsigned char p[NEW_ENTRY] = { 0 };

	if (i >= t->n || at >= c->limit || t->entry_size > c->limit - at)
		return false;
	if (at < c->file.n)
		memcpy(p, c->file.p + at,
		       t->entry_size < c->file.n - at ? t->entry_size : c->file.n - at);
	*e = (struct entry){ .flags = (int32_t)load32(p, c->swap),
			     .key = load32(p + 4, c->swap),
			     .value = load32(p + 8, c->swap) };
	if (t->entry_size == NEW_ENTRY) {
		e->osversion = load32(p + 12, c->swap);
		e->hwcap = load64(p + 16, c->swap);
	}
	return true;
}

static const char *table_string(const struct ldcache *c, const struct table *t, uint32_t off)
{
	return off < t->string_bytes ? string_at(c, t->strings + off) : NULL;
}

/* The table that most machines use: the new one if there is one. */
static const struct table *main_table(const struct ldcache *c)
{
	if (c->new8.present)
		return &c->new8;
	return c->new4.present ? &c->new4 : &c->old;
}

size_t ldcache_count(const struct ldcache *c)
{
	const struct table *t;
	size_t fits;

	if (c == NULL)
		return 0;
	t = main_table(c);
	fits = (c->file.n - t->entries) / t->entry_size;
	return t->n < fits ? t->n : fits;
}

void ldcache_each(const struct ldcache *c,
		  void (*fn)(void *ctx, const char *soname, const char *path, int32_t flags,
			     uint64_t hwcap),
		  void *ctx)
{
	size_t n = ldcache_count(c);

	for (size_t i = 0; i < n; i++) {
		const struct table *t = main_table(c);
		const char *key, *value;
		struct entry e;

		if (!read_entry(c, t, (uint32_t)i, &e))
			return;
		key = table_string(c, t, e.key);
		value = table_string(c, t, e.value);
		if (key != NULL && value != NULL)
			fn(ctx, key, value, e.flags, e.hwcap);
	}
}

/* ---- rules of the machine ----------------------------------------------------------------- */

/* The value of `flags` that a loader of the machine writes and prefers (_DL_CACHE_DEFAULT_ID); 3
 * where glibc has no other. (The soft and hard float numbers of ARM serve one purpose only: the
 * preferred one of ARM is 3.) */
int32_t ldcache_flags(const struct ldcache_query *q)
{
	switch (q->machine) {
	case EM_X86_64:
		return q->is64 ? 0x303 : 0x803;
	case EM_AARCH64:
		return 0xa03;
	case EM_PPC64:
		return 0x503;
	case EM_S390:
		return q->is64 ? 0x403 : 3;
	case EM_SPARCV9:
		return 0x103;
	case EM_IA_64:
		return 0x203;
	case EM_RISCV: /* EF_RISCV_FLOAT_ABI_DOUBLE */
		return q->eflags == 0 || (q->eflags & 6) == 4 ? 0x1003 : 0x0f03;
	case EM_LOONGARCH: /* since 2.37; EF_LOONGARCH_ABI_SOFT_FLOAT */
		if (q->glibc_minor > 0 && q->glibc_minor < 37)
			return 3;
		return (q->eflags & 7) == 1 ? 0x1103 : 0x1203;
	case EM_MIPS: /* EF_MIPS_NAN2008, EF_MIPS_ABI2 */
		if (!q->is64 && (q->eflags & 0x20) == 0)
			return (q->eflags & 0x400) != 0 ? 0xc03 : 3;
		if ((q->eflags & 0x400) != 0)
			return q->is64 ? 0xe03 : 0xd03;
		return q->is64 ? 0x703 : 0x603;
	default:
		return 3;
	}
}

/* _dl_cache_check_flags */
static bool flags_fit(const struct ldcache_query *q, int32_t preferred, int32_t flags)
{
	if (q->machine == EM_ARM) /* EF_ARM_ABI_FLOAT_SOFT; unmarked ones serve both */
		return flags == 3 || flags == ((q->eflags & 0x200) != 0 ? 0xb03 : 0x903);
	return flags == preferred || (preferred == 3 && flags == 1);
}

/* A u64 inside a structure: where the new header stands behind the old table. */
static bool aligns_to_4(uint16_t machine)
{
	return machine == EM_386 || machine == EM_68K || machine == EM_SH ||
	       machine == EM_MICROBLAZE || machine == EM_ALTERA_NIOS2 || machine == EM_OPENRISC ||
	       machine == EM_CSKY;
}

/* glibc compares `char`, whose sign is the machine's. */
static bool char_is_unsigned(uint16_t machine)
{
	return machine == EM_ARM || machine == EM_AARCH64 || machine == EM_PPC ||
	       machine == EM_PPC64 || machine == EM_S390 || machine == EM_RISCV;
}

/* The legacy hwcap bits that glibc 2.minor accepts, the platform's aside. */
static uint64_t accepted_hwcap(int minor, const struct cpu *cpu)
{
	if (cpu->machine == EM_X86_64 && minor >= 26)
		return 2 | (cpu->avx512_1 ? 4 : 0);
	if (cpu->machine == EM_386)
		return minor >= 26 ? 1 : 1U << 26; /* sse2 */
	if (cpu->machine == EM_AARCH64 && cpu->atomics && minor >= 28)
		return 1U << 8;
	if (cpu->machine == EM_PPC64 && cpu->isa_level >= 8)
		return 0x10000400; /* altivec, dfp */
	return 0;
}

/* Bits of the platform: all of them in *mask, this processor's as the result. */
static uint64_t platform_bits(int minor, const struct cpu *cpu, uint64_t *mask)
{
	static const char *const recent[] = { "i586", "i686", "haswell", "xeon_phi" };
	static const char *const old[] = { "i386", "i486", "i586", "i686" };
	const char *const *known = minor >= 26 ? recent : old;
	const char *platform = hwcaps_platform(minor, cpu);
	size_t n = 4;

	*mask = 0;
	if (cpu->machine == EM_386)
		n = minor >= 26 ? 2 : 4;
	else if (cpu->machine != EM_X86_64 || minor < 26)
		return 0;
	*mask = ((1ULL << n) - 1) << HWCAP_PLATFORM_SHIFT;
	for (size_t i = 0; i < n && platform != NULL; i++) {
		if (strcmp(platform, known[i]) == 0)
			return 1ULL << (HWCAP_PLATFORM_SHIFT + i);
	}
	return ~0ULL;
}

/* ---- search ------------------------------------------------------------------------------- */

enum { NAMED_SINCE = 33, OSVERSION_UNTIL = 35, LEGACY_UNTIL = 39, NEWEST = 1000 };

struct search {
	const struct ldcache *c;
	const struct ldcache_query *q;
	struct table t;
	const char *name;
	struct cpu cpu;
	int minor;
	int32_t preferred;
	bool char_unsigned;
	uint64_t excluded, platform, platform_mask;
	struct {
		const char *name;
		size_t priority; /* 1 is the best */
	} active[HWCAPS_MAX_ACTIVE]; /* in order of their names */
	size_t nactive;
	size_t work;
	const char *best;
	uint32_t best_entry;
	size_t best_priority;
};

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static uint32_t number(const char **p)
{
	uint32_t n = 0;

	for (; is_digit(**p); ++*p)
		n = n * 10 + (uint32_t)(**p - '0'); /* wraps, as glibc's int does in practice */
	return n;
}

static int difference(bool char_unsigned, char x, char y)
{
	if (char_unsigned)
		return (int)(unsigned char)x - (int)(unsigned char)y;
	return (int)(signed char)x - (int)(signed char)y;
}

int ldcache_compare(const char *x, const char **y, bool char_unsigned)
{
	while (*x != '\0') {
		if (is_digit(*x) && is_digit(**y)) {
			uint32_t m = number(&x), n = number(y);

			if (m != n)
				return (int32_t)(m - n) < 0 ? -1 : 1;
		} else if (is_digit(*x)) {
			return 1;
		} else if (is_digit(**y)) {
			return -1;
		} else if (*x != **y) {
			return difference(char_unsigned, *x, **y);
		} else {
			x++;
			++*y;
		}
	}
	return difference(char_unsigned, '\0', **y);
}

/* Compares the name with the key of entry i. False if there is no such key. */
static bool compare_key(struct search *s, uint32_t i, int *order)
{
	struct entry e;
	const char *key, *end;

	if (!read_entry(s->c, &s->t, i, &e))
		return false;
	key = end = table_string(s->c, &s->t, e.key);
	if (key == NULL || s->work > MAX_WORK)
		return false;
	*order = ldcache_compare(s->name, &end, s->char_unsigned);
	s->work += 16 + (size_t)(end - key);
	return true;
}

static bool is_named(uint64_t hwcap)
{
	return (hwcap & HWCAP_EXTENSION_MASK) == HWCAP_EXTENSION;
}

/* The names of the cache and those of the processor are both in order of the alphabet; glibc merges
 * them (glibc_hwcaps_priorities_init). So does this, up to name `index` of the cache, for names
 * that are not in order too. 0: not usable. */
static size_t merged_priority(struct search *s, uint32_t index)
{
	size_t right = 0;
	uint32_t left = 0;

	while (left <= index && right < s->nactive) {
		const char *name = string_at(s->c, word(s->c, s->c->names + (size_t)left * 4));
		int order;

		s->work += 16;
		if (name == NULL || s->work > MAX_WORK)
			return 0;
		order = strcmp(name, s->active[right].name);
		if (left == index && order <= 0)
			return order == 0 ? s->active[right].priority : 0;
		left += order <= 0 ? 1 : 0;
		right += order >= 0 ? 1 : 0;
	}
	return 0;
}

/* The place of a glibc-hwcaps entry in the order of preference, from 1; 0: not usable. */
static size_t priority(struct search *s, uint64_t hwcap)
{
	uint32_t index = (uint32_t)hwcap, level = (uint32_t)(hwcap >> 32) & ISA_LEVEL_MASK;
	bool x86 = s->cpu.machine == EM_X86_64 || s->cpu.machine == EM_386;

	if (x86 && (level > 31 || (s->cpu.isa_bits >> level & 1) == 0))
		return 0;
	return index < s->c->nnames ? merged_priority(s, index) : 0;
}

/* Does the entry want a newer kernel? */
static bool is_too_new(const struct search *s, const struct entry *e)
{
	return s->minor <= OSVERSION_UNTIL && s->q->kernel != 0 && e->osversion > s->q->kernel;
}

/* Would a loader skip the entry for its kernel or its legacy bits? */
static bool is_foreign(const struct search *s, const struct entry *e)
{
	if (is_too_new(s, e))
		return true;
	if (s->minor > LEGACY_UNTIL)
		return e->hwcap != 0;
	if ((e->hwcap & s->excluded) != 0)
		return true;
	return (e->hwcap & s->platform_mask) != 0 &&
	       (e->hwcap & s->platform_mask) != s->platform;
}

static void take(struct search *s, uint32_t i, const char *path)
{
	s->best = path;
	s->best_entry = i;
}

/* One entry of the right name. True if it ends the search. (2.33 and later.) */
static bool weigh(struct search *s, uint32_t i, const struct entry *e, const char *path)
{
	if (s->t.entry_size == NEW_ENTRY) {
		if (is_named(e->hwcap)) {
			size_t p = is_too_new(s, e) ? 0 : priority(s, e->hwcap);

			if (p != 0 && (s->best == NULL || p < s->best_priority)) {
				s->best_priority = p;
				take(s, i, path);
			}
			return false;
		}
		if (s->best != NULL)
			return true;
		if (is_foreign(s, e))
			return false;
	}
	take(s, i, path);
	return e->flags == s->preferred;
}

/* The same up to 2.32: the first entry counts, or a later one of the very machine. */
static bool weigh_old(struct search *s, uint32_t i, const struct entry *e, const char *path)
{
	if (s->best != NULL && e->flags != s->preferred)
		return false;
	if (s->t.entry_size == NEW_ENTRY && is_foreign(s, e))
		return false;
	take(s, i, path);
	return e->flags == s->preferred;
}

/* Entry i is one of the name; so are those behind it up to `known`, and perhaps more. */
static void weigh_all(struct search *s, uint32_t i, uint32_t known, uint32_t last)
{
	for (; i <= last; i++) {
		struct entry e;
		const char *path;
		int order;

		if (i > known && (!compare_key(s, i, &order) || order != 0))
			return;
		if (!read_entry(s->c, &s->t, i, &e) || !flags_fit(s->q, s->preferred, e.flags))
			continue;
		path = table_string(s->c, &s->t, e.value);
		if (path == NULL)
			continue;
		if (s->minor >= NAMED_SINCE ? weigh(s, i, &e, path) : weigh_old(s, i, &e, path))
			return;
	}
}

static void search_table(struct search *s)
{
	int64_t left = 0, right = (int64_t)s->t.n - 1;
	int order;

	while (left <= right) {
		int64_t middle = (left + right) / 2, first = middle;

		if (!compare_key(s, (uint32_t)middle, &order))
			return;
		if (order == 0) {
			while (first > 0 && compare_key(s, (uint32_t)(first - 1), &order) &&
			       order == 0)
				first--;
			weigh_all(s, (uint32_t)first, (uint32_t)middle, (uint32_t)right);
			return;
		}
		if (order < 0)
			left = middle + 1;
		else
			right = middle - 1;
	}
}

static const struct table *table_for(const struct ldcache *c, uint16_t machine)
{
	const struct table *t = aligns_to_4(machine) ? &c->new4 : &c->new8;

	return t->present ? t : &c->old;
}

static void prepare_active(struct search *s)
{
	const char *names[HWCAPS_MAX_ACTIVE];

	s->nactive = hwcaps_active(s->minor, &s->cpu, names);
	for (size_t i = 0; i < s->nactive; i++) {
		size_t k = i;

		for (; k > 0 && strcmp(names[i], s->active[k - 1].name) < 0; k--)
			s->active[k] = s->active[k - 1];
		s->active[k].name = names[i];
		s->active[k].priority = i + 1;
	}
}

static void prepare(struct search *s)
{
	const struct ldcache_query *q = s->q;

	s->minor = q->glibc_minor > 0 ? q->glibc_minor : NEWEST;
	if (s->minor < NAMED_SINCE) /* older versions do not forget the old table before it */
		s->t.string_bytes = s->c->file.n - s->t.strings;
	s->preferred = ldcache_flags(q);
	s->char_unsigned = char_is_unsigned(q->machine);
	if (q->cpu != NULL && q->cpu->machine == q->machine)
		s->cpu = *q->cpu;
	else
		cpu_assumed(q->machine, &s->cpu);
	s->platform = platform_bits(s->minor, &s->cpu, &s->platform_mask);
	s->excluded = ~(accepted_hwcap(s->minor, &s->cpu) | s->platform_mask | HWCAP_TLS);
	prepare_active(s);
}

const char *ldcache_find(const struct ldcache *c, const struct ldcache_query *q, const char *name,
			 uint32_t *entry)
{
	struct search s = { .c = c, .q = q, .name = name };

	if (c == NULL)
		return NULL;
	s.t = *table_for(c, q->machine);
	if (!s.t.present)
		return NULL;
	prepare(&s);
	search_table(&s);
	if (entry != NULL)
		*entry = s.best != NULL ? s.best_entry : 0;
	return s.best;
}
