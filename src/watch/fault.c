/* fault.c - what the machine found wrong: the signal, read together with what is mapped.
 *
 * Sources: sigaction(2) for the codes; mm/memory.c and arch/x86/mm/fault.c of Linux for who sends them.
 */
#include <signal.h>
#include <string.h>

#include "watch/target.h"

/* mmap_min_addr: nothing is ever mapped below it. */
#define NULL_END ((uint64_t)65536)
/* Below the stack the kernel keeps a gap (stack_guard_gap: 256 pages) that it does not grow into; a
 * function with large locals may step over some of it. */
#define STACK_GAP ((uint64_t)2 << 20)
#define STACK_NEAR ((uint64_t)256 << 10)

static void find_place(const struct target *t, uint64_t at, struct watch_place *out)
{
	const struct live_row *row = live_row_at(&t->live.rows, at);

	memset(out, 0, sizeof(*out));
	if (row == NULL)
		return;
	out->path = row->path;
	out->start = row->start;
	out->end = row->end;
	out->read = row->read;
	out->write = row->write;
	out->exec = row->exec;
	out->kind = row->path[0] == '/'                    ? WATCH_FILE
		    : strcmp(row->path, "[stack]") == 0    ? WATCH_STACK
		    : strcmp(row->path, "[heap]") == 0     ? WATCH_HEAP
							   : WATCH_MEMORY;
}

static uint64_t distance(uint64_t x, uint64_t y)
{
	return x > y ? x - y : y - x;
}

/* The stack pointer has left its memory downwards, and the address is there. For the first thread
 * nothing is mapped below; the others have a page without permissions (pthread_attr_setguardsize). */
static bool is_overflow(const struct target *t, const struct watch_stack *s)
{
	const struct live_rows *rows = &t->live.rows;
	uint64_t at = s->why.address;

	if (distance(at, s->sp) > STACK_GAP || (s->at_address.kind != WATCH_NOTHING &&
						(s->at_address.read || s->at_address.write)))
		return false;
	for (size_t i = 0; i < rows->n; i++) {
		const struct live_row *r = &rows->items[i];

		if (r->start <= at || !r->write || r->path[0] == '/')
			continue;
		return r->start - at <= STACK_GAP && s->sp < r->start + STACK_NEAR &&
		       (strcmp(r->path, "[stack]") == 0 ||
			(s->at_address.kind != WATCH_NOTHING && s->at_address.end == r->start));
	}
	return false;
}

static enum watch_fault of_memory(const struct target *t, const struct watch_stack *s)
{
	if (!s->at_pc.exec && (s->why.address == s->pc || s->why.address == 0))
		return s->pc < NULL_END                  ? WATCH_JUMP_NULL
		       : s->at_pc.kind == WATCH_NOTHING  ? WATCH_JUMP_UNMAPPED
							 : WATCH_JUMP_DATA;
	if (s->why.code == SI_KERNEL)
		return WATCH_ADDRESS;
	if (s->why.signal == SIGBUS)
		return s->why.code == BUS_ADRALN ? WATCH_ADDRESS : WATCH_PAST_FILE;
	if (is_overflow(t, s))
		return WATCH_OVERFLOW;
	if (s->why.address < NULL_END)
		return WATCH_NULL;
	return s->at_address.kind == WATCH_NOTHING ? WATCH_UNMAPPED : WATCH_PROTECTED;
}

static enum watch_fault of_signal(const struct target *t, const struct watch_stack *s)
{
	if (s->why.sent || s->why.signal == 0)
		return WATCH_NO_FAULT;
	switch (s->why.signal) {
	case SIGSEGV:
	case SIGBUS:
		return of_memory(t, s);
	case SIGILL:
		return WATCH_INSTRUCTION;
	case SIGFPE:
		return WATCH_ARITHMETIC;
	default:
		return WATCH_OTHER;
	}
}

void fault_read(struct target *t, struct watch_stack *out)
{
	size_t n = sizeof(out->bytes);

	find_place(t, out->pc, &out->at_pc);
	find_place(t, out->why.address, &out->at_address);
	out->fault = of_signal(t, out);
	/* The instruction may be the last one before the end of what is mapped. */
	while (n > 0 && target_read(t, out->pc, out->bytes, n) != 0)
		n--;
	out->nbytes = out->at_pc.exec ? n : 0;
	if (out->nbytes == 0 ||
	    !code_one(out->machine, out->bytes, out->nbytes, out->pc, &out->step))
		memset(&out->step, 0, sizeof(out->step));
}
