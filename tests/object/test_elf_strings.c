/* test_elf_strings.c - names of libraries in read-only data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "elf_build.h"

static const struct format little = { true, false };

static bool note(void *ctx, const char *name)
{
	char *all = ctx;

	snprintf(all + strlen(all), 400 - strlen(all), "%s ", name);
	return false;
}

/* The names that are found in `data`, which stands alone in a segment of constants. */
static const char *names(const char *data, size_t n)
{
	static char all[400];
	struct image im;
	struct elf e;

	image_bare(&im, &little);
	image_load(&im, 0, 0, 0x100, 0x100);
	image_phdr(&im, (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R, .offset = AT_FREE,
					   .vaddr = AT_FREE, .filesz = n, .memsz = n });
	memcpy(im.bytes + AT_FREE, data, n);
	all[0] = '\0';
	assert_true(image_open(&im, &e));
	assert_false(elf_library_names(&e, note, all));
	image_close(&im, &e);
	return all;
}

#define NAMES(text) names(text, sizeof(text))

static void whole_names_are_found(void **state)
{
	(void)state;
	assert_string_equal(NAMES("libcuda.so.1"), "libcuda.so.1 ");
	assert_string_equal(NAMES("x\0libcuda.so\0libnvrtc-builtins.so.12.1\0y"),
			    "libcuda.so libnvrtc-builtins.so.12.1 ");
	assert_string_equal(NAMES("\0libfoo.so.x\0libbar.so"), "libbar.so ");
}

static void parts_of_other_strings_are_not(void **state)
{
	(void)state;
	assert_string_equal(NAMES("cannot open libcuda.so.1"), "");
	assert_string_equal(NAMES("libcuda.so.1 is missing"), "");
	assert_string_equal(NAMES("libcuda.so.1: missing"), "");
	assert_string_equal(NAMES("/usr/lib/libcuda.so.1"), "");
	assert_string_equal(NAMES("mylibcuda.so.1"), "");
	assert_string_equal(NAMES("lib%s.so"), "");
	assert_string_equal(NAMES("lib.so"), "");
	assert_string_equal(NAMES(".so"), "");
	assert_string_equal(NAMES("libsomething"), "");
	assert_string_equal(names("libcuda.so.1", 12), ""); /* no NUL behind */
}

static bool stop(void *ctx, const char *name)
{
	(void)name;
	++*(int *)ctx;
	return true;
}

static void the_caller_can_stop(void **state)
{
	struct image im;
	struct elf e;
	int n = 0;

	(void)state;
	image_bare(&im, &little);
	image_load(&im, 0, 0, IMAGE_SIZE, IMAGE_SIZE);
	memcpy(im.bytes + AT_FREE, "liba.so\0libb.so", 16);
	assert_true(image_open(&im, &e));
	assert_true(elf_library_names(&e, stop, &n));
	assert_int_equal(n, 1);
	image_close(&im, &e);
}

static void the_names_of_needs_do_not_count(void **state)
{
	struct image im;
	struct elf e;
	int n = 0;

	(void)state;
	image_init(&im, &little);
	image_dyn(&im, DT_STRTAB, AT_STRINGS);
	image_dyn(&im, DT_NEEDED, image_string(&im, "libneeded.so.1"));
	image_dyn(&im, DT_STRSZ, im.nstring);
	assert_true(image_open(&im, &e));
	assert_false(elf_library_names(&e, stop, &n));
	image_close(&im, &e);
	memcpy(im.bytes + AT_FREE, "liba.so", 8);
	assert_true(image_open(&im, &e));
	assert_true(elf_library_names(&e, stop, &n));
	image_close(&im, &e);
}

static void a_file_without_segments_has_none(void **state)
{
	static const struct view nothing = { (const unsigned char *)"libcuda.so.1", 13 };
	struct elf e;
	int n = 0;

	(void)state;
	assert_true(elf_open(nothing, 13, &e));
	assert_false(elf_library_names(&e, stop, &n));
	elf_close(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_names_are_found),
		cmocka_unit_test(parts_of_other_strings_are_not),
		cmocka_unit_test(the_caller_can_stop),
		cmocka_unit_test(the_names_of_needs_do_not_count),
		cmocka_unit_test(a_file_without_segments_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
