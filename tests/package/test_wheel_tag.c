/* test_wheel_tag.c - compatibility tags: what they promise, and which Python takes them. */
#include "package/wheel_tag.h"

#include "../base/tree.h"

static struct wheel_tag read_tag(struct arena *a, const char *text)
{
	struct wheel_tag t;

	assert_true(wheel_tag_read(a, text, &t));
	return t;
}

static void platforms_say_which_c_library(void **state)
{
	struct arena *a = arena_new(0);
	struct wheel_tag t = read_tag(a, "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64");

	(void)state;
	assert_true(t.manylinux && !t.musllinux && t.major == 2 && t.minor == 17);
	assert_string_equal(t.machine, "x86_64");
	t = read_tag(a, "cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64");
	assert_int_equal(t.minor, 27);
	t = read_tag(a, "cp39-abi3-manylinux1_i686");
	assert_true(t.minor == 5 && strcmp(t.machine, "i686") == 0);
	t = read_tag(a, "cp311-cp311-musllinux_1_2_aarch64");
	assert_true(t.musllinux && t.major == 1 && t.minor == 2);
	t = read_tag(a, "py3-none-any");
	assert_true(t.any && t.machine == NULL);
	t = read_tag(a, "cp311-cp311-linux_armv7l");
	assert_true(t.linux_only && !t.manylinux && strcmp(t.machine, "armv7l") == 0);
	t = read_tag(a, "cp311-cp311-macosx_11_0_arm64");
	assert_true(t.machine == NULL && !t.any);
	t = read_tag(a, "cp311-cp311-manylinux_2_");
	assert_false(t.manylinux);
	assert_false(wheel_tag_read(a, "cp311-cp311", &t));
	assert_false(wheel_tag_read(a, "a-b-c-d", &t));
	arena_free(a);
}

static void a_python_takes_its_own_older_and_plain_ones(void **state)
{
	static const struct {
		const char *tag;
		unsigned minor;
		bool fits;
	} rows[] = {
		{ "cp311-cp311-linux_x86_64", 11, true },  { "cp310-cp310-linux_x86_64", 11, false },
		{ "cp36-abi3-linux_x86_64", 11, true },	   { "cp312-abi3-linux_x86_64", 11, false },
		{ "py3-none-any", 11, true },		   { "py2.py3-none-any", 11, true },
		{ "py2-none-any", 11, false },		   { "py312-none-any", 11, false },
		{ "py38-none-any", 11, true },		   { "cp310.cp311-cp310.cp311-linux_x86_64", 11, true },
		{ "cp311-none-win_amd64", 11, true },	   { "cp313-cp313t-linux_x86_64", 13, true },
	};
	struct arena *a = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct wheel_tag t = read_tag(a, rows[i].tag);

		if (wheel_tag_fits_python(&t, rows[i].minor) != rows[i].fits)
			fail_msg("%s in 3.%u", rows[i].tag, rows[i].minor);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(platforms_say_which_c_library),
		cmocka_unit_test(a_python_takes_its_own_older_and_plain_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
