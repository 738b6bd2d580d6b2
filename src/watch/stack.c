/* stack.c - the stack of a stopped thread. See stack.h. */
#include "watch/stack.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "symbol/demangle.h"
#include "watch/target.h"

enum { REGISTERS = 1024, ABORT_TEXT = 1024, INIT_MAX = 65536, UCONTEXT_SIZE = 304, INFO_SIZE = 24,
       TRAP_AT = 200, CR2_AT = 216 };

/* arch/x86/include/asm/trapnr.h */
enum { TRAP_DIVIDE = 0, TRAP_OPCODE = 6, TRAP_PROTECTION = 13, TRAP_PAGE = 14, TRAP_X87 = 16,
       TRAP_SIMD = 19 };

struct reading {
	struct target *t;
	long pid, tid;
	const struct os_signal *why;
	struct watch_stack *out;
	struct watch_frame *frames;
	size_t interrupted;       /* the first frame that a signal interrupted, 0: none */
	uint64_t info_at;         /* what the kernel told the handler: siginfo_t */
	struct unwind_regs regs;  /* of that frame */
	struct dlwhy_error *err;
	enum dlwhy_code code;
};

const char *watch_how_words(enum watch_how how)
{
	switch (how) {
	case WATCH_FRAME_POINTER:
		return "a guess: by the frame pointer";
	case WATCH_SCAN:
		return "a guess: its address stands on the stack behind a call";
	default:
		return NULL;
	}
}

/* ---- what the loader calls ---------------------------------------------------------------- */

/* Is the function one of the list at `vaddr`? The process has it with addresses as they are there. */
static bool in_list(const struct target *t, const struct module *m, enum elf_tag list,
		    enum elf_tag size, uint64_t function)
{
	uint64_t word = t->is64 ? 8 : 4, n, v;

	if (!elf_has(&m->elf, list) || !elf_has(&m->elf, size))
		return false;
	n = m->elf.dt[size] / word;
	for (uint64_t i = 0; i < n && i < INIT_MAX; i++)
		if (target_word(t, m->object->bias + m->elf.dt[list] + i * word, &v) &&
		    v == m->object->bias + function)
			return true;
	return false;
}

static bool is_constructor(const struct target *t, const struct module *m, uint64_t function)
{
	return (elf_has(&m->elf, ELF_DT_INIT) && m->elf.dt[ELF_DT_INIT] == function) ||
	       in_list(t, m, ELF_DT_INIT_ARRAY, ELF_DT_INIT_ARRAYSZ, function);
}

/* A function that the linker found no name for is called by address alone: R_…_IRELATIVE. */
static bool is_resolver(const struct module *m, uint64_t function)
{
	struct elf_relocs relocs;
	struct elf_rel x;

	(void)elf_relocs_open(&m->elf, &relocs);
	for (int table = ELF_REL; table <= ELF_PLT; table++)
		for (uint64_t i = 0; elf_reloc(&m->elf, &relocs, table, i, &x); i++)
			if (x.sym == 0 && (uint64_t)x.addend == function)
				return true;
	return false;
}

static uint64_t start_of(const struct module *m, const struct symbol_hit *hit, uint64_t vaddr)
{
	struct elf_function *list;
	uint64_t start = 0;
	size_t n;

	if (hit->name != NULL)
		return hit->start;
	if (!elf_functions(&m->elf, &list, &n))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].vaddr <= vaddr && vaddr - list[i].vaddr < list[i].size)
			start = list[i].vaddr;
	free(list);
	return start;
}

static enum watch_part part_of(const struct target *t, struct module *m, uint64_t vaddr)
{
	struct symbol_hit hit;
	uint64_t start;

	symbol_at(m, vaddr, &hit);
	start = start_of(m, &hit, vaddr);
	if (start == 0)
		return WATCH_PLAIN;
	if (hit.name != NULL && hit.type == STT_GNU_IFUNC)
		return WATCH_RESOLVER;
	return is_constructor(t, m, start) ? WATCH_CONSTRUCTOR
	       : is_resolver(m, start)     ? WATCH_RESOLVER
					   : WATCH_PLAIN;
}

/* Only what the loader itself calls can be a constructor; those of the program are called by the C
 * library (__libc_start_main) since glibc 2.34. */
static void mark_parts(struct reading *x)
{
	for (size_t i = 0; i + 1 < x->out->nframes; i++) {
		struct watch_frame *f = &x->frames[i];
		const struct watch_object *caller = x->frames[i + 1].object;
		struct module *m;

		if (f->object == NULL || caller == NULL || f->object == caller ||
		    (!caller->loader && strstr(caller->path, "/libc.so") == NULL))
			continue;
		m = target_module(x->t, f->pc);
		if (m != NULL && m->opened)
			f->part = part_of(x->t, m, f->vaddr);
	}
}

/* ---- frames ------------------------------------------------------------------------------- */

