/* test_code.c - what is made of the code of a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "code_file.h"

struct fixture {
	char path[64];
	struct source *source;
	struct store *store;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	strcpy(f->path, "/tmp/dlwhy-code-XXXXXX");
	fd = mkstemp(f->path);
	if (fd < 0 || close(fd) != 0)
		return -1;
	f->source = source_host(NULL);
	f->store = store_new(f->source);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	store_free(f->store);
	source_free(f->source);
	free(f);
	return 0;
}

static const struct code_facts *facts_of_bytes(struct fixture *f, const unsigned char *b, size_t n)
{
	FILE *out = fopen(f->path, "wb");
	const struct store_entry *e;

	assert_non_null(out);
	assert_int_equal(fwrite(b, 1, n, out), n);
	assert_int_equal(fclose(out), 0);
	e = store_open(f->store, f->path);
	assert_int_equal(e->err, 0);
	return code_of(f->store, e->file);
}

static const struct code_facts *facts(struct fixture *f, const struct code_lib *l)
{
	unsigned char b[CODE_END];

	code_lib_make(l, b);
	return facts_of_bytes(f, b, sizeof(b));
}

/* vaddps ymm0, ymm0, ymm1; ret */
static const unsigned char avx[] = { 0xc5, 0xfc, 0x58, 0xc1, 0xc3 };
/* addps xmm0, xmm1; ret */
static const unsigned char sse[] = { 0x0f, 0x58, 0xc1, 0xc3 };

#define CODE(bytes) .code = (bytes), .n = sizeof(bytes)

static void instructions_are_counted_with_their_places(void **state)
{
	const struct code_facts *c = facts(*state, &(struct code_lib){ CODE(avx) });

	assert_int_equal(c->state, CODE_READ);
	assert_int_equal(c->functions, 1);
	assert_int_equal(c->instructions, 2);
	assert_int_equal(code_contains(c), UINT64_C(1) << ISA_AVX);
	assert_int_equal(c->use[ISA_AVX].count, 1);
	assert_int_equal(c->use[ISA_AVX].functions, 1);
	assert_int_equal(c->use[ISA_AVX].sites[0].offset, CODE_TEXT);
	assert_int_equal(c->use[ISA_AVX].sites[0].size, 4);
	assert_string_equal(c->use[ISA_AVX].sites[0].text, "vaddps ymm0, ymm0, ymm1");
	assert_int_equal(c->vector, 1);
	assert_int_equal(c->plain, 0);
	assert_null(c->dispatch);
	assert_int_equal(code_starts_with(c), 0);
}

static void the_old_encoding_is_told_from_the_new(void **state)
{
	const struct code_facts *c = facts(*state, &(struct code_lib){ CODE(sse) });

	assert_int_equal(code_contains(c), 0);
	assert_int_equal(c->plain, 1);
	assert_int_equal(c->vector, 0);
}

static void a_constructor_runs_it(void **state)
{
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(avx), .constructor = true });

	assert_int_equal(code_starts_with(c), UINT64_C(1) << ISA_AVX);
	assert_int_equal(c->use[ISA_AVX].start_from, CODE_TEXT);
	assert_string_equal(c->use[ISA_AVX].start.text, "vaddps ymm0, ymm0, ymm1");
}

static void so_does_one_of_the_array(void **state)
{
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(avx), .init_array = true });

	assert_int_equal(code_starts_with(c), UINT64_C(1) << ISA_AVX);
}

static void what_stands_behind_a_branch_does_not_run_in_any_case(void **state)
{
	/* test eax, eax; je +5; vaddps ymm0, ymm0, ymm1; ret */
	static const unsigned char code[] = { 0x85, 0xc0, 0x74, 0x04, 0xc5, 0xfc, 0x58, 0xc1, 0xc3 };
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(code), .constructor = true });

	assert_int_equal(code_contains(c), UINT64_C(1) << ISA_AVX);
	assert_int_equal(code_starts_with(c), 0);
}

static void calls_and_jumps_are_followed(void **state)
{
	/* call +3; ret; nop; nop; jmp +1; int3; vaddps; ret */
	static const unsigned char code[] = { 0xe8, 3,    0,    0,    0,    0xc3, 0x90, 0x90,
					      0xeb, 0x01, 0xcc, 0xc5, 0xfc, 0x58, 0xc1, 0xc3 };
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(code), .constructor = true });

	assert_int_equal(code_starts_with(c), UINT64_C(1) << ISA_AVX);
}

