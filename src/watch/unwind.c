/* unwind.c - from a frame to its caller: by the table of its object, else by guesses.
 *
 * The numbers of registers are those of the psABIs.
 */
#include <elf.h>
#include <string.h>

#include "watch/target.h"

enum { SCAN_WORDS = 1024, CALL_MAX = 7 };

/* ---- registers ---------------------------------------------------------------------------- */

struct unwind_arch {
	uint16_t machine;
	uint8_t word, nregs, pc_at, sp, fp;
	int8_t lr;          /* the register with the return address; -1: it is on the stack */
	uint8_t order[33];  /* place in the kernel's structure of each DWARF register */
	uint16_t size;      /* bytes of that structure */
};

static const struct unwind_arch archs[] = {
	/* struct user_regs_struct, <sys/user.h> */
	{ EM_X86_64, 8, 16, 16, 7, 6, -1,
	  { 10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0 }, 27 * 8 },
	/* struct user_regs_struct32, arch/x86/include/asm/user32.h */
	{ EM_386, 4, 8, 12, 4, 5, -1, { 6, 1, 2, 0, 15, 5, 3, 4 }, 17 * 4 },
	/* struct user_pt_regs */
	{ EM_AARCH64, 8, 32, 32, 31, 29, 30,
	  { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	    24, 25, 26, 27, 28, 29, 30, 31 }, 34 * 8 },
};

static uint64_t raw_word(const struct unwind_arch *arch, const unsigned char *raw, unsigned i)
{
	return arch->word == 8 ? load64(raw + (size_t)i * 8, false)
			       : load32(raw + (size_t)i * 4, false);
}

const struct unwind_arch *unwind_arch(const unsigned char *raw, size_t n, struct unwind_regs *out,
				      uint16_t *machine)
{
	const struct unwind_arch *arch = NULL;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < sizeof(archs) / sizeof(*archs); i++)
		if (archs[i].size == n)
			arch = &archs[i];
	if (arch == NULL)
		return NULL;
	for (unsigned i = 0; i < arch->nregs; i++)
		out->r[i] = raw_word(arch, raw, arch->order[i]);
	out->known = (UINT64_C(1) << arch->nregs) - 1;
	out->pc = raw_word(arch, raw, arch->pc_at);
	*machine = arch->machine;
	return arch;
}

uint64_t unwind_sp(const struct unwind_arch *arch, const struct unwind_regs *r)
{
	return r->r[arch->sp];
}

/* ---- by the table ------------------------------------------------------------------------- */

static uint64_t plain_address(const struct unwind_arch *arch, uint64_t pc)
{
	/* Pointer authentication signs the bits above those that an address has. */
	return arch->machine == EM_AARCH64 ? pc & ((UINT64_C(1) << 48) - 1) : pc;
}

static int read_memory(void *ctx, uint64_t at, void *buf, size_t n)
{
	return target_read(ctx, at, buf, n);
}

static enum cfi_found by_table(struct target *t, const struct unwind_arch *arch, bool exact,
			       struct unwind_regs *r, bool *signal)
{
	struct cfi_machine machine = { read_memory, t, arch->word, arch->nregs, arch->sp };
	uint64_t at = exact ? r->pc : r->pc - 1, sp = unwind_sp(arch, r);
	const struct module *m = target_module(t, at);
	enum cfi_found found;

	if (m == NULL || m->cfi == NULL)
		return CFI_NONE;
	found = cfi_step(m->cfi, at - m->object->bias, &machine, r, signal);
	if (found != CFI_FOUND)
		return found;
	r->pc = plain_address(arch, r->pc);
	/* A caller's frame lies higher, but for a signal, which may have come on another stack. */
	if (*signal || unwind_sp(arch, r) > sp)
		return CFI_FOUND;
	return arch->lr >= 0 && exact && unwind_sp(arch, r) == sp ? CFI_FOUND : CFI_END;
}

