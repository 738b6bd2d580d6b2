/* code.h - which extensions of its processor's instruction set the machine code of a file uses.
 *
 * The functions of a file are disassembled one by one. What is found says what the code CONTAINS; a
 * file that looks at the processor first may contain much that it never runs. So the facts also
 * say whether the file could look (dispatch), and what runs in any case: the code at the beginning
 * of constructors, up to the first branch that depends on something.
 */
#ifndef DLWHY_MACHINE_CODE_H
#define DLWHY_MACHINE_CODE_H

#include "machine/machine.h"

enum { CODE_SITES = 3 };

struct code_site {
	uint64_t vaddr, offset; /* of the instruction; in the file */
	uint64_t function;      /* address of the function that it is in */
	uint8_t size;           /* bytes */
	char text[56];          /* "vaddps ymm0, ymm1, ymmword ptr [rax]" */
};

struct code_use {
	uint64_t count;         /* instructions */
	uint64_t functions;     /* functions that have one or more of them */
	struct code_site sites[CODE_SITES]; /* the first ones by address */
	struct code_site start; /* the first that runs when the file is loaded or started */
	uint64_t start_from;    /* the constructor or entry that leads there; 0: none does */
};

enum code_state {
	CODE_READ,
	CODE_FOREIGN,  /* a machine whose code is not read here */
	CODE_NO_TABLE  /* neither unwind table nor symbols tell where functions are */
};

struct code_facts {
	enum code_state state;
	bool cut;               /* one of the bounds was reached: not all code was read */
	bool started;           /* the code at its start could be followed */
	uint64_t functions, bytes, instructions;
	uint64_t unknown;       /* instructions that the disassembler does not know */
	uint64_t plain, vector; /* functions with SSE in its old encoding alone; with VEX or EVEX */
	const char *dispatch;   /* how it can ask what the processor has, in words; NULL: nothing
				   was found by which it could */
	uint64_t dispatch_at;   /* address of that instruction, 0 if it is a symbol */
	struct code_use use[ISA_COUNT];
};

/* The facts of a file; the caller's to free(3). NULL: no memory. */
struct code_facts *code_read(const struct elf *e);
/* The facts of a file, made at the first call and kept by the store; NULL: no memory. */
const struct code_facts *code_of(struct store *s, const struct store_file *f);
/* The extensions that occur at all, and those of the start, as masks. */
uint64_t code_contains(const struct code_facts *c);
uint64_t code_starts_with(const struct code_facts *c);

/* ---- for the decoders --------------------------------------------------------------------- */

enum code_flow {
	FLOW_NEXT, FLOW_JUMP, FLOW_CALL, /* the latter two with a target */
	FLOW_AWAY,    /* a jump whose target is not in the instruction */
	FLOW_CALL_AWAY,
	FLOW_BRANCH,  /* depends on something */
	FLOW_RETURN, FLOW_END
};

struct code_step {
	enum code_flow flow;
	uint64_t target;
	uint64_t isa;         /* extensions that it belongs to */
	unsigned size;        /* bytes; 0: it could not be decoded at all */
	bool unknown;         /* only its length is known */
	bool asks;            /* CPUID and the like */
	bool sse, vex;        /* an SSE instruction in its old encoding; VEX or EVEX */
	bool gives_main;      /* x86-64: puts `target` into RDI */
	char text[56];        /* empty where isa is 0 */
};

/* One instruction by itself, of a process that stands at it: its text is there, whatever it belongs
 * to, if it could be decoded. False: a machine whose code is not read here, or no memory. */
bool code_one(uint16_t machine, const unsigned char *p, size_t n, uint64_t vaddr,
	      struct code_step *out);

struct code_decoder {
	void *state;
	void (*step)(void *state, const unsigned char *p, size_t n, uint64_t vaddr,
		     struct code_step *out);
	void (*close)(void *state);
};
/* False: no memory. */
bool code_x86_open(struct code_decoder *d);
/* One instruction, its text never empty if it could be decoded. False: no memory. */
bool code_x86_one(bool is64, const unsigned char *p, size_t n, uint64_t vaddr,
		  struct code_step *out);
bool code_arm64_open(struct code_decoder *d);

#endif
