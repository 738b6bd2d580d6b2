/* test_elf_dynamic.c - the dynamic section and its string table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

static void names_and_needs_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_dyn(&im, DT_NEEDED, image_string(&im, "libb.so"));
		image_dyn(&im, DT_STRTAB, AT_STRINGS);
		image_dyn(&im, DT_AUXILIARY, image_string(&im, "libx.so"));
		image_dyn(&im, DT_SONAME, image_string(&im, "libme.so.1"));
		image_dyn(&im, DT_RPATH, image_string(&im, "/r"));
		image_dyn(&im, DT_RUNPATH, image_string(&im, "/run"));
		image_dyn(&im, DT_NEEDED, image_string(&im, "liba.so"));
		image_dyn(&im, DT_FILTER, image_string(&im, "libf.so"));
		image_dyn(&im, DT_FLAGS_1, DF_1_NOW);
		assert_true(image_open(&im, &e));
		assert_int_equal(e.dynamic_where, ELF_HERE);
		assert_int_equal(e.nneeds, 4);
		assert_string_equal(e.needs[0].name, "libb.so");
		assert_int_equal(e.needs[0].kind, ELF_NEED);
		assert_string_equal(e.needs[1].name, "libx.so");
		assert_int_equal(e.needs[1].kind, ELF_AUXILIARY);
		assert_string_equal(e.needs[2].name, "liba.so");
		assert_string_equal(e.needs[3].name, "libf.so");
		assert_int_equal(e.needs[3].kind, ELF_FILTER);
		assert_string_equal(e.soname, "libme.so.1");
		assert_string_equal(e.rpath, "/r"); /* whatever DT_RUNPATH says */
		assert_string_equal(e.runpath, "/run");
		assert_true(elf_has(&e, ELF_DT_FLAGS_1));
		assert_int_equal(e.dt[ELF_DT_FLAGS_1], DF_1_NOW);
		assert_false(elf_has(&e, ELF_DT_FLAGS));
		image_close(&im, &e);
	}
}

static void of_a_tag_that_stands_twice_the_last_counts(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_STRTAB, 1);
	image_dyn(&im, DT_STRTAB, AT_STRINGS);
	image_dyn(&im, DT_SONAME, image_string(&im, "old"));
	image_dyn(&im, DT_SONAME, image_string(&im, "new"));
	assert_true(image_open(&im, &e));
	assert_string_equal(e.soname, "new");
	image_close(&im, &e);
}

static void the_section_ends_at_the_null_tag(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_FLAGS, DF_TEXTREL);
	image_dyn(&im, DT_NULL, 0);
	image_dyn(&im, DT_FLAGS_1, DF_1_NOOPEN);
	assert_true(image_open(&im, &e));
	assert_true(elf_has(&e, ELF_DT_FLAGS));
	assert_false(elf_has(&e, ELF_DT_FLAGS_1));
	image_close(&im, &e);
}

/* Tags of one format that equal known ones in their lower 32 bits only. */
static void tags_are_compared_as_a_whole(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, UINT64_C(0x100000000) + DT_NEEDED, 0);
	image_dyn(&im, UINT64_C(0x100000000) + DT_FLAGS, 1);
	assert_true(image_open(&im, &e));
	assert_int_equal(e.nneeds, 0);
	assert_int_equal(e.has, 0);
	image_close(&im, &e);
}

static void the_address_finds_it_not_the_offset(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x10000, 0, IMAGE_SIZE, IMAGE_SIZE);
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .offset = 0, .filesz = 16,
					   .vaddr = 0x10000 + AT_DYNAMIC });
	image_dyn(&im, DT_FLAGS, 7);
	image_dyn(&im, DT_BIND_NOW, 0); /* behind p_filesz: loaders do not care */
	assert_true(image_open(&im, &e));
	assert_int_equal(e.dt[ELF_DT_FLAGS], 7);
	assert_true(elf_has(&e, ELF_DT_BIND_NOW));
	image_close(&im, &e);
}

