/* test_elf_names.c - names of machines, types and relocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "object/elf.h"
#include "object/elfconst.h"

static void machines_have_their_common_names(void **state)
{
	(void)state;
	assert_string_equal(elf_machine_name(62), "x86_64");
	assert_string_equal(elf_machine_name(3), "i386");
	assert_string_equal(elf_machine_name(183), "aarch64");
	assert_string_equal(elf_machine_name(40), "arm");
	assert_string_equal(elf_machine_name(243), "riscv");
	assert_string_equal(elf_machine_name(21), "ppc64");
	assert_string_equal(elf_machine_name(22), "s390x");
	assert_null(elf_machine_name(4711));
	assert_null(elf_machine_name(0));
}

static void types_have_the_names_of_the_standard(void **state)
{
	(void)state;
	assert_string_equal(elf_type_name(1), "ET_REL");
	assert_string_equal(elf_type_name(2), "ET_EXEC");
	assert_string_equal(elf_type_name(3), "ET_DYN");
	assert_null(elf_type_name(5));
}

/* The numbers are those of the psABIs, written out. */
static void relocations_are_named_by_machine(void **state)
{
	static const struct {
		uint16_t machine;
		uint32_t type;
		const char *name;
	} known[] = {
		{ EM_X86_64, 6, "R_X86_64_GLOB_DAT" },
		{ EM_X86_64, 37, "R_X86_64_IRELATIVE" },
		{ EM_386, 7, "R_386_JMP_SLOT" },
		{ EM_386, 42, "R_386_IRELATIVE" },
		{ EM_AARCH64, 1025, "R_AARCH64_GLOB_DAT" },
		{ EM_AARCH64, 1032, "R_AARCH64_IRELATIVE" },
		{ EM_ARM, 21, "R_ARM_GLOB_DAT" },
		{ EM_RISCV, 3, "R_RISCV_RELATIVE" },
		{ EM_PPC, 22, "R_PPC_RELATIVE" },
		{ EM_PPC64, 38, "R_PPC64_ADDR64" },
		{ EM_PPC64, 22, "R_PPC64_RELATIVE" },
		{ EM_S390, 12, "R_390_RELATIVE" },
		{ EM_LOONGARCH, 5, "R_LARCH_JUMP_SLOT" },
		{ EM_MIPS, 3, "R_MIPS_REL32" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_string_equal(elf_reloc_name(known[i].machine, known[i].type), known[i].name);
	assert_null(elf_reloc_name(EM_X86_64, 119));
	assert_null(elf_reloc_name(EM_X86_64, UINT32_MAX));
	assert_null(elf_reloc_name(4711, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(machines_have_their_common_names),
		cmocka_unit_test(types_have_the_names_of_the_standard),
		cmocka_unit_test(relocations_are_named_by_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
