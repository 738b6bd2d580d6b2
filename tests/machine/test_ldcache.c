/* test_ldcache.c - ld.so.cache in both formats, honest and hostile; and one that ldconfig made. */
#include "machine/machine.h"

#include "../base/tree.h"

#include <elf.h>

#include "command.h"

#define NAMED (1ULL << 62)
#define LEVEL(n) ((uint64_t)(n) << 32)

enum { X86_64 = 0x303, MAX = 65536 };

struct entry {
	const char *key, *value;
	int32_t flags;
	uint64_t hwcap;
	uint32_t osversion;
};

/* A cache as it is built, in the byte order asked for. */
struct image {
	unsigned char bytes[MAX];
	size_t n;
	bool big;
};

static void put(struct image *m, uint64_t value, int bytes)
{
	assert_true(m->n + 8 <= MAX);
	for (int i = 0; i < bytes; i++) {
		int shift = 8 * (m->big ? bytes - 1 - i : i);

		m->bytes[m->n++] = (unsigned char)(value >> shift);
	}
}

static void put_bytes(struct image *m, const void *bytes, size_t n)
{
	assert_true(m->n + n <= MAX);
	memcpy(m->bytes + m->n, bytes, n);
	m->n += n;
}

static void put_string(struct image *m, const char *s)
{
	put_bytes(m, s, strlen(s) + 1);
}

static size_t strings_size(const struct entry *e, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += strlen(e[i].key) + strlen(e[i].value) + 2;
	return size;
}

static void put_strings(struct image *m, const struct entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		put_string(m, e[i].key);
		put_string(m, e[i].value);
	}
}

/* The old header and its entries; their strings begin `gap` bytes behind them. */
static void put_old(struct image *m, const struct entry *e, size_t n, size_t gap)
{
	size_t at = gap;

	put_bytes(m, "ld.so-1.7.0", 12);
	put(m, n, 4);
	for (size_t i = 0; i < n; i++) {
		put(m, (uint32_t)e[i].flags, 4);
		put(m, at, 4);
		at += strlen(e[i].key) + 1;
		put(m, at, 4);
		at += strlen(e[i].value) + 1;
	}
}

/* The new header, entries and strings; `names` (NULL-ended) make the extension. */
static void put_new(struct image *m, const struct entry *e, size_t n, const char *const *names)
{
	size_t start = m->n, at = 48 + 24 * n, total = at + strings_size(e, n), nnames = 0;

	for (; names != NULL && names[nnames] != NULL; nnames++)
		total += strlen(names[nnames]) + 1;
	put_bytes(m, "glibc-ld.so.cache1.1", 20);
	put(m, n, 4);
	put(m, total - at, 4);
	put(m, m->big ? 3 : 2, 1);
	put(m, 0, 3);
	put(m, nnames > 0 ? start + total + -total % 4 : 0, 4);
	put_bytes(m, (char[12]){0}, 12);
	for (size_t i = 0; i < n; i++) {
		put(m, (uint32_t)e[i].flags, 4);
		put(m, at, 4);
		at += strlen(e[i].key) + 1;
		put(m, at, 4);
		at += strlen(e[i].value) + 1;
		put(m, e[i].osversion, 4);
		put(m, e[i].hwcap, 8);
	}
	put_strings(m, e, n);
	for (size_t i = 0; i < nnames; i++)
		put_string(m, names[i]);
	if (nnames == 0)
		return;
	put_bytes(m, (char[4]){0}, -total % 4);
	put(m, 0xeaa42174U, 4);
	put(m, 1, 4);
	put(m, 1, 4);
	put(m, 0, 4);
	put(m, m->n + 8, 4);
	put(m, nnames * 4, 4);
	for (size_t i = 0; i < nnames; i++) {
		put(m, start + at, 4);
		at += strlen(names[i]) + 1;
	}
}

