/* test_cfi.c - the table of one file, over invented memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "base/os.h"
#include "watch/cfi.h"

enum { WORDS = 64, SP = 7, RA = 16 };
#define STACK ((uint64_t)0x10000)

struct memory {
	uint64_t words[WORDS];
};

static int read_words(void *ctx, uint64_t at, void *buf, size_t n)
{
	const struct memory *m = ctx;

	if (at < STACK || at - STACK > sizeof(m->words) || n > sizeof(m->words) - (at - STACK))
		return EIO;
	memcpy(buf, (const char *)m->words + (at - STACK), n);
	return 0;
}

/* The first bytes of this function have the frame that every function of the psABI begins with. */
__attribute__((noinline, no_sanitize("address", "undefined"))) static void probe(void)
{
	__asm__ volatile("");
}

/* By the linker: where the file's address 0 is. */
extern const char __executable_start[];

static uint64_t load_address(void)
{
	return (uint64_t)(uintptr_t)__executable_start;
}

static void map_self(struct os_mapping *m)
{
	struct os_stat st;
	int fd;

	assert_int_equal(os_open("/proc/self/exe", &fd), 0);
	assert_int_equal(os_fstat(fd, &st), 0);
	assert_int_equal(os_map(fd, st.size, m), 0);
	os_close(fd);
}

static void the_entry_of_a_function(void **state)
{
#ifdef __x86_64__
	struct memory memory = { { 0 } };
	struct cfi_machine machine = { read_words, &memory, 8, 16, SP };
	struct unwind_regs r = { .known = 0xffff };
	struct os_mapping file;
	struct cfi *c;
	bool signal;

	(void)state;
	map_self(&file);
	c = cfi_open(file.bytes);
	assert_non_null(c);
	r.r[SP] = STACK + 16;
	r.r[3] = 4711;
	memory.words[2] = 0x1234;
	assert_int_equal(cfi_step(c, (uint64_t)(uintptr_t)probe - load_address(), &machine, &r,
				  &signal), CFI_FOUND);
	assert_int_equal(r.pc, 0x1234);
	assert_int_equal(r.r[SP], STACK + 24);
	assert_int_equal(r.r[3], 4711);
	assert_false(signal);
	/* Memory that cannot be read is no caller. */
	r.r[SP] = STACK + sizeof(memory.words);
	assert_int_equal(cfi_step(c, (uint64_t)(uintptr_t)probe - load_address(), &machine, &r,
				  &signal), CFI_NONE);
	/* No function lies there. */
	assert_int_equal(cfi_step(c, UINT64_C(1) << 40, &machine, &r, &signal), CFI_NONE);
	cfi_close(c);
	os_unmap(&file);
#else
	(void)state;
	skip();
#endif
}

static void what_is_no_elf_file_has_no_table(void **state)
{
	static const unsigned char text[100] = "#!/bin/sh";

	(void)state;
	assert_null(cfi_open((struct view){ text, sizeof(text) }));
	assert_null(cfi_open((struct view){ NULL, 0 }));
	cfi_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_entry_of_a_function),
		cmocka_unit_test(what_is_no_elf_file_has_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
