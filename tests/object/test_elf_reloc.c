/* test_elf_reloc.c - relocation tables and how they share entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

static size_t entry_of(const struct image *im, bool rela)
{
	return image_wordsize(im) * (rela ? 3 : 2);
}

static void put_reloc(struct image *im, size_t p, uint64_t offset, uint32_t sym, uint32_t type)
{
	size_t w = image_wordsize(im);

	image_word(im, p, offset);
	image_word(im, p + w, im->is64 ? (uint64_t)sym << 32 | type : (uint64_t)sym << 8 | type);
}

static void entries_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct elf_relocs r;
		struct elf_rel rel;
		struct image im;
		size_t n, an;
		struct elf e;

		image_init(&im, f);
		n = entry_of(&im, false);
		an = entry_of(&im, true);
		image_dyn(&im, DT_REL, AT_REL);
		image_dyn(&im, DT_RELSZ, 2 * n);
		image_dyn(&im, DT_RELA, AT_RELA);
		image_dyn(&im, DT_RELASZ, 3 * an);
		image_dyn(&im, DT_RELACOUNT, 1);
		image_dyn(&im, DT_RELCOUNT, 99);
		image_dyn(&im, DT_RELR, AT_FREE);
		image_dyn(&im, DT_RELRSZ, 2 * image_wordsize(&im));
		put_reloc(&im, AT_REL + n, 0x1110, 5, 6);
		put_reloc(&im, AT_RELA + 2 * an, 0x2220, 7, 8);
		image_word(&im, AT_RELA + 2 * an + 2 * image_wordsize(&im), (uint64_t)-3);
		assert_true(image_open(&im, &e));
		assert_int_equal(elf_relocs_open(&e, &r), ELF_HERE);
		assert_int_equal(r.rel[ELF_REL].n, 2);
		assert_int_equal(r.rel[ELF_RELA].n, 3);
		assert_int_equal(r.rel[ELF_PLT].n, 0);
		assert_int_equal(r.relr.n, 2);
		assert_int_equal(r.relative[ELF_RELA], 1);
		assert_int_equal(r.relative[ELF_REL], 2); /* no more than there are */
		assert_true(elf_reloc(&e, &r, ELF_REL, 1, &rel));
		assert_int_equal(rel.offset, 0x1110);
		assert_int_equal(rel.sym, 5);
		assert_int_equal(rel.type, 6);
		assert_int_equal(rel.addend, 0);
		assert_true(elf_reloc(&e, &r, ELF_RELA, 2, &rel));
		assert_int_equal(rel.offset, 0x2220);
		assert_int_equal(rel.sym, 7);
		assert_int_equal(rel.type, 8);
		assert_int_equal(rel.addend, -3);
		assert_false(elf_reloc(&e, &r, ELF_RELA, 3, &rel));
		assert_false(elf_reloc(&e, &r, ELF_PLT, 0, &rel));
		assert_false(elf_reloc(&e, &r, 3, 0, &rel));
		assert_false(elf_reloc(&e, &r, -1, 0, &rel));
		image_close(&im, &e);
	}
}

/* Three Rela entries; JMPREL begins at entry `first` and holds `count`. */
static void open_with_plt(uint64_t pltrel, size_t first, size_t count, struct elf_relocs *r)
{
	struct image im;
	struct elf e;

	image_init(&im, &formats[0]);
	image_dyn(&im, DT_RELA, AT_RELA);
	image_dyn(&im, DT_RELASZ, 3 * 24);
	image_dyn(&im, DT_JMPREL, AT_RELA + first * 24);
	image_dyn(&im, DT_PLTRELSZ, count * 24);
	if (pltrel != 0)
		image_dyn(&im, DT_PLTREL, pltrel);
	assert_true(image_open(&im, &e));
	assert_int_equal(elf_relocs_open(&e, r), ELF_HERE);
	image_close(&im, &e);
}

static void plt_entries_at_the_end_are_cut_off(void **state)
{
	struct elf_relocs r;

	(void)state;
	open_with_plt(DT_RELA, 2, 1, &r);
	assert_int_equal(r.rel[ELF_RELA].n, 2);
	assert_int_equal(r.rel[ELF_PLT].n, 1);
	assert_true(r.rela[ELF_PLT]);
	open_with_plt(DT_RELA, 0, 3, &r);
	assert_int_equal(r.rel[ELF_RELA].n, 0);
	assert_int_equal(r.rel[ELF_PLT].n, 3);
}

static void plt_entries_elsewhere_stay_in_both(void **state)
{
	struct elf_relocs r;

	(void)state;
	open_with_plt(DT_RELA, 1, 1, &r); /* in the middle: ld.so compares the ends */
	assert_int_equal(r.rel[ELF_RELA].n, 3);
	assert_int_equal(r.rel[ELF_PLT].n, 1);
	open_with_plt(DT_RELA, 3, 2, &r);
	assert_int_equal(r.rel[ELF_RELA].n, 3);
	assert_int_equal(r.rel[ELF_PLT].n, 2);
}