static void name_frame(struct reading *x, struct watch_frame *f, bool exact)
{
	uint64_t at = exact ? f->pc : f->pc - 1;
	struct module *m = target_module(x->t, at);
	struct symbol_hit hit;

	if (m == NULL)
		return;
	f->object = m->object;
	f->vaddr = at - m->object->bias;
	symbol_at(m, f->vaddr, &hit);
	if (hit.name == NULL)
		return;
	f->symbol = arena_strdup(x->t->a, hit.name);
	f->demangled = demangle_short(x->t->a, f->symbol);
	f->offset = f->vaddr - hit.start;
}

/* Where the kernel has put the siginfo_t, by the stack pointer that the handler returns with:
 * arch/x86/include/asm/sigframe.h, arch/arm64/kernel/signal.c. 0: not known. */
static uint64_t info_place(const struct reading *x, uint64_t sp)
{
	switch (x->out->machine) {
	case EM_X86_64: return sp + UCONTEXT_SIZE;
	case EM_AARCH64: return sp;
	default: return 0;
	}
}

static void note_interrupted(struct reading *x, const struct unwind_regs *r, uint64_t sp)
{
	if (x->interrupted != 0 || x->out->nframes >= WATCH_FRAMES)
		return;
	x->interrupted = x->out->nframes;
	x->info_at = info_place(x, sp);
	x->regs = *r;
}

static void read_frames(struct reading *x, const struct unwind_arch *arch,
			struct unwind_regs *r)
{
	bool exact = true, signal;
	enum watch_how how = WATCH_TOP;
	uint64_t sp;

	x->frames = ARENA_ARRAY(x->t->a, WATCH_FRAMES, struct watch_frame);
	x->out->frames = x->frames;
	for (;;) {
		struct watch_frame *f = &x->frames[x->out->nframes++];

		f->pc = r->pc;
		f->how = how;
		f->signal = exact && how != WATCH_TOP;
		name_frame(x, f, exact);
		sp = unwind_sp(arch, r);
		if (!unwind_step(x->t, arch, exact, r, &how, &signal))
			break;
		if (signal)
			note_interrupted(x, r, sp);
		exact = signal;
		if (x->out->nframes == WATCH_FRAMES) {
			x->out->cut = true;
			break;
		}
	}
}

static void name_calls(struct reading *x)
{
	for (size_t i = 1; i < x->out->nframes; i++) {
		const struct watch_frame *above = &x->frames[i - 1];
		struct watch_frame *f = &x->frames[i];
		struct watch_call call;

		if (above->object == NULL || above->symbol != NULL || f->object == NULL ||
		    f->object == above->object || f->signal)
			continue;
		called_read(x->t, above->object, f->pc, &call);
		f->calls = call.symbol;
	}
}

/* ---- a handler that died on purpose --------------------------------------------------------- */

static bool is_fault(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE;
}

/* Does the processor's trap, which the context has, lead to that signal? */
static bool is_of_trap(uint64_t trap, int sig)
{
	switch (trap) {
	case TRAP_DIVIDE:
	case TRAP_X87:
	case TRAP_SIMD: return sig == SIGFPE;
	case TRAP_OPCODE: return sig == SIGILL;
	case TRAP_PROTECTION:
	case TRAP_PAGE: return sig == SIGSEGV || sig == SIGBUS;
	default: return true;
	}
}

/* The siginfo_t of a fault that a handler was called for. x86-64 writes none for handlers that do not ask for
 * it: then what lies there is of anybody. */
static bool read_info(const struct reading *x, struct os_signal *out)
{
	unsigned char b[INFO_SIZE];
	uint64_t trap;

	if (x->info_at == 0 || target_read(x->t, x->info_at, b, sizeof(b)) != 0)
		return false;
	memset(out, 0, sizeof(*out));
	out->signal = (int)load32(b, false);
	out->code = (int)load32(b + 8, false);
	if (!is_fault(out->signal) || load32(b + 4, false) != 0 || out->code <= 0 ||
	    out->code > SI_KERNEL)
		return false;
	out->address = out->code != SI_KERNEL ? load64(b + 16, false) : 0;
	return x->out->machine != EM_X86_64 ||
	       !target_word(x->t, x->info_at - UCONTEXT_SIZE + TRAP_AT, &trap) ||
	       is_of_trap(trap, out->signal);
}

/* x86-64 leaves that out for handlers that do not ask for it; what the processor said stands in the
 * context all the same: trap number and CR2 of struct sigcontext. They are those of the last fault, so
 * memory that may be used by now was another one. */
static bool read_trap(const struct reading *x, struct os_signal *out)
{
	uint64_t context = x->info_at - UCONTEXT_SIZE, trap, address;
	const struct live_row *row;

	if (x->out->machine != EM_X86_64 || x->info_at == 0 ||
	    !target_word(x->t, context + TRAP_AT, &trap) ||
	    !target_word(x->t, context + CR2_AT, &address))
		return false;
	memset(out, 0, sizeof(*out));
	out->signal = is_fault(x->out->why.signal) ? x->out->why.signal : SIGSEGV;
	out->code = SI_KERNEL;
	if (trap == TRAP_PROTECTION)
		return true;
	row = live_row_at(&x->t->live.rows, address);
	out->code = row != NULL ? SEGV_ACCERR : SEGV_MAPERR;
	out->address = address;
	return trap == TRAP_PAGE && (row == NULL || !row->read || !row->write);
}

