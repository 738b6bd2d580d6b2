/* elf_edit_layout.c - from the model to patches of the file.
 *
 * What has room where it is stays there. elf_edit_grow.c finds places for the rest; here the bytes are
 * made.
 */
#include "repair/elf_edit_priv.h"

/* The address that an entry's value is relative to has to be kept in mind for this one (MIPS). */
#ifndef DT_MIPS_RLD_MAP_REL
#define DT_MIPS_RLD_MAP_REL 0x70000035
#endif

/* ---- the dynamic section --------------------------------------------------------------------- */

static void set_value(struct edit *ed, uint64_t tag, uint64_t value)
{
	for (size_t i = 0; i < ed->dyn.n; i++) {
		if (ed->dyn.items[i].tag != tag || ed->dyn.items[i].value == value)
			continue;
		ed->dyn.items[i].value = value;
		ed->dyn_changed = true;
	}
}

/* Sums wrap at the size of the file's words. */
static uint64_t address(const struct elf *e, uint64_t x)
{
	return e->is64 ? x : x & UINT32_MAX;
}

/* Values that follow from places. */
static void settle_values(struct edit *ed, uint64_t vaddr)
{
	uint64_t size = edit_dyn_size(ed->old);

	if (ed->strtab.done) {
		set_value(ed, DT_STRTAB, ed->strtab.addr);
		set_value(ed, DT_STRSZ, ed->strtab.size);
	}
	for (size_t i = 0; i < ed->front.n; i++)
		if (ed->front.items[i].tag != 0)
			set_value(ed, ed->front.items[i].tag, ed->front.items[i].addr);
	for (size_t i = 0; i < ed->dyn.n; i++) {
		struct edit_dyn *d = &ed->dyn.items[i];

		if (ed->old->machine == EM_MIPS && d->tag == DT_MIPS_RLD_MAP_REL && d->at != 0)
			d->value = address(ed->old, d->value + d->at - (vaddr + i * size));
	}
}

static void write_dynamic(struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t size = edit_dyn_size(e), at = ed->dyn_offset, n = ed->dyn_slots * size;
	unsigned char *p;

	settle_values(ed, ed->dynamic.done ? ed->dynamic.addr : e->dynamic.vaddr);
	if (ed->dynamic.done) {
		at = ed->dynamic.offset;
		n = ed->dynamic.size;
	}
	if (!ed->dyn_changed && !ed->dynamic.done)
		return;
	p = edit_patch(ed, at, n);
	for (size_t i = 0; i < ed->dyn.n; i++) {
		edit_store_word(e, p + i * size, ed->dyn.items[i].tag);
		edit_store_word(e, p + i * size + edit_word_size(e), ed->dyn.items[i].value);
	}
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Strings that stand where another stood. `p` is the table. */
static void write_rewrites(const struct edit *ed, unsigned char *p)
{
	for (size_t i = 0; i < ed->rewrites.n; i++) {
		const struct edit_rewrite *r = &ed->rewrites.items[i];

		memset(p + r->from, 0, (size_t)(r->to - r->from));
		memcpy(p + r->from, r->text, strlen(r->text));
	}
}

/* A table that moves is copied with what it grows by; else what is new is written into it. */
static void write_strings(struct edit *ed)
{
	uint64_t grown = ed->added.n, old = ed->strings.n;
	unsigned char *p;

	if (ed->strtab.done && ed->strtab.offset != ed->strtab.old_offset) {
		p = edit_patch(ed, ed->strtab.offset, old + grown);
		memcpy(p, ed->strings.p, (size_t)old);
		if (grown > 0)
			memcpy(p + old, ed->added.items, (size_t)grown);
		write_rewrites(ed, p);
		return;
	}
	if (grown > 0)
		memcpy(edit_patch(ed, ed->strings_offset + old, grown), ed->added.items, (size_t)grown);
	for (size_t i = 0; i < ed->rewrites.n; i++) {
		const struct edit_rewrite *r = &ed->rewrites.items[i];

		p = edit_patch(ed, ed->strings_offset + r->from, r->to - r->from);
		memcpy(p, r->text, strlen(r->text));
	}
}

static void write_files(struct edit *ed)
{
	for (size_t i = 0; i < ed->files.n; i++) {
		const struct edit_file_name *f = &ed->files.items[i];

		if (f->text == NULL)
			continue;
		if (f->value > UINT32_MAX)
			edit_refuse(ed, "its string table is larger than 4 GiB");
		edit_store32(ed->old, edit_patch(ed, f->offset, 4), (uint32_t)f->value);
	}
}

/* What moves as it is, to make room for program headers. */
static void write_front(struct edit *ed)
{
	for (size_t i = 0; i < ed->front.n; i++) {
		const struct edit_move *m = &ed->front.items[i];

		memcpy(edit_patch(ed, m->offset, m->size), ed->old->file.p + m->old_offset, (size_t)m->size);
	}
}

/* ---- program headers ------------------------------------------------------------------------- */

static void write_interp(struct edit *ed)
{
	uint64_t at = ed->old->interp_ph.offset, n = ed->old->interp_ph.filesz;

	if (ed->interp == NULL)
		return;
	if (ed->interp_place.done) {
		at = ed->interp_place.offset;
		n = ed->interp_place.size;
	}
	memcpy(edit_patch(ed, at, n), ed->interp, strlen(ed->interp));
}

static void store_phdr(const struct elf *e, unsigned char *p, const struct edit_phdr *ph)
{
	const struct elf_phdr *h = &ph->h;
	uint64_t words[] = { h->offset, h->vaddr, ph->paddr, h->filesz, h->memsz };
	unsigned char *at = p + (e->is64 ? 8 : 4);

	edit_store32(e, p, h->type);
	edit_store32(e, p + (e->is64 ? 4 : 24), h->flags);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		edit_store_word(e, at + i * edit_word_size(e), words[i]);
	edit_store_word(e, p + (e->is64 ? 48 : 28), h->align);
}

static void write_phdrs(struct edit *ed)
{
	const struct elf *e = ed->old;
	uint64_t size = edit_phdr_size(e), word = edit_word_size(e);
	unsigned char *p = edit_patch(ed, ed->table.done ? ed->table.offset : e->phoff, ed->phdrs.n * size);

	for (size_t i = 0; i < ed->phdrs.n; i++)
		store_phdr(e, p + i * size, &ed->phdrs.items[i]);
	if (ed->table.done)
		edit_store_word(e, edit_patch(ed, 24 + word, word), ed->table.offset);
	if (ed->phdrs.n != e->phnum) /* behind e_flags, e_ehsize and e_phentsize */
		edit_store16(e, edit_patch(ed, 24 + 3 * word + 8, 2), (uint16_t)ed->phdrs.n);
}

void edit_lay_out(struct edit *ed)
{
	bool interp_fits = ed->interp == NULL || strlen(ed->interp) < ed->old->interp_ph.filesz;

	ed->dynamic.done = ed->dyn_changed && ed->dyn.n + 1 > ed->dyn_slots;
	ed->strtab.done = ed->added.n > 0;
	ed->interp_place.done = !interp_fits;
	if (ed->dynamic.done || ed->strtab.done || ed->interp_place.done || ed->stack_added)
		edit_grow(ed);
	if (ed->refused != NULL)
		return;
	write_front(ed);
	write_strings(ed);
	write_files(ed);
	if (ed->dyn_slots > 0)
		write_dynamic(ed);
	write_interp(ed);
	write_phdrs(ed);
	edit_sections_follow(ed);
}
