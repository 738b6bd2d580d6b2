/* test_macho.c - Mach-O files made here: headers, symbols, exports, slices; whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/macho.h"

struct bytes {
	unsigned char p[1024];
	size_t n;
	bool big;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	assert_true(n <= sizeof(b->p) - b->n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

static void put32(struct bytes *b, uint32_t x)
{
	if (order_swaps(b->big))
		x = __builtin_bswap32(x);
	put(b, &x, sizeof(x));
}

static void put64(struct bytes *b, uint64_t x)
{
	put32(b, (uint32_t)(b->big ? x >> 32 : x));
	put32(b, (uint32_t)(b->big ? x : x >> 32));
}

static void text(struct bytes *b, const char *s, size_t n)
{
	char field[64] = "";

	assert_true(strlen(s) < sizeof(field) && n <= sizeof(field));
	memcpy(field, s, strlen(s));
	put(b, field, n);
}

/* In a block of exactly that size: a read behind it is seen by the sanitizers. */
static struct view copy_of(const struct bytes *b, size_t n)
{
	unsigned char *p = malloc(n > 0 ? n : 1);

	assert_non_null(p);
	memcpy(p, b->p, n);
	return (struct view){ p, n };
}

enum { HEADER = 32, SEGMENT = 72 + 80, SYMTAB = 24, ID = 48, BUILD = 24, INFO = 48 };

/* A library with one section, two symbols, an install name, a platform, and exports "_ab" and "_ac". */
static void make(struct bytes *b)
{
	static const unsigned char trie[] = { 0, 1, '_', 'a', 0, 6, 0, 2, 'b', 0, 14, 'c', 0, 18, 2, 0,
		16, 0, 2, 4, 32, 0 };
	uint32_t commands = SEGMENT + SYMTAB + ID + BUILD + INFO, data = HEADER + commands;

	b->n = 0;
	put32(b, 0xfeedfacf);
	put32(b, MACHO_X86_64);
	put32(b, 3);
	put32(b, MACHO_DYLIB);
	put32(b, 5);
	put32(b, commands);
	put64(b, 0x2000);
	put32(b, MACHO_LC_SEGMENT_64);
	put32(b, SEGMENT);
	text(b, "__TEXT", 16 + 8 * 4 + 8);
	put32(b, 1);
	put32(b, 0);
	text(b, "__text", 16);
	text(b, "__TEXT", 16);
	put64(b, 0x1000);
	put64(b, 16);
	put32(b, 0);
	put32(b, 4);
	put32(b, data + 32 + 16);
	put32(b, 1);
	put32(b, 0x80000000);
	text(b, "", 12);
	put32(b, MACHO_LC_SYMTAB);
	put32(b, SYMTAB);
	put32(b, data);
	put32(b, 2);
	put32(b, data + 32);
	put32(b, 16);
	put32(b, MACHO_LC_ID_DYLIB);
	put32(b, ID);
	put32(b, 24);
	text(b, "", 12);
	text(b, "/lib/libx.dylib", 24);
	put32(b, MACHO_LC_BUILD_VERSION);
	put32(b, BUILD);
	put32(b, MACHO_IOS);
	put32(b, 13 << 16 | 2 << 8 | 1);
	put64(b, 0);
	put32(b, 0x80000000 | MACHO_LC_DYLD_INFO);
	put32(b, INFO);
	text(b, "", 32);
	put32(b, data + 32 + 16 + 8);
	put32(b, sizeof(trie));
	put32(b, 1); /* a symbol of section 1, external */
	put(b, "\x0f\1\0\0", 4);
	put64(b, 0x1004);
	put32(b, 5);
	put(b, "\1\0\0\0", 4);
	put64(b, 0);
	text(b, "", 1);
	text(b, "_ab", 4);
	text(b, "_wanted", 11);
	put32(b, 8);
	put32(b, 1u | 1u << 24 | 2u << 25 | 1u << 27 | 2u << 28);
	put(b, trie, sizeof(trie));
}

