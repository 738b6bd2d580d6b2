/* elf_edit_sections.c - section headers: of no weight for loaders, so they only follow.
 *
 * Where they are missing or damaged, nothing follows. They also tell what no program header does:
 * which bytes of the file are in use.
 *
 *   section header, 32-bit / 64-bit: sh_addr at 12/16, sh_offset at 16/24, sh_size at 20/32
 *   symbol, 32-bit / 64-bit: st_value at 4/8, st_shndx at 14/6
 */
#include "repair/elf_edit_priv.h"

#define SYMBOLS_MAX 4096

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* The end of n bytes at off, or the end of the file if that is earlier. */
static uint64_t end_of(const struct elf *e, uint64_t off, uint64_t n)
{
	return view_has(e->file, off, n) ? off + n : e->file.n;
}

uint64_t edit_known_end(const struct elf *e)
{
	uint64_t end = end_of(e, e->phoff, e->phnum * edit_phdr_size(e));
	struct elf_object o;
	struct elf_shdr h;

	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type != PT_NULL && e->phdrs[i].filesz > 0)
			end = later(end, end_of(e, e->phdrs[i].offset, e->phdrs[i].filesz));
	if (!elf_object_open(e, &o))
		return end;
	end = later(end, end_of(e, e->shoff, o.table.n));
	for (uint64_t i = 1; elf_object_section(&o, i, &h); i++)
		if (h.type != SHT_NULL && h.type != SHT_NOBITS)
			end = later(end, end_of(e, h.offset, h.size));
	return end;
}

const struct elf_phdr *edit_segment_of(const struct elf *e, uint64_t off, uint64_t n)
{
	for (size_t i = 0; i < e->phnum; i++) {
		const struct elf_phdr *h = &e->phdrs[i];

		if (h->type == PT_LOAD && edit_inside(off, n, h->offset, h->filesz))
			return h;
	}
	return NULL;
}

/* Only section headers tell what is free; filler alone says nothing. */
uint64_t edit_room_behind_phdrs(const struct elf *e)
{
	uint64_t from = e->phoff + e->phnum * edit_phdr_size(e), to = e->file.n, n = 0;
	const struct elf_phdr *load = edit_segment_of(e, e->phoff, from - e->phoff);
	struct elf_object o;
	struct elf_shdr h;

	if (load == NULL || e->phnum == 0 || !elf_object_open(e, &o) || o.nsections < 2)
		return 0;
	if (load->offset + load->filesz < to)
		to = load->offset + load->filesz;
	for (uint64_t i = 1; elf_object_section(&o, i, &h); i++)
		if (h.type != SHT_NULL && h.type != SHT_NOBITS && h.size > 0 && h.offset < to &&
		    (h.offset >= from || from - h.offset < h.size))
			to = h.offset;
	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].offset > e->phoff && e->phdrs[i].offset < to && e->phdrs[i].filesz > 0)
			to = e->phdrs[i].offset;
	if (e->shoff >= e->phoff && e->shoff < to)
		to = e->shoff;
	while (from + n < to && edit_is_filler(e->file.p[from + n]))
		n++;
	return n;
}

/* ---- the string table ------------------------------------------------------------------------ */

static uint64_t section_addr(const struct elf_object *o, uint64_t i)
{
	return edit_word(o->e, o->table.p + i * o->entry + (o->e->is64 ? 16 : 12));
}

/* Are its readers all of those that are looked at before a string is overwritten? */
static bool is_known_reader(uint32_t type)
{
	return type == SHT_DYNSYM || type == SHT_DYNAMIC || type == SHT_GNU_verdef || type == SHT_GNU_verneed;
}

