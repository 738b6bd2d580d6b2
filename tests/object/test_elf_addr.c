/* test_elf_addr.c - which bytes of the file a mapping shows at an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

/* Offset in the file of the byte at vaddr, -1 if there is none; *n: bytes that follow it. */
static long long offset_at(const struct elf *e, uint64_t vaddr, size_t *n)
{
	struct view v;

	if (elf_at(e, vaddr, 1, &v) != ELF_HERE) {
		assert_null(v.p);
		assert_int_equal(v.n, 0);
		return -1;
	}
	*n = v.n;
	return v.p - e->file.p;
}

static void open_bare(struct image *im, struct elf *e)
{
	assert_true(image_open(im, e));
	assert_int_equal(e->defect, ELF_OK);
}

static void whole_pages_are_mapped(void **state)
{
	struct image im;
	struct elf e;
	size_t n = 0;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x10800, 0x800, 0x10, 0x10);
	open_bare(&im, &e);
	assert_int_equal(offset_at(&e, 0x10800, &n), 0x800);
	assert_int_equal(n, 0x800); /* to the end of the page, not of p_filesz */
	assert_int_equal(offset_at(&e, 0x10000, &n), 0);
	assert_int_equal(offset_at(&e, 0x10fff, &n), 0xfff);
	assert_int_equal(n, 1);
	assert_int_equal(offset_at(&e, 0x11000, &n), -1);
	assert_int_equal(offset_at(&e, 0xffff, &n), -1);
	image_close(&im, &e);
}

static void a_later_segment_lies_over_an_earlier_one(void **state)
{
	struct image im;
	struct elf e;
	size_t n = 0;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x1000, 0, 0x2000, 0x2000);
	image_load(&im, 0x2000, 0, 0x1000, 0x1000);
	open_bare(&im, &e);
	assert_int_equal(offset_at(&e, 0x1010, &n), 0x10);
	assert_int_equal(n, 0xff0); /* ends where the other begins */
	assert_int_equal(offset_at(&e, 0x2010, &n), 0x10);
	image_close(&im, &e);
}

static void neighbours_that_go_on_in_the_file_are_one(void **state)
{
	struct image im;
	struct elf e;
	size_t n = 0;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x1000, 0x1000, 0x1000, 0x1000);
	image_load(&im, 0, 0, 0x1000, 0x1000);
	open_bare(&im, &e);
	assert_int_equal(offset_at(&e, 0x10, &n), 0x10);
	assert_int_equal(n, 0x1ff0);
	assert_int_equal(e.nextents, 1);
	image_close(&im, &e);
}

static void what_is_cleared_behind_the_file_part_is_not_there(void **state)
{
	struct image im;
	struct elf e;
	struct view v;
	size_t n = 0;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x1000, 0, 0x100, 0x3000);
	open_bare(&im, &e);
	assert_int_equal(offset_at(&e, 0x1000, &n), 0);
	assert_int_equal(n, 0x100);
	assert_int_equal(elf_at(&e, 0x10ff, 2, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 0x1100, 1, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 0x2000, 1, &v), ELF_UNMAPPED);
	image_close(&im, &e);
}

static void zero_pages_cover_an_earlier_segment(void **state)
{
	struct image im;
	struct elf e;
	size_t n = 0;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0x2000, 0, 0x2000, 0x2000);
	image_load(&im, 0x1000, 0x1000, 0x800, 0x1800);
	open_bare(&im, &e);
	assert_int_equal(offset_at(&e, 0x1000, &n), 0x1000);
	assert_int_equal(n, 0x800);
	assert_int_equal(offset_at(&e, 0x2000, &n), -1);
	assert_int_equal(offset_at(&e, 0x3000, &n), 0x1000);
	image_close(&im, &e);
}

static void behind_the_limit_is_past_the_end(void **state)
{
	struct image im;
	struct elf e;
	struct view v;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, 0, 0, 0x10000, 0x10000);
	im.n = 0x1100;
	assert_true(image_open_padded(&im, 0xf00, &e));
	assert_int_equal(elf_at(&e, 0x1fff, 1, &v), ELF_HERE);
	assert_int_equal(v.n, 1);
	assert_int_equal(*v.p, 0);
	assert_int_equal(elf_at(&e, 0x1fff, 2, &v), ELF_PAST_END);
	assert_int_equal(elf_at(&e, 0x2000, 0, &v), ELF_PAST_END);
	assert_int_equal(elf_at(&e, 0xffff, 1, &v), ELF_PAST_END);
	assert_int_equal(elf_at(&e, 0x10000, 1, &v), ELF_UNMAPPED);
	image_close(&im, &e);
}

