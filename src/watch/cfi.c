/* cfi.c - from a frame to its caller by the table of its file.
 *
 * libdw reads the table (.eh_frame) and says by which expressions the caller's registers are found; the
 * expressions are evaluated here, over the memory of the process. Its libdwfl, which would do the whole,
 * reports every mapped file first, and opens libdebuginfod if the machine has one.
 *
 * Sources: DWARF 5, 2.5 and 6.4; elfutils, libdwfl/frame_unwind.c (handle_cfi, expr_eval).
 */
#include "watch/cfi.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>

enum { EXPR_STACK = 32, EXPR_STEPS = 512 };

struct cfi {
	Elf *elf;
	Dwarf_CFI *table;
};

/* ---- expressions -------------------------------------------------------------------------- */

struct expr {
	const struct cfi_machine *m;
	const struct unwind_regs *regs;
	const uint64_t *cfa;  /* NULL while it is the CFA that is asked for */
	uint64_t stack[EXPR_STACK];
	size_t n;
	bool bad, value;
};

static void push(struct expr *x, uint64_t v)
{
	if (x->n == EXPR_STACK) {
		x->bad = true;
		return;
	}
	x->stack[x->n++] = x->m->word == 4 ? v & UINT32_MAX : v;
}

static uint64_t pop(struct expr *x)
{
	if (x->n == 0) {
		x->bad = true;
		return 0;
	}
	return x->stack[--x->n];
}

static void push_reg(struct expr *x, uint64_t reg, uint64_t offset)
{
	if (reg >= UNWIND_REGS || (x->regs->known >> reg & 1) == 0)
		x->bad = true;
	else
		push(x, x->regs->r[reg] + offset);
}

static void push_memory(struct expr *x, uint64_t size)
{
	uint64_t at = pop(x), v = 0;
	unsigned char buf[8] = { 0 };

	if (size == 0 || size > 8 || x->bad || x->m->read(x->m->ctx, at, buf, size) != 0) {
		x->bad = true;
		return;
	}
	v = load64(buf, false); /* the other bytes are zero: all machines here are little-endian */
	push(x, v);
}

static int64_t as_signed(const struct expr *x, uint64_t v)
{
	return x->m->word == 4 ? (int32_t)(uint32_t)v : (int64_t)v;
}

/* Operations of two values; false if it is none. */
static bool binary(struct expr *x, uint8_t op)
{
	uint64_t b, a;

	if (x->n < 2)
		return false;
	b = x->stack[x->n - 1];
	a = x->stack[x->n - 2];
	switch (op) {
	case DW_OP_and: a &= b; break;
	case DW_OP_or: a |= b; break;
	case DW_OP_xor: a ^= b; break;
	case DW_OP_plus: a += b; break;
	case DW_OP_minus: a -= b; break;
	case DW_OP_mul: a *= b; break;
	case DW_OP_shl: a = b < 64 ? a << b : 0; break;
	case DW_OP_shr: a = b < 64 ? a >> b : 0; break;
	case DW_OP_shra: a = (uint64_t)(as_signed(x, a) >> (b < 63 ? b : 63)); break;
	case DW_OP_eq: a = a == b; break;
	case DW_OP_ne: a = a != b; break;
	case DW_OP_lt: a = as_signed(x, a) < as_signed(x, b); break;
	case DW_OP_le: a = as_signed(x, a) <= as_signed(x, b); break;
	case DW_OP_gt: a = as_signed(x, a) > as_signed(x, b); break;
	case DW_OP_ge: a = as_signed(x, a) >= as_signed(x, b); break;
	default: return false;
	}
	x->n -= 2;
	push(x, a);
	return true;
}

/* Operations that move values or read memory; false if it is none. */
static bool moving(struct expr *x, const Dwarf_Op *op)
{
	uint64_t a, b;

	switch (op->atom) {
	case DW_OP_dup: a = pop(x); push(x, a); push(x, a); return true;
	case DW_OP_drop: (void)pop(x); return true;
	case DW_OP_over: b = pop(x); a = pop(x); push(x, a); push(x, b); push(x, a); return true;
	case DW_OP_swap: b = pop(x); a = pop(x); push(x, b); push(x, a); return true;
	case DW_OP_deref: push_memory(x, x->m->word); return true;
	case DW_OP_deref_size: push_memory(x, op->number); return true;
	case DW_OP_plus_uconst: push(x, pop(x) + op->number); return true;
	case DW_OP_neg: push(x, 0 - pop(x)); return true;
	case DW_OP_not: push(x, ~pop(x)); return true;
	case DW_OP_nop: return true;
	case DW_OP_call_frame_cfa:
		if (x->cfa == NULL)
			x->bad = true;
		else
			push(x, *x->cfa);
		return true;
	default: return false;
	}
}

static bool constant(struct expr *x, const Dwarf_Op *op)
{
	uint8_t atom = op->atom;

	if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
		push(x, (uint64_t)(atom - DW_OP_lit0));
	else if (atom == DW_OP_addr || (atom >= DW_OP_const1u && atom <= DW_OP_consts))
		push(x, op->number);
	else if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
		push_reg(x, (uint64_t)(atom - DW_OP_breg0), op->number);
	else if (atom == DW_OP_bregx)
		push_reg(x, op->number, op->number2);
	else
		return false;
	return true;
}

