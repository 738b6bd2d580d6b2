/* test_view.c - bounds of views, loads in both byte orders. */
#include "base/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const unsigned char bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static const struct view v = {bytes, sizeof(bytes)};

static void has_is_exact_and_does_not_overflow(void **state)
{
	(void)state;
	assert_true(view_has(v, 0, 8));
	assert_true(view_has(v, 8, 0));
	assert_true(view_has(v, 3, 5));
	assert_false(view_has(v, 3, 6));
	assert_false(view_has(v, 9, 0));
	assert_false(view_has(v, UINT64_MAX, 2));
	assert_false(view_has(v, 1, UINT64_MAX));
	assert_false(view_has(v, UINT64_MAX - 3, 8));
}

static void sub_is_empty_when_it_does_not_fit(void **state)
{
	struct view out;

	(void)state;
	assert_true(view_sub(v, 2, 3, &out));
	assert_ptr_equal(out.p, bytes + 2);
	assert_int_equal(out.n, 3);
	assert_false(view_sub(v, 7, 2, &out));
	assert_null(out.p);
	assert_int_equal(out.n, 0);
	assert_true(view_sub((struct view){NULL, 0}, 0, 0, &out));
}

static void strings_end_inside(void **state)
{
	static const unsigned char text[6] = {'a', 'b', 0, 'c', 'd', 'e'};
	struct view t = {text, sizeof(text)};

	(void)state;
	assert_string_equal(view_cstr(t, 0), "ab");
	assert_string_equal(view_cstr(t, 2), "");
	assert_null(view_cstr(t, 3));
	assert_null(view_cstr(t, 6));
	assert_null(view_cstr(t, UINT64_MAX));
	assert_null(view_cstr((struct view){NULL, 0}, 0));
}

static void loads_follow_the_order_of_the_file(void **state)
{
	bool big = order_swaps(true), little = order_swaps(false);

	(void)state;
	assert_int_equal(load16(bytes + 1, little), 0x0302);
	assert_int_equal(load16(bytes + 1, big), 0x0203);
	assert_true(load32(bytes + 1, little) == 0x05040302U);
	assert_true(load32(bytes + 1, big) == 0x02030405U);
	assert_true(load64(bytes, little) == 0x0807060504030201ULL);
	assert_true(load64(bytes, big) == 0x0102030405060708ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_is_exact_and_does_not_overflow),
		cmocka_unit_test(sub_is_empty_when_it_does_not_fit),
		cmocka_unit_test(strings_end_inside),
		cmocka_unit_test(loads_follow_the_order_of_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