/* A program that catches SIGSEGV to print something (Python's faulthandler) ends itself afterwards by a
 * signal that it sends: what counts is the fault that the handler was called for. */
static void take_fault(struct reading *x, const struct unwind_arch *arch)
{
	struct watch_stack *s = x->out;
	struct os_signal first;

	if (!s->why.sent || x->interrupted == 0 || (!read_info(x, &first) && !read_trap(x, &first)))
		return;
	s->why = first;
	s->pc = x->regs.pc;
	s->sp = unwind_sp(arch, &x->regs);
	s->frames += x->interrupted;
	x->frames += x->interrupted;
	s->nframes -= x->interrupted;
	x->frames[0].how = WATCH_TOP;
	x->frames[0].signal = false;
	s->handled = true;
	fault_read(x->t, s);
}

/* struct abort_msg_s { unsigned int size; char msg[]; } *__abort_msg, of glibc (GLIBC_PRIVATE):
 * set by __libc_message and __assert_fail before they abort. */
static const char *abort_text(struct target *t)
{
	char text[ABORT_TEXT + 1];
	uint64_t vaddr, at;

	for (size_t i = 0; i < t->nmodules; i++) {
		struct module *m = &t->modules[i];
		size_t n = ABORT_TEXT;

		if (!symbol_named(m, "__abort_msg", &vaddr) ||
		    !target_word(t, m->object->bias + vaddr, &at) || at == 0)
			continue;
		while (n > 0 && target_read(t, at + 4, text, n) != 0)
			n /= 2;
		text[n] = '\0';
		text[strcspn(text, "\n")] = '\0';
		if (text[0] != '\0')
			return arena_strdup(t->a, text);
	}
	return NULL;
}

/* ---- the way in --------------------------------------------------------------------------- */

static enum dlwhy_code fail(struct reading *x, int err, const char *what)
{
	x->code = err_set(x->err, err == ENOMEM ? DLWHY_E_NO_MEMORY : DLWHY_E_IO, err, "%s", what);
	return x->code;
}

static void read_stack(void *ctx)
{
	struct reading *x = ctx;
	unsigned char raw[REGISTERS];
	const struct unwind_arch *arch;
	struct unwind_regs r;
	size_t n;
	int err = target_open(x->t, x->tid, x->t->a);

	if (err == 0)
		err = os_stopped_registers(x->tid, raw, sizeof(raw), &n);
	if (err == 0 && x->why == NULL)
		err = os_stopped_signal(x->pid, x->tid, &x->out->why);
	else if (x->why != NULL)
		x->out->why = *x->why;
	if (err != 0) {
		fail(x, err, "the stopped process cannot be read");
		return;
	}
	arch = unwind_arch(raw, n, &r, &x->out->machine);
	if (arch == NULL) {
		x->code = err_set(x->err, DLWHY_E_UNSUPPORTED, 0,
				  "registers of a machine that is not known here");
		return;
	}
	x->t->machine = x->out->machine;
	x->t->is64 = x->out->is64 = x->out->machine != EM_386;
	x->out->pc = r.pc;
	x->out->sp = unwind_sp(arch, &r);
	fault_read(x->t, x->out);
	read_frames(x, arch, &r);
	take_fault(x, arch);
	mark_parts(x);
	if (x->out->fault == WATCH_JUMP_NULL && x->out->nframes > 1)
		called_read(x->t, NULL, x->frames[1].pc, &x->out->called);
	name_calls(x);
	x->out->bounds = ARENA_ARRAY(x->t->a, WATCH_BOUNDS, struct watch_bound);
	bounds_read(x->t, x->out);
	x->out->abort_message = abort_text(x->t);
}

enum dlwhy_code watch_stack_of(long pid, long tid, const struct os_signal *why, struct arena *a,
			       struct watch_stack *out, struct dlwhy_error *err)
{
	struct reading x = { .pid = pid, .tid = tid, .why = why, .out = out, .err = err };

	memset(out, 0, sizeof(*out));
	x.t = calloc(1, sizeof(*x.t));
	if (x.t == NULL)
		return fail(&x, ENOMEM, "no memory");
	x.t->a = a;
	x.t->mem = -1;
	if (arena_run(a, read_stack, &x) != ARENA_OK)
		fail(&x, ENOMEM, "no memory");
	target_close(x.t);
	free(x.t);
	return x.code;
}

enum dlwhy_code watch_stack(long pid, long tid, struct arena *a, struct watch_stack *out,
			    struct dlwhy_error *err)
{
	return watch_stack_of(pid, tid, NULL, a, out, err);
}
