/* test_elf_version.c - version needs, definitions and indices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

struct needs {
	struct elf_verneed v[4];
	size_t n, stop_at;
};

static bool on_need(void *ctx, const struct elf_verneed *v)
{
	struct needs *s = ctx;

	if (s->n < 4)
		s->v[s->n] = *v;
	return ++s->n == s->stop_at;
}

struct defs {
	struct elf_verdef v[4];
	size_t n;
};

static bool on_def(void *ctx, const struct elf_verdef *v)
{
	struct defs *s = ctx;

	if (s->n < 4)
		s->v[s->n] = *v;
	s->n++;
	return false;
}

/* ---- records ------------------------------------------------------------------------------ */

static void put_verneed(struct image *im, size_t p, const char *file, uint32_t aux, uint32_t next)
{
	image_16(im, p, 1);
	image_32(im, p + 4, image_string(im, file));
	image_32(im, p + 8, aux);
	image_32(im, p + 12, next);
}

static void put_vernaux(struct image *im, size_t p, const char *name, uint16_t other, uint32_t next)
{
	image_32(im, p, elf_sysv_hash(name));
	image_16(im, p + 4, VER_FLG_WEAK);
	image_16(im, p + 6, other);
	image_32(im, p + 8, image_string(im, name));
	image_32(im, p + 12, next);
}

static void put_verdef(struct image *im, size_t p, const char *name, uint16_t ndx, uint32_t next)
{
	image_16(im, p, 1);
	image_16(im, p + 2, ndx == 1 ? VER_FLG_BASE : 0);
	image_16(im, p + 4, ndx);
	image_32(im, p + 8, elf_sysv_hash(name));
	image_32(im, p + 12, 20);
	image_32(im, p + 16, next);
	image_32(im, p + 20, image_string(im, name));
}

/* liba.so: V1, V2; libb.so: W1. */
static void build_needs(struct image *im, const struct format *f)
{
	image_init(im, f);
	image_dyn(im, DT_STRTAB, AT_STRINGS);
	image_dyn(im, DT_VERNEED, AT_VERNEED);
	put_verneed(im, AT_VERNEED, "liba.so", 16, 48);
	put_vernaux(im, AT_VERNEED + 16, "V1", 2, 16);
	put_vernaux(im, AT_VERNEED + 32, "V2", 0x8003, 0);
	put_verneed(im, AT_VERNEED + 48, "libb.so", 16, 0);
	put_vernaux(im, AT_VERNEED + 64, "W1", 4, 0);
}

/* ---- tests -------------------------------------------------------------------------------- */

static void needs_come_in_file_order(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct needs s = { .n = 0 };
		enum elf_where where;
		struct image im;
		struct elf e;

		build_needs(&im, f);
		assert_true(image_open(&im, &e));
		assert_false(elf_each_verneed(&e, on_need, &s, &where));
		assert_int_equal(where, ELF_HERE);
		assert_int_equal(s.n, 3);
		assert_string_equal(s.v[0].file, "liba.so");
		assert_string_equal(s.v[0].name, "V1");
		assert_int_equal(s.v[0].hash, elf_sysv_hash("V1"));
		assert_int_equal(s.v[0].flags, VER_FLG_WEAK);
		assert_int_equal(s.v[0].record_version, 1);
		assert_int_equal(s.v[0].offset, AT_VERNEED + 16);
		assert_true(s.v[0].first);
		assert_string_equal(s.v[1].name, "V2");
		assert_int_equal(s.v[1].other, 0x8003);
		assert_false(s.v[1].first);
		assert_string_equal(s.v[2].file, "libb.so");
		assert_true(s.v[2].first);
		s = (struct needs){ .stop_at = 2 };
		assert_true(elf_each_verneed(&e, on_need, &s, NULL));
		assert_int_equal(s.n, 2);
		image_close(&im, &e);
	}
}

static void definitions_come_in_file_order(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct defs s = { .n = 0 };
		enum elf_where where;
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_dyn(&im, DT_STRTAB, AT_STRINGS);
		image_dyn(&im, DT_VERDEF, AT_VERDEF);
		put_verdef(&im, AT_VERDEF, "libme.so", 1, 28);
		put_verdef(&im, AT_VERDEF + 28, "V1", 2, 0);
		assert_true(image_open(&im, &e));
		assert_false(elf_each_verdef(&e, on_def, &s, &where));
		assert_int_equal(where, ELF_HERE);
		assert_int_equal(s.n, 2);
		assert_string_equal(s.v[0].name, "libme.so");
		assert_int_equal(s.v[0].flags, VER_FLG_BASE);
		assert_int_equal(s.v[0].ndx, 1);
		assert_string_equal(s.v[1].name, "V1");
		assert_int_equal(s.v[1].hash, elf_sysv_hash("V1"));
		assert_int_equal(s.v[1].offset, AT_VERDEF + 28);
		assert_string_equal(elf_verdef_name(&e, 2), "V1");
		assert_null(elf_verdef_name(&e, 3));
		image_close(&im, &e);
	}
}