static void an_empty_one_does_not_count(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0, 0, IMAGE_SIZE, IMAGE_SIZE);
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .vaddr = AT_DYNAMIC });
	assert_true(image_open(&im, &e));
	assert_false(e.has_dynamic);
	assert_true(e.empty_dynamic);
	image_close(&im, &e);
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .vaddr = AT_DYNAMIC, .filesz = 16 });
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .vaddr = 0x100 });
	image_dyn(&im, DT_FLAGS, 7);
	assert_true(image_open(&im, &e));
	assert_true(e.has_dynamic);
	assert_false(e.empty_dynamic);
	assert_int_equal(e.dt[ELF_DT_FLAGS], 7);
	image_close(&im, &e);
}

static void one_without_bytes_says_why(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	im.n = AT_DYNAMIC;
	assert_true(image_open(&im, &e));
	assert_int_equal(e.dynamic_where, ELF_PAST_END);
	image_close(&im, &e);

	image_bare(&im, &formats[0]);
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .filesz = 16 });
	assert_true(image_open(&im, &e));
	assert_int_equal(e.dynamic_where, ELF_UNMAPPED);
	image_close(&im, &e);
}

static void one_that_the_file_cuts_short_is_read_as_far_as_it_goes(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_FLAGS, 1);
	image_dyn(&im, DT_FLAGS_1, 2);
	im.n = AT_DYNAMIC + 31;
	assert_true(image_open(&im, &e));
	assert_int_equal(e.dynamic_where, ELF_PAST_END);
	assert_true(elf_has(&e, ELF_DT_FLAGS));
	assert_false(elf_has(&e, ELF_DT_FLAGS_1));
	image_close(&im, &e);
}

static void the_string_table_ends_with_its_last_nul(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	memset(im.bytes + AT_STRINGS, 'x', IMAGE_SIZE - AT_STRINGS);
	memcpy(im.bytes + AT_STRINGS, "\0good", 6);
	image_dyn(&im, DT_STRTAB, AT_STRINGS);
	image_dyn(&im, DT_STRSZ, 3); /* too small, and of no weight */
	image_dyn(&im, DT_NEEDED, 1);
	image_dyn(&im, DT_NEEDED, 6);
	image_dyn(&im, DT_NEEDED, UINT64_MAX);
	assert_true(image_open(&im, &e));
	assert_int_equal(e.strtab.n, 6);
	assert_int_equal(e.nneeds, 3);
	assert_string_equal(e.needs[0].name, "good");
	assert_null(e.needs[1].name);
	assert_null(e.needs[2].name);
	assert_string_equal(elf_str(&e, 5), "");
	image_close(&im, &e);
}

static void without_a_string_table_there_are_no_names(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_NEEDED, 0);
	image_dyn(&im, DT_SONAME, 0);
	assert_true(image_open(&im, &e));
	assert_int_equal(e.nneeds, 1);
	assert_null(e.needs[0].name);
	assert_null(e.soname);
	assert_null(elf_str(&e, 0));
	image_close(&im, &e);
}

static void needs_have_a_cap(void **state)
{
	enum { N = 70000 };
	size_t size = 0x1000 + (N + 1) * sizeof(Elf64_Dyn);
	unsigned char *file = calloc(1, size);
	struct image im;
	struct elf e;

	(void)state;
	assert_non_null(file);
	image_bare(&im, &formats[0]);
	image_load(&im, 0, 0, size, size);
	image_phdr(&im, (struct elf_phdr){ .type = PT_DYNAMIC, .vaddr = 0x1000, .filesz = 16 });
	memcpy(file, im.bytes, 0x1000);
	for (size_t i = 0; i < N; i++)
		file[0x1000 + i * sizeof(Elf64_Dyn)] = DT_NEEDED;
	assert_true(elf_open((struct view){ file, size }, size, &e));
	assert_int_equal(e.nneeds, 65536);
	elf_close(&e);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_needs_are_read_in_every_format),
		cmocka_unit_test(of_a_tag_that_stands_twice_the_last_counts),
		cmocka_unit_test(the_section_ends_at_the_null_tag),
		cmocka_unit_test(tags_are_compared_as_a_whole),
		cmocka_unit_test(the_address_finds_it_not_the_offset),
		cmocka_unit_test(an_empty_one_does_not_count),
		cmocka_unit_test(one_without_bytes_says_why),
		cmocka_unit_test(one_that_the_file_cuts_short_is_read_as_far_as_it_goes),
		cmocka_unit_test(the_string_table_ends_with_its_last_nul),
		cmocka_unit_test(without_a_string_table_there_are_no_names),
		cmocka_unit_test(needs_have_a_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
