/* elf_edit_front.c - room for more program headers where they are, by moving what stands behind them.
 *
 * Program headers that stand anywhere but behind the ELF header load well, but strip, objcopy and
 * their like make broken files of such. So what stands behind them moves, if it is of those things
 * that only headers and the dynamic section point to: the interpreter's name, notes, symbol and hash
 * tables, strings. Section headers are needed to know what it is; a file without them is of no
 * interest to strip either.
 *
 * Notes stay near the front if they can, where a table has left more than the headers take: a core
 * dump holds the first page of each file, and those who read it look for the build id there.
 */
#include "repair/elf_edit_priv.h"

#define SECTIONS_MAX 64 /* that would have to move */
#define NOTE_STEPS 8 /* headers whose notes overlap and so must move together */

#define MORE_MAX 3   /* headers more than are needed, whose room is tried */

struct front {
	struct edit *ed;
	const struct elf *e;
	uint64_t from, n;      /* what is to be free, in the file */
	uint64_t delta;        /* of addresses and offsets there */
	bool *covered;         /* by a section, for each byte */
	bool interp, dynamic, strtab;
};

static bool is_note(uint32_t type)
{
	return type == PT_NOTE || type == PT_GNU_PROPERTY;
}

static bool has_front(const struct edit *ed, uint64_t off, uint64_t n)
{
	for (size_t i = 0; i < ed->front.n; i++)
		if (edit_inside(off, n, ed->front.items[i].old_offset, ed->front.items[i].size))
			return true;
	return false;
}

static void add_front(struct front *f, uint64_t off, uint64_t n, uint64_t tag)
{
	if (!has_front(f->ed, off, n))
		*ARENA_PUSH(f->ed->a, &f->ed->front) = (struct edit_move){
			.done = true, .old_offset = off, .old_addr = off + f->delta, .size = n, .tag = tag };
}

/* Notes move with all that the same header shows. */
static bool add_notes(struct front *f, const struct elf_object *o, const struct elf_shdr *note)
{
	uint64_t from = note->offset, to = note->offset + note->size;
	struct elf_shdr h;

	for (size_t step = 0; step < NOTE_STEPS; step++)
		for (size_t i = 0; i < f->e->phnum; i++) {
			const struct elf_phdr *ph = &f->e->phdrs[i];

			if (!is_note(ph->type) || !edit_overlap(ph->offset, ph->filesz, from, to - from) ||
			    ph->vaddr - ph->offset != f->delta ||
			    edit_segment_of(f->e, ph->offset, ph->filesz) == NULL)
				continue;
			from = ph->offset < from ? ph->offset : from;
			to = ph->offset + ph->filesz > to ? ph->offset + ph->filesz : to;
		}
	for (uint64_t i = 1; elf_object_section(o, i, &h); i++)
		if (h.type != SHT_NULL && h.type != SHT_NOBITS &&
		    edit_overlap(h.offset, h.size, from, to - from) &&
		    (h.type != SHT_NOTE || !edit_inside(h.offset, h.size, from, to - from)))
			return false;
	add_front(f, from, to - from, 0);
	return true;
}

/* A table that one dynamic entry points to. */
static bool add_table(struct front *f, const struct elf_shdr *h, enum elf_tag t, uint64_t tag)
{
	if (!elf_has(f->e, t) || f->e->dt[t] != h->offset + f->delta)
		return false;
	add_front(f, h->offset, h->size, tag);
	return true;
}

static bool is_interp(const struct front *f, const struct elf_shdr *h)
{
	return f->e->has_interp && f->e->interp != NULL && h->offset == f->e->interp_ph.offset &&
	       h->size == f->e->interp_ph.filesz;
}

/* Marks what has to move for one section. */
static bool move_section(struct front *f, const struct elf_object *o, const struct elf_shdr *h)
{
	switch (h->type) {
	case SHT_NOTE:
		return add_notes(f, o, h);
	case SHT_GNU_HASH:
		return add_table(f, h, ELF_DT_GNU_HASH, DT_GNU_HASH);
	case SHT_HASH:
		return add_table(f, h, ELF_DT_HASH, DT_HASH);
	case SHT_DYNSYM:
		return add_table(f, h, ELF_DT_SYMTAB, DT_SYMTAB);
	case SHT_GNU_versym:
		return add_table(f, h, ELF_DT_VERSYM, DT_VERSYM);
	case SHT_DYNAMIC:
		f->dynamic = true;
		return h->offset == f->ed->dyn_offset;
	case SHT_STRTAB:
		f->strtab = true;
		return h->offset == f->ed->strings_offset && h->size == f->ed->strings.n;
	case SHT_PROGBITS:
		f->interp = true;
		return is_interp(f, h);
	default:
		return false;
	}
}

