/* elf_section.c - section headers: a help for people, of no weight for loaders.
 *
 *   32-bit / 64-bit
 *    0        4    sh_name
 *    4        4    sh_type
 *    8       4/8   sh_flags
 *   16/24    4/8   sh_offset
 *   20/32    4/8   sh_size      of section 0: the number of sections if e_shnum is 0
 *   24/40     4    sh_link      of section 0: the name table if e_shstrndx is SHN_XINDEX
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

struct shdr {
	uint32_t name, type, link;
	uint64_t flags, offset, size;
};

struct sections {
	const struct elf *e;
	struct view table;
	uint64_t n;
	uint32_t entry;
};

static void decode(const struct sections *s, uint64_t i, struct shdr *out)
{
	const unsigned char *p = s->table.p + i * s->entry;
	bool swap = s->e->swap;
	bool is64 = s->e->is64;

	out->name = load32(p, swap);
	out->type = load32(p + 4, swap);
	out->flags = elf_word(s->e, p + 8);
	out->offset = elf_word(s->e, p + (is64 ? 24 : 16));
	out->size = elf_word(s->e, p + (is64 ? 32 : 20));
	out->link = load32(p + (is64 ? 40 : 24), swap);
}

/* False if the table is missing or does not lie inside the file as a whole. */
static bool open_sections(const struct elf *e, struct sections *s)
{
	struct shdr first;

	s->e = e;
	s->n = 1;
	s->entry = e->is64 ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	if (e->owned == NULL || e->shoff == 0 || e->shentsize != s->entry ||
	    !view_sub(e->file, e->shoff, s->entry, &s->table) || s->table.p == NULL)
		return false;
	decode(s, 0, &first);
	s->n = e->shnum != 0 ? e->shnum : first.size;
	return s->n <= e->file.n / s->entry &&
	       view_sub(e->file, e->shoff, s->n * s->entry, &s->table);
}

static bool name_table(const struct sections *s, struct view *out)
{
	uint64_t i = s->e->shstrndx;
	struct shdr h;

	decode(s, 0, &h);
	if (i == SHN_XINDEX)
		i = h.link;
	if (i == 0 || i >= s->n)
		return false;
	decode(s, i, &h);
	return view_sub(s->e->file, h.offset, h.size, out);
}

/* Does the name at off equal `name`, final NUL included? */
static bool name_is(struct view names, uint32_t off, const char *name)
{
	size_t n = strlen(name) + 1;

	return view_has(names, off, n) && memcmp(names.p + off, name, n) == 0;
}

bool elf_section(const struct elf *e, const char *name, struct view *out)
{
	struct sections s;
	struct view names;

	*out = (struct view){ NULL, 0 };
	if (!open_sections(e, &s) || !name_table(&s, &names))
		return false;
	for (uint64_t i = 1; i < s.n; i++) {
		struct shdr h;

		decode(&s, i, &h);
		if (h.type != SHT_NULL && h.type != SHT_NOBITS && name_is(names, h.name, name))
			return view_sub(e->file, h.offset, h.size, out);
	}
	return false;
}

/* ---- what no loader reads ------------------------------------------------------------------ */

enum { IDLE_LEAST = 1 << 16 }; /* bytes: less is not worth the question */

static bool is_idle(const struct shdr *h, struct view names, bool constants)
{
	static const char *const unread[] = { ".eh_frame", ".gcc_except_table", ".nv_fatbin", ".hip_fatbin",
					      ".rodata" };
	size_t n = sizeof(unread) / sizeof(unread[0]) - !constants;

	if (h->type != SHT_PROGBITS || h->size < IDLE_LEAST)
		return false;
	if ((h->flags & SHF_EXECINSTR) != 0 || (h->flags & SHF_ALLOC) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (name_is(names, h->name, unread[i]))
			return true;
	return false;
}

static bool holds(struct view part, const void *p)
{
	return (uintptr_t)p >= (uintptr_t)part.p && (uintptr_t)p - (uintptr_t)part.p < part.n;
}

/* Section headers are no more than a claim: does a table that loaders read begin there? */
static bool holds_table(const struct elf *e, struct view part)
{
	static const enum elf_tag tables[] = { ELF_DT_STRTAB, ELF_DT_SYMTAB,  ELF_DT_HASH,
					       ELF_DT_GNU_HASH, ELF_DT_RELA,  ELF_DT_REL,
					       ELF_DT_RELR,   ELF_DT_JMPREL,  ELF_DT_VERSYM,
					       ELF_DT_VERDEF, ELF_DT_VERNEED, ELF_DT_INIT_ARRAY };
	struct view at;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (elf_has(e, tables[i]) && elf_at(e, e->dt[tables[i]], 1, &at) == ELF_HERE &&
		    holds(part, at.p))
			return true;
	return holds(part, e->file.p + (e->phoff < e->file.n ? e->phoff : 0)) ||
	       (e->has_dynamic && e->dynamic.offset < e->file.n &&
		holds(part, e->file.p + e->dynamic.offset)) ||
	       (e->interp != NULL && holds(part, e->interp));
}

void elf_each_idle(const struct elf *e, bool constants, void (*fn)(void *ctx, struct view part),
		   void *ctx)
{
	struct sections s;
	struct view names, part;

	if (e->defect != ELF_OK || !open_sections(e, &s) || !name_table(&s, &names))
		return;
	for (uint64_t i = 1; i < s.n; i++) {
		struct shdr h;

		decode(&s, i, &h);
		if (is_idle(&h, names, constants) && view_sub(e->file, h.offset, h.size, &part) &&
		    !holds(part, s.table.p) && !holds(part, names.p) && !holds_table(e, part))
			fn(ctx, part);
	}
}

uint64_t elf_section_dynsym_count(const struct elf *e)
{
	struct sections s;

	if (!open_sections(e, &s))
		return 0;
	for (uint64_t i = 1; i < s.n; i++) {
		struct shdr h;

		decode(&s, i, &h);
		if (h.type == SHT_DYNSYM)
			return h.size / (e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym));
	}
	return 0;
}

/* File name, padded with NUL to a multiple of 4, then the CRC. */
bool elf_debuglink(const struct elf *e, const char **file, uint32_t *crc)
{
	struct view v;
	const char *name;
	uint64_t off;

	if (!elf_section(e, ".gnu_debuglink", &v))
		return false;
	name = view_cstr(v, 0);
	if (name == NULL || *name == 0)
		return false;
	off = elf_align_up(strlen(name) + 1, 4);
	if (!view_has(v, off, 4))
		return false;
	*file = name;
	*crc = load32(v.p + off, e->swap);
	return true;
}
