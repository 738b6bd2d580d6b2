/* called.c - which function was meant by a call: the symbol of the slot that the address came from. It
 * tells what is missing where a call led to address 0, and the names of functions that a library has
 * only for the calls of others (the strlen that suits the processor).
 *
 *   ff 15 disp32                 call *slot(%rip)         -fno-plt
 *   e8 disp32 -> [f3 0f 1e fa] [f2] ff 25 disp32          the stub in .plt or .plt.sec: jmp *slot(%rip)
 *   48|4c 8b modrm disp32 … [41] ff d0+r                  mov slot(%rip), %r … call *%r
 *
 * x86-64 alone. A slot counts if it holds an address of whom was called and a relocation fills it.
 */
#include <elf.h>
#include <string.h>

#include "watch/target.h"

enum { BACK = 96, STUB = 16, MOV_SIZE = 7 };

struct caller {
	struct target *t;
	const struct module *m;
	const struct watch_object *to; /* who was called; NULL: address 0 */
};

static uint64_t displaced(uint64_t next, const unsigned char *disp)
{
	return next + (uint64_t)(int64_t)(int32_t)load32(disp, false);
}

static bool leads_to(const struct caller *c, uint64_t value)
{
	const struct module *m = value != 0 && c->to != NULL ? target_module(c->t, value) : NULL;

	return c->to != NULL ? m != NULL && m->object == c->to : value == 0;
}

/* The symbol of the relocation that fills the slot. */
static bool symbol_of_slot(const struct caller *c, uint64_t slot, struct watch_call *out)
{
	struct elf_relocs r;
	struct elf_rel rel;
	struct elf_sym s;
	uint64_t value;

	if (!target_word(c->t, slot, &value) || !leads_to(c, value))
		return false;
	(void)elf_relocs_open(&c->m->elf, &r);
	for (int table = ELF_REL; table <= ELF_PLT; table++)
		for (uint64_t i = 0; elf_reloc(&c->m->elf, &r, table, i, &rel); i++) {
			if (rel.offset != slot - c->m->object->bias || rel.sym == 0 ||
			    !elf_sym(&c->m->elf, rel.sym, &s))
				continue;
			out->symbol = elf_sym_name(&c->m->elf, rel.sym);
			out->weak = s.bind == STB_WEAK;
			return out->symbol != NULL && out->symbol[0] != '\0';
		}
	return false;
}

static bool by_stub(const struct caller *c, uint64_t stub, struct watch_call *out)
{
	static const unsigned char endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	unsigned char b[STUB];
	size_t i = 0;

	if (target_read(c->t, stub, b, sizeof(b)) != 0)
		return false;
	if (memcmp(b, endbr, sizeof(endbr)) == 0)
		i += sizeof(endbr);
	i += b[i] == 0xf2;
	return b[i] == 0xff && b[i + 1] == 0x25 &&
	       symbol_of_slot(c, displaced(stub + i + 6, b + i + 2), out);
}

/* The nearest load of that register before the call. */
static bool by_register(const struct caller *c, uint64_t ret, const unsigned char *b, unsigned reg,
			struct watch_call *out)
{
	unsigned char rex = reg >= 8 ? 0x4c : 0x48, modrm = (unsigned char)((reg & 7) << 3 | 5);

	for (size_t i = BACK - MOV_SIZE; i-- > 0;)
		if (b[i] == rex && b[i + 1] == 0x8b && b[i + 2] == modrm)
			return symbol_of_slot(c, displaced(ret - BACK + i + MOV_SIZE, b + i + 3), out);
	return false;
}

static bool by_call(const struct caller *c, uint64_t ret, struct watch_call *out)
{
	unsigned char b[BACK];
	const unsigned char *end = b + BACK;

	if (ret < BACK || target_read(c->t, ret - BACK, b, sizeof(b)) != 0)
		return false;
	if (end[-6] == 0xff && end[-5] == 0x15 && symbol_of_slot(c, displaced(ret, end - 4), out))
		return true;
	if (end[-5] == 0xe8 && by_stub(c, displaced(ret, end - 4), out))
		return true;
	return end[-2] == 0xff && end[-1] >= 0xd0 && end[-1] <= 0xd7 &&
	       by_register(c, ret, b, (end[-1] & 7u) | (end[-3] == 0x41 ? 8u : 0u), out);
}

void called_read(struct target *t, const struct watch_object *to, uint64_t ret,
		 struct watch_call *out)
{
	struct caller c = { t, target_module(t, ret - 1), to };

	memset(out, 0, sizeof(*out));
	if (t->machine != EM_X86_64 || c.m == NULL || !c.m->opened)
		return;
	if (by_call(&c, ret, out))
		out->symbol = arena_strdup(t->a, out->symbol);
	else
		memset(out, 0, sizeof(*out));
}
