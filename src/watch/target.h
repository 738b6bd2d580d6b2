/* target.h - a stopped process: its mappings, its memory, and the files that are on its stack. */
#ifndef DLWHY_WATCH_TARGET_H
#define DLWHY_WATCH_TARGET_H

#include "base/os.h"
#include "machine/live.h"
#include "object/elf.h"
#include "watch/cfi.h"
#include "watch/stack.h"

enum { TARGET_MODULES = 256 };

/* One file that is mapped where a frame is. */
struct module {
	struct watch_object *object; /* in the arena */
	const struct live_row *row;  /* that it was found by */
	struct os_mapping file;
	unsigned char *copy;         /* out of the process's memory, where there is no file */
	struct view bytes;
	struct elf elf;
	bool opened;                 /* elf is open, and of use */
	struct cfi *cfi;             /* NULL: no unwind table */
	bool asked_debugdata;
	unsigned char *debugdata;    /* .gnu_debugdata, uncompressed */
	struct elf debug_elf;
	bool debug_opened;
};

struct target {
	struct arena *a;
	long pid;
	int mem;                     /* /proc/PID/mem; -1 */
	struct live live;
	bool is64;
	uint16_t machine;
	struct module modules[TARGET_MODULES];
	size_t nmodules;
};

/* 0 or errno. In any case target_close must follow. */
int target_open(struct target *t, long pid, struct arena *a);
void target_close(struct target *t);
/* 0 or errno: all of it or nothing. */
int target_read(const struct target *t, uint64_t at, void *buf, size_t n);
/* A word of the process. */
bool target_word(const struct target *t, uint64_t at, uint64_t *out);
bool target_executable(const struct target *t, uint64_t at);
/* The file that is mapped there, opened; NULL if there is none that can be read. */
struct module *target_module(struct target *t, uint64_t at);

/* ---- symbols.c ---------------------------------------------------------------------------- */

struct symbol_hit {
	const char *name; /* in the file; NULL: none covers the address */
	uint64_t start, size;
	uint8_t type;
};
/* The function of the file that covers the address: .symtab, .gnu_debugdata, else .dynsym. */
void symbol_at(struct module *m, uint64_t vaddr, struct symbol_hit *out);
/* A symbol by name out of .dynsym; false if it is not defined there. */
bool symbol_named(struct module *m, const char *name, uint64_t *vaddr);

/* ---- unwind.c ----------------------------------------------------------------------------- */

struct unwind_arch;
/* NULL: registers of a machine that is not known here. */
const struct unwind_arch *unwind_arch(const unsigned char *raw, size_t n, struct unwind_regs *out,
				      uint16_t *machine);
uint64_t unwind_sp(const struct unwind_arch *arch, const struct unwind_regs *r);
/* From a frame to its caller. `exact`: pc is that of an instruction, not a return address. False: it
 * is the last one. *signal: r is what a signal interrupted: its pc is exact. */
bool unwind_step(struct target *t, const struct unwind_arch *arch, bool exact,
		 struct unwind_regs *r, enum watch_how *how, bool *signal);

/* ---- fault.c ------------------------------------------------------------------------------ */

void fault_read(struct target *t, struct watch_stack *out);

/* ---- bounds.c ----------------------------------------------------------------------------- */

void bounds_read(struct target *t, struct watch_stack *out);

/* ---- called.c ----------------------------------------------------------------------------- */

/* `to`: the object that was called, NULL: address 0; `ret`: where the call comes back to. */
void called_read(struct target *t, const struct watch_object *to, uint64_t ret,
		 struct watch_call *out);

#endif