static void a_plt_table_of_the_other_form_cuts_nothing_off(void **state)
{
	struct elf_relocs r;

	(void)state;
	open_with_plt(DT_REL, 2, 1, &r);
	assert_int_equal(r.rel[ELF_RELA].n, 3);
	assert_false(r.rela[ELF_PLT]);
	assert_int_equal(r.rel[ELF_PLT].n, 1);
	assert_int_equal(r.rel[ELF_PLT].entry, 16);
}

static void without_pltrel_there_is_no_plt_table(void **state)
{
	struct elf_relocs r;

	(void)state;
	open_with_plt(0, 2, 1, &r);
	assert_int_equal(r.rel[ELF_RELA].n, 3);
	assert_int_equal(r.rel[ELF_PLT].n, 0);
}

static void sizes_that_lie_are_clamped(void **state)
{
	struct elf_relocs r;
	struct elf_rel rel;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_RELA, AT_RELA);
	image_dyn(&im, DT_RELASZ, UINT64_MAX);
	image_dyn(&im, DT_RELACOUNT, UINT64_MAX);
	image_dyn(&im, DT_RELR, UINT64_MAX);
	image_dyn(&im, DT_RELRSZ, 80);
	assert_true(image_open(&im, &e));
	assert_int_equal(elf_relocs_open(&e, &r), ELF_UNMAPPED);
	assert_true(r.rel[ELF_RELA].clamped);
	assert_int_equal(r.rel[ELF_RELA].n, (IMAGE_SIZE - AT_RELA) / 24);
	assert_int_equal(r.relative[ELF_RELA], r.rel[ELF_RELA].n);
	assert_true(elf_reloc(&e, &r, ELF_RELA, r.rel[ELF_RELA].n - 1, &rel));
	assert_false(elf_reloc(&e, &r, ELF_RELA, r.rel[ELF_RELA].n, &rel));
	assert_int_equal(r.relr.n, 0);
	assert_true(r.relr.clamped);
	image_close(&im, &e);
}

static void a_table_behind_the_file_is_reported(void **state)
{
	struct elf_relocs r;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_RELA, AT_RELA);
	image_dyn(&im, DT_RELASZ, 240);
	im.n = AT_RELA + 50;
	assert_true(image_open(&im, &e));
	assert_int_equal(elf_relocs_open(&e, &r), ELF_PAST_END);
	assert_int_equal(r.rel[ELF_RELA].n, 2);
	image_close(&im, &e);
}

/* The one entry of a 64-bit Rela table with these bytes of r_info. */
static struct elf_rel with_info(bool big, uint16_t machine, const char *info)
{
	struct format f = { true, big };
	struct elf_relocs r;
	struct elf_rel rel;
	struct image im;
	struct elf e;

	image_init(&im, &f);
	image_16(&im, 18, machine);
	image_dyn(&im, DT_RELA, AT_RELA);
	image_dyn(&im, DT_RELASZ, 24);
	memcpy(im.bytes + AT_RELA + 8, info, 8);
	assert_true(image_open(&im, &e));
	elf_relocs_open(&e, &r);
	assert_true(elf_reloc(&e, &r, ELF_RELA, 0, &rel));
	image_close(&im, &e);
	return rel;
}

static void mips_has_an_info_field_of_its_own(void **state)
{
	struct elf_rel rel;

	(void)state;
	rel = with_info(false, EM_MIPS, "\x04\3\2\1\0\0\x12\3");
	assert_int_equal(rel.sym, 0x01020304);
	assert_int_equal(rel.type, 0x1203);
	rel = with_info(true, EM_MIPS, "\1\2\3\x04\0\0\x12\3");
	assert_int_equal(rel.sym, 0x01020304);
	assert_int_equal(rel.type, 0x1203);
	assert_string_equal(elf_reloc_name(EM_MIPS, rel.type), "R_MIPS_REL32");
}

static void sparc_keeps_data_in_the_type(void **state)
{
	struct elf_rel rel;

	(void)state;
	rel = with_info(true, EM_SPARCV9, "\0\0\0\7\1\2\3\x21");
	assert_int_equal(rel.sym, 7);
	assert_int_equal(rel.type, 0x21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_read_in_every_format),
		cmocka_unit_test(plt_entries_at_the_end_are_cut_off),
		cmocka_unit_test(plt_entries_elsewhere_stay_in_both),
		cmocka_unit_test(a_plt_table_of_the_other_form_cuts_nothing_off),
		cmocka_unit_test(without_pltrel_there_is_no_plt_table),
		cmocka_unit_test(sizes_that_lie_are_clamped),
		cmocka_unit_test(a_table_behind_the_file_is_reported),
		cmocka_unit_test(mips_has_an_info_field_of_its_own),
		cmocka_unit_test(sparc_keeps_data_in_the_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