/* DW_OP_bra and DW_OP_skip: the operation that stands `number` bytes behind the next. */
static bool jump(struct expr *x, const Dwarf_Op *ops, size_t n, size_t *i)
{
	uint64_t to;

	if (ops[*i].atom != DW_OP_skip && ops[*i].atom != DW_OP_bra)
		return false;
	if (ops[*i].atom == DW_OP_bra && pop(x) == 0)
		return true;
	to = ops[*i].offset + 3 + ops[*i].number;
	for (size_t k = 0; k < n; k++)
		if (ops[k].offset == to) {
			*i = k - 1; /* the loop adds one */
			return true;
		}
	x->bad = true;
	return true;
}

/* The value of an expression; of a place in memory what is there. */
static bool evaluate(struct expr *x, const Dwarf_Op *ops, size_t n, bool place, uint64_t *out)
{
	unsigned steps = 0;

	if (n == 1 && (ops[0].atom == DW_OP_regx ||
		       (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31))) {
		push_reg(x, ops[0].atom == DW_OP_regx ? ops[0].number
						      : (uint64_t)(ops[0].atom - DW_OP_reg0), 0);
		*out = pop(x);
		return !x->bad;
	}
	for (size_t i = 0; i < n && !x->bad; i++) {
		if (++steps > EXPR_STEPS)
			return false;
		if (ops[i].atom == DW_OP_stack_value) {
			x->value = true;
			continue;
		}
		if (!constant(x, &ops[i]) && !jump(x, ops, n, &i) && !moving(x, &ops[i]) &&
		    !binary(x, ops[i].atom))
			return false;
	}
	if (place && !x->value)
		push_memory(x, x->m->word);
	*out = pop(x);
	return !x->bad;
}

/* ---- by the table ------------------------------------------------------------------------- */

struct row {
	const struct cfi_machine *m;
	struct unwind_regs old;
	Dwarf_Frame *frame;
	uint64_t cfa;
};

static bool find_cfa(struct row *w)
{
	struct expr x = { .m = w->m, .regs = &w->old };
	Dwarf_Op *ops;
	size_t n;

	return dwarf_frame_cfa(w->frame, &ops, &n) == 0 && n > 0 &&
	       evaluate(&x, ops, n, false, &w->cfa);
}

static enum cfi_found find_register(const struct row *w, int reg, uint64_t *out)
{
	struct expr x = { .m = w->m, .regs = &w->old, .cfa = &w->cfa };
	Dwarf_Op memory[3], *ops;
	size_t n;

	if (dwarf_frame_register(w->frame, reg, memory, &ops, &n) != 0)
		return CFI_NONE;
	if (n == 0 && ops == memory)
		return CFI_END; /* undefined */
	if (n == 0) {
		*out = w->old.r[reg];
		return (w->old.known >> reg & 1) != 0 ? CFI_FOUND : CFI_NONE;
	}
	return evaluate(&x, ops, n, true, out) ? CFI_FOUND : CFI_NONE;
}

static enum cfi_found by_row(struct row *w, int ra, struct unwind_regs *r)
{
	enum cfi_found found;
	uint64_t pc, v;

	w->old = *r;
	if (ra < 0 || ra >= UNWIND_REGS || !find_cfa(w))
		return CFI_NONE;
	found = find_register(w, ra, &pc);
	if (found != CFI_FOUND)
		return found;
	r->known = 0;
	for (int i = 0; i < (int)w->m->nregs; i++) {
		if (find_register(w, i, &v) != CFI_FOUND)
			continue;
		r->r[i] = v;
		r->known |= UINT64_C(1) << i;
	}
	if ((r->known >> w->m->sp & 1) == 0 || r->r[w->m->sp] == w->old.r[w->m->sp])
		r->r[w->m->sp] = w->cfa;
	r->known |= UINT64_C(1) << w->m->sp;
	r->pc = pc;
	return CFI_FOUND;
}

enum cfi_found cfi_step(struct cfi *c, uint64_t vaddr, const struct cfi_machine *machine,
			struct unwind_regs *r, bool *signal)
{
	struct row w = { .m = machine };
	enum cfi_found found;
	int ra;

	*signal = false;
	if (dwarf_cfi_addrframe(c->table, vaddr, &w.frame) != 0)
		return CFI_NONE;
	ra = dwarf_frame_info(w.frame, NULL, NULL, signal);
	found = by_row(&w, ra, r);
	free(w.frame);
	return found;
}

struct cfi *cfi_open(struct view file)
{
	struct cfi *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	(void)elf_version(EV_CURRENT);
	/* libelf takes bytes that may be written, and does not write those of this byte order. */
	c->elf = elf_memory((char *)(uintptr_t)file.p, file.n);
	c->table = c->elf != NULL ? dwarf_getcfi_elf(c->elf) : NULL;
	if (c->table != NULL)
		return c;
	cfi_close(c);
	return NULL;
}

void cfi_close(struct cfi *c)
{
	if (c == NULL)
		return;
	if (c->table != NULL)
		dwarf_cfi_end(c->table);
	if (c->elf != NULL)
		elf_end(c->elf);
	free(c);
}
