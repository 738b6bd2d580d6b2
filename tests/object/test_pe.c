/* test_pe.c - a PE image made here, whole, cut at each byte, and with lies in its tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/manifest.h"
#include "object/pe.h"

enum {
	SIZE = 0x600,
	PE_AT = 0x40,
	OPTIONAL = PE_AT + 24,
	DIRS = OPTIONAL + 112,
	SECTION = OPTIONAL + 240,
	RAW = 0x200, /* of the section, at address 0x1000 */
	IMPORTS = 0x000,
	THUNKS = 0x080,
	EXPORTS = 0x100,
	STRINGS = 0x200
};

static void put16(unsigned char *p, size_t at, unsigned x)
{
	p[at] = (unsigned char)x;
	p[at + 1] = (unsigned char)(x >> 8);
}

static void put32(unsigned char *p, size_t at, uint32_t x)
{
	put16(p, at, x & 0xffff);
	put16(p, at + 2, x >> 16);
}

static void directory(unsigned char *p, size_t i, uint32_t offset, uint32_t size)
{
	put32(p, DIRS + i * 8, 0x1000 + offset);
	put32(p, DIRS + i * 8 + 4, size);
}

/* A string in the section: its address. */
static uint32_t text(unsigned char *p, size_t offset, const char *s)
{
	memcpy(p + RAW + offset, s, strlen(s) + 1);
	return (uint32_t)(0x1000 + offset);
}

static void make_headers(unsigned char *p)
{
	memset(p, 0, SIZE);
	memcpy(p, "MZ", 2);
	put32(p, 0x3c, PE_AT);
	memcpy(p + PE_AT, "PE\0\0", 4);
	put16(p, PE_AT + 4, PE_AMD64);
	put16(p, PE_AT + 6, 1);
	put16(p, PE_AT + 20, 240);
	put16(p, PE_AT + 22, 0x2022);
	put16(p, OPTIONAL, 0x20b);
	put16(p, OPTIONAL + 48, 6);
	put16(p, OPTIONAL + 50, 1);
	put32(p, OPTIONAL + 60, RAW);
	put32(p, OPTIONAL + 108, 16);
	put32(p, SECTION + 8, 0x400);
	put32(p, SECTION + 12, 0x1000);
	put32(p, SECTION + 16, 0x400);
	put32(p, SECTION + 20, RAW);
}

/* It imports f and number 7 of b.dll, and exports "one" and "two", a forwarder. */
static void make(unsigned char *p)
{
	make_headers(p);
	directory(p, PE_DIR_IMPORT, IMPORTS, 40);
	put32(p, RAW + IMPORTS, 0x1000 + THUNKS);
	put32(p, RAW + IMPORTS + 12, text(p, STRINGS, "b.dll"));
	put32(p, RAW + IMPORTS + 16, 0x1000 + THUNKS);
	put32(p, RAW + THUNKS, 0x1000 + STRINGS + 0x10);
	memcpy(p + RAW + STRINGS + 0x12, "f", 2);
	put32(p, RAW + THUNKS + 8, 7);
	put32(p, RAW + THUNKS + 12, 0x80000000u);
	directory(p, PE_DIR_EXPORT, EXPORTS, 0x100);
	put32(p, RAW + EXPORTS + 12, text(p, STRINGS + 0x20, "a.dll"));
	put32(p, RAW + EXPORTS + 16, 5);
	put32(p, RAW + EXPORTS + 20, 2);
	put32(p, RAW + EXPORTS + 24, 2);
	put32(p, RAW + EXPORTS + 28, 0x1000 + EXPORTS + 0x40);
	put32(p, RAW + EXPORTS + 32, 0x1000 + EXPORTS + 0x50);
	put32(p, RAW + EXPORTS + 36, 0x1000 + EXPORTS + 0x60);
	put32(p, RAW + EXPORTS + 0x40, 0x1300);
	put32(p, RAW + EXPORTS + 0x44, text(p, EXPORTS + 0x70, "c.three"));
	put32(p, RAW + EXPORTS + 0x50, text(p, STRINGS + 0x30, "one"));
	put32(p, RAW + EXPORTS + 0x54, text(p, STRINGS + 0x40, "two"));
	put16(p, RAW + EXPORTS + 0x62, 1);
}

static void read_imports(const struct pe *e)
{
	struct pe_import import;
	struct pe_symbol s;

	assert_true(pe_import(e, false, 0, &import));
	assert_string_equal(import.dll, "b.dll");
	assert_int_equal(import.n, 2);
	assert_true(pe_import_symbol(e, &import, 0, &s));
	assert_string_equal(s.name, "f");
	assert_true(pe_import_symbol(e, &import, 1, &s));
	assert_true(s.by_number);
	assert_int_equal(s.number, 7);
	assert_false(pe_import_symbol(e, &import, 2, &s));
	assert_false(pe_import(e, false, 1, &import));
	assert_false(pe_import(e, true, 0, &import));
}

