/* test_elf.c - header and program headers; what is wrong with a file that has none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

static void header_fields_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		size_t w = f->is64 ? 8 : 4;
		struct image im;
		struct elf e;

		image_init(&im, f);
		im.bytes[EI_OSABI] = ELFOSABI_GNU;
		im.bytes[EI_ABIVERSION] = 2;
		image_word(&im, 24, 0x1234);
		image_word(&im, 24 + 2 * w, 0x5678);
		image_32(&im, 24 + 3 * w, 0xcafe);
		image_16(&im, 24 + 3 * w + 14, 77);
		assert_true(image_open(&im, &e));
		assert_int_equal(e.defect, ELF_OK);
		assert_int_equal(e.is64, f->is64);
		assert_int_equal(e.big_endian, f->big);
		assert_int_equal(e.osabi, ELFOSABI_GNU);
		assert_int_equal(e.abiversion, 2);
		assert_int_equal(e.ident_version, 1);
		assert_int_equal(e.type, ET_DYN);
		assert_int_equal(e.machine, EM_X86_64);
		assert_int_equal(e.version, 1);
		assert_int_equal(e.entry, 0x1234);
		assert_int_equal(e.shoff, 0x5678);
		assert_int_equal(e.flags, 0xcafe);
		assert_int_equal(e.phoff, AT_PHDRS);
		assert_int_equal(e.phnum, 2);
		assert_int_equal(e.shstrndx, 77);
		image_close(&im, &e);
	}
}

static void program_headers_are_read_in_every_format(void **state)
{
	static const struct elf_phdr ph = { .type = PT_LOAD, .flags = PF_R | PF_W, .offset = 0x1000,
					    .vaddr = 0x5000, .filesz = 0x123, .memsz = 0x456,
					    .align = 0x1000 };

	(void)state;
	for EACH_FORMAT (f) {
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_phdr(&im, ph);
		assert_true(image_open(&im, &e));
		assert_int_equal(e.phnum, 3);
		assert_memory_equal(&e.phdrs[2], &ph, sizeof(ph));
		assert_int_equal(e.nload, 2);
		assert_int_equal(e.load_end, 0x5456);
		assert_int_equal(e.file_end, IMAGE_SIZE);
		image_close(&im, &e);
	}
}

static enum elf_defect defect_of(struct image *im)
{
	struct elf e;
	enum elf_defect d;

	assert_true(image_open(im, &e));
	d = e.defect;
	image_close(im, &e);
	return d;
}

static void a_damaged_header_is_named(void **state)
{
	struct image im;

	(void)state;
	image_init(&im, &formats[0]);
	assert_int_equal(defect_of(&im), ELF_OK);
	im.n = 63;
	assert_int_equal(defect_of(&im), ELF_TOO_SHORT);
	im.n = 0;
	assert_int_equal(defect_of(&im), ELF_TOO_SHORT);
	im.n = IMAGE_SIZE;
	im.bytes[EI_DATA] = 3;
	assert_int_equal(defect_of(&im), ELF_BAD_DATA);
	im.bytes[EI_CLASS] = 0;
	assert_int_equal(defect_of(&im), ELF_BAD_CLASS);
	im.bytes[3] = 'f';
	assert_int_equal(defect_of(&im), ELF_NOT_ELF);
}

static void a_short_header_suffices_for_32_bit(void **state)
{
	struct image im;

	(void)state;
	image_bare(&im, &formats[2]);
	im.n = sizeof(Elf32_Ehdr);
	assert_int_equal(defect_of(&im), ELF_OK);
	im.n--;
	assert_int_equal(defect_of(&im), ELF_TOO_SHORT);
}

static void program_headers_behind_the_end_are_a_defect(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		size_t size = f->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
		struct image im;

		image_init(&im, f);
		im.n = AT_PHDRS + 2 * size;
		assert_int_equal(defect_of(&im), ELF_OK);
		im.n--;
		assert_int_equal(defect_of(&im), ELF_BAD_PHDRS);
		im.n = IMAGE_SIZE;
		image_16(&im, f->is64 ? 56 : 44, 65535);
		assert_int_equal(defect_of(&im), ELF_BAD_PHDRS);
		image_word(&im, f->is64 ? 32 : 28, f->is64 ? UINT64_MAX - 8 : UINT32_MAX - 8);
		assert_int_equal(defect_of(&im), ELF_BAD_PHDRS);
	}
}

static void another_entry_size_is_a_defect_but_readable(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct image im;
		struct elf e;

		image_init(&im, f);
		image_16(&im, f->is64 ? 54 : 42, 99);
		assert_true(image_open(&im, &e));
		assert_int_equal(e.defect, ELF_BAD_PHDRS);
		assert_int_equal(e.phentsize, 99);
		assert_non_null(e.phdrs);
		assert_int_equal(e.phdrs[1].type, PT_DYNAMIC);
		image_close(&im, &e);
	}
}

/* Opens a file with one more program header and gives its PT_INTERP. */
static const char *interp_of(struct image *im, struct elf *e, uint64_t offset, uint64_t size)
{
	image_init(im, &formats[0]);
	memcpy(im->bytes + AT_FREE, "/ld.so", 7);
	image_phdr(im, (struct elf_phdr){ .type = PT_INTERP, .offset = offset, .filesz = size });
	assert_true(image_open(im, e));
	assert_true(e->has_interp);
	return e->interp;
}

