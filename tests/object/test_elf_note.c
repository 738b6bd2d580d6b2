/* test_elf_note.c - build ID, ABI tag, GNU properties, dlopen metadata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "elf_build.h"

#define FDO_DLOPEN 0x407c0c0aU

static void note_phdr(struct image *im, uint32_t type, size_t from, size_t to, uint64_t align)
{
	image_phdr(im, (struct elf_phdr){ .type = type, .offset = from, .vaddr = from,
					  .filesz = to - from, .memsz = to - from,
					  .align = align });
}

static void read_notes(struct image *im, struct elf *e, struct elf_notes *out)
{
	assert_true(image_open(im, e));
	elf_notes(e, out);
}

/* Puts one property; returns the offset behind it. */
static size_t property(struct image *im, size_t p, uint32_t type, uint32_t value)
{
	image_32(im, p, type);
	image_32(im, p + 4, 4);
	image_32(im, p + 8, value);
	return p + 8 + image_wordsize(im);
}

/* A property note at AT_NOTES whose properties are at [AT_NOTES + 16, end). */
static void property_note(struct image *im, size_t end)
{
	image_32(im, AT_NOTES, 4);
	image_32(im, AT_NOTES + 4, end - AT_NOTES - 16);
	image_32(im, AT_NOTES + 8, NT_GNU_PROPERTY_TYPE_0);
	memcpy(im->bytes + AT_NOTES + 12, "GNU", 4);
}

static void notes_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct elf_notes notes;
		struct image im;
		struct elf e;
		size_t p;

		image_init(&im, f);
		for (size_t i = 0; i < 4; i++)
			image_32(&im, AT_FREE + 4 * i, i == 0 ? 0 : i + 2);
		p = image_note(&im, AT_NOTES, 4, "GNU", NT_GNU_BUILD_ID, "\1\2\3\4\5", 5);
		p = image_note(&im, p, 4, "Xen", NT_GNU_ABI_TAG, im.bytes, 16);
		p = image_note(&im, p, 4, "GNU", NT_GNU_ABI_TAG, im.bytes + AT_FREE, 16);
		p = image_note(&im, p, 4, "FDO", FDO_DLOPEN, "[{}]", 5);
		note_phdr(&im, PT_NOTE, AT_NOTES, p, 4);
		read_notes(&im, &e, &notes);
		assert_int_equal(notes.build_id.n, 5);
		assert_memory_equal(notes.build_id.p, "\1\2\3\4\5", 5);
		assert_true(notes.has_abi_tag);
		assert_int_equal(notes.abi_os, 0);
		assert_int_equal(notes.abi_major, 3);
		assert_int_equal(notes.abi_minor, 4);
		assert_int_equal(notes.abi_patch, 5);
		assert_int_equal(notes.ndlopen, 1);
		assert_int_equal(notes.dlopen_json[0].n, 4); /* without the NUL */
		assert_memory_equal(notes.dlopen_json[0].p, "[{}]", 4);
		image_close(&im, &e);
	}
}

static void properties_are_read_in_every_format(void **state)
{
	(void)state;
	for EACH_FORMAT (f) {
		struct elf_notes notes;
		struct image im;
		struct elf e;
		size_t p;

		image_init(&im, f);
		p = property(&im, AT_NOTES + 16, GNU_PROPERTY_1_NEEDED, 1);
		p = property(&im, p, GNU_PROPERTY_X86_FEATURE_1_AND_, 3);
		p = property(&im, p, 0xc0008001, 77); /* of no interest */
		p = property(&im, p, GNU_PROPERTY_X86_ISA_1_NEEDED_, 5);
		p = property(&im, p, GNU_PROPERTY_X86_ISA_1_USED_, 15);
		property_note(&im, p);
		note_phdr(&im, PT_GNU_PROPERTY, AT_NOTES, p, f->is64 ? 8 : 4);
		read_notes(&im, &e, &notes);
		assert_true(notes.has_1_needed);
		assert_int_equal(notes.needed_1, 1);
		assert_true(notes.has_x86_feature);
		assert_int_equal(notes.x86_feature_and, 3);
		assert_true(notes.has_x86_needed);
		assert_int_equal(notes.x86_isa_needed, 5);
		assert_true(notes.has_x86_used);
		assert_int_equal(notes.x86_isa_used, 15);
		image_close(&im, &e);
	}
}

/* Is the ISA property seen in a note under a header of this type and alignment? */
static bool isa_seen(const struct format *f, uint16_t machine, uint32_t type, uint64_t align)
{
	struct elf_notes notes;
	struct image im;
	struct elf e;
	size_t p;

	image_init(&im, f);
	image_16(&im, 18, machine);
	p = property(&im, AT_NOTES + 16, GNU_PROPERTY_X86_ISA_1_NEEDED_, 8);
	property_note(&im, p);
	note_phdr(&im, type, AT_NOTES, p, align);
	read_notes(&im, &e, &notes);
	image_close(&im, &e);
	return notes.has_x86_needed;
}

