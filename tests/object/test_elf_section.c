/* test_elf_section.c - sections by name, the link to separate debugging information. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

#define NAMES "\0.names\0.gnu_debuglink\0.bss\0.same\0"
enum { NAME_NAMES = 1, NAME_LINK = 8, NAME_BSS = 23, NAME_SAME = 28 };

static size_t section_at(const struct image *im, size_t i)
{
	return AT_SECTIONS + i * (im->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
}

static void put_section(struct image *im, size_t i, uint32_t name, uint32_t type, uint64_t offset,
			uint64_t size)
{
	size_t p = section_at(im, i);

	image_32(im, p, name);
	image_32(im, p + 4, type);
	image_word(im, p + (im->is64 ? 24 : 16), offset);
	image_word(im, p + (im->is64 ? 32 : 20), size);
}

static void put_counts(struct image *im, uint16_t shnum, uint16_t shstrndx)
{
	image_word(im, im->is64 ? 40 : 32, AT_SECTIONS);
	image_16(im, im->is64 ? 60 : 48, shnum);
	image_16(im, im->is64 ? 62 : 50, shstrndx);
}

/* Null section, names, .gnu_debuglink, .bss. */
static void build(struct image *im, const struct format *f)
{
	image_init(im, f);
	memcpy(im->bytes + AT_FREE, NAMES, sizeof(NAMES));
	memcpy(im->bytes + AT_NOTES, "lib.debug", 10);
	image_32(im, AT_NOTES + 12, 0xdeadbeef);
	put_counts(im, 4, 1);
	put_section(im, 1, NAME_NAMES, SHT_STRTAB, AT_FREE, sizeof(NAMES));
	put_section(im, 2, NAME_LINK, SHT_PROGBITS, AT_NOTES, 16);
	put_section(im, 3, NAME_BSS, SHT_NOBITS, AT_NOTES, 16);
}

static void sections_are_found_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		const char *file;
		struct image im;
		uint32_t crc;
		struct view v;
		struct elf e;

		build(&im, f);
		assert_true(image_open(&im, &e));
		assert_true(elf_section(&e, ".names", &v));
		assert_ptr_equal(v.p, e.file.p + AT_FREE);
		assert_int_equal(v.n, sizeof(NAMES));
		assert_false(elf_section(&e, ".name", &v));
		assert_false(elf_section(&e, ".bss", &v)); /* no bytes in the file */
		assert_true(elf_debuglink(&e, &file, &crc));
		assert_string_equal(file, "lib.debug");
		assert_int_equal(crc, 0xdeadbeef);
		image_close(&im, &e);
	}
}

static void large_counts_stand_in_the_first_section(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct image im;
		struct view v;
		struct elf e;

		build(&im, f);
		put_counts(&im, 0, SHN_XINDEX);
		image_word(&im, AT_SECTIONS + (f->is64 ? 32 : 20), 4);
		image_32(&im, AT_SECTIONS + (f->is64 ? 40 : 24), 1);
		assert_true(image_open(&im, &e));
		assert_true(elf_section(&e, ".gnu_debuglink", &v));
		image_close(&im, &e);
	}
}

static bool link_found(struct image *im)
{
	const char *file;
	uint32_t crc;
	struct elf e;
	bool found;

	assert_true(image_open(im, &e));
	found = elf_debuglink(&e, &file, &crc);
	image_close(im, &e);
	return found;
}

static void damaged_section_headers_give_nothing(void **state)
{
	struct image im;

	(void)state;
	build(&im, &formats[0]);
	assert_true(link_found(&im));
	put_counts(&im, 65000, 1);
	assert_false(link_found(&im));
	put_counts(&im, 4, 4); /* no such section */
	assert_false(link_found(&im));
	put_counts(&im, 4, 0);
	assert_false(link_found(&im));
	put_counts(&im, 0, 1); /* section 0 claims more than any file holds */
	image_word(&im, AT_SECTIONS + 32, UINT64_MAX);
	assert_false(link_found(&im));
	image_word(&im, AT_SECTIONS + 32, (UINT64_C(1) << 58) + 4); /* 4 in bytes, cut to 64 bits */
	assert_false(link_found(&im));
	put_counts(&im, 4, 1);
	image_word(&im, 40, UINT64_MAX - 10);
	assert_false(link_found(&im));
	image_word(&im, 40, AT_SECTIONS);
	image_16(&im, 58, 63); /* e_shentsize */
	assert_false(link_found(&im));
}

static void damaged_contents_give_nothing(void **state)
{
	struct image im;

	(void)state;
	build(&im, &formats[0]);
	put_section(&im, 2, NAME_LINK, SHT_PROGBITS, AT_NOTES, 15); /* no room for the CRC */
	assert_false(link_found(&im));
	put_section(&im, 2, NAME_LINK, SHT_PROGBITS, AT_NOTES, 9); /* no NUL */
	assert_false(link_found(&im));
	put_section(&im, 2, NAME_LINK, SHT_PROGBITS, AT_NOTES + 10, 6); /* an empty name */
	assert_false(link_found(&im));
	put_section(&im, 2, NAME_LINK, SHT_PROGBITS, UINT64_MAX, 16);
	assert_false(link_found(&im));
	put_section(&im, 2, UINT32_MAX, SHT_PROGBITS, AT_NOTES, 16);
	assert_false(link_found(&im));
}

static void a_name_at_the_end_of_the_table_needs_its_nul(void **state)
{
	struct image im;
	struct view v;
	struct elf e;

	(void)state;
	build(&im, &formats[0]);
	put_section(&im, 2, NAME_SAME, SHT_PROGBITS, AT_NOTES, 16);
	put_section(&im, 1, NAME_NAMES, SHT_STRTAB, AT_FREE, NAME_SAME + 5);
	assert_true(image_open(&im, &e));
	assert_false(elf_section(&e, ".same", &v));
	image_close(&im, &e);
	put_section(&im, 1, NAME_NAMES, SHT_STRTAB, AT_FREE, NAME_SAME + 6);
	assert_true(image_open(&im, &e));
	assert_true(elf_section(&e, ".same", &v));
	image_close(&im, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_are_found_in_every_format),
		cmocka_unit_test(large_counts_stand_in_the_first_section),
		cmocka_unit_test(damaged_section_headers_give_nothing),
		cmocka_unit_test(damaged_contents_give_nothing),
		cmocka_unit_test(a_name_at_the_end_of_the_table_needs_its_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
