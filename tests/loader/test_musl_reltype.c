/* test_musl_reltype.c - the relocation types that musl knows. */
#include "musl_world.h"

static enum musl_reltype type_of(struct fixture *f, uint16_t machine, uint32_t type)
{
	f->w.machine = machine;
	return musl_reltype(&f->w, type);
}

static void types_are_those_of_the_process(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type_of(f, EM_X86_64, R_X86_64_GLOB_DAT), MUSL_REL_GOT);
	assert_int_equal(type_of(f, EM_X86_64, R_X86_64_JUMP_SLOT), MUSL_REL_PLT);
	assert_int_equal(type_of(f, EM_X86_64, R_X86_64_TPOFF64), MUSL_REL_TPOFF);
	assert_int_equal(type_of(f, EM_AARCH64, R_AARCH64_RELATIVE), MUSL_REL_RELATIVE);
	assert_int_equal(type_of(f, EM_X86_64, R_AARCH64_RELATIVE), MUSL_REL_UNKNOWN);
}

static void functions_chosen_at_load_time_are_unknown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type_of(f, EM_X86_64, R_X86_64_IRELATIVE), MUSL_REL_UNKNOWN);
	assert_int_equal(type_of(f, EM_AARCH64, R_AARCH64_IRELATIVE), MUSL_REL_UNKNOWN);
}

static void widths_differ_where_the_machine_has_two(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type_of(f, EM_RISCV, R_RISCV_64), MUSL_REL_SYMBOLIC);
	assert_int_equal(type_of(f, EM_RISCV, R_RISCV_32), MUSL_REL_UNKNOWN);
	assert_int_equal(type_of(f, EM_RISCV, R_RISCV_JUMP_SLOT), MUSL_REL_PLT);
	f->w.is64 = false;
	assert_int_equal(type_of(f, EM_RISCV, R_RISCV_32), MUSL_REL_SYMBOLIC);
	assert_int_equal(type_of(f, EM_X86_64, R_X86_64_64), MUSL_REL_UNKNOWN); /* x32 */
}

static void of_an_unknown_machine_no_type_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(type_of(f, EM_SPARC, 77), MUSL_REL_SYMBOLIC);
	assert_int_equal(type_of(f, EM_SPARC, 0), MUSL_REL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MUSL_TEST(types_are_those_of_the_process),
		MUSL_TEST(functions_chosen_at_load_time_are_unknown),
		MUSL_TEST(widths_differ_where_the_machine_has_two),
		MUSL_TEST(of_an_unknown_machine_no_type_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