static void without_versions_the_end_is_clean(void **state)
{
	enum elf_where where = ELF_UNMAPPED;
	struct image im;
	uint16_t index;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	assert_true(image_open(&im, &e));
	assert_false(elf_each_verneed(&e, on_need, NULL, &where));
	assert_int_equal(where, ELF_HERE);
	where = ELF_UNMAPPED;
	assert_false(elf_each_verdef(&e, on_def, NULL, &where));
	assert_int_equal(where, ELF_HERE);
	assert_false(elf_versym(&e, 0, &index));
	image_close(&im, &e);
}

/* Runs through the needs of a damaged file. */
static enum elf_where end_of(struct image *im, struct needs *s)
{
	enum elf_where where;
	struct elf e;

	*s = (struct needs){ .n = 0 };
	assert_true(image_open(im, &e));
	elf_each_verneed(&e, on_need, s, &where);
	image_close(im, &e);
	return where;
}

static void a_chain_that_leaves_the_file_ends_there(void **state)
{
	struct image im;
	struct needs s;

	(void)state;
	build_needs(&im, &formats[0]);
	image_32(&im, AT_VERNEED + 60, UINT32_MAX); /* vn_next of the second record */
	assert_int_equal(end_of(&im, &s), ELF_UNMAPPED);
	assert_int_equal(s.n, 3);
	build_needs(&im, &formats[0]);
	image_32(&im, AT_VERNEED + 8, 0x10000); /* vn_aux of the first */
	assert_int_equal(end_of(&im, &s), ELF_UNMAPPED);
	assert_int_equal(s.n, 0);
	build_needs(&im, &formats[0]);
	im.n = AT_VERNEED + 40; /* in the middle of the second Vernaux */
	assert_int_equal(end_of(&im, &s), ELF_PAST_END);
	assert_int_equal(s.n, 1);
	build_needs(&im, &formats[0]);
	image_dyn(&im, DT_VERNEED, UINT64_MAX);
	assert_int_equal(end_of(&im, &s), ELF_UNMAPPED);
	assert_int_equal(s.n, 0);
}

static void a_link_past_the_last_address_does_not_lead_to_the_first(void **state)
{
	uint64_t top = UINT64_MAX - 0xffff;
	struct image im;
	struct needs s;

	(void)state;
	build_needs(&im, &formats[0]);
	image_load(&im, top, 0, IMAGE_SIZE, IMAGE_SIZE);
	image_dyn(&im, DT_VERNEED, top + AT_VERNEED);
	image_32(&im, AT_VERNEED + 12, 0x10000 + 48); /* the second record in the lower mapping */
	assert_int_equal(end_of(&im, &s), ELF_UNMAPPED);
	assert_int_equal(s.n, 2);
}

/* Each record's chain of Vernaux creeps on byte by byte, and so do the records. */
static void chains_that_overlap_for_ever_end(void **state)
{
	struct image im;
	struct needs s;

	(void)state;
	build_needs(&im, &formats[0]);
	memset(im.bytes + AT_VERNEED, 0, IMAGE_SIZE - AT_VERNEED);
	for (size_t p = AT_VERNEED; p + 16 <= IMAGE_SIZE; p += 4)
		image_32(&im, p, 4);
	assert_int_equal(end_of(&im, &s), ELF_UNMAPPED);
	assert_true(s.n > 100);
	assert_true(s.n <= IMAGE_SIZE / 16 + 1);
}

static void a_definition_without_a_readable_name_is_still_told(void **state)
{
	struct defs s = { .n = 0 };
	enum elf_where where;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_dyn(&im, DT_VERDEF, AT_VERDEF);
	put_verdef(&im, AT_VERDEF, "V1", 2, 0);
	image_32(&im, AT_VERDEF + 12, UINT32_MAX);
	assert_true(image_open(&im, &e));
	assert_false(elf_each_verdef(&e, on_def, &s, &where));
	assert_int_equal(where, ELF_UNMAPPED);
	assert_int_equal(s.n, 1);
	assert_null(s.v[0].name);
	image_close(&im, &e);
}

static void indices_are_read_up_to_the_end_of_the_segment(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct image im;
		uint16_t index;
		struct elf e;

		image_init(&im, f);
		image_dyn(&im, DT_VERSYM, AT_VERSYM);
		image_16(&im, AT_VERSYM + 6, 0x8002);
		assert_true(image_open(&im, &e));
		assert_true(elf_versym(&e, 3, &index));
		assert_int_equal(index, 0x8002);
		assert_true(elf_versym(&e, (IMAGE_SIZE - AT_VERSYM) / 2 - 1, &index));
		assert_false(elf_versym(&e, (IMAGE_SIZE - AT_VERSYM) / 2, &index));
		assert_false(elf_versym(&e, UINT64_MAX, &index));
		image_close(&im, &e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(needs_come_in_file_order),
		cmocka_unit_test(definitions_come_in_file_order),
		cmocka_unit_test(without_versions_the_end_is_clean),
		cmocka_unit_test(a_chain_that_leaves_the_file_ends_there),
		cmocka_unit_test(a_link_past_the_last_address_does_not_lead_to_the_first),
		cmocka_unit_test(chains_that_overlap_for_ever_end),
		cmocka_unit_test(a_definition_without_a_readable_name_is_still_told),
		cmocka_unit_test(indices_are_read_up_to_the_end_of_the_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
