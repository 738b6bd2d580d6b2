/* test_elf_hash.c - symbols and the two kinds of hash table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

#define GLOBAL_FUNC ELF64_ST_INFO(STB_GLOBAL, STT_FUNC)

/* What a look-up came across. */
struct seen {
	uint64_t syms[8];
	size_t n;
	size_t stop_at; /* the callback says yes at this number */
};

static bool on_symbol(void *ctx, uint64_t sym)
{
	struct seen *s = ctx;

	assert_true(s->n < 8);
	s->syms[s->n++] = sym;
	return s->n == s->stop_at;
}

static uint64_t look_up(const struct elf *e, const char *name, struct seen *s)
{
	struct elf_hash h;

	s->n = 0;
	elf_hash_open(e, &h);
	return elf_hash_find(e, &h, name, elf_gnu_hash(name), on_symbol, s);
}

/* ---- tables ------------------------------------------------------------------------------- */

static size_t gnu_fixed(const struct image *im, uint32_t words, uint32_t nbuckets)
{
	return 16 + words * image_wordsize(im) + nbuckets * 4;
}

/* One Bloom word, one bucket: null symbol, then alpha, beta, alpha (another version). */
static void build_gnu(struct image *im, const struct format *f)
{
	static const char *const names[] = { "alpha", "beta", "alpha" };
	uint64_t bloom = 0;
	size_t chain;

	image_init(im, f);
	image_dyn(im, DT_STRTAB, AT_STRINGS);
	image_dyn(im, DT_SYMTAB, AT_SYMBOLS);
	image_dyn(im, DT_GNU_HASH, AT_HASH);
	image_symbol(im, "", 0, 0, 0, 0, 0);
	image_32(im, AT_HASH, 1);
	image_32(im, AT_HASH + 4, 1);
	image_32(im, AT_HASH + 8, 1);
	image_32(im, AT_HASH + 12, 5);
	chain = AT_HASH + gnu_fixed(im, 1, 1);
	image_32(im, chain - 4, 1);
	for (size_t i = 0; i < 3; i++) {
		uint32_t hash = elf_gnu_hash(names[i]);
		uint32_t bits = f->is64 ? 64 : 32;

		image_symbol(im, names[i], GLOBAL_FUNC, 0, 7, 0x100 + i, 4);
		bloom |= UINT64_C(1) << hash % bits | UINT64_C(1) << (hash >> 5) % bits;
		image_32(im, chain + 4 * i, i == 2 ? hash | 1 : hash & ~1U);
	}
	image_word(im, AT_HASH + 16, bloom);
}

static void build_sysv(struct image *im, const struct format *f, uint16_t machine, size_t entry)
{
	static const uint64_t words[] = { 1, 4, 3, 0, 0, 1, 2 }; /* one bucket; 3 -> 2 -> 1 */

	image_init(im, f);
	image_16(im, 18, machine);
	image_dyn(im, DT_STRTAB, AT_STRINGS);
	image_dyn(im, DT_SYMTAB, AT_SYMBOLS);
	image_dyn(im, DT_HASH, AT_HASH);
	image_symbol(im, "", 0, 0, 0, 0, 0);
	image_symbol(im, "alpha", GLOBAL_FUNC, 0, 7, 1, 0);
	image_symbol(im, "beta", GLOBAL_FUNC, 0, 7, 2, 0);
	image_symbol(im, "alpha", GLOBAL_FUNC, 0, 7, 3, 0);
	for (size_t i = 0; i < 7; i++)
		image_put(im, AT_HASH + i * entry, words[i], entry);
}

/* ---- tests -------------------------------------------------------------------------------- */