static void segments_that_wrap_show_nothing(void **state)
{
	struct image im;
	struct elf e;
	struct view v;

	(void)state;
	image_bare(&im, &formats[0]);
	image_load(&im, UINT64_MAX - 0x800, 0, 0x1000, 0x1000);
	image_load(&im, 0x1000, 0, UINT64_MAX, UINT64_MAX);
	image_load(&im, 0x1000, 0, 0x10, UINT64_MAX - 8);
	image_load(&im, 0x5000, UINT64_MAX, 0x3000, 0x3000);
	open_bare(&im, &e);
	assert_int_equal(elf_at(&e, UINT64_MAX, 1, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 0, 1, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 0x1000, 1, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 0x5000, 1, &v), ELF_PAST_END);
	assert_int_equal(elf_at(&e, 0x7000, 1, &v), ELF_PAST_END);
	image_close(&im, &e);
}

static void what_is_wanted_can_be_no_overflow(void **state)
{
	struct image im;
	struct elf e;
	struct view v;

	(void)state;
	image_init(&im, &formats[0]);
	open_bare(&im, &e);
	assert_int_equal(elf_at(&e, 8, UINT64_MAX, &v), ELF_UNMAPPED);
	assert_int_equal(elf_at(&e, 8, UINT64_MAX - 7, &v), ELF_UNMAPPED);
	image_close(&im, &e);
}

static void a_table_is_clamped_to_what_exists(void **state)
{
	struct elf_table t;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	open_bare(&im, &e);
	assert_int_equal(elf_table(&e, 0x100, 0x48, 24, &t), ELF_HERE);
	assert_ptr_equal(t.p, e.file.p + 0x100);
	assert_int_equal(t.n, 3);
	assert_false(t.clamped);
	assert_int_equal(elf_table(&e, IMAGE_SIZE - 50, 240, 24, &t), ELF_UNMAPPED);
	assert_int_equal(t.n, 2);
	assert_true(t.clamped);
	assert_int_equal(elf_table(&e, IMAGE_SIZE - 8, UINT64_MAX, 24, &t), ELF_UNMAPPED);
	assert_int_equal(t.n, 0);
	assert_null(t.p);
	assert_int_equal(elf_table(&e, UINT64_MAX, 0, 24, &t), ELF_HERE);
	assert_null(t.p);
	assert_false(t.clamped);
	image_close(&im, &e);
}

/* The largest table there can be, each segment over all the others. */
static void very_many_segments_are_no_burden(void **state)
{
	enum { N = 65535 };
	size_t size = AT_PHDRS + (size_t)N * sizeof(Elf64_Phdr);
	unsigned char *file = calloc(1, size);
	struct image im;
	struct view v;
	struct elf e;

	(void)state;
	assert_non_null(file);
	image_bare(&im, &formats[0]);
	image_16(&im, 56, N);
	memcpy(file, im.bytes, AT_PHDRS);
	for (size_t i = 0; i < N; i++) {
		im.nphdrs = 0;
		image_load(&im, 0x1000 * i, 0x1000, 0x1000 * N, 0x1000 * N);
		memcpy(file + AT_PHDRS + i * sizeof(Elf64_Phdr), im.bytes + AT_PHDRS,
		       sizeof(Elf64_Phdr));
	}
	assert_true(elf_open((struct view){ file, size }, size, &e));
	assert_int_equal(e.nload, N);
	assert_int_equal(elf_at(&e, 0x1000 * 4711 + 5, 1, &v), ELF_HERE);
	assert_ptr_equal(v.p, file + 0x1005); /* the beginning of segment 4711 */
	elf_close(&e);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pages_are_mapped),
		cmocka_unit_test(a_later_segment_lies_over_an_earlier_one),
		cmocka_unit_test(neighbours_that_go_on_in_the_file_are_one),
		cmocka_unit_test(what_is_cleared_behind_the_file_part_is_not_there),
		cmocka_unit_test(zero_pages_cover_an_earlier_segment),
		cmocka_unit_test(behind_the_limit_is_past_the_end),
		cmocka_unit_test(segments_that_wrap_show_nothing),
		cmocka_unit_test(what_is_wanted_can_be_no_overflow),
		cmocka_unit_test(a_table_is_clamped_to_what_exists),
		cmocka_unit_test(very_many_segments_are_no_burden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
