/* test_buf.c - a growing buffer with a largest size. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void appends_add_up(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_str(&b, "lib");
	buf_char(&b, 'c');
	buf_add(&b, ".so\0.6", 6);
	buf_printf(&b, "-%d", 36);
	assert_false(b.failed);
	assert_int_equal(b.n, 13);
	assert_memory_equal(b.p, "libc.so\0.6-36", 14);
	buf_free(&b);
	assert_null(b.p);
}

static void long_output_is_whole(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "%05d,", i);
	buf_printf(&b, "%4000d", 7);
	assert_false(b.failed);
	assert_int_equal(b.n, 2000 * 6 + 4000);
	assert_int_equal(strlen(b.p), b.n);
	assert_memory_equal(b.p + 6 * 1999, "01999,  ", 8);
	assert_string_equal(b.p + b.n - 2, " 7");
	buf_free(&b);
}

static void the_largest_size_can_be_reached_but_not_passed(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_str(&b, "abcd");
	assert_false(b.failed);
	assert_string_equal(b.p, "abcd");
	buf_char(&b, 'e');
	assert_true(b.failed);
	assert_null(b.p);
	assert_int_equal(b.n, 0);
}

static void after_a_failure_nothing_is_added(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4);
	buf_printf(&b, "%s", "too long");
	assert_true(b.failed);
	buf_str(&b, "ab");
	buf_printf(&b, "x");
	buf_clear(&b);
	buf_char(&b, 'a');
	assert_true(b.failed);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

static void clear_keeps_the_memory(void **state)
{
	struct buf b;
	const char *was;

	(void)state;
	buf_init(&b, 100);
	buf_str(&b, "abc");
	was = b.p;
	buf_clear(&b);
	assert_int_equal(b.n, 0);
	assert_string_equal(b.p, "");
	buf_str(&b, "d");
	assert_ptr_equal(b.p, was);
	assert_string_equal(b.p, "d");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_add_up),
		cmocka_unit_test(long_output_is_whole),
		cmocka_unit_test(the_largest_size_can_be_reached_but_not_passed),
		cmocka_unit_test(after_a_failure_nothing_is_added),
		cmocka_unit_test(clear_keeps_the_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
