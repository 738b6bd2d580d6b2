/* test_coff.c - COFF objects, import objects and DLLs made here, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "object/coff.h"

struct bytes {
	unsigned char p[1024];
	size_t n;
};

static void put(struct bytes *b, const void *p, size_t n)
{
	assert_true(n <= sizeof(b->p) - b->n);
	if (p != NULL)
		memcpy(b->p + b->n, p, n);
	else
		memset(b->p + b->n, 0, n);
	b->n += n;
}

static void put16(struct bytes *b, unsigned x)
{
	unsigned char le[2] = { (unsigned char)x, (unsigned char)(x >> 8) };

	put(b, le, 2);
}

static void put32(struct bytes *b, uint32_t x)
{
	put16(b, x & 0xffff);
	put16(b, x >> 16);
}

/* In a block of exactly that size: a read behind it is seen by the sanitizers. */
static struct view copy_of(const struct bytes *b, size_t n)
{
	unsigned char *p = malloc(n > 0 ? n : 1);

	assert_non_null(p);
	memcpy(p, b->p, n);
	return (struct view){ p, n };
}

static void name_is(const char *name, size_t n, const char *want)
{
	assert_int_equal(n, strlen(want));
	assert_memory_equal(name, want, n);
}

/* A section kept once, its symbol, a function in it, a reference with a long name. */
static void make(struct bytes *b)
{
	b->n = 0;
	put16(b, COFF_AMD64);
	put16(b, 1);
	put32(b, 0);
	put32(b, 20 + 40 + 4 + 10);
	put32(b, 4);
	put32(b, 0);
	put(b, "/20\0\0\0\0\0", 8);
	put32(b, 0);
	put32(b, 0);
	put32(b, 4);
	put32(b, 60);
	put32(b, 64);
	put32(b, 0);
	put16(b, 1);
	put16(b, 0);
	put32(b, COFF_CODE | COFF_COMDAT);
	put(b, "code", 4);
	put32(b, 1);
	put32(b, 3);
	put16(b, 4);
	put(b, "/20\0\0\0\0\0", 8); /* the section's own symbol */
	put32(b, 0);
	put16(b, 1);
	put16(b, 0);
	put(b, "\3\1", 2);
	put(b, "\4\0\0\0\1\0\0\0\0\0\0\0\0\0\2\0\0\0", 18);
	put(b, "shortest", 8);
	put32(b, 0);
	put16(b, 1);
	put16(b, 0x20);
	put(b, "\2\0", 2);
	put32(b, 0);
	put32(b, 4);
	put32(b, 0);
	put16(b, 0);
	put16(b, 0x20);
	put(b, "\2\0", 2);
	put32(b, 32);
	put(b, "a_longer_name\0\0\0.text$long", 27);
	put(b, "", 1);
}

static void an_object_is_read(void **state)
{
	struct coff_section s;
	struct coff_symbol x;
	struct coff_reloc r;
	struct bytes b;
	struct coff c;
	struct view v;
	uint8_t selection = 0;
	uint32_t follows = 0;

	(void)state;
	make(&b);
	v = copy_of(&b, b.n);
	assert_true(coff_open(v, &c));
	assert_true(coff_section(&c, 1, &s));
	assert_false(coff_section(&c, 2, &s));
	name_is(s.name, s.nname, ".text$long");
	name_is((const char *)coff_bytes(&c, &s).p, coff_bytes(&c, &s).n, "code");
	assert_true(coff_reloc(&c, &s, 0, &r));
	assert_int_equal(r.symbol, 3);
	assert_int_equal(r.type, 4);
	assert_false(coff_reloc(&c, &s, 1, &r));
	assert_true(coff_symbol(&c, 0, &x));
	assert_int_equal(x.naux, 1);
	assert_true(coff_selection(&c, &x, &selection, &follows));
	assert_int_equal(selection, 2);
	assert_true(coff_symbol(&c, 2, &x));
	name_is(x.name, x.nname, "shortest");
	assert_false(coff_selection(&c, &x, &selection, &follows));
	assert_true(coff_symbol(&c, 3, &x));
	name_is(x.name, x.nname, "a_longer_name");
	assert_int_equal(x.section, COFF_UNDEFINED);
	free((void *)(uintptr_t)v.p);
}

