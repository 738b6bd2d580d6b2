/* test_err.c - errors as values. */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

static void set_fills_the_error_and_returns_its_code(void **state)
{
	struct dlwhy_error e;

	(void)state;
	assert_int_equal(err_set(&e, DLWHY_E_IO, ENOENT, "no %s", "file"), DLWHY_E_IO);
	assert_int_equal(e.code, DLWHY_E_IO);
	assert_int_equal(e.sys_errno, ENOENT);
	assert_true(e.offset == UINT64_MAX);
	assert_string_equal(e.message, "no file");
}

static void a_long_message_is_cut(void **state)
{
	struct dlwhy_error e;

	(void)state;
	err_set(&e, DLWHY_E_LIMIT, 0, "%1000d", 1);
	assert_int_equal(strlen(e.message), sizeof(e.message) - 1);
}

static void nobody_needs_to_take_it(void **state)
{
	(void)state;
	assert_int_equal(err_set(NULL, DLWHY_E_ARGUMENT, 0, "x"), DLWHY_E_ARGUMENT);
	err_clear(NULL);
}

static void cleared_means_ok(void **state)
{
	struct dlwhy_error e;

	(void)state;
	err_set(&e, DLWHY_E_IO, 1, "x");
	err_clear(&e);
	assert_int_equal(e.code, DLWHY_OK);
	assert_string_equal(e.message, "");
	assert_true(e.offset == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(set_fills_the_error_and_returns_its_code),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(nobody_needs_to_take_it),
		cmocka_unit_test(cleared_means_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