static void symbols_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct elf_sym s;
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_dyn(&im, DT_STRTAB, AT_STRINGS);
		image_dyn(&im, DT_SYMTAB, AT_SYMBOLS);
		image_symbol(&im, "", 0, 0, 0, 0, 0);
		image_symbol(&im, "sym", ELF64_ST_INFO(STB_WEAK, STT_TLS), STV_PROTECTED | 0x80,
			     0xfff1, 0x12345678, 0x9a);
		assert_true(image_open(&im, &e));
		assert_true(elf_sym(&e, 1, &s));
		assert_int_equal(s.bind, STB_WEAK);
		assert_int_equal(s.type, STT_TLS);
		assert_int_equal(s.vis, STV_PROTECTED);
		assert_int_equal(s.shndx, SHN_ABS);
		assert_int_equal(s.value, 0x12345678);
		assert_int_equal(s.size, 0x9a);
		assert_string_equal(elf_sym_name(&e, 1), "sym");
		assert_string_equal(elf_sym_name(&e, 0), "");
		assert_int_equal(e.symtab.n, (IMAGE_SIZE - AT_SYMBOLS) / (f->is64 ? 24 : 16));
		assert_true(elf_sym(&e, e.symtab.n - 1, &s));
		assert_false(elf_sym(&e, e.symtab.n, &s));
		assert_false(elf_sym(&e, UINT64_MAX, &s));
		assert_null(elf_sym_name(&e, UINT64_MAX));
		image_close(&im, &e);
	}
}

static void hash_functions_are_those_of_the_standards(void **state)
{
	(void)state;
	assert_int_equal(elf_gnu_hash(""), 5381);
	assert_int_equal(elf_gnu_hash("printf"), 0x156b2bb8);
	assert_int_equal(elf_gnu_hash("\xff"), 5381 * 33 + 255);
	assert_int_equal(elf_sysv_hash(""), 0);
	assert_int_equal(elf_sysv_hash("printf"), 0x077905a6);
	assert_int_equal(elf_sysv_hash("GLIBC_2.2.5"), 0x09691a75);
}

static void gnu_hash_finds_all_of_a_name_in_chain_order(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct seen s = { .stop_at = 0 };
		struct elf_hash h;
		struct image im;
		struct elf e;

		build_gnu(&im, f);
		assert_true(image_open(&im, &e));
		elf_hash_open(&e, &h);
		assert_true(h.gnu);
		assert_int_equal(h.where, ELF_HERE);
		assert_int_equal(look_up(&e, "alpha", &s), 0);
		assert_int_equal(s.n, 2);
		assert_int_equal(s.syms[0], 1);
		assert_int_equal(s.syms[1], 3);
		s.stop_at = 1;
		assert_int_equal(look_up(&e, "alpha", &s), 1);
		assert_int_equal(look_up(&e, "beta", &s), 2);
		assert_int_equal(look_up(&e, "gamma", &s), 0);
		assert_int_equal(s.n, 0);
		assert_true(elf_hash_maybe(&e, &h, elf_gnu_hash("beta")));
		assert_false(elf_hash_maybe(&e, &h, elf_gnu_hash("gamma")));
		assert_int_equal(elf_sym_count(&e), 4);
		image_close(&im, &e);
	}
}

static void a_name_is_defined_by_symbols_that_lie_in_a_section(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		size_t shndx = f->is64 ? 24 * 2 + 6 : 16 * 2 + 14; /* of beta */
		struct elf_hash h;
		struct image im;
		struct elf e;

		build_gnu(&im, f);
		image_16(&im, AT_SYMBOLS + shndx, SHN_UNDEF);
		assert_true(image_open(&im, &e));
		elf_hash_open(&e, &h);
		assert_true(elf_defines(&e, &h, "alpha"));
		assert_false(elf_defines(&e, &h, "beta")); /* listed, not defined */
		assert_false(elf_defines(&e, &h, "gamma"));
		image_close(&im, &e);
	}
}

static void the_bloom_filter_alone_says_no(void **state)
{
	struct seen s = { .stop_at = 1 };
	struct image im;
	struct elf e;

	(void)state;
	build_gnu(&im, &formats[0]);
	image_word(&im, AT_HASH + 16, 0);
	assert_true(image_open(&im, &e));
	assert_int_equal(look_up(&e, "alpha", &s), 0);
	image_close(&im, &e);
}

/* Opens with one word of the header replaced and looks a name up that would be there. */
static struct elf_hash with_word(size_t off, uint32_t value)
{
	struct seen s = { .stop_at = 1 };
	struct elf_hash h;
	struct image im;
	struct elf e;

