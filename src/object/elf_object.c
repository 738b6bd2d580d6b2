/* elf_object.c - ELF files as a linker reads them.
 *
 *   section header, 32-bit / 64-bit
 *    0        4    sh_name          8        8    sh_flags
 *    4        4    sh_type         16/24    4/8   sh_offset
 *   12/16    4/8   sh_addr
 *   20/32    4/8   sh_size         24/40     4    sh_link
 *   28/44     4    sh_info         36/56    4/8   sh_entsize
 *
 *   symbol: 32-bit name, value, size, info, other, shndx; 64-bit name, info, other, shndx, value, size
 */
#include "object/elf_object.h"

#include "object/elf_priv.h"
#include "object/elfconst.h"

static void shdr_decode(const struct elf_object *o, uint64_t i, struct elf_shdr *out)
{
	const unsigned char *p = o->table.p + i * o->entry;
	bool swap = o->e->swap, is64 = o->e->is64;

	out->name = load32(p, swap);
	out->type = load32(p + 4, swap);
	out->flags = elf_word(o->e, p + 8);
	out->addr = elf_word(o->e, p + (is64 ? 16 : 12));
	out->offset = elf_word(o->e, p + (is64 ? 24 : 16));
	out->size = elf_word(o->e, p + (is64 ? 32 : 20));
	out->link = load32(p + (is64 ? 40 : 24), swap);
	out->info = load32(p + (is64 ? 44 : 28), swap);
	out->entsize = elf_word(o->e, p + (is64 ? 56 : 36));
}

bool elf_object_section(const struct elf_object *o, uint64_t i, struct elf_shdr *out)
{
	if (i >= o->nsections)
		return false;
	shdr_decode(o, i, out);
	return true;
}

struct view elf_object_bytes(const struct elf_object *o, const struct elf_shdr *h)
{
	struct view v = { NULL, 0 };

	if (h->type != SHT_NULL && h->type != SHT_NOBITS)
		view_sub(o->e->file, h->offset, h->size, &v);
	return v;
}

const char *elf_object_section_name(const struct elf_object *o, const struct elf_shdr *h)
{
	const char *s = view_cstr(o->section_names, h->name);

	return s != NULL ? s : "";
}

/* ---- opening ------------------------------------------------------------------------------- */

static uint32_t sym_entry(const struct elf *e)
{
	return e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
}

static void take_symtab(struct elf_object *o, const struct elf_shdr *h)
{
	struct elf_shdr names;

	o->symbols = elf_object_bytes(o, h);
	o->nsymbols = o->symbols.n / sym_entry(o->e);
	o->first_global = h->info < o->nsymbols ? h->info : o->nsymbols;
	if (elf_object_section(o, h->link, &names))
		o->strings = elf_object_bytes(o, &names);
}

static void take_tables(struct elf_object *o)
{
	struct elf_shdr h;

	for (uint64_t i = 1; i < o->nsections; i++) {
		shdr_decode(o, i, &h);
		if (h.type == SHT_SYMTAB && o->symbols.p == NULL)
			take_symtab(o, &h);
		else if (h.type == SHT_SYMTAB_SHNDX)
			o->more_sections = elf_object_bytes(o, &h);
	}
}

bool elf_object_open(const struct elf *e, struct elf_object *out)
{
	struct elf_shdr h;
	uint64_t names;

	memset(out, 0, sizeof(*out));
	out->e = e;
	out->entry = e->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if ((e->defect != ELF_OK && e->defect != ELF_BAD_PHDRS) || e->shoff == 0 ||
	    e->shentsize != out->entry || !view_sub(e->file, e->shoff, out->entry, &out->table) ||
	    out->table.p == NULL)
		return false;
	shdr_decode(out, 0, &h);
	out->nsections = e->shnum != 0 ? e->shnum : h.size;
	names = e->shstrndx == SHN_XINDEX ? h.link : e->shstrndx;
	if (out->nsections > e->file.n / out->entry ||
	    !view_sub(e->file, e->shoff, out->nsections * out->entry, &out->table)) {
		out->nsections = 0;
		return false;
	}
	if (names != 0 && elf_object_section(out, names, &h))
		out->section_names = elf_object_bytes(out, &h);
	take_tables(out);
	return true;
}

/* ---- symbols and relocations --------------------------------------------------------------- */

static uint32_t wide_section(const struct elf_object *o, uint64_t i)
{
	return view_has(o->more_sections, i * 4, 4) ? load32(o->more_sections.p + i * 4, o->e->swap) : 0;
}

bool elf_object_symbol(const struct elf_object *o, uint64_t i, struct elf_object_sym *out)
{
	const unsigned char *p;
	bool is64 = o->e->is64, swap = o->e->swap;
	unsigned info, other;

	if (i >= o->nsymbols || o->symbols.p == NULL)
		return false;
	p = o->symbols.p + i * sym_entry(o->e);
	out->s.name = load32(p, swap);
	info = p[is64 ? 4 : 12];
	other = p[is64 ? 5 : 13];
	out->s.type = (uint8_t)ELF64_ST_TYPE(info);
	out->s.bind = (uint8_t)ELF64_ST_BIND(info);
	out->s.vis = (uint8_t)ELF64_ST_VISIBILITY(other);
	out->s.shndx = load16(p + (is64 ? 6 : 14), swap);
	out->s.value = elf_word(o->e, p + (is64 ? 8 : 4));
	out->s.size = elf_word(o->e, p + (is64 ? 16 : 8));
	out->name = view_cstr(o->strings, out->s.name);
	if (out->name == NULL)
		out->name = "";
	out->section = out->s.shndx == SHN_XINDEX ? wide_section(o, i) : out->s.shndx;
	if (out->s.shndx != SHN_XINDEX && out->s.shndx >= SHN_LORESERVE)
		out->section = 0;
	return true;
}

static uint32_t rel_entry(const struct elf *e, bool rela)
{
	if (e->is64)
		return rela ? sizeof(Elf64_Rela) : sizeof(Elf64_Rel);
	return rela ? sizeof(Elf32_Rela) : sizeof(Elf32_Rel);
}

uint64_t elf_object_nrelocs(const struct elf_object *o, const struct elf_shdr *h)
{
	return elf_object_bytes(o, h).n / rel_entry(o->e, h->type == SHT_RELA);
}

bool elf_object_reloc(const struct elf_object *o, const struct elf_shdr *h, uint64_t i,
		      struct elf_rel *out)
{
	bool rela = h->type == SHT_RELA;
	uint32_t n = rel_entry(o->e, rela);
	struct view v;

	if (i > UINT64_MAX / n || !view_sub(elf_object_bytes(o, h), i * n, n, &v) || v.p == NULL)
		return false;
	out->offset = elf_word(o->e, v.p);
	out->addend = 0;
	if (o->e->is64) {
		uint64_t info = load64(v.p + 8, o->e->swap);

		out->sym = (uint32_t)(info >> 32);
		out->type = (uint32_t)info;
		if (rela)
			out->addend = (int64_t)load64(v.p + 16, o->e->swap);
	} else {
		uint32_t info = load32(v.p + 4, o->e->swap);

		out->sym = ELF32_R_SYM(info);
		out->type = ELF32_R_TYPE(info);
		if (rela)
			out->addend = (int32_t)load32(v.p + 8, o->e->swap);
	}
	return true;
}