static void objects_that_are_cut_keep_their_bounds(void **state)
{
	struct bytes b;

	(void)state;
	make(&b);
	for (size_t n = 0; n < b.n; n++) {
		struct view v = copy_of(&b, n);
		struct coff_section s;
		struct coff_symbol x;
		struct coff c;

		if (coff_open(v, &c)) {
			for (uint32_t i = 0; coff_symbol(&c, i, &x); i += 1u + x.naux)
				assert_true(x.nname <= 13);
			if (coff_section(&c, 1, &s))
				assert_true(coff_bytes(&c, &s).n == 0 || coff_bytes(&c, &s).n == 4);
		} else {
			assert_true(n < 20);
		}
		free((void *)(uintptr_t)v.p);
	}
}

static void an_import_names_symbol_and_dll(void **state)
{
	struct bytes b = { .n = 0 };
	struct coff_import x;
	struct view v;

	(void)state;
	put32(&b, 0xffff0000);
	put16(&b, 0);
	put16(&b, COFF_AMD64);
	put32(&b, 0);
	put32(&b, 8);
	put16(&b, 0);
	put16(&b, 4 | 1);
	put(&b, "f\0x.dll\0", 8);
	v = copy_of(&b, b.n);
	assert_true(coff_import_open(v, &x));
	assert_string_equal(x.symbol, "f");
	assert_string_equal(x.dll, "x.dll");
	assert_int_equal(x.type, 1);
	free((void *)(uintptr_t)v.p);
	v = copy_of(&b, b.n - 1);
	assert_false(coff_import_open(v, &x));
	free((void *)(uintptr_t)v.p);
}

/* An image with one section at address 0x1000 that holds its exports. */
static void make_dll(struct bytes *b)
{
	b->n = 0;
	put(b, "MZ", 2);
	put(b, NULL, 58);
	put32(b, 64);
	put(b, "PE\0\0", 4);
	put16(b, COFF_AMD64);
	put16(b, 1);
	put(b, NULL, 12);
	put16(b, 120);
	put16(b, 0x2000);
	put16(b, 0x20b);
	put(b, NULL, 110);
	put32(b, 0x1000);
	put32(b, 40);
	put(b, ".edata\0\0", 8);
	put32(b, 64);
	put32(b, 0x1000);
	put32(b, 64);
	put32(b, (uint32_t)b->n + 20);
	put(b, NULL, 16);
	put(b, NULL, 24); /* the directory */
	put32(b, 2);
	put32(b, 0);
	put32(b, 0x1000 + 40);
	put32(b, 0);
	put32(b, 0x1000 + 48);
	put32(b, 0x1000 + 54);
	put(b, "first\0second\0", 14);
	put(b, NULL, 2);
}

static void exports_are_named(void **state)
{
	struct coff_exports x;
	struct bytes b;
	struct view v;

	(void)state;
	make_dll(&b);
	v = copy_of(&b, b.n);
	assert_true(coff_exports_open(v, &x));
	assert_int_equal(x.n, 2);
	assert_string_equal(coff_export_name(&x, 0), "first");
	assert_string_equal(coff_export_name(&x, 1), "second");
	assert_null(coff_export_name(&x, 2));
	free((void *)(uintptr_t)v.p);
	for (size_t n = 0; n < b.n; n++) {
		v = copy_of(&b, n);
		if (coff_exports_open(v, &x))
			for (uint32_t i = 0; i < x.n; i++)
				(void)coff_export_name(&x, i);
		free((void *)(uintptr_t)v.p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_is_read),
		cmocka_unit_test(objects_that_are_cut_keep_their_bounds),
		cmocka_unit_test(an_import_names_symbol_and_dll),
		cmocka_unit_test(exports_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
