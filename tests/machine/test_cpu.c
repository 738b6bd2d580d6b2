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

static uint64_t bit(enum isa x)
{
	return UINT64_C(1) << x;
}

static void test_named_processors_have_their_extensions(void **state)
{
	static const struct {
		const char *name;
		uint64_t has, lacks;
	} rows[] = {
		{"x86-64-v2", UINT64_C(1) << ISA_SSE42, UINT64_C(1) << ISA_AVX},
		{"sandybridge", UINT64_C(1) << ISA_AVX, UINT64_C(1) << ISA_AVX2},
		{"haswell", UINT64_C(1) << ISA_AVX2, UINT64_C(1) << ISA_AVX512F},
		{"bdver2", UINT64_C(1) << ISA_FMA4, UINT64_C(1) << ISA_AVX2},
		{"znver3", UINT64_C(1) << ISA_SHA, UINT64_C(1) << ISA_FMA4},
		{"znver4", UINT64_C(1) << ISA_AVX512BW, UINT64_C(1) << ISA_AMX},
		{"aarch64+lse", UINT64_C(1) << ISA_LSE, UINT64_C(1) << ISA_SVE},
	};
	struct cpu cpu;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(cpu_named(rows[i].name, &cpu));
		assert_string_equal(cpu.name, rows[i].name);
		assert_true((cpu.isa & rows[i].has) != 0);
		assert_true((cpu.isa & rows[i].lacks) == 0);
	}
}

static void test_a_level_and_its_extensions_agree(void **state)
{
	const char *name;
	struct cpu cpu;

	(void)state;
	for (size_t i = 0; (name = cpu_name_at(i)) != NULL; i++) {
		assert_true(cpu_named(name, &cpu));
		if (cpu.machine != EM_X86_64)
			continue;
		assert_int_equal((cpu.isa & bit(ISA_SSE42)) != 0, cpu.isa_level >= 2);
		assert_int_equal((cpu.isa & bit(ISA_AVX2)) != 0, cpu.isa_level >= 3);
		assert_int_equal((cpu.isa & bit(ISA_AVX512BW)) != 0, cpu.isa_level >= 4);
	}
}

/* The kernel lists what it lets programs use. */
static void test_the_extensions_of_this_processor_are_those_of_the_kernel(void **state)
{
	static const struct {
		enum isa isa;
		const char *flag;
	} rows[] = {
		{ISA_SSE3, "pni"}, {ISA_SSSE3, "ssse3"}, {ISA_CX16, "cx16"}, {ISA_SSE41, "sse4_1"},
		{ISA_SSE42, "sse4_2"}, {ISA_POPCNT, "popcnt"}, {ISA_SSE4A, "sse4a"},
		{ISA_AES, "aes"}, {ISA_PCLMUL, "pclmulqdq"}, {ISA_AVX, "avx"},
		{ISA_RDRAND, "rdrand"}, {ISA_FSGSBASE, "fsgsbase"}, {ISA_F16C, "f16c"},
		{ISA_XOP, "xop"}, {ISA_FMA4, "fma4"}, {ISA_TBM, "tbm"}, {ISA_MOVBE, "movbe"},
		{ISA_FMA, "fma"}, {ISA_BMI1, "bmi1"}, {ISA_BMI2, "bmi2"}, {ISA_AVX2, "avx2"},
		{ISA_RTM, "rtm"}, {ISA_ADX, "adx"}, {ISA_SHA, "sha_ni"}, {ISA_AVX512F, "avx512f"},
		{ISA_AVX512CD, "avx512cd"}, {ISA_AVX512BW, "avx512bw"},
		{ISA_AVX512DQ, "avx512dq"}, {ISA_AVX512ER, "avx512er"}, {ISA_AMX, "amx_tile"},
	};
	struct cpu cpu;
	char *flags;
	int status = 0;

	(void)state;
	cpu_host(&cpu);
	flags = command_output("sed -n 's/^flags[^:]*:\\(.*\\)/\\1 /p;T;q' /proc/cpuinfo", &status);
	if (cpu.machine != EM_X86_64 || flags == NULL || strlen(flags) < 10) {
		free(flags);
		skip();
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char word[32];

		(void)snprintf(word, sizeof(word), " %s ", rows[i].flag);
		if ((strstr(flags, word) != NULL) != ((cpu.isa & bit(rows[i].isa)) != 0))
			fail_msg("%s", rows[i].flag);
	}
	free(flags);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named_processors_have_their_extensions),
		cmocka_unit_test(test_a_level_and_its_extensions_agree),
		cmocka_unit_test(test_the_extensions_of_this_processor_are_those_of_the_kernel),
		cmocka_unit_test(test_a_level_has_the_bits_of_the_levels_below),
		cmocka_unit_test(test_intel_processors_have_platforms),
		cmocka_unit_test(test_a_machine_is_a_name_too),
		cmocka_unit_test(test_an_unknown_name_is_refused),
		cmocka_unit_test(test_the_assumption_is_the_least_of_the_machine),
		cmocka_unit_test(test_this_processor_is_what_the_loader_takes_it_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
