/* test_elf_empty.c - a library that has a name and nothing else, in each format. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "object/elf_empty.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "object/elf.h"
#include "object/elfconst.h"

static void it_is_read_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		unsigned char buf[ELF_EMPTY_SIZE] = { 0 };
		struct elf_hash h;
		struct view v;
		struct elf e;

		assert_true(elf_empty(buf, EM_AARCH64, (i & 1) != 0, (i & 2) != 0, 7, "libx.so.1", &v));
		assert_true(elf_open(v, sizeof(buf), &e));
		assert_int_equal(e.defect, ELF_OK);
		assert_true(e.is64 == ((i & 1) != 0) && e.big_endian == ((i & 2) != 0));
		assert_int_equal(e.machine, EM_AARCH64);
		assert_int_equal(e.flags, 7);
		assert_int_equal(e.type, ET_DYN);
		assert_string_equal(e.soname, "libx.so.1");
		assert_int_equal(e.nneeds, 0);
		assert_int_equal(elf_sym_count(&e), 1); /* the first one is none */
		elf_hash_open(&e, &h);
		assert_true(h.sysv);
		elf_close(&e);
	}
}

static void a_long_name(void **state)
{
	static unsigned char buf[ELF_EMPTY_SIZE];
	char name[ELF_EMPTY_NAME + 1];
	struct view v;

	(void)state;
	memset(name, 'x', sizeof(name));
	name[ELF_EMPTY_NAME - 1] = '\0';
	assert_true(elf_empty(buf, EM_X86_64, true, false, 0, name, &v));
	name[ELF_EMPTY_NAME - 1] = 'x';
	name[ELF_EMPTY_NAME] = '\0';
	assert_false(elf_empty(buf, EM_X86_64, true, false, 0, name, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_read_back),
		cmocka_unit_test(a_long_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