struct fixture {
	struct arena *arena;
	struct image image;
	struct cpu cpu;
	struct ldcache_query query;
	const char *why;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return -1;
	f->arena = arena_new(0);
	f->query = (struct ldcache_query){
		.machine = EM_X86_64, .is64 = true, .glibc_minor = 36, .cpu = &f->cpu};
	*state = f;
	return f->arena == NULL || !cpu_named("x86-64-v3", &f->cpu);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static struct ldcache *open_image(struct fixture *f)
{
	/* A copy of the very size, so that the sanitizers see a read past the end. */
	unsigned char *copy = arena_alloc(f->arena, f->image.n);

	memcpy(copy, f->image.bytes, f->image.n);
	return ldcache_open((struct view){copy, f->image.n}, f->image.big, f->arena, &f->why);
}

/* The path for `name` in a cache of the image, "-" if there is none. */
static const char *find(struct fixture *f, const char *name)
{
	struct ldcache *c = open_image(f);
	const char *path;

	assert_non_null(c);
	path = ldcache_find(c, &f->query, name, NULL);
	return path == NULL ? "-" : path;
}

static void build(struct fixture *f, const struct entry *e, size_t n)
{
	f->image.n = 0;
	put_new(&f->image, e, n, NULL);
}

static const struct entry plain[] = {
	{"libz.so.1", "/lib/libz.so.1", X86_64, 0, 0},
	{"libn.so.10", "/lib/libn.so.10", X86_64, 0, 0},
	{"libn.so.9", "/lib/libn.so.9", X86_64, 0, 0},
	{"libn.so.1", "/lib/libn.so.1", X86_64, 0, 0},
	{"liba.so", "/lib/liba.so", X86_64, 0, 0},
};
enum { PLAIN = sizeof(plain) / sizeof(*plain) };

static void test_each_name_is_found(void **state)
{
	struct fixture *f = *state;
	struct ldcache *c;
	uint32_t entry = 99;

	build(f, plain, PLAIN);
	c = open_image(f);
	assert_null(f->why);
	assert_int_equal(ldcache_count(c), PLAIN);
	for (uint32_t i = 0; i < PLAIN; i++) {
		assert_string_equal(ldcache_find(c, &f->query, plain[i].key, &entry), plain[i].value);
		assert_int_equal(entry, i);
	}
	assert_null(ldcache_find(c, &f->query, "libn.so.2", &entry));
	assert_null(ldcache_find(c, &f->query, "libn.so", NULL));
	assert_null(ldcache_find(c, &f->query, "", NULL));
}

static void test_runs_of_digits_are_numbers(void **state)
{
	struct fixture *f = *state;

	build(f, plain, PLAIN);
	assert_string_equal(find(f, "libn.so.01"), "/lib/libn.so.1");
	assert_string_equal(find(f, "libn.so.0000000010"), "/lib/libn.so.10");
	/* 2^32 + 1, which the loader's int takes for 1 */
	assert_string_equal(find(f, "libn.so.4294967297"), "/lib/libn.so.1");
}

static void test_no_cache_no_answer(void **state)
{
	struct fixture *f = *state;

	assert_null(ldcache_open((struct view){NULL, 0}, false, f->arena, &f->why));
	assert_string_equal(f->why, "absent");
	assert_null(ldcache_find(NULL, &f->query, "liba.so", NULL));
	assert_int_equal(ldcache_count(NULL), 0);
}

static void expect_refusal(struct fixture *f, const char *why)
{
	assert_null(open_image(f));
	assert_string_equal(f->why, why);
}

static void test_what_is_no_cache_is_refused(void **state)
{
	struct fixture *f = *state;

	put_bytes(&f->image, "hello", 5);
	expect_refusal(f, "too short");
	put_bytes(&f->image, "this is a text of more than forty-eight characters in all", 50);
	expect_refusal(f, "no cache file");
	f->image.n = 0;
	put_new(&f->image, plain, 0, NULL);
	expect_refusal(f, "too short"); /* a header alone is not accepted by the loader either */
	f->image.n = 0;
	put_old(&f->image, plain, 0, 0);
	expect_refusal(f, "too short");
}

static void test_counts_beyond_the_end_are_refused(void **state)
{
	struct fixture *f = *state;

	build(f, plain, PLAIN);
	f->image.n = 48 + 24 * PLAIN - 1;
	expect_refusal(f, "counts beyond its end");
	f->image.n = 0;
	put_old(&f->image, plain, PLAIN, 0);
	f->image.n--;
	expect_refusal(f, "counts beyond its end");
	build(f, plain, PLAIN);
	memset(f->image.bytes + 20, 0xff, 4);
	expect_refusal(f, "counts beyond its end");
}

static void test_byte_order(void **state)
{
	struct fixture *f = *state;

	build(f, plain, PLAIN);
	f->image.bytes[28] = 3;
	expect_refusal(f, "other byte order");
	f->image.bytes[28] = 1;
	expect_refusal(f, "other byte order");
	f->image.bytes[28] = 0; /* a writer that does not say */
	assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
	f->image.bytes[28] = 6; /* other bits do not count */
	assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
}

static void test_a_big_endian_machine(void **state)
{
	static const struct entry e[] = {{"liba.so", "/lib/liba.so", 0x403, 0, 0}};
	struct fixture *f = *state;

	f->image.big = true;
	build(f, e, 1);
	f->query.machine = EM_S390;
	assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
	f->query.is64 = false;
	assert_string_equal(find(f, "liba.so"), "-");
}

static void test_only_entries_of_the_machine_count(void **state)
{
	static const struct {
		uint16_t machine;
		bool is64;
		uint32_t eflags;
		const char *path;
	} rows[] = {
		{EM_X86_64, true, 0, "/x86-64"}, {EM_X86_64, false, 0, "/x32"},
		{EM_386, false, 0, "/i386"},     {EM_AARCH64, true, 0, "/aarch64"},
		{EM_ARM, false, 0x400, "/i386"}, {EM_PPC64, true, 2, "/ppc64"},
		{EM_RISCV, true, 5, "/lp64d"},   {EM_RISCV, true, 0, "/lp64d"},
		{EM_RISCV, true, 1, "/lp64"},    {EM_MIPS, true, 0, "/n64"},
		{EM_MIPS, false, 0x20, "/n32"},  {EM_IA_64, true, 0, "/ia64"},
		{EM_SPARCV9, true, 0, "/sparc64"},
	};
	static const struct entry e[] = {
		{"l", "/x86-64", 0x303, 0, 0}, {"l", "/x32", 0x803, 0, 0},
		{"l", "/i386", 3, 0, 0},       {"l", "/aarch64", 0xa03, 0, 0},
		{"l", "/armhf", 0x903, 0, 0},  {"l", "/ppc64", 0x503, 0, 0},
		{"l", "/lp64d", 0x1003, 0, 0}, {"l", "/lp64", 0xf03, 0, 0},
		{"l", "/n64", 0x703, 0, 0},    {"l", "/n32", 0x603, 0, 0},
		{"l", "/ia64", 0x203, 0, 0},   {"l", "/sparc64", 0x103, 0, 0},
	};
	struct fixture *f = *state;

	f->query.cpu = NULL;
	build(f, e, sizeof(e) / sizeof(*e));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		f->query.machine = rows[i].machine;
		f->query.is64 = rows[i].is64;
		f->query.eflags = rows[i].eflags;
		assert_string_equal(find(f, "l"), rows[i].path);
	}
}

