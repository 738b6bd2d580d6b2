/* elf_reloc.c - relocation tables as the loader runs through them.
 *
 *   Rel, Rela, 32-bit / 64-bit:
 *    0       4/8   r_offset
 *    4/8     4/8   r_info     32-bit: symbol << 8 | type; 64-bit: symbol << 32 | type
 *    8/16    4/8   r_addend   Rela only
 *
 * 64-bit MIPS cuts r_info into r_sym (4 bytes), r_ssym, r_type3, r_type2, r_type (1 byte each).
 * In a big-endian file this looks like the usual layout, in a little-endian one it does not.
 * SPARC V9 keeps data in the upper three bytes of the type.
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

/* A table as the dynamic section tells: the address has a tag, and so has the size. */
struct range {
	uint64_t start, size;
};

static struct range range_of(const struct elf *e, enum elf_tag start, enum elf_tag size)
{
	struct range r = { 0, 0 };

	if (elf_has(e, start)) {
		r.start = e->dt[start];
		r.size = elf_has(e, size) ? e->dt[size] : 0;
	}
	return r;
}

static uint32_t entry_size(const struct elf *e, bool rela)
{
	if (e->is64)
		return rela ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
	return rela ? sizeof(Elf32_Rela) : sizeof(Elf32_Rel);
}

/* The DT_JMPREL entries often lie at the end of DT_RELA (of DT_REL) and are counted there too.
 * glibc compares the ends, whatever the beginnings are. */
static void cut_off(struct range *r, struct range plt)
{
	if (r->start + r->size == plt.start + plt.size)
		r->size = plt.size < r->size ? r->size - plt.size : 0;
}

static enum elf_where worse(enum elf_where a, enum elf_where b)
{
	return a != ELF_HERE ? a : b;
}

static uint64_t count_of(const struct elf *e, enum elf_tag t, uint64_t max)
{
	uint64_t n = elf_has(e, t) ? e->dt[t] : 0;

	return n < max ? n : max;
}

enum elf_where elf_relocs_open(const struct elf *e, struct elf_relocs *r)
{
	struct range rel = range_of(e, ELF_DT_REL, ELF_DT_RELSZ);
	struct range rela = range_of(e, ELF_DT_RELA, ELF_DT_RELASZ);
	struct range relr = range_of(e, ELF_DT_RELR, ELF_DT_RELRSZ);
	struct range plt = { 0, 0 };
	enum elf_where where;

	memset(r, 0, sizeof(*r));
	r->rela[ELF_RELA] = true;
	if (elf_has(e, ELF_DT_PLTREL)) { /* without it ld.so does not look at DT_JMPREL */
		plt = range_of(e, ELF_DT_JMPREL, ELF_DT_PLTRELSZ);
		r->rela[ELF_PLT] = e->dt[ELF_DT_PLTREL] == DT_RELA;
		cut_off(r->rela[ELF_PLT] ? &rela : &rel, plt);
	}
	where = elf_table(e, rel.start, rel.size, entry_size(e, false), &r->rel[ELF_REL]);
	where = worse(where, elf_table(e, rela.start, rela.size, entry_size(e, true),
				       &r->rel[ELF_RELA]));
	where = worse(where, elf_table(e, plt.start, plt.size, entry_size(e, r->rela[ELF_PLT]),
				       &r->rel[ELF_PLT]));
	where = worse(where, elf_table(e, relr.start, relr.size, e->is64 ? 8 : 4, &r->relr));
	r->relative[ELF_REL] = count_of(e, ELF_DT_RELCOUNT, r->rel[ELF_REL].n);
	r->relative[ELF_RELA] = count_of(e, ELF_DT_RELACOUNT, r->rel[ELF_RELA].n);
	return where;
}

static void decode_info64(const struct elf *e, const unsigned char *p, struct elf_rel *out)
{
	uint64_t info = load64(p, e->swap);

	out->sym = (uint32_t)(info >> 32);
	out->type = (uint32_t)info;
	if (e->machine == EM_MIPS && !e->big_endian) {
		out->sym = load32(p, e->swap);
		out->type = load32(p + 4, !e->swap);
	} else if (e->machine == EM_SPARCV9) {
		out->type &= 0xff;
	}
}

bool elf_reloc(const struct elf *e, const struct elf_relocs *r, int t, uint64_t i,
	       struct elf_rel *out)
{
	const unsigned char *p;

	if (t < ELF_REL || t > ELF_PLT || i >= r->rel[t].n)
		return false;
	p = r->rel[t].p + i * r->rel[t].entry;
	out->offset = elf_word(e, p);
	out->addend = 0;
	if (e->is64) {
		decode_info64(e, p + 8, out);
		if (r->rela[t])
			out->addend = (int64_t)load64(p + 16, e->swap);
	} else {
		uint32_t info = load32(p + 4, e->swap);

		out->sym = ELF32_R_SYM(info);
		out->type = ELF32_R_TYPE(info);
		if (r->rela[t])
			out->addend = (int32_t)load32(p + 8, e->swap);
	}
	return true;
}