bool edit_strings_are_private(const struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t table = 0;
	struct elf_object o;
	struct elf_shdr h;

	if (!elf_object_open(e, &o))
		return true;
	for (uint64_t i = 1; elf_object_section(&o, i, &h); i++) {
		if (h.type == SHT_NULL || h.type == SHT_NOBITS ||
		    !edit_overlap(h.offset, h.size, ed->strings_offset, ed->strings.n))
			continue;
		if (table != 0 || h.type != SHT_STRTAB || o.e->shstrndx == i)
			return false;
		table = i;
	}
	for (uint64_t i = 1; table != 0 && elf_object_section(&o, i, &h); i++)
		if (h.link == table && !is_known_reader(h.type))
			return false;
	return true;
}

/* ---- what has moved -------------------------------------------------------------------------- */

static void patch_word(struct edit *ed, const unsigned char *p, uint64_t x)
{
	uint64_t n = edit_word_size(ed->old);

	edit_store_word(ed->old, edit_patch(ed, edit_offset(ed->old, p), n), x);
}

/* Tables that have a section header of their own: found once. */
static struct edit_move *whole_move(struct edit *ed, const struct elf_shdr *h, uint64_t addr)
{
	struct edit_move *moves[] = { &ed->dynamic, &ed->strtab, &ed->interp_place };

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++)
		if (moves[i]->done && !moves[i]->followed && moves[i]->old_addr == addr &&
		    moves[i]->old_offset == h->offset &&
		    (h->type == SHT_STRTAB) == (moves[i] == &ed->strtab) &&
		    (h->type == SHT_DYNAMIC) == (moves[i] == &ed->dynamic)) {
			moves[i]->followed = true;
			return moves[i];
		}
	return NULL;
}

/* Where the section is now, and its size. False: it stays. */
static bool has_moved(struct edit *ed, const struct elf_shdr *h, uint64_t addr, struct edit_move *out)
{
	const struct edit_move *m;

	if ((h->flags & SHF_ALLOC) == 0 || h->type == SHT_NOBITS || h->type == SHT_NULL || h->size == 0)
		return false;
	m = whole_move(ed, h, addr);
	if (m != NULL) {
		*out = *m;
		return true;
	}
	for (size_t i = 0; i < ed->front.n; i++) {
		m = &ed->front.items[i];
		if (!edit_inside(h->offset, h->size, m->old_offset, m->size))
			continue;
		*out = *m;
		out->addr += h->offset - m->old_offset;
		out->offset += h->offset - m->old_offset;
		out->size = h->size;
		return true;
	}
	return false;
}

/* Symbols of a section that has moved: its own, _DYNAMIC. Of more than a few nothing is known. */
static void move_symbols(struct edit *ed, const struct elf_object *o, uint64_t section, uint64_t by)
{
	bool is64 = ed->old->is64;
	size_t entry = is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);

	size_t n = 0;

	for (uint64_t i = 1; i < o->nsymbols && n < SYMBOLS_MAX; i++) {
		const unsigned char *p = o->symbols.p + i * entry;
		const unsigned char *value = p + (is64 ? 8 : 4);

		if (load16(p + (is64 ? 6 : 14), ed->old->swap) != section)
			continue;
		patch_word(ed, value, edit_word(ed->old, value) + by);
		n++;
	}
}

void edit_sections_follow(struct edit *ed)
{
	bool is64 = ed->old->is64;
	struct elf_object o;
	struct elf_shdr h;

	if (!(ed->dynamic.done || ed->strtab.done || ed->interp_place.done || ed->front.n > 0) ||
	    !elf_object_open(ed->old, &o))
		return;
	for (uint64_t i = 1; elf_object_section(&o, i, &h); i++) {
		const unsigned char *p = o.table.p + i * o.entry;
		uint64_t addr = section_addr(&o, i);
		struct edit_move m;

		if (!has_moved(ed, &h, addr, &m))
			continue;
		patch_word(ed, p + (is64 ? 16 : 12), m.addr);
		patch_word(ed, p + (is64 ? 24 : 16), m.offset);
		patch_word(ed, p + (is64 ? 32 : 20), m.size);
		if (m.addr != addr && i < SHN_LORESERVE)
			move_symbols(ed, &o, i, m.addr - addr);
	}
}
