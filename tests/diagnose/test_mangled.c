/* test_mangled.c - comparing mangled C++ names. */
#include "diagnose/mangled.h"
#include "fixture.h"

static void the_parameters_are_cut_off(void **state)
{
	const char *run = "_ZN3foo3Bar3runENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";

	(void)state;
	assert_int_equal(mangled_name_part(run), strlen("_ZN3foo3Bar3run"));
	assert_int_equal(mangled_name_part("_ZNK3foo3getEv"), strlen("_ZNK3foo3get"));
	assert_int_equal(mangled_name_part("_ZN3foo4nameB5cxx11Ev"), strlen("_ZN3foo4name"));
	assert_int_equal(mangled_name_part("_Z3barv"), strlen("_Z3bar"));
}

static void what_is_not_understood_has_no_name_part(void **state)
{
	(void)state;
	assert_int_equal(mangled_name_part("frobnicate"), 0);
	assert_int_equal(mangled_name_part("_ZN3foo3BarIiE3runEv"), 0); /* template arguments */
	assert_int_equal(mangled_name_part("_ZN"), 0);
	assert_int_equal(mangled_name_part("_ZN99foo"), 0);
	assert_int_equal(mangled_name_part("_ZN3foo"), 0);
	assert_int_equal(mangled_name_part("_Z"), 0);
	assert_int_equal(mangled_name_part("_ZN999999999999999999999foo"), 0);
}

static void a_name_is_readable(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(mangled_readable(f->a, "_ZN10tensorflow8OpKernel4nameEv"),
			    "tensorflow::OpKernel::name");
	assert_string_equal(mangled_readable(f->a, "_ZN3foo3BarC1Ev"), "foo::Bar::Bar");
	assert_string_equal(mangled_readable(f->a, "_ZN3foo3BarD2Ev"), "foo::Bar::~Bar");
	assert_string_equal(mangled_readable(f->a, "_ZTVN3foo3BarE"), "foo::Bar");
	assert_null(mangled_readable(f->a, "printf"));
}

static void the_kind_of_string_is_seen(void **state)
{
	(void)state;
	assert_true(mangled_is_cxx11("_ZN1a1bENSt7__cxx1112basic_stringIcE"));
	assert_true(mangled_is_cxx11("_ZN1a1bB5cxx11Ev"));
	assert_false(mangled_is_cxx11("_ZN1a1bESs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parameters_are_cut_off),
		cmocka_unit_test(what_is_not_understood_has_no_name_part),
		DIAGNOSE_TEST(a_name_is_readable),
		cmocka_unit_test(the_kind_of_string_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
