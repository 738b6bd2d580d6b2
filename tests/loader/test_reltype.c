/* test_reltype.c - relocation types by machine. */
#include "fixture.h"
#include "loader/facts.h"

static void each_machine_has_its_numbers(void **state)
{
	(void)state;
	assert_int_equal(reltype_of(EM_X86_64, true, R_X86_64_JUMP_SLOT), RT_PLT);
	assert_int_equal(reltype_of(EM_386, false, R_386_JMP_SLOT), RT_PLT);
	assert_int_equal(reltype_of(EM_AARCH64, true, R_AARCH64_TLS_TPREL), RT_TLS_STATIC);
	assert_int_equal(reltype_of(EM_ARM, false, R_ARM_COPY), RT_COPY);
	assert_int_equal(reltype_of(EM_RISCV, true, R_RISCV_TLS_DTPMOD64), RT_TLS_DYNAMIC);
	assert_int_equal(reltype_of(EM_RISCV, true, 58), RT_IRELATIVE);
	assert_int_equal(reltype_of(EM_X86_64, true, R_X86_64_TLSDESC), RT_TLS_DESC);
}

static void types_for_the_linker_alone_are_unknown_to_the_loader(void **state)
{
	(void)state;
	assert_int_equal(reltype_of(EM_X86_64, true, R_X86_64_PLT32), RT_UNKNOWN);
	assert_int_equal(reltype_of(EM_X86_64, true, R_X86_64_GOTPCREL), RT_UNKNOWN);
	assert_int_equal(reltype_of(EM_386, false, R_386_GOTOFF), RT_UNKNOWN);
	assert_int_equal(reltype_of(EM_AARCH64, true, R_AARCH64_CALL26), RT_UNKNOWN);
	assert_int_equal(reltype_of(EM_X86_64, true, UINT32_MAX), RT_UNKNOWN);
}

static void relative64_is_for_x32_alone(void **state)
{
	(void)state;
	assert_int_equal(reltype_of(EM_X86_64, true, R_X86_64_RELATIVE64), RT_UNKNOWN);
	assert_int_equal(reltype_of(EM_X86_64, false, R_X86_64_RELATIVE64), RT_RELATIVE);
}

static void of_a_machine_without_a_table_no_type_is_refused(void **state)
{
	(void)state;
	assert_false(reltype_known(EM_S390));
	assert_int_equal(reltype_of(EM_S390, true, 12345), RT_PLAIN);
	assert_true(reltype_known(EM_X86_64));
}

static void type_zero_does_nothing_anywhere(void **state)
{
	static const uint16_t machines[] = { EM_X86_64, EM_386, EM_AARCH64, EM_ARM, EM_RISCV };

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		assert_int_equal(reltype_of(machines[i], true, 0), RT_NONE);
}

static void pointers_and_calls_are_looked_up_differently(void **state)
{
	(void)state;
	assert_int_equal(reltype_class(RT_PLAIN), REF_PLAIN);
	assert_int_equal(reltype_class(RT_PLT), REF_PLT);
	assert_int_equal(reltype_class(RT_COPY), REF_COPY);
	assert_int_equal(reltype_class(RT_TLS_DYNAMIC), REF_PLT);
	assert_int_equal(reltype_class(RT_TLS_STATIC), REF_PLT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_machine_has_its_numbers),
		cmocka_unit_test(types_for_the_linker_alone_are_unknown_to_the_loader),
		cmocka_unit_test(relative64_is_for_x32_alone),
		cmocka_unit_test(of_a_machine_without_a_table_no_type_is_refused),
		cmocka_unit_test(type_zero_does_nothing_anywhere),
		cmocka_unit_test(pointers_and_calls_are_looked_up_differently),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