static void a_library_is_read(void **state)
{
	struct bytes b = { .big = false };
	struct macho_section s;
	struct macho_symbol x;
	struct macho_reloc r;
	struct macho m;
	struct view v;

	(void)state;
	make(&b);
	v = copy_of(&b, b.n);
	assert_true(macho_open(v, &m));
	assert_true(m.is64);
	assert_int_equal(m.type, MACHO_DYLIB);
	assert_string_equal(m.id, "/lib/libx.dylib");
	assert_int_equal(m.platform, MACHO_IOS);
	assert_int_equal(m.minimum, 0x0d0201);
	assert_true(macho_section(&m, 1, &s));
	assert_false(macho_section(&m, 2, &s));
	assert_false(macho_section(&m, 0, &s));
	assert_int_equal(s.nname, 6);
	assert_memory_equal(s.name, "__text", 6);
	assert_int_equal(s.nrelocs, 1);
	assert_true(macho_reloc(&m, &s, 0, &r));
	assert_true(r.external);
	assert_int_equal(r.symbol, 1);
	assert_int_equal(r.type, 2);
	assert_int_equal(r.address, 8);
	assert_true(macho_symbol(&m, 0, &x));
	assert_string_equal(x.name, "_ab");
	assert_int_equal(x.value, 0x1004);
	assert_true(macho_symbol(&m, 1, &x));
	assert_string_equal(x.name, "_wanted");
	assert_false(macho_symbol(&m, 2, &x));
	assert_string_equal(macho_cpu_name(m.cpu, m.subtype), "x86_64");
	free((void *)(uintptr_t)v.p);
}

static bool note_export(void *ctx, const char *name, uint64_t flags)
{
	char *out = ctx;

	strcat(out, name);
	strcat(out, (flags & MACHO_EXPORT_WEAK) != 0 ? "! " : " ");
	return false;
}

static void exports_are_walked(void **state)
{
	struct bytes b = { .big = false };
	char seen[64] = "";
	struct macho m;
	struct view v;

	(void)state;
	make(&b);
	v = copy_of(&b, b.n);
	assert_true(macho_open(v, &m));
	assert_true(macho_each_export(&m, note_export, seen));
	assert_string_equal(seen, "_ab _ac! ");
	free((void *)(uintptr_t)v.p);
}

/* A node that is its own child has no end. */
static void a_trie_that_turns_in_a_circle_ends(void **state)
{
	static const unsigned char circle[] = { 0, 1, 'x', 0, 0 };
	struct macho m = { .exports = { circle, sizeof(circle) } };
	char seen[64] = "";

	(void)state;
	assert_false(macho_each_export(&m, note_export, seen));
	assert_string_equal(seen, "");
}

static void files_that_are_cut_keep_their_bounds(void **state)
{
	struct bytes b = { .big = false };

	(void)state;
	make(&b);
	for (size_t n = 0; n < b.n; n++) {
		struct view v = copy_of(&b, n);
		char seen[64] = "";
		struct macho_section s;
		struct macho_symbol x;
		struct macho_reloc r;
		struct macho m;

		if (macho_open(v, &m)) {
			assert_true(n >= HEADER);
			for (uint32_t i = 0; macho_symbol(&m, i, &x); i++)
				assert_non_null(x.name);
			if (macho_section(&m, 1, &s))
				assert_true(s.nrelocs == 0 || macho_reloc(&m, &s, 0, &r));
			(void)macho_each_export(&m, note_export, seen);
		} else {
			assert_true(n < HEADER);
		}
		free((void *)(uintptr_t)v.p);
	}
}

static void slices_are_found_and_java_is_none(void **state)
{
	struct bytes b = { .big = true };
	struct macho_fat fat;
	struct macho_slice s;

	(void)state;
	put32(&b, 0xcafebabe);
	put32(&b, 2);
	for (uint32_t i = 0; i < 2; i++) {
		put32(&b, i == 0 ? MACHO_X86_64 : MACHO_ARM64);
		put32(&b, 3 * (1 - i));
		put32(&b, 100 * (i + 1));
		put32(&b, 50);
		put32(&b, 12);
	}
	assert_true(macho_fat_open((struct view){ b.p, b.n }, &fat));
	assert_int_equal(fat.n, 2);
	assert_true(macho_fat_slice(&fat, 1, &s));
	assert_int_equal(s.cpu, MACHO_ARM64);
	assert_int_equal(s.offset, 200);
	assert_true(macho_fat_open((struct view){ b.p, b.n - 1 }, &fat));
	assert_int_equal(fat.n, 1);
	b.p[7] = 52;
	assert_false(macho_fat_open((struct view){ b.p, b.n }, &fat));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_library_is_read),
		cmocka_unit_test(exports_are_walked),
		cmocka_unit_test(a_trie_that_turns_in_a_circle_ends),
		cmocka_unit_test(files_that_are_cut_keep_their_bounds),
		cmocka_unit_test(slices_are_found_and_java_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
