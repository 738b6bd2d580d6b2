/* test_elf_function.c - functions by unwind table and by symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

enum { HDR = AT_FREE, FRAME = AT_FREE + 0x100, CODE = 0x1f00 };

static const struct format little = { true, false };

/* A CIE with that augmentation and encoding of addresses at FRAME. */
static void cie(struct image *im, const char *augmentation, unsigned char encoding)
{
	size_t n = strlen(augmentation) + 1;
	size_t p = FRAME;

	image_32(im, p, 0x1c);
	im->bytes[p + 8] = 1;
	memcpy(im->bytes + p + 9, augmentation, n);
	im->bytes[p + 9 + n] = 1;      /* code alignment */
	im->bytes[p + 10 + n] = 0x78;  /* data alignment */
	im->bytes[p + 11 + n] = 0x10;  /* return address */
	im->bytes[p + 12 + n] = 1;     /* length of what follows */
	im->bytes[p + 13 + n] = encoding;
}

/* The FDE number i: a function of `size` bytes at `start`. */
static void fde(struct image *im, unsigned i, uint64_t start, uint32_t size)
{
	size_t p = FRAME + 0x20 + 0x20 * i;

	image_32(im, p, 0x1c);
	image_32(im, p + 4, p + 4 - FRAME);
	image_32(im, p + 8, start - (p + 8));
	image_32(im, p + 12, size);
	image_32(im, HDR + 12 + 8 * i, start - HDR);
	image_32(im, HDR + 16 + 8 * i, p - HDR);
	image_32(im, HDR + 8, i + 1);
}

static void unwind(struct image *im, const char *augmentation, unsigned char encoding)
{
	image_init(im, &little);
	image_phdr(im, (struct elf_phdr){ .type = PT_GNU_EH_FRAME, .offset = HDR, .vaddr = HDR,
					  .filesz = 0x100, .memsz = 0x100 });
	memcpy(im->bytes + HDR, "\x01\x1b\x03\x3b", 4);
	cie(im, augmentation, encoding);
}

static size_t functions(struct image *im, struct elf_function *out, size_t most)
{
	struct elf_function *v;
	struct elf e;
	size_t n;

	assert_true(image_open(im, &e));
	assert_true(elf_functions(&e, &v, &n));
	for (size_t i = 0; i < n && i < most; i++)
		out[i] = v[i];
	free(v);
	image_close(im, &e);
	return n;
}

static void the_unwind_table_tells_of_functions(void **state)
{
	struct elf_function f[2];
	struct image im;

	(void)state;
	unwind(&im, "zR", 0x1b);
	fde(&im, 0, CODE, 16);
	fde(&im, 1, CODE + 32, 8);
	assert_int_equal(functions(&im, f, 2), 2);
	assert_int_equal(f[0].vaddr, CODE);
	assert_int_equal(f[0].size, 16);
	assert_int_equal(f[1].vaddr, CODE + 32);
	assert_int_equal(f[1].size, 8);
}

static void signal_frames_are_read_as_well(void **state)
{
	struct elf_function f[1];
	struct image im;

	(void)state;
	unwind(&im, "zRS", 0x1b);
	fde(&im, 0, CODE, 16);
	assert_int_equal(functions(&im, f, 1), 1);
}

static void an_encoding_that_is_not_known_tells_nothing(void **state)
{
	struct image im;

	(void)state;
	unwind(&im, "zR", 0x01);
	fde(&im, 0, CODE, 16);
	assert_int_equal(functions(&im, NULL, 0), 0);
	unwind(&im, "eh", 0x1b);
	fde(&im, 0, CODE, 16);
	assert_int_equal(functions(&im, NULL, 0), 0);
	unwind(&im, "zR", 0x1b);
	fde(&im, 0, CODE, 16);
	im.bytes[HDR + 3] = 0x1b;
	assert_int_equal(functions(&im, NULL, 0), 0);
}

static void a_table_that_claims_too_much_ends_with_the_file(void **state)
{
	struct elf_function f[1];
	struct image im;

	(void)state;
	unwind(&im, "zR", 0x1b);
	fde(&im, 0, CODE, 16);
	image_32(&im, HDR + 8, 0xffffffff);
	assert_true(functions(&im, f, 1) >= 1);
}

static void symbols_tell_of_functions_too(void **state)
{
	struct elf_function f[3];
	struct image im;

	(void)state;
	image_init(&im, &little);
	image_dyn(&im, DT_SYMTAB, AT_SYMBOLS);
	image_dyn(&im, DT_STRTAB, AT_STRINGS);
	image_dyn(&im, DT_HASH, AT_HASH);
	image_dyn(&im, DT_STRSZ, 0x100);
	image_symbol(&im, "", 0, 0, 0, 0, 0);
	image_symbol(&im, "later", STT_FUNC, 0, 1, CODE + 64, 16);
	image_symbol(&im, "first", STT_FUNC, 0, 1, CODE, 16);
	image_symbol(&im, "variable", STT_OBJECT, 0, 1, CODE + 32, 16);
	image_symbol(&im, "elsewhere", STT_FUNC, 0, SHN_UNDEF, CODE + 48, 16);
	image_symbol(&im, "inside", STT_FUNC, 0, 1, CODE + 4, 4);
	image_symbol(&im, "over", STT_FUNC, 0, 1, CODE + 72, 16);
	image_symbol(&im, "endless", STT_FUNC, 0, 1, CODE + 100, UINT64_MAX);
	image_32(&im, AT_HASH, 1);
	image_32(&im, AT_HASH + 4, im.nsym);
	assert_int_equal(functions(&im, f, 3), 3);
	assert_int_equal(f[0].vaddr, CODE);
	assert_int_equal(f[0].size, 16);
	assert_int_equal(f[1].vaddr, CODE + 64); /* each byte belongs to one */
	assert_int_equal(f[1].size, 8);
	assert_int_equal(f[2].vaddr, CODE + 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_unwind_table_tells_of_functions),
		cmocka_unit_test(signal_frames_are_read_as_well),
		cmocka_unit_test(an_encoding_that_is_not_known_tells_nothing),
		cmocka_unit_test(a_table_that_claims_too_much_ends_with_the_file),
		cmocka_unit_test(symbols_tell_of_functions_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
