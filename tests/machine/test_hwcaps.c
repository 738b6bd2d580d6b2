/* test_hwcaps.c - the sub-directories of a search, by version and processor. */
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

static int setup(void **state)
{
	*state = arena_new(0);
	return *state == NULL;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* All of them, with a blank between; the last one, "", shows as a blank at the end. */
static const char *subdirs(struct arena *a, int minor, const char *name)
{
	const char *const *dirs;
	const char *all = "";
	struct cpu cpu;
	size_t n;

	assert_true(cpu_named(name, &cpu));
	hwcaps_subdirs(minor, &cpu, a, &dirs, &n);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(a, "%s%s%s", all, i > 0 ? " " : "", dirs[i]);
	return all;
}

static void test_versions_before_2_33_have_only_legacy_ones(void **state)
{
	assert_string_equal(subdirs(*state, 32, "x86-64-v4"),
			    "tls/x86_64/x86_64/ tls/x86_64/ tls/ x86_64/x86_64/ x86_64/ ");
	/* no important bits yet, and the platform was the kernel's */
	assert_string_equal(subdirs(*state, 25, "haswell"), "tls/x86_64/ tls/ x86_64/ ");
}

static void test_both_kinds_exist_from_2_33_to_2_36(void **state)
{
	assert_string_equal(subdirs(*state, 36, "x86-64-v3"),
			    "glibc-hwcaps/x86-64-v3/ glibc-hwcaps/x86-64-v2/ "
			    "tls/x86_64/x86_64/ tls/x86_64/ tls/ x86_64/x86_64/ x86_64/ ");
}

static void test_combinations_go_from_the_fullest_to_the_emptiest(void **state)
{
	assert_string_equal(subdirs(*state, 31, "skylake-avx512"),
			    "tls/haswell/avx512_1/x86_64/ tls/haswell/avx512_1/ "
			    "tls/haswell/x86_64/ tls/haswell/ tls/avx512_1/x86_64/ tls/avx512_1/ "
			    "tls/x86_64/ tls/ haswell/avx512_1/x86_64/ haswell/avx512_1/ "
			    "haswell/x86_64/ haswell/ avx512_1/x86_64/ avx512_1/ x86_64/ ");
}

static void test_legacy_ones_are_gone_in_2_37(void **state)
{
	assert_string_equal(subdirs(*state, 37, "haswell"),
			    "glibc-hwcaps/x86-64-v3/ glibc-hwcaps/x86-64-v2/ ");
	assert_string_equal(subdirs(*state, 37, "x86-64"), "");
}

static void test_an_unknown_version_counts_as_a_new_one(void **state)
{
	assert_string_equal(subdirs(*state, 0, "x86-64-v2"), "glibc-hwcaps/x86-64-v2/ ");
}

static void test_other_machines_have_their_own(void **state)
{
	assert_string_equal(subdirs(*state, 31, "i686"), "tls/i686/sse2/ tls/i686/ tls/sse2/ tls/ "
							 "i686/sse2/ i686/ sse2/ ");
	assert_string_equal(subdirs(*state, 31, "aarch64"), "tls/aarch64/ tls/ aarch64/ ");
	assert_string_equal(subdirs(*state, 31, "aarch64+lse"),
			    "tls/aarch64/atomics/ tls/aarch64/ tls/atomics/ tls/ "
			    "aarch64/atomics/ aarch64/ atomics/ ");
	assert_string_equal(subdirs(*state, 40, "aarch64+lse"), "");
	assert_string_equal(subdirs(*state, 40, "power10"),
			    "glibc-hwcaps/power10/ glibc-hwcaps/power9/ ");
}

static void test_a_name_is_of_no_use_before_the_version_that_knows_it(void **state)
{
	assert_string_equal(subdirs(*state, 41, "z17"), "glibc-hwcaps/z16/ glibc-hwcaps/z15/ "
							"glibc-hwcaps/z14/ glibc-hwcaps/z13/ ");
	assert_string_equal(subdirs(*state, 42, "z14"), "glibc-hwcaps/z14/ glibc-hwcaps/z13/ ");
}

/* The loader's own list for one folder, without what it lists twice. NULL: not to be had. */
static const char *real_subdirs(struct arena *a)
{
	static const char command[] = "LD_DEBUG=libs LD_LIBRARY_PATH=/no/such /bin/cat /dev/null 2>&1";
	const char *all = "", *p;
	char *text;
	int status = 0;

	text = command_output(command, &status);
	p = text == NULL ? NULL : strstr(text, "search path=/no/such");
	if (p != NULL)
		p += strlen("search path=");
	while (p != NULL && strncmp(p, "/no/such", 8) == 0) {
		size_t n = strcspn(p, ":\t\n");
		const char *dir = n > 8 ? arena_printf(a, "%.*s/ ", (int)n - 9, p + 9) : "";

		if (strstr(all, arena_printf(a, " %s", dir)) == NULL)
			all = arena_printf(a, "%s%s%s", all, *all == '\0' ? " " : "", dir);
		p += n + (p[n] == ':' ? 1 : 0);
	}
	free(text);
	return *all == '\0' ? NULL : all + 1;
}

static void test_this_machine_agrees_with_its_loader(void **state)
{
	struct arena *a = *state;
	const char *real = real_subdirs(a), *ours = "";
	const char *const *dirs;
	struct glibc_install install;
	struct source *source;
	struct store *store;
	struct cpu cpu;
	size_t n;

	cpu_host(&cpu);
	if (real == NULL || cpu.machine != EM_X86_64 || sizeof(void *) != 8)
		skip();
	source = source_host(NULL);
	store = store_new(source);
	glibc_install_read(store, "/lib64/ld-linux-x86-64.so.2", EM_X86_64, true, a, &install);
	hwcaps_subdirs(install.minor, &cpu, a, &dirs, &n);
	for (size_t i = 0; i + 1 < n; i++)
		ours = arena_printf(a, "%s%s ", ours, dirs[i]);
	assert_string_equal(ours, real);
	store_free(store);
	source_free(source);
}

#define with_arena(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_arena(test_versions_before_2_33_have_only_legacy_ones),
		with_arena(test_both_kinds_exist_from_2_33_to_2_36),
		with_arena(test_combinations_go_from_the_fullest_to_the_emptiest),
		with_arena(test_legacy_ones_are_gone_in_2_37),
		with_arena(test_an_unknown_version_counts_as_a_new_one),
		with_arena(test_other_machines_have_their_own),
		with_arena(test_a_name_is_of_no_use_before_the_version_that_knows_it),
		with_arena(test_this_machine_agrees_with_its_loader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