static void a_function_that_calls_itself_comes_to_an_end(void **state)
{
	static const unsigned char call[] = { 0xe8, 0xfb, 0xff, 0xff, 0xff, 0xc3 };
	static const unsigned char jump[] = { 0xeb, 0xfe };

	assert_int_equal(
		code_starts_with(facts(*state, &(struct code_lib){ CODE(call), .constructor = true })),
		0);
	teardown(state);
	setup(state);
	assert_int_equal(
		code_starts_with(facts(*state, &(struct code_lib){ CODE(jump), .constructor = true })),
		0);
}

static void cpuid_is_a_choice(void **state)
{
	/* xor eax, eax; cpuid; vaddps ymm0, ymm0, ymm1; ret */
	static const unsigned char code[] = { 0x31, 0xc0, 0x0f, 0xa2, 0xc5, 0xfc, 0x58, 0xc1, 0xc3 };
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(code), .constructor = true });

	assert_non_null(c->dispatch);
	assert_int_equal(c->dispatch_at, CODE_TEXT + 2);
	assert_int_equal(code_starts_with(c), 0);
}

static void so_are_a_symbol_and_the_list_of_the_kernel(void **state)
{
	assert_non_null(facts(*state, &(struct code_lib){ CODE(avx), .wants = "getauxval" })->dispatch);
	teardown(state);
	setup(state);
	/* read-only data in a segment of its own or not: the whole file is one here */
	assert_non_null(
		facts(*state, &(struct code_lib){ CODE(avx), .constant = "/proc/cpuinfo" })->dispatch);
}

static void cpuid_outside_of_all_functions_counts(void **state)
{
	assert_non_null(facts(*state, &(struct code_lib){ CODE(avx), .constant = "\x0f\xa2" })->dispatch);
}

static void a_machine_that_is_not_known_is_not_read(void **state)
{
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(avx), .machine = EM_RISCV });

	assert_int_equal(c->state, CODE_FOREIGN);
	assert_int_equal(code_contains(c), 0);
}

static void atomics_of_aarch64_are_seen(void **state)
{
	/* ldadd w0, w0, [x1]; ret */
	static const unsigned char code[] = { 0x20, 0x00, 0x20, 0xb8, 0xc0, 0x03, 0x5f, 0xd6 };
	const struct code_facts *c =
		facts(*state, &(struct code_lib){ CODE(code), .machine = EM_AARCH64,
						   .constructor = true });

	assert_int_equal(code_starts_with(c), UINT64_C(1) << ISA_LSE);
}

static void a_file_without_a_table_is_not_read(void **state)
{
	unsigned char b[CODE_END];

	code_lib_make(&(struct code_lib){ CODE(avx) }, b);
	memset(b + CODE_SYM, 0, 0x100);
	assert_int_equal(facts_of_bytes(*state, b, sizeof(b))->state, CODE_NO_TABLE);
}

static void a_function_that_is_longer_than_the_file_ends_with_it(void **state)
{
	unsigned char b[CODE_END];

	code_lib_make(&(struct code_lib){ CODE(avx) }, b);
	memset(b + CODE_SYM + sizeof(Elf64_Sym) + 16, 0xff, 8); /* st_size */
	assert_int_equal(facts_of_bytes(*state, b, sizeof(b))->state, CODE_NO_TABLE);
	teardown(state);
	setup(state);
	memset(b + CODE_SYM + sizeof(Elf64_Sym) + 16 + 4, 0, 4);
	assert_true(facts_of_bytes(*state, b, sizeof(b))->bytes <= 0x2000); /* whole pages */
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(instructions_are_counted_with_their_places),
		TEST(the_old_encoding_is_told_from_the_new),
		TEST(a_constructor_runs_it),
		TEST(so_does_one_of_the_array),
		TEST(what_stands_behind_a_branch_does_not_run_in_any_case),
		TEST(calls_and_jumps_are_followed),
		TEST(a_function_that_calls_itself_comes_to_an_end),
		TEST(cpuid_is_a_choice),
		TEST(so_are_a_symbol_and_the_list_of_the_kernel),
		TEST(cpuid_outside_of_all_functions_counts),
		TEST(a_machine_that_is_not_known_is_not_read),
		TEST(atomics_of_aarch64_are_seen),
		TEST(a_file_without_a_table_is_not_read),
		TEST(a_function_that_is_longer_than_the_file_ends_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