static bool move_sections(struct front *f, const struct elf_object *o)
{
	struct elf_shdr h;
	size_t n = 0;

	for (uint64_t i = 1; elf_object_section(o, i, &h); i++) {
		if (h.type == SHT_NULL || h.type == SHT_NOBITS ||
		    !edit_overlap(h.offset, h.size, f->from, f->n))
			continue;
		if (++n > SECTIONS_MAX || h.offset < f->from || (h.flags & SHF_ALLOC) == 0 ||
		    edit_segment_of(f->e, h.offset, h.size) == NULL || !move_section(f, o, &h))
			return false;
		for (uint64_t k = h.offset - f->from; k < f->n && k < h.offset - f->from + h.size; k++)
			f->covered[k] = true;
	}
	return true;
}

/* Nothing else may want these bytes: no header, and between the sections there is nothing. */
static bool is_clear(const struct front *f)
{
	for (size_t i = 0; i < f->e->phnum; i++) {
		const struct elf_phdr *h = &f->e->phdrs[i];

		if (h->type == PT_LOAD || h->type == PT_PHDR || h->type == PT_NULL ||
		    !edit_overlap(h->offset, h->filesz, f->from, f->n))
			continue;
		if (!(is_note(h->type) && has_front(f->ed, h->offset, h->filesz)) &&
		    !(h->type == PT_INTERP && f->interp) && !(h->type == PT_DYNAMIC && f->dynamic))
			return false;
	}
	for (uint64_t i = 0; i < f->n; i++)
		if (!f->covered[i] && !edit_is_filler(f->e->file.p[f->from + i]))
			return false;
	return true;
}

/* The end of what is free behind the new headers: of the last table that has left its place. */
static uint64_t left_end(const struct front *f)
{
	uint64_t end = f->from + f->n;

	for (size_t i = 0; i < f->ed->front.n; i++) {
		const struct edit_move *m = &f->ed->front.items[i];

		if (m->tag != 0 && m->old_offset + m->size > end)
			end = m->old_offset + m->size;
	}
	if (f->strtab && f->ed->strings_offset + f->ed->strings.n > end)
		end = f->ed->strings_offset + f->ed->strings.n;
	return end;
}

/* Notes are aligned to four or eight bytes. False: one has to go to the end of the file. */
static bool keep_notes(struct front *f)
{
	uint64_t at = f->from + f->n, end = left_end(f);
	bool all = true;

	for (size_t i = 0; i < f->ed->front.n; i++) {
		struct edit_move *m = &f->ed->front.items[i];
		uint64_t place = at + ((m->old_offset - at) & 7);

		if (m->tag != 0)
			continue;
		if (place > end || m->size > end - place) {
			all = false;
			continue;
		}
		m->placed = true;
		m->offset = place;
		m->addr = place + f->delta;
		at = place + m->size;
	}
	return all;
}

/* Marks what has to move for n headers in all. */
static bool clear(struct front *f, const struct elf_object *o, uint64_t n)
{
	const struct elf *e = f->e;
	uint64_t size = edit_phdr_size(e), now = e->phnum * size;
	const struct elf_phdr *load = edit_segment_of(e, e->phoff, n * size);

	f->ed->front.n = 0;
	f->interp = f->dynamic = f->strtab = false;
	f->from = e->phoff + now;
	f->n = n * size - now;
	if (load == NULL || !view_has(e->file, f->from, f->n) ||
	    edit_overlap(e->shoff, o->table.n, f->from, f->n))
		return false;
	f->delta = load->vaddr - load->offset;
	f->covered = ARENA_ARRAY(f->ed->a, (size_t)f->n, bool);
	return move_sections(f, o) && is_clear(f);
}

/* Rather more room than is needed, if that leaves a place for notes. */
static bool clear_well(struct front *f, const struct elf_object *o, uint64_t n)
{
	for (uint64_t more = 0; more <= MORE_MAX; more++)
		if (clear(f, o, n + more) && !f->dynamic && keep_notes(f))
			return true;
	if (!clear(f, o, n))
		return false;
	if (!f->dynamic)
		keep_notes(f);
	return true;
}

bool edit_clear_front(struct edit *ed, uint64_t n)
{
	struct front f = { .ed = ed, .e = ed->old };
	struct elf_object o;

	if (n <= f.e->phnum || ed->dyn_slots == 0 || !elf_object_open(f.e, &o) || o.nsections < 2 ||
	    !clear_well(&f, &o, n)) {
		ed->front.n = 0;
		return false;
	}
	ed->dynamic.done = ed->dynamic.done || f.dynamic;
	ed->strtab.done = ed->strtab.done || f.strtab;
	ed->interp_place.done = ed->interp_place.done || f.interp;
	if (f.interp && ed->interp == NULL)
		ed->interp = f.e->interp;
	return true;
}