	build_gnu(&im, &formats[0]);
	image_32(&im, AT_HASH + off, value);
	assert_true(image_open(&im, &e));
	elf_hash_open(&e, &h);
	assert_int_equal(look_up(&e, "alpha", &s), 0);
	assert_int_equal(elf_sym_count(&e), 0);
	image_close(&im, &e);
	return h;
}

static void a_damaged_gnu_hash_finds_nothing(void **state)
{
	struct elf_hash h;

	(void)state;
	h = with_word(8, 0);
	assert_true(h.bad_bloom);
	h = with_word(8, 3);
	assert_true(h.bad_bloom);
	h = with_word(8, 0x80000000);
	assert_false(h.bad_bloom);
	assert_int_equal(h.where, ELF_UNMAPPED);
	h = with_word(0, 0); /* no symbols: nothing is wrong */
	assert_int_equal(h.where, ELF_HERE);
	assert_true(h.gnu);
	h = with_word(0, UINT32_MAX);
	assert_int_equal(h.where, ELF_UNMAPPED);
	h = with_word(4, UINT32_MAX); /* a bucket below symoffset */
	assert_int_equal(h.where, ELF_HERE);
}

static void a_chain_without_end_stops_at_the_end_of_its_segment(void **state)
{
	struct seen s = { .stop_at = 0 };
	struct image im;
	size_t chain;
	struct elf e;

	(void)state;
	build_gnu(&im, &formats[0]);
	chain = AT_HASH + gnu_fixed(&im, 1, 1);
	for (size_t p = chain; p < IMAGE_SIZE; p += 4)
		image_32(&im, p, elf_gnu_hash("alpha") & ~1U);
	assert_true(image_open(&im, &e));
	look_up(&e, "alpha", &s);
	assert_true(s.n >= 2);
	assert_int_equal(elf_sym_count(&e), e.symtab.n); /* clamped */
	image_close(&im, &e);
}

static void a_table_behind_the_file_is_reported(void **state)
{
	struct elf_hash h;
	struct image im;
	struct elf e;

	(void)state;
	build_gnu(&im, &formats[0]);
	im.n = AT_HASH + 15;
	assert_true(image_open(&im, &e));
	elf_hash_open(&e, &h);
	assert_int_equal(h.where, ELF_PAST_END);
	assert_null(h.bloom);
	image_close(&im, &e);
}

static void sysv_hash_finds_symbols(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct seen s = { .stop_at = 0 };
		struct elf_hash h;
		struct image im;
		struct elf e;

		build_sysv(&im, f, EM_X86_64, 4);
		assert_true(image_open(&im, &e));
		elf_hash_open(&e, &h);
		assert_true(h.sysv);
		assert_false(h.gnu);
		assert_true(elf_hash_maybe(&e, &h, 0));
		assert_int_equal(look_up(&e, "alpha", &s), 0);
		assert_int_equal(s.n, 2);
		assert_int_equal(s.syms[0], 3);
		assert_int_equal(s.syms[1], 1);
		s.stop_at = 1;
		assert_int_equal(look_up(&e, "beta", &s), 2);
		assert_int_equal(look_up(&e, "gamma", &s), 0);
		assert_int_equal(elf_sym_count(&e), 4);
		image_close(&im, &e);
	}
}

static void sysv_words_are_wide_on_alpha_and_s390x(void **state)
{
	static const uint16_t machines[] = { EM_ALPHA, EM_S390 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct seen s = { .stop_at = 1 };
		struct image im;
		struct elf e;

		build_sysv(&im, &formats[1], machines[i], 8);
		assert_true(image_open(&im, &e));
		assert_int_equal(look_up(&e, "beta", &s), 2);
		assert_int_equal(elf_sym_count(&e), 4);
		image_close(&im, &e);
	}
	struct seen s = { .stop_at = 1 };
	struct image im;
	struct elf e;

	build_sysv(&im, &formats[3], EM_S390, 4); /* 31-bit s390 */
	assert_true(image_open(&im, &e));
	assert_int_equal(look_up(&e, "beta", &s), 2);
	image_close(&im, &e);
}

