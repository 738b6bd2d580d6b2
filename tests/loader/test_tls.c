/* test_tls.c - room in the static TLS area; the figures are those of a real process. */
#include <stdlib.h>

#include "fixture.h"
#include "loader/tls.h"

static struct image *add(struct fixture *f, uint64_t size, uint64_t align)
{
	struct store_file *file = arena_alloc(f->a, sizeof(*file));

	file->elf.has_tls = true;
	file->elf.tls.memsz = size;
	file->elf.tls.align = align;
	return process_add_image(f->p, IMAGE_LIBRARY, file, "/x/lib.so");
}

static void one_of_1000_bytes_fits_the_second_does_not(void **state)
{
	struct fixture *f = *state;

	tls_layout_start(f->p);
	assert_true(tls_place(f->p, add(f, 1000, 8), false));
	assert_false(tls_place(f->p, add(f, 1000, 8), false));
	assert_true(tls_place(f->p, add(f, 600, 8), false));
}

static void a_block_that_has_its_place_needs_none(void **state)
{
	struct fixture *f = *state;
	struct image *im = add(f, 100000, 8);

	tls_layout_start(f->p);
	assert_true(tls_place(f->p, im, false));
	assert_true(f->p->tls_used >= 100000);
}

static void an_alignment_above_that_of_the_area_is_refused(void **state)
{
	struct fixture *f = *state;

	tls_layout_start(f->p);
	assert_false(tls_place(f->p, add(f, 16, 8192), false));
	assert_true(tls_place(f->p, add(f, 16, 64), false));
}

static void a_descriptor_may_take_only_the_optional_part(void **state)
{
	struct fixture *f = *state;

	tls_layout_start(f->p);
	assert_false(tls_place(f->p, add(f, 600, 8), true));
	assert_true(tls_place(f->p, add(f, 200, 8), true));
	assert_true(f->p->tls_optional < 512);
}

static void free_bytes_shrink_with_each_block(void **state)
{
	struct fixture *f = *state;
	uint64_t before;

	tls_layout_start(f->p);
	before = tls_free_bytes(f->p);
	assert_int_equal(before, 1664);
	tls_place(f->p, add(f, 128, 8), false);
	assert_int_equal(tls_free_bytes(f->p), before - 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOADER_TEST(one_of_1000_bytes_fits_the_second_does_not),
		LOADER_TEST(a_block_that_has_its_place_needs_none),
		LOADER_TEST(an_alignment_above_that_of_the_area_is_refused),
		LOADER_TEST(a_descriptor_may_take_only_the_optional_part),
		LOADER_TEST(free_bytes_shrink_with_each_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