static void test_arm_takes_unmarked_libraries_and_those_of_its_float_abi(void **state)
{
	static const struct entry e[] = {{"lh", "/hard", 0x903, 0, 0},
					 {"lg", "/plain", 3, 0, 0},
					 {"lb", "/soft", 0xb03, 0, 0}};
	struct fixture *f = *state;

	f->query.machine = EM_ARM;
	f->query.is64 = false;
	build(f, e, 3);
	assert_string_equal(find(f, "lh"), "/hard");
	assert_string_equal(find(f, "lg"), "/plain");
	assert_string_equal(find(f, "lb"), "-");
	f->query.eflags = 0x200;
	assert_string_equal(find(f, "lh"), "-");
	assert_string_equal(find(f, "lb"), "/soft");
}

static void test_the_first_of_equal_entries_counts(void **state)
{
	static const struct entry e[] = {
		{"libb.so", "/b", X86_64, 0, 0},   {"liba.so", "/i386", 3, 0, 0},
		{"liba.so", "/1", X86_64, 0, 0},   {"liba.so", "/2", X86_64, 0, 0},
		{"liba.so", "/3", X86_64, 0, 0},
	};
	struct fixture *f = *state;

	build(f, e, 5);
	assert_string_equal(find(f, "liba.so"), "/1");
}