static void read_exports(const struct pe *e)
{
	struct pe_exports x;
	struct pe_export one;

	assert_true(pe_exports(e, &x));
	assert_string_equal(x.name, "a.dll");
	assert_true(pe_export_find(&x, "one", &one));
	assert_int_equal(one.ordinal, 5);
	assert_null(one.forward);
	assert_true(pe_export_find(&x, "two", &one));
	assert_string_equal(one.forward, "c.three");
	assert_false(pe_export_find(&x, "three", &one));
	assert_true(pe_export_number(&x, 6, &one));
	assert_false(pe_export_number(&x, 4, &one));
	assert_false(pe_export_number(&x, 7, &one));
}

static void a_whole_image(void **state)
{
	unsigned char p[SIZE];
	struct pe e;

	(void)state;
	make(p);
	assert_true(pe_open((struct view){ p, SIZE }, &e));
	assert_int_equal(e.defect, PE_OK);
	assert_true(e.is64 && e.is_dll && !e.has_clr && !e.has_signature);
	assert_int_equal(e.subsystem_major * 10 + e.subsystem_minor, 61);
	read_imports(&e);
	read_exports(&e);
}

/* Reads all that there is, whatever it says. */
static void read_all(const struct pe *e)
{
	struct arena *a = arena_new(1 << 20);
	struct manifest_assembly *v;
	const char *text;
	struct pe_import import;
	struct pe_symbol s;
	struct pe_exports x;
	struct pe_export one;
	uint16_t version[4];

	for (size_t i = 0; i < 8; i++)
		for (int delay = 0; delay < 2; delay++)
			if (pe_import(e, delay != 0, i, &import))
				for (size_t k = 0; k < 8 && pe_import_symbol(e, &import, k, &s); k++)
					continue;
	if (pe_exports(e, &x))
		for (uint32_t i = 0; i < 8 && pe_export_at(&x, i, &one); i++)
			pe_export_number(&x, one.ordinal, &one);
	text = manifest_of(e, MANIFEST_DLL, a);
	if (text != NULL)
		manifest_needs(text, a, &v);
	pe_file_version(e, version);
	arena_free(a);
}

/* In a block of exactly that size: a read behind it is seen by the sanitizers. */
static void read_copy(const unsigned char *p, size_t n, struct pe *e)
{
	unsigned char *copy = malloc(n > 0 ? n : 1);

	assert_non_null(copy);
	memcpy(copy, p, n);
	pe_open((struct view){ copy, n }, e);
	read_all(e);
	free(copy);
}

static void cut_at_each_byte(void **state)
{
	unsigned char p[SIZE];
	struct pe e;

	(void)state;
	make(p);
	for (size_t n = 0; n < SIZE; n++) {
		read_copy(p, n, &e);
		if (n <= SIZE - 512)
			assert_int_not_equal(e.defect, PE_OK);
	}
}

static void lies_in_every_word(void **state)
{
	static const uint32_t lies[] = { 0xffffffffu, 0x7fffffffu, 0x1000, 0x13ff };
	unsigned char p[SIZE];
	struct pe e;

	(void)state;
	for (size_t at = 0x3c; at < RAW + 0x180; at += 2)
		for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
			make(p);
			put32(p, at, lies[i]);
			read_copy(p, SIZE, &e);
		}
}

static void a_name_without_a_function(void **state)
{
	unsigned char p[SIZE];
	struct pe_export one;
	struct pe_exports x;
	struct pe e;

	(void)state;
	make(p);
	put16(p, RAW + EXPORTS + 0x62, 9);
	memset(&one, 0xff, sizeof(one));
	assert_true(pe_open((struct view){ p, SIZE }, &e) && pe_exports(&e, &x));
	assert_true(pe_export_at(&x, 1, &one));
	assert_int_equal(one.rva, 0);
	assert_null(one.forward);
	assert_false(pe_export_find(&x, "two", &one));
}

static void what_is_wrong_is_told(void **state)
{
	unsigned char p[SIZE];
	struct pe e;

	(void)state;
	make(p);
	p[0] = 'X';
	read_copy(p, SIZE, &e);
	assert_int_equal(e.defect, PE_NO_MZ);
	make(p);
	p[PE_AT] = 'X';
	read_copy(p, SIZE, &e);
	assert_int_equal(e.defect, PE_NO_SIGNATURE);
	make(p);
	memcpy(p + PE_AT, "NE", 2);
	read_copy(p, SIZE, &e);
	assert_int_equal(e.defect, PE_WIN16);
	make(p);
	put16(p, OPTIONAL, 0x107);
	read_copy(p, SIZE, &e);
	assert_int_equal(e.defect, PE_BAD_OPTIONAL);
	make(p);
	put32(p, SECTION + 16, 0x1000);
	read_copy(p, SIZE, &e);
	assert_int_equal(e.defect, PE_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_image),
		cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(lies_in_every_word),
		cmocka_unit_test(a_name_without_a_function),
		cmocka_unit_test(what_is_wrong_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
