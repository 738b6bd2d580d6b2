/* test_cpu.c - processors by name, by assumption, and the one at hand. */
#include "machine/machine.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static void test_a_level_has_the_bits_of_the_levels_below(void **state)
{
	static const struct {
		const char *name;
		int level;
		uint32_t bits;
	} rows[] = {
		{"x86-64", 1, 1}, {"x86-64-v2", 2, 3}, {"x86-64-v3", 3, 7}, {"x86-64-v4", 4, 15},
	};
	struct cpu cpu;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(cpu_named(rows[i].name, &cpu));
		assert_int_equal(cpu.machine, EM_X86_64);
		assert_int_equal(cpu.isa_level, rows[i].level);
		assert_int_equal(cpu.isa_bits, rows[i].bits);
		assert_string_equal(cpu.platform, "x86_64");
		assert_false(cpu.avx512_1);
		assert_true(cpu.assumed);
	}
}

static void test_intel_processors_have_platforms(void **state)
{
	struct cpu cpu;

	(void)state;
	assert_true(cpu_named("haswell", &cpu));
	assert_string_equal(cpu.platform, "haswell");
	assert_int_equal(cpu.isa_level, 3);
	assert_true(cpu_named("xeon_phi", &cpu));
	assert_string_equal(cpu.platform, "xeon_phi");
	assert_int_equal(cpu.isa_level, 3);
	assert_true(cpu_named("skylake-avx512", &cpu));
	assert_true(cpu.avx512_1);
}

static void test_a_machine_is_a_name_too(void **state)
{
	struct cpu cpu;

	(void)state;
	assert_true(cpu_named("riscv", &cpu));
	assert_int_equal(cpu.machine, EM_RISCV);
	assert_null(cpu.platform);
	assert_true(cpu_named("aarch64+lse", &cpu));
	assert_int_equal(cpu.machine, EM_AARCH64);
	assert_true(cpu.atomics);
	assert_true(cpu_named("z15", &cpu));
	assert_int_equal(cpu.isa_level, 15);
}

static void test_an_unknown_name_is_refused(void **state)
{
	struct cpu cpu;

	(void)state;
	assert_false(cpu_named("x86-64-v5", &cpu));
	assert_false(cpu_named("", &cpu));
}

static void test_the_assumption_is_the_least_of_the_machine(void **state)
{
	struct cpu cpu;

	(void)state;
	cpu_assumed(EM_X86_64, &cpu);
	assert_int_equal(cpu.isa_level, 1);
	assert_true(cpu.assumed);
	cpu_assumed(EM_AARCH64, &cpu);
	assert_string_equal(cpu.platform, "aarch64");
	assert_false(cpu.atomics);
	cpu_assumed(EM_386, &cpu);
	assert_string_equal(cpu.platform, "i686");
	assert_int_equal(cpu.isa_bits, 1);
	cpu_assumed(EM_ALPHA, &cpu);
	assert_int_equal(cpu.machine, EM_ALPHA);
	assert_null(cpu.platform);
}

/* `ld.so --help` (2.33 and later) says what it found. */
static void test_this_processor_is_what_the_loader_takes_it_for(void **state)
{
	static const char *const names[] = {"x86-64-v2", "x86-64-v3", "x86-64-v4"};
	struct cpu cpu;
	char *help;
	int status = 0;

	(void)state;
	cpu_host(&cpu);
	if (cpu.machine != EM_X86_64 || access("/lib64/ld-linux-x86-64.so.2", X_OK) != 0)
		skip();
	help = command_output("/lib64/ld-linux-x86-64.so.2 --help 2>&1", &status);
	if (help == NULL || status != 0 || strstr(help, "glibc-hwcaps") == NULL) {
		free(help);
		skip();
	}
	assert_false(cpu.assumed);
	for (int i = 0; i < 3; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "  %s (supported, searched)", names[i]);
		assert_int_equal(strstr(help, line) != NULL, cpu.isa_level >= i + 2);
	}
	free(help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_level_has_the_bits_of_the_levels_below),
		cmocka_unit_test(test_intel_processors_have_platforms),
		cmocka_unit_test(test_a_machine_is_a_name_too),
		cmocka_unit_test(test_an_unknown_name_is_refused),
		cmocka_unit_test(test_the_assumption_is_the_least_of_the_machine),
		cmocka_unit_test(test_this_processor_is_what_the_loader_takes_it_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