static void test_i386_prefers_libraries_that_name_their_libc_up_to_2_32(void **state)
{
	static const struct entry e[] = {{"liba.so", "/any", 1, 0, 0}, {"liba.so", "/libc6", 3, 0, 0}};
	struct fixture *f = *state;

	f->query.machine = EM_386;
	f->query.is64 = false;
	build(f, e, 2);
	f->query.glibc_minor = 32;
	assert_string_equal(find(f, "liba.so"), "/libc6");
	f->query.glibc_minor = 33;
	assert_string_equal(find(f, "liba.so"), "/any");
}

static void test_legacy_bits_must_be_those_of_the_processor(void **state)
{
	static const struct entry e[] = {
		{"l9", "/avx512", X86_64, 4, 0},       {"l8", "/word", X86_64, 2, 0},
		{"l7", "/haswell", X86_64, 1ULL << 50, 0}, {"l6", "/tls", X86_64, 1ULL << 63, 0},
		{"l5", "/sse2", X86_64, 1ULL << 26, 0},
	};
	static const char *const names[] = {"l9", "l8", "l7", "l6", "l5"};
	static const struct {
		int minor;
		const char *cpu, *found[5];
	} rows[] = {
		{36, "x86-64", {"-", "/word", "-", "/tls", "-"}},
		{36, "haswell", {"-", "/word", "/haswell", "/tls", "-"}},
		{39, "skylake-avx512", {"/avx512", "/word", "/haswell", "/tls", "-"}},
		{40, "skylake-avx512", {"-", "-", "-", "-", "-"}},
		{25, "haswell", {"-", "-", "-", "/tls", "-"}},
	};
	struct fixture *f = *state;

	build(f, e, 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(cpu_named(rows[i].cpu, &f->cpu));
		f->query.glibc_minor = rows[i].minor;
		for (size_t k = 0; k < 5; k++)
			assert_string_equal(find(f, names[k]), rows[i].found[k]);
	}
}

static void test_entries_for_a_newer_kernel_are_skipped_up_to_2_35(void **state)
{
	static const struct entry e[] = {{"liba.so", "/new", X86_64, 0, 0x060100},
					 {"liba.so", "/old", X86_64, 0, 0}};
	struct fixture *f = *state;

	build(f, e, 2);
	f->query.kernel = 0x050a00;
	f->query.glibc_minor = 35;
	assert_string_equal(find(f, "liba.so"), "/old");
	f->query.kernel = 0x060100;
	assert_string_equal(find(f, "liba.so"), "/new");
	f->query.kernel = 0;
	assert_string_equal(find(f, "liba.so"), "/new");
	f->query.kernel = 0x050a00;
	f->query.glibc_minor = 36;
	assert_string_equal(find(f, "liba.so"), "/new");
}

static const char *const names[] = {"x86-64-v2", "x86-64-v3", "x86-64-v4", NULL};
static const struct entry named[] = {
	{"liba.so", "/v2", X86_64, NAMED | LEVEL(1) | 0, 0},
	{"liba.so", "/v4", X86_64, NAMED | LEVEL(3) | 2, 0},
	{"liba.so", "/v3", X86_64, NAMED | LEVEL(0) | 1, 0},
	{"liba.so", "/base", X86_64, 0, 0},
};

static void test_the_best_named_entry_wins(void **state)
{
	static const char *const found[][2] = {
		{"x86-64", "/base"}, {"x86-64-v2", "/v2"}, {"x86-64-v3", "/v3"}, {"x86-64-v4", "/v4"}};
	struct fixture *f = *state;

	put_new(&f->image, named, 4, names);
	for (size_t i = 0; i < 4; i++) {
		assert_true(cpu_named(found[i][0], &f->cpu));
		assert_string_equal(find(f, "liba.so"), found[i][1]);
	}
	f->query.glibc_minor = 32; /* does not know of them */
	assert_string_equal(find(f, "liba.so"), "/base");
	f->query.glibc_minor = 41;
	assert_string_equal(find(f, "liba.so"), "/v4");
}

