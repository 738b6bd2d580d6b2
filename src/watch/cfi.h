/* cfi.h - the unwind table of one file, and the step from a frame to its caller that it describes.
 *
 * Alone in using libdw, whose headers give names of this program to other functions.
 */
#ifndef DLWHY_WATCH_CFI_H
#define DLWHY_WATCH_CFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum { UNWIND_REGS = 34 };
struct unwind_regs {
	uint64_t r[UNWIND_REGS]; /* by the numbers of DWARF */
	uint64_t known;          /* one bit for each */
	uint64_t pc;
};

/* The machine whose registers they are. */
struct cfi_machine {
	int (*read)(void *ctx, uint64_t at, void *buf, size_t n); /* its memory: 0 or errno */
	void *ctx;
	unsigned word, nregs, sp; /* bytes of a word; registers; number of the stack pointer */
};

enum cfi_found {
	CFI_FOUND,
	CFI_END, /* the outermost frame */
	CFI_NONE /* the table does not tell */
};

struct cfi;
/* The table of an ELF file of this byte order; the bytes must outlive it. NULL: there is none. */
struct cfi *cfi_open(struct view file);
void cfi_close(struct cfi *c); /* NULL is fine */
/* The caller's registers in *r, if the answer is CFI_FOUND. *signal: a signal came there. */
enum cfi_found cfi_step(struct cfi *c, uint64_t vaddr, const struct cfi_machine *machine,
			struct unwind_regs *r, bool *signal);

#endif
