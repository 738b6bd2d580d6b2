/* test_ext_numpy.c - extensions for NumPy 1, and which NumPy is there. */
#include "modules.h"

#include "../object/elf_build.h"
#include "python/ext_numpy.h"

static const struct format little = { true, false };

#define FAILED "numpy.core.multiarray failed to import"
#define OLD "numpy.core._multiarray_umath"
#define API "_ARRAY_API is NULL pointer"

/* The exception that an extension with these constants raises; NULL: none. */
static const char *clash(const char *data, size_t n)
{
	struct ext_clash c = { NULL, NULL };
	struct image im;
	struct elf e;
	bool old;

	image_bare(&im, &little);
	image_load(&im, 0, 0, 0x100, 0x100);
	image_phdr(&im, (struct elf_phdr){ .type = PT_LOAD, .flags = PF_R, .offset = AT_FREE,
					   .vaddr = AT_FREE, .filesz = n, .memsz = n });
	memcpy(im.bytes + AT_FREE, data, n);
	assert_true(image_open(&im, &e));
	old = ext_numpy_old(&e, &c);
	image_close(&im, &e);
	return old ? c.type : NULL;
}

#define CLASH(text) clash(text, sizeof(text))

static void a_file_that_asks_for_the_old_place_alone_is_old(void **state)
{
	(void)state;
	assert_string_equal(CLASH("x\0" OLD "\0" API "\0" FAILED), "ImportError");
}

static void cython_compares_sizes_before(void **state)
{
	(void)state;
	assert_string_equal(CLASH("x\0flatiter\0broadcast\0dtype\0%s size changed, may indicate binary "
				  "incompatibility.\0" FAILED),
			    "ValueError");
}

static void a_file_for_both_is_not_old(void **state)
{
	(void)state;
	assert_null(CLASH("x\0" OLD "\0numpy._core._multiarray_umath\0" API "\0" FAILED));
	assert_null(CLASH("x\0numpy._core._multiarray_umath\0" API));
}

static void a_file_that_imports_numpy_later_is_not_judged(void **state)
{
	(void)state;
	assert_null(CLASH("x\0numpy.core.multiarray\0_ARRAY_API")); /* pybind11 */
	assert_null(CLASH("x\0numpy"));
}

static void release_2_has_its_modules_in_another_place(void **state)
{
	struct modules *m = *state;

	modules_put(m, "numpy/__init__.py", "");
	modules_put(m, "numpy/_core/__init__.py", "");
	modules_put(m, "numpy/_core/numeric.py", "");
	modules_finder(m);
	assert_true(ext_numpy_is_new(m->finder, &m->home, m->a));
}

static void release_1_has_at_most_a_few_files_there(void **state)
{
	struct modules *m = *state;

	modules_put(m, "numpy/__init__.py", "");
	modules_put(m, "numpy/_core/__init__.py", "");
	modules_put(m, "numpy/_core/_multiarray_umath.py", "");
	modules_put(m, "numpy/core/numeric.py", "");
	modules_finder(m);
	assert_false(ext_numpy_is_new(m->finder, &m->home, m->a));
}

static void without_numpy_there_is_no_new_one(void **state)
{
	struct modules *m = *state;

	modules_finder(m);
	assert_false(ext_numpy_is_new(m->finder, &m->home, m->a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_asks_for_the_old_place_alone_is_old),
		cmocka_unit_test(cython_compares_sizes_before),
		cmocka_unit_test(a_file_for_both_is_not_old),
		cmocka_unit_test(a_file_that_imports_numpy_later_is_not_judged),
		MODULES_TEST(release_2_has_its_modules_in_another_place),
		MODULES_TEST(release_1_has_at_most_a_few_files_there),
		MODULES_TEST(without_numpy_there_is_no_new_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
