/* test_code_pe.c - samples of the functions of a file of Windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine/code_pe.h"

enum { TABLE = 0x100, CODE = 0x400, FUNCTION = 16, SIZE = 0x1000 };

static const char with_sse[] = "\x0f\x58\xc1\xc3", with_avx[] = "\xc5\xf4\x58\xc2\xc3", neither[] = "\x31\xc0\xc3";

/* All of the file is in its headers, so that addresses are places. */
static struct pe file_of(unsigned char *bytes, const char *const *functions, size_t n)
{
	struct pe e = { .file = { bytes, SIZE }, .machine = PE_AMD64, .is64 = true, .headers_size = SIZE };

	memset(bytes, 0, SIZE);
	for (size_t i = 0; i < n; i++) {
		uint32_t row[3] = { (uint32_t)(CODE + i * FUNCTION), 0, 0 };

		row[1] = row[0] + (uint32_t)strlen(functions[i]);
		memcpy(bytes + TABLE + i * sizeof(row), row, sizeof(row));
		memcpy(bytes + row[0], functions[i], strlen(functions[i]));
	}
	e.dirs[PE_DIR_EXCEPTION] = (struct pe_dir){ TABLE, (uint32_t)n * 12 };
	return e;
}

static void functions_are_told_by_what_they_use(void **state)
{
	static const char *const functions[] = { with_sse, with_avx, neither, with_avx };
	unsigned char bytes[SIZE];
	struct pe e = file_of(bytes, functions, 4);
	struct code_pe c;

	(void)state;
	assert_true(code_pe_read(&e, &c));
	assert_int_equal(c.functions, 4);
	assert_int_equal(c.plain, 1);
	assert_int_equal(c.vector, 2);
}

static void rows_that_lie_are_passed_over(void **state)
{
	static const char *const functions[] = { with_avx, with_avx, with_avx };
	unsigned char bytes[SIZE];
	struct pe e = file_of(bytes, functions, 3);
	uint32_t outside[3] = { SIZE + 5, UINT32_MAX, 0 }, backwards[3] = { CODE + FUNCTION, CODE, 0 };
	struct code_pe c;

	(void)state;
	memcpy(bytes + TABLE, outside, sizeof(outside));
	memcpy(bytes + TABLE + 12, backwards, sizeof(backwards));
	assert_true(code_pe_read(&e, &c));
	assert_int_equal(c.functions, 1);
	e.dirs[PE_DIR_EXCEPTION] = (struct pe_dir){ SIZE - 4, UINT32_MAX };
	assert_false(code_pe_read(&e, &c));
	e.dirs[PE_DIR_EXCEPTION].rva = 0;
	assert_false(code_pe_read(&e, &c));
}

static void other_processors_are_not_read(void **state)
{
	static const char *const functions[] = { with_avx };
	unsigned char bytes[SIZE];
	struct pe e = file_of(bytes, functions, 1);
	struct code_pe c;

	(void)state;
	e.machine = PE_ARM64;
	assert_false(code_pe_read(&e, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_told_by_what_they_use),
		cmocka_unit_test(rows_that_lie_are_passed_over),
		cmocka_unit_test(other_processors_are_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
