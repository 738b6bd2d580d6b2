/* unwind_fuzzer.c - the unwind table of any file, over any memory: each step ends, and reads nothing that it
 * was not given.
 *
 * The last 512 bytes of the input are the stack, what is before them is the file.
 */
#include <errno.h>
#include <string.h>

#include "watch/cfi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STACK = 512, STEPS = 16 };
#define STACK_AT ((uint64_t)0x7000)

static int read_stack(void *ctx, uint64_t at, void *buf, size_t n)
{
	if (at < STACK_AT || at - STACK_AT > STACK || n > STACK - (at - STACK_AT))
		return EIO;
	memcpy(buf, (const uint8_t *)ctx + (at - STACK_AT), n);
	return 0;
}

static void walk(struct cfi *c, const uint8_t *stack, uint64_t at)
{
	struct cfi_machine m = { read_stack, (void *)(uintptr_t)stack, 8, 16, 7 };
	struct unwind_regs r = { .known = 0xffff };
	bool signal;

	for (unsigned i = 0; i < 16; i++)
		r.r[i] = STACK_AT + i * 8;
	for (unsigned i = 0; i < STEPS; i++) {
		if (cfi_step(c, at, &m, &r, &signal) != CFI_FOUND)
			return;
		at = r.pc & 0xffff;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cfi *c;

	if (size < STACK)
		return 0;
	c = cfi_open((struct view){ data, size - STACK });
	for (uint64_t at = 0; c != NULL && at < 0x3000; at += 0x2b)
		walk(c, data + size - STACK, at);
	cfi_close(c);
	return 0;
}