static void properties_count_with_the_alignment_of_the_class_only(void **state)
{
	(void)state;
	assert_true(isa_seen(&formats[0], EM_X86_64, PT_NOTE, 8));
	assert_false(isa_seen(&formats[0], EM_X86_64, PT_NOTE, 4));
	assert_false(isa_seen(&formats[0], EM_X86_64, PT_GNU_PROPERTY, 4));
	assert_true(isa_seen(&formats[2], EM_386, PT_NOTE, 4));
	assert_false(isa_seen(&formats[2], EM_386, PT_NOTE, 8));
}

static void processor_properties_are_those_of_x86(void **state)
{
	(void)state;
	assert_false(isa_seen(&formats[0], EM_AARCH64, PT_GNU_PROPERTY, 8));
}

/* A sound property before a bad one: is the first taken? */
static bool taken_before(uint32_t type, uint32_t size)
{
	struct elf_notes notes;
	struct image im;
	struct elf e;
	size_t p;

	image_init(&im, &formats[0]);
	p = property(&im, AT_NOTES + 16, GNU_PROPERTY_X86_ISA_1_NEEDED_, 8);
	p = property(&im, p, type, 1);
	image_32(&im, p - 12, size);
	property_note(&im, p);
	note_phdr(&im, PT_GNU_PROPERTY, AT_NOTES, p, 8);
	read_notes(&im, &e, &notes);
	image_close(&im, &e);
	return notes.has_x86_needed;
}

static void a_malformed_property_invalidates_its_note(void **state)
{
	(void)state;
	assert_true(taken_before(GNU_PROPERTY_X86_ISA_1_USED_, 4));
	assert_false(taken_before(GNU_PROPERTY_X86_ISA_1_USED_, 8));
	assert_false(taken_before(GNU_PROPERTY_X86_ISA_1_USED_, UINT32_MAX));
	assert_false(taken_before(GNU_PROPERTY_1_NEEDED, 4)); /* order of types falls */
}

static void notes_that_leave_their_segment_are_dropped(void **state)
{
	static const uint32_t sizes[] = { UINT32_MAX, UINT32_MAX - 3, 17, 0x80000000 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct elf_notes notes;
		struct image im;
		struct elf e;
		size_t p;

		image_init(&im, &formats[0]);
		p = image_note(&im, AT_NOTES, 4, "GNU", NT_GNU_BUILD_ID, "0123456789abcdef", 16);
		image_32(&im, AT_NOTES + 4, sizes[i]);
		note_phdr(&im, PT_NOTE, AT_NOTES, p, 4);
		read_notes(&im, &e, &notes);
		assert_int_equal(notes.build_id.n, 0);
		image_close(&im, &e);
		image_32(&im, AT_NOTES + 4, 16);
		image_32(&im, AT_NOTES, sizes[i]);
		read_notes(&im, &e, &notes);
		assert_int_equal(notes.build_id.n, 0);
		image_close(&im, &e);
	}
}

static void a_note_segment_outside_the_file_has_no_notes(void **state)
{
	struct elf_notes notes;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	note_phdr(&im, PT_NOTE, AT_NOTES, IMAGE_SIZE + 1, 4);
	note_phdr(&im, PT_GNU_PROPERTY, UINT64_MAX - 3, UINT64_MAX, 8);
	image_note(&im, AT_NOTES, 4, "GNU", NT_GNU_BUILD_ID, "0123", 4);
	read_notes(&im, &e, &notes);
	assert_int_equal(notes.build_id.n, 0);
	assert_false(notes.has_x86_needed);
	image_close(&im, &e);
}

static void more_dlopen_notes_than_are_kept_do_no_harm(void **state)
{
	size_t p = AT_NOTES;
	struct elf_notes notes;
	struct image im;
	struct elf e;

	(void)state;
	image_init(&im, &formats[0]);
	for (int i = 0; i < 10; i++)
		p = image_note(&im, p, 4, "FDO", FDO_DLOPEN, "[]", 3);
	note_phdr(&im, PT_NOTE, AT_NOTES, p, 4);
	read_notes(&im, &e, &notes);
	assert_int_equal(notes.ndlopen, 8);
	image_close(&im, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_are_read_in_every_format),
		cmocka_unit_test(properties_are_read_in_every_format),
		cmocka_unit_test(properties_count_with_the_alignment_of_the_class_only),
		cmocka_unit_test(processor_properties_are_those_of_x86),
		cmocka_unit_test(a_malformed_property_invalidates_its_note),
		cmocka_unit_test(notes_that_leave_their_segment_are_dropped),
		cmocka_unit_test(a_note_segment_outside_the_file_has_no_notes),
		cmocka_unit_test(more_dlopen_notes_than_are_kept_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