static void test_the_level_of_a_named_entry_must_fit_too(void **state)
{
	static const struct entry e[] = {
		{"liba.so", "/v2-that-needs-v4", X86_64, NAMED | LEVEL(3) | 0, 0},
		{"liba.so", "/base", X86_64, 0, 0}};
	struct fixture *f = *state;

	put_new(&f->image, e, 2, names);
	assert_string_equal(find(f, "liba.so"), "/base");
	assert_true(cpu_named("x86-64-v4", &f->cpu));
	assert_string_equal(find(f, "liba.so"), "/v2-that-needs-v4");
}

static void test_names_out_of_order_are_merged_as_the_loader_does(void **state)
{
	static const char *const mixed[] = {"x86-64-v3", "x86-64-v2", "zzz", NULL};
	static const struct entry e[] = {{"libb.so", "/v3", X86_64, NAMED | 0, 0},
					 {"liba.so", "/v2", X86_64, NAMED | 1, 0},
					 {"liba.so", "/base", X86_64, 0, 0}};
	struct fixture *f = *state;

	put_new(&f->image, e, 3, mixed);
	assert_string_equal(find(f, "liba.so"), "/base");
	assert_string_equal(find(f, "libb.so"), "/v3");
}

static void test_a_damaged_extension_leaves_the_rest(void **state)
{
	struct fixture *f = *state;
	size_t ext;

	put_new(&f->image, named, 4, names);
	ext = f->image.n - 3 * 4 - 24;
	assert_int_equal(f->image.bytes[ext], 0x74);
	f->image.bytes[ext]++; /* magic */
	assert_string_equal(find(f, "liba.so"), "/base");
	f->image.bytes[ext]--;
	assert_string_equal(find(f, "liba.so"), "/v3");
	f->image.bytes[ext + 4] = 200; /* sections */
	assert_string_equal(find(f, "liba.so"), "/base");
	f->image.bytes[ext + 4] = 1;
	f->image.bytes[ext + 20] = 13; /* bytes of the names: past the end, and no multiple of 4 */
	assert_string_equal(find(f, "liba.so"), "/base");
	f->image.bytes[ext + 20] = 11;
	assert_string_equal(find(f, "liba.so"), "/base");
	f->image.bytes[ext + 20] = 12;
	memset(f->image.bytes + ext + 24, 0xff, 4); /* a name far outside */
	assert_string_equal(find(f, "liba.so"), "/base");
	memset(f->image.bytes + 32, 0xff, 4); /* the directory itself */
	assert_string_equal(find(f, "liba.so"), "/base");
}

static void test_the_old_format(void **state)
{
	struct fixture *f = *state;

	put_old(&f->image, plain, PLAIN, 0);
	put_strings(&f->image, plain, PLAIN);
	assert_string_equal(find(f, "libn.so.9"), "/lib/libn.so.9");
	assert_string_equal(find(f, "libn.so.8"), "-");
	assert_int_equal(ldcache_count(open_image(f)), PLAIN);
}

/* Old entries lead to /old/…, those of the new table behind them to what they say. */
static void build_both(struct fixture *f, size_t n)
{
	static const struct entry old = {"liba.so", "/old", 3, 0, 0};
	struct entry repeated[8];
	size_t end = 16 + 12 * n, gap;

	for (size_t i = 0; i < n; i++)
		repeated[i] = old;
	gap = -end % 8;
	f->image.n = 0;
	put_old(&f->image, repeated, n, gap);
	put_bytes(&f->image, (char[8]){0}, gap);
	put_new(&f->image, plain, PLAIN, NULL);
}

static void test_the_new_table_behind_the_old_one_counts(void **state)
{
	struct fixture *f = *state;

	for (size_t n = 0; n < 4; n++) {
		build_both(f, n);
		assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
		assert_string_equal(find(f, "libz.so.1"), "/lib/libz.so.1");
	}
	f->image.bytes[16 + 12 * 3 + 4 + 28] = 3;
	expect_refusal(f, "other byte order");
}