static void gnu_hash_is_used_where_both_are(void **state)
{
	struct seen s = { .stop_at = 1 };
	struct elf_hash h;
	struct image im;
	struct elf e;

	(void)state;
	build_gnu(&im, &formats[0]);
	image_dyn(&im, DT_HASH, AT_FREE); /* an empty one */
	assert_true(image_open(&im, &e));
	elf_hash_open(&e, &h);
	assert_true(h.gnu);
	assert_false(h.sysv);
	assert_int_equal(look_up(&e, "beta", &s), 2);
	image_close(&im, &e);
}

static void a_sysv_chain_in_a_circle_ends(void **state)
{
	struct seen s = { .stop_at = 0 };
	struct image im;
	struct elf e;

	(void)state;
	build_sysv(&im, &formats[0], EM_X86_64, 4);
	image_32(&im, AT_HASH + 16, 2); /* 1 -> 2 -> 1 */
	assert_true(image_open(&im, &e));
	assert_int_equal(look_up(&e, "gamma", &s), 0);
	assert_int_equal(s.n, 0);
	image_close(&im, &e);
	build_sysv(&im, &formats[0], EM_X86_64, 4);
	image_32(&im, AT_HASH + 8, UINT32_MAX); /* bucket behind everything */
	assert_true(image_open(&im, &e));
	assert_int_equal(look_up(&e, "alpha", &s), 0);
	image_close(&im, &e);
}

static void names_outside_the_string_table_match_nothing(void **state)
{
	struct seen s = { .stop_at = 1 };
	struct image im;
	struct elf e;

	(void)state;
	build_gnu(&im, &formats[0]);
	image_32(&im, AT_SYMBOLS + 24, UINT32_MAX);
	image_32(&im, AT_SYMBOLS + 48, IMAGE_SIZE - AT_STRINGS);
	assert_true(image_open(&im, &e));
	assert_null(elf_sym_name(&e, 1));
	assert_null(elf_sym_name(&e, 2));
	assert_int_equal(look_up(&e, "alpha", &s), 3);
	assert_int_equal(look_up(&e, "beta", &s), 0);
	image_close(&im, &e);
}

static void without_hash_tables_the_section_header_counts(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		size_t entry = f->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
		struct elf_hash h;
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_dyn(&im, DT_SYMTAB, AT_SYMBOLS);
		assert_true(image_open(&im, &e));
		elf_hash_open(&e, &h);
		assert_false(h.gnu || h.sysv);
		assert_false(elf_hash_maybe(&e, &h, 1));
		assert_int_equal(elf_sym_count(&e), 0);
		image_close(&im, &e);
		image_word(&im, f->is64 ? 40 : 32, AT_SECTIONS);
		image_16(&im, f->is64 ? 60 : 48, 2);
		image_32(&im, AT_SECTIONS + entry + 4, SHT_DYNSYM);
		image_word(&im, AT_SECTIONS + entry + (f->is64 ? 32 : 20), f->is64 ? 120 : 80);
		assert_true(image_open(&im, &e));
		assert_int_equal(elf_sym_count(&e), 5);
		image_close(&im, &e);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_are_read_in_every_format),
		cmocka_unit_test(hash_functions_are_those_of_the_standards),
		cmocka_unit_test(gnu_hash_finds_all_of_a_name_in_chain_order),
		cmocka_unit_test(a_name_is_defined_by_symbols_that_lie_in_a_section),
		cmocka_unit_test(the_bloom_filter_alone_says_no),
		cmocka_unit_test(a_damaged_gnu_hash_finds_nothing),
		cmocka_unit_test(a_chain_without_end_stops_at_the_end_of_its_segment),
		cmocka_unit_test(a_table_behind_the_file_is_reported),
		cmocka_unit_test(sysv_hash_finds_symbols),
		cmocka_unit_test(sysv_words_are_wide_on_alpha_and_s390x),
		cmocka_unit_test(gnu_hash_is_used_where_both_are),
		cmocka_unit_test(a_sysv_chain_in_a_circle_ends),
		cmocka_unit_test(names_outside_the_string_table_match_nothing),
		cmocka_unit_test(without_hash_tables_the_section_header_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