/* ---- guesses ------------------------------------------------------------------------------ */

/* Does an instruction end there that calls? x86: E8 and four bytes, FF /2 in its lengths. */
static bool behind_call(const struct target *t, const struct unwind_arch *arch, uint64_t at)
{
	unsigned char b[CALL_MAX];

	if (!target_executable(t, at) || at < CALL_MAX ||
	    target_read(t, at - CALL_MAX, b, CALL_MAX) != 0)
		return false;
	if (arch->lr >= 0) {
		uint32_t w = load32(b + CALL_MAX - 4, false);

		return (w & 0xfc000000) == 0x94000000 || (w & 0xfffffc1f) == 0xd63f0000;
	}
	if (b[CALL_MAX - 5] == 0xe8)
		return true;
	for (unsigned n = 2; n <= CALL_MAX; n++)
		if (b[CALL_MAX - n] == 0xff && (b[CALL_MAX - n + 1] >> 3 & 7) == 2)
			return true;
	return false;
}

static bool set_caller(const struct unwind_arch *arch, uint64_t pc, uint64_t sp,
		       struct unwind_regs *r)
{
	r->pc = pc;
	r->r[arch->sp] = sp;
	r->known = UINT64_C(1) << arch->sp | (r->known & UINT64_C(1) << arch->fp);
	return true;
}

/* Where nothing can be executed, it was called just now: nothing else is on the stack yet. */
static bool by_call(struct target *t, const struct unwind_arch *arch, struct unwind_regs *r)
{
	uint64_t pc, sp = unwind_sp(arch, r), known = r->known;
	bool ok;

	if (arch->lr >= 0)
		pc = plain_address(arch, r->r[arch->lr]);
	else if (!target_word(t, sp, &pc))
		return false;
	if (!behind_call(t, arch, pc))
		return false;
	ok = set_caller(arch, pc, arch->lr >= 0 ? sp : sp + arch->word, r);
	r->known = known;
	return ok;
}

static bool by_frame_pointer(struct target *t, const struct unwind_arch *arch,
			     struct unwind_regs *r)
{
	uint64_t sp = unwind_sp(arch, r), fp = r->r[arch->fp], next, pc;

	if ((r->known >> arch->fp & 1) == 0 || fp < sp || fp - sp > (uint64_t)64 << 20 ||
	    fp % arch->word != 0 || !target_word(t, fp, &next) ||
	    !target_word(t, fp + arch->word, &pc) || !behind_call(t, arch, plain_address(arch, pc)))
		return false;
	r->r[arch->fp] = next;
	return set_caller(arch, plain_address(arch, pc), fp + 2 * (uint64_t)arch->word, r);
}

static bool by_scan(struct target *t, const struct unwind_arch *arch, struct unwind_regs *r)
{
	uint64_t sp = unwind_sp(arch, r) & ~(uint64_t)(arch->word - 1), pc;

	for (unsigned i = 0; i < SCAN_WORDS && target_word(t, sp, &pc); i++, sp += arch->word)
		if (behind_call(t, arch, pc))
			return set_caller(arch, pc, sp + arch->word, r);
	return false;
}

bool unwind_step(struct target *t, const struct unwind_arch *arch, bool exact,
		 struct unwind_regs *r, enum watch_how *how, bool *signal)
{
	enum cfi_found found;

	*signal = false;
	if (exact && !target_executable(t, r->pc)) {
		*how = WATCH_CALL;
		return by_call(t, arch, r) || (*how = WATCH_SCAN, by_scan(t, arch, r));
	}
	*how = WATCH_TABLE;
	found = by_table(t, arch, exact, r, signal);
	if (found != CFI_NONE)
		return found == CFI_FOUND && r->pc != 0;
	*how = WATCH_FRAME_POINTER;
	return by_frame_pointer(t, arch, r) || (*how = WATCH_SCAN, by_scan(t, arch, r));
}