static void test_i386_looks_for_the_new_table_at_multiples_of_four(void **state)
{
	static const struct entry e = {"liba.so", "/new", 3, 0, 0};
	struct fixture *f = *state;

	f->query.machine = EM_386;
	f->query.is64 = false;
	build_both(f, 1); /* 28 bytes, then 4 of padding: not seen, and the string is none either */
	assert_string_equal(find(f, "liba.so"), "-");
	f->image.n = 0;
	put_old(&f->image, &e, 1, 200);
	put_new(&f->image, &e, 1, NULL);
	assert_string_equal(find(f, "liba.so"), "/new");
}

static void test_offsets_outside_end_the_search(void **state)
{
	struct fixture *f = *state;
	unsigned char *middle = f->image.bytes + 48 + 24 * 2;

	build(f, plain, PLAIN);
	memset(middle + 4, 0xff, 4); /* the key that a search meets first */
	assert_string_equal(find(f, "liba.so"), "-");
	build(f, plain, PLAIN);
	memset(middle + 8, 0xff, 4); /* a path that is not there */
	assert_string_equal(find(f, "libn.so.9"), "-");
	assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
}

static void test_the_end_of_the_file_ends_a_string(void **state)
{
	struct fixture *f = *state;

	build(f, plain, PLAIN);
	f->image.n--;
	assert_string_equal(find(f, "liba.so"), "/lib/liba.so");
	f->image.n -= 2;
	assert_string_equal(find(f, "liba.so"), "/lib/liba.");
}

/* Since 2.33 an offset may lie behind the end, by as much as the old table is long; the page shows
 * zeros there: an empty key, which is less than any name. */
static void test_a_key_behind_the_end_is_empty(void **state)
{
	static const struct entry old[20] = {[0 ... 19] = {"liba.so", "/old", 3, 0, 0}};
	struct fixture *f = *state;

	put_old(&f->image, old, 20, 0);
	put_new(&f->image, plain, PLAIN, NULL);
	f->image.n -= strings_size(plain + 1, PLAIN - 1);
	f->query.glibc_minor = 33;
	assert_string_equal(find(f, "libz.so.1"), "/lib/libz.so.1");
	assert_string_equal(find(f, "liba.so"), "-");
	f->query.glibc_minor = 32;
	assert_string_equal(find(f, "libz.so.1"), "-");
}

static void test_unsorted_entries_are_searched_as_if_sorted(void **state)
{
	static const struct entry e[] = {{"liba.so", "/a", X86_64, 0, 0},
					 {"libb.so", "/b", X86_64, 0, 0},
					 {"libc.so", "/c", X86_64, 0, 0}};
	struct fixture *f = *state;

	build(f, e, 3);
	assert_string_equal(find(f, "libb.so"), "/b");
	assert_string_equal(find(f, "liba.so"), "-");
	assert_string_equal(find(f, "libc.so"), "-");
}

/* Every entry has a key of its own that is a number as long as the file. */
static void test_a_hostile_cache_costs_little(void **state)
{
	enum { ENTRIES = 40000, DIGITS = 1000000 };
	struct fixture *f = *state;
	size_t n = 48 + (size_t)ENTRIES * 24 + DIGITS;
	unsigned char *p = arena_alloc(f->arena, n);
	struct ldcache *c;

	memcpy(p, "glibc-ld.so.cache1.1", 20);
	memcpy(p + 20, &(uint32_t){ENTRIES}, 4);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		uint32_t at = (uint32_t)(n - DIGITS) + i;
		const uint32_t words[3] = {3, at, at};

		memcpy(p + 48 + (size_t)i * 24, words, sizeof(words));
	}
	memset(p + n - DIGITS, '0', DIGITS);
	c = ldcache_open((struct view){p, n}, false, f->arena, NULL);
	assert_non_null(c);
	assert_null(ldcache_find(c, &f->query, "0", NULL));
}

static void count_entry(void *ctx, const char *soname, const char *path, int32_t flags,
			uint64_t hwcap)
{
	size_t *n = ctx;

	assert_string_equal(soname, named[*n].key);
	assert_string_equal(path, named[*n].value);
	assert_int_equal(flags, named[*n].flags);
	assert_int_equal(hwcap, named[*n].hwcap);
	++*n;
}

