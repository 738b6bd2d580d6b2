/* stack.h - where a process stands that is about to die, and why: its signal, its stack, what is
 * mapped there, the instruction that it could not run.
 *
 * The process must be stopped by this one (ptrace(2)): at the delivery of the signal, or, which costs
 * nothing for signals that a program handles, at its end (PTRACE_EVENT_EXIT), where its memory and its
 * registers are still as they were. The signal is no longer to be had there: hand over the one that
 * os_stopped_signal gave when it was delivered.
 *
 * Callers are found by the unwind tables (.eh_frame) of the files on the stack, and of these alone: a
 * process may map gigabytes. Where there is no table, frame->how says by what the caller was guessed.
 */
#ifndef DLWHY_WATCH_STACK_H
#define DLWHY_WATCH_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/os_stopped.h"
#include "machine/code.h"

enum { WATCH_FRAMES = 256, WATCH_BYTES = 16, WATCH_BOUNDS = 256 };

/* How a frame was found. */
enum watch_how {
	WATCH_TOP,           /* the registers */
	WATCH_TABLE,         /* the unwind table of the object that it called */
	WATCH_CALL,          /* the return address of a call that led nowhere */
	WATCH_FRAME_POINTER, /* guess: the chain of frame pointers */
	WATCH_SCAN           /* guess: an address on the stack that stands behind a call */
};

/* What the loader calls in an object, if that is what the frame is. */
enum watch_part { WATCH_PLAIN, WATCH_CONSTRUCTOR, WATCH_DESTRUCTOR, WATCH_RESOLVER };

struct watch_object {
	const char *path;   /* as the process has it: inside its root; "[vdso]" */
	uint64_t dev, ino;  /* 0: no file */
	uint64_t bias;      /* what is added to an address of the file */
	bool deleted;       /* its name is gone, or is another file by now */
	bool loader;        /* it is the dynamic loader itself */
};

struct watch_frame {
	uint64_t pc;       /* where it stands, or where it would go on */
	const struct watch_object *object; /* NULL: no file is mapped there */
	uint64_t vaddr;    /* in the object: of the instruction, or of the call's last byte */
	const char *symbol, *demangled; /* NULL: not known */
	uint64_t offset;   /* of vaddr from the symbol */
	const char *calls; /* by which name it calls the frame above, which is of another object and
			      has no symbol; NULL: not known */
	enum watch_how how;
	enum watch_part part;
	bool signal;       /* was interrupted there by a signal, whose handler is the frame above */
};

enum watch_place_kind { WATCH_NOTHING, WATCH_FILE, WATCH_STACK, WATCH_HEAP, WATCH_MEMORY };
struct watch_place {   /* what is mapped at an address */
	enum watch_place_kind kind;
	const char *path;  /* of a file */
	uint64_t start, end;
	bool read, write, exec;
};

/* What the machine found wrong. */
enum watch_fault {
	WATCH_NO_FAULT,      /* the signal was sent: abort, kill */
	WATCH_NULL,          /* memory at address 0, or a little above */
	WATCH_UNMAPPED,      /* memory where nothing is */
	WATCH_PROTECTED,     /* memory that may not be used like that */
	WATCH_ADDRESS,       /* no address at all (non-canonical), or badly aligned */
	WATCH_PAST_FILE,     /* a page of a mapped file that the file does not reach */
	WATCH_OVERFLOW,      /* the stack has no more room */
	WATCH_JUMP_NULL,     /* a call of address 0: of a function that is not there */
	WATCH_JUMP_UNMAPPED, /* a call of an address where nothing is */
	WATCH_JUMP_DATA,     /* a call of memory that is not executable */
	WATCH_INSTRUCTION,   /* an instruction that the processor does not run */
	WATCH_ARITHMETIC,
	WATCH_OTHER
};

/* The function that a call meant which led nowhere; NULL: not known. */
struct watch_call {
	const char *symbol;
	bool weak;
};

/* A function of the heap that one object on the stack uses of another. */
struct watch_bound {
	const struct watch_object *by, *to;
	const char *symbol;
};

struct watch_stack {
	uint16_t machine;  /* EM_* */
	bool is64;
	struct os_signal why;
	bool handled;      /* `why` called a handler of the program, which then ended it */
	enum watch_fault fault;
	uint64_t pc, sp;
	struct watch_place at_pc, at_address;
	unsigned char bytes[WATCH_BYTES]; /* at pc, those that can be read */
	size_t nbytes;
	struct code_step step;            /* the instruction there; size 0: not decoded */
	const struct watch_frame *frames; /* innermost first; at least one */
	size_t nframes;
	bool cut;                         /* there were more than WATCH_FRAMES */
	struct watch_call called;         /* WATCH_JUMP_NULL: by the second frame */
	struct watch_bound *bounds;
	size_t nbounds;
	const char *abort_message;        /* what glibc printed before it aborted; NULL */
};

/* Thread `tid` of process `pid`. Strings in a. */
enum dlwhy_code watch_stack(long pid, long tid, struct arena *a, struct watch_stack *out,
			    struct dlwhy_error *err);
/* The same with the signal that was told before; NULL: the one that it is stopped for. */
enum dlwhy_code watch_stack_of(long pid, long tid, const struct os_signal *why, struct arena *a,
			       struct watch_stack *out, struct dlwhy_error *err);
/* "a guess: …", in words; NULL for what is no guess. */
const char *watch_how_words(enum watch_how how);

#endif