static void an_interpreter_is_taken_as_the_kernel_takes_it(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	assert_string_equal(interp_of(&im, &e, AT_FREE, 7), "/ld.so");
	image_close(&im, &e);
	assert_null(interp_of(&im, &e, AT_FREE, 6)); /* without final NUL */
	image_close(&im, &e);
	assert_null(interp_of(&im, &e, AT_FREE + 6, 1)); /* empty */
	image_close(&im, &e);
	assert_null(interp_of(&im, &e, 0x100, 4097)); /* longer than PATH_MAX */
	image_close(&im, &e);
	assert_null(interp_of(&im, &e, IMAGE_SIZE - 1, 7));
	image_close(&im, &e);
	assert_null(interp_of(&im, &e, UINT64_MAX, 7));
	image_close(&im, &e);
}

static void the_first_interpreter_counts(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	memcpy(im.bytes + AT_FREE, "/first\0/second", 15);
	image_phdr(&im, (struct elf_phdr){ .type = PT_INTERP, .offset = AT_FREE, .filesz = 7 });
	image_phdr(&im, (struct elf_phdr){ .type = PT_INTERP, .offset = AT_FREE + 7, .filesz = 8 });
	assert_true(image_open(&im, &e));
	assert_string_equal(e.interp, "/first");
	image_close(&im, &e);
}

static void of_other_headers_the_last_counts(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	for (uint32_t i = 1; i <= 2; i++) {
		image_phdr(&im, (struct elf_phdr){ .type = PT_GNU_STACK, .flags = i });
		image_phdr(&im, (struct elf_phdr){ .type = PT_GNU_RELRO, .vaddr = i });
		image_phdr(&im, (struct elf_phdr){ .type = PT_TLS, .memsz = i });
	}
	/* empty: not looked at */
	image_phdr(&im, (struct elf_phdr){ .type = PT_TLS, .align = 64 });
	assert_true(image_open(&im, &e));
	assert_int_equal(e.gnu_stack.flags, 2);
	assert_int_equal(e.relro.vaddr, 2);
	assert_true(e.has_tls);
	assert_int_equal(e.tls.memsz, 2);
	image_close(&im, &e);
}

static void sizes_that_wrap_are_the_largest(void **state)
{
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	image_load(&im, UINT64_MAX - 8, UINT64_MAX - 8, 100, 100);
	assert_true(image_open(&im, &e));
	assert_true(e.load_end == UINT64_MAX);
	assert_true(e.file_end == UINT64_MAX);
	image_close(&im, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields_are_read_in_every_format),
		cmocka_unit_test(program_headers_are_read_in_every_format),
		cmocka_unit_test(a_damaged_header_is_named),
		cmocka_unit_test(a_short_header_suffices_for_32_bit),
		cmocka_unit_test(program_headers_behind_the_end_are_a_defect),
		cmocka_unit_test(another_entry_size_is_a_defect_but_readable),
		cmocka_unit_test(an_interpreter_is_taken_as_the_kernel_takes_it),
		cmocka_unit_test(the_first_interpreter_counts),
		cmocka_unit_test(of_other_headers_the_last_counts),
		cmocka_unit_test(sizes_that_wrap_are_the_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