static void test_each_entry_is_visited(void **state)
{
	struct fixture *f = *state;
	size_t n = 0;

	put_new(&f->image, named, 4, names);
	ldcache_each(open_image(f), count_entry, &n);
	assert_int_equal(n, 4);
	ldcache_each(NULL, count_entry, &n);
	assert_int_equal(n, 4);
}

/* ldconfig's own cache of a folder with one library, under another name than its SONAME. */
static bool made_by_ldconfig(struct tree *t, const char *format)
{
	char command[2048];
	char *text;
	int status = -1;

	(void)snprintf(command, sizeof(command),
		       "PATH=$PATH:/usr/sbin:/sbin; cd '%s' && mkdir -p d && "
		       "cp \"$(readlink -f /lib64/ld-linux-x86-64.so.2)\" d/libtest.so && "
		       "echo '%s/d' >conf && ldconfig -X %s -C '%s/cache' -f '%s/conf' 2>/dev/null",
		       t->root, t->root, format, t->root, t->root);
	text = command_output(command, &status);
	free(text);
	return status == 0;
}

static void test_a_cache_made_by_ldconfig(void **state)
{
	struct tree *t = *state;
	struct ldcache_query q = {.machine = EM_X86_64, .is64 = true, .glibc_minor = 36};
	struct source *s = source_host(NULL);
	struct arena *a = arena_new(0);
	struct source_file f;
	struct ldcache *c;
	char expected[512];

	if (!made_by_ldconfig(t, "") || access(tree_path(t, "cache"), R_OK) != 0) {
		source_free(s);
		arena_free(a);
		skip();
	}
	(void)snprintf(expected, sizeof(expected), "%s/d/ld-linux-x86-64.so.2", t->root);
	for (int compat = 0; compat < 2; compat++) {
		if (!made_by_ldconfig(t, compat != 0 ? "-c compat" : "-c new"))
			break;
		assert_int_equal(source_open(s, tree_path(t, "cache"), &f), 0);
		c = ldcache_open(f.map.bytes, false, a, NULL);
		assert_non_null(c);
		/* The key is the SONAME, and ldconfig takes for granted a link of that name. */
		assert_string_equal(ldcache_find(c, &q, "ld-linux-x86-64.so.2", NULL), expected);
		assert_null(ldcache_find(c, &q, "libtest.so", NULL));
		source_close(&f);
	}
	source_free(s);
	arena_free(a);
}

#define cache_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cache_test(test_each_name_is_found),
		cache_test(test_runs_of_digits_are_numbers),
		cache_test(test_no_cache_no_answer),
		cache_test(test_what_is_no_cache_is_refused),
		cache_test(test_counts_beyond_the_end_are_refused),
		cache_test(test_byte_order),
		cache_test(test_a_big_endian_machine),
		cache_test(test_only_entries_of_the_machine_count),
		cache_test(test_arm_takes_unmarked_libraries_and_those_of_its_float_abi),
		cache_test(test_the_first_of_equal_entries_counts),
		cache_test(test_i386_prefers_libraries_that_name_their_libc_up_to_2_32),
		cache_test(test_legacy_bits_must_be_those_of_the_processor),
		cache_test(test_entries_for_a_newer_kernel_are_skipped_up_to_2_35),
		cache_test(test_the_best_named_entry_wins),
		cache_test(test_the_level_of_a_named_entry_must_fit_too),
		cache_test(test_names_out_of_order_are_merged_as_the_loader_does),
		cache_test(test_a_damaged_extension_leaves_the_rest),
		cache_test(test_the_old_format),
		cache_test(test_the_new_table_behind_the_old_one_counts),
		cache_test(test_i386_looks_for_the_new_table_at_multiples_of_four),
		cache_test(test_offsets_outside_end_the_search),
		cache_test(test_the_end_of_the_file_ends_a_string),
		cache_test(test_a_key_behind_the_end_is_empty),
		cache_test(test_unsorted_entries_are_searched_as_if_sorted),
		cache_test(test_a_hostile_cache_costs_little),
		cache_test(test_each_entry_is_visited),
		tree_test(test_a_cache_made_by_ldconfig),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
