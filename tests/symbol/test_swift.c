/* test_swift.c - Swift's names are known by their prefixes. */
#include "symbol/swift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void prefixes_tell(void **state)
{
	(void)state;
	assert_true(swift_is_mangled("$s4main3fooyyF"));
	assert_true(swift_is_mangled("_$s4main3fooyyF"));
	assert_true(swift_is_mangled("$S4main3fooyyF"));
	assert_true(swift_is_mangled("_T04main3fooyyF"));
	assert_false(swift_is_mangled("_Z1fi"));
	assert_false(swift_is_mangled("s4main"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
