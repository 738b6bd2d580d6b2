/* elf_edit_grow.c - room at the end of the file for what no longer fits where it is.
 *
 * The new bytes are in one segment behind all others, in the file and in memory:
 *
 *   [program headers] [what stood behind them] [dynamic section] [interpreter] [string table]
 *
 * each only if it moves. The string table is last: the next edit then lengthens it in place. A file
 * whose last segment ends with the file, as one that was edited before, gets no other segment: that
 * one grows.
 *
 * A segment needs a program header. It takes, in this order, a header that is PT_NULL; room behind the
 * table; in a library PT_PHDR, which is for programs; room that is made behind the table
 * (elf_edit_front.c). Else the whole table moves into the new segment, and what stood behind it stays.
 * Kernels before 5.18 compute the address of a program's headers as that of its first segment plus
 * e_phoff, so the distance between addresses and offsets must be that of the first segment; a
 * program's file gets a hole if need be.
 */
#include "repair/elf_edit_priv.h"

#define PAGE 0x1000U          /* the smallest of all systems */
#define ALIGN_MAX 0x1000000U  /* bytes: alignments larger than this are not followed */
#define HOLE_MAX (64U << 20)  /* bytes: what a program's file may get for its headers' sake */
#define SPARE_ENTRIES 6       /* of a dynamic section that has moved: for the next edits */
#define ADDRESS_MAX_32 0x70000000U
#define ADDRESS_MAX_64 (UINT64_C(1) << 46)

struct grow {
	struct edit *ed;
	const struct elf *e;
	struct edit_phdr *first, *last; /* segments */
	bool needs_load, extends, phdrs_move, is_program;
	bool writable;                  /* loaders write to the dynamic section, if it was writable */
	uint64_t align;
	uint64_t offset, vaddr;         /* where the new bytes begin */
	uint64_t at;                    /* the next free byte, from there */
};

/* ---- may it grow at all? --------------------------------------------------------------------- */

/* What is found from the end of the file (the archive of a program that unpacks itself) must stay there. */
static void refuse_payload(struct grow *g)
{
	struct view file = g->e->file;
	uint64_t end = edit_known_end(g->e);

	for (uint64_t i = file.n; i > end; i--) {
		if (file.p[i - 1] == 0)
			continue;
		edit_refuse(g->ed, "%llu bytes stand behind the ELF file, as in a program that carries an "
			    "archive: what looks for them at the end would not find them",
			    (unsigned long long)(file.n - end));
		return;
	}
}

static bool find_segments(struct grow *g)
{
	struct edit *ed = g->ed;

	g->first = g->last = NULL;
	for (size_t i = 0; i < ed->phdrs.n; i++) {
		struct edit_phdr *ph = &ed->phdrs.items[i];

		if (ph->h.type != PT_LOAD)
			continue;
		if (g->last != NULL && ph->h.vaddr < g->last->h.vaddr)
			edit_refuse(ed, "its segments are not in the order of their addresses");
		if ((ph->h.align & (ph->h.align - 1)) != 0)
			edit_refuse(ed, "the alignment of a segment is no power of two");
		if (ph->h.vaddr > UINT64_MAX - ph->h.memsz || ph->h.filesz > ph->h.memsz)
			edit_refuse(ed, "a segment is larger in the file than in memory, or than memory");
		if (g->first == NULL)
			g->first = ph;
		g->last = ph;
		if (ph->h.align > g->align && ph->h.align <= ALIGN_MAX)
			g->align = ph->h.align;
	}
	if (g->last == NULL)
		edit_refuse(ed, "it has no segment that is loaded");
	return g->last != NULL && ed->refused == NULL;
}

/* A kernel starts it, and tells it where its program headers are. */
static bool is_program(const struct elf *e)
{
	return e->type == ET_EXEC || e->has_interp || elf_has(e, ELF_DT_DEBUG) ||
	       (e->dt[ELF_DT_FLAGS_1] & DF_1_PIE) != 0;
}

/* ---- the segment that is there --------------------------------------------------------------- */

static bool holds(const struct edit_phdr *ph, uint64_t offset)
{
	return offset >= ph->h.offset && offset - ph->h.offset < ph->h.filesz;
}

static bool needs_write(const struct grow *g)
{
	return g->ed->dynamic.done && g->writable;
}

/* It may become writable if it is one that an edit has made: the table or the headers are in it. */
static bool can_extend(const struct grow *g)
{
	const struct edit_phdr *last = g->last;
	bool made = holds(last, g->e->phoff) || (g->ed->strings.n > 0 && holds(last, g->ed->strings_offset));

	return last->h.filesz == last->h.memsz && last->h.filesz > 0 && (last->h.flags & PF_X) == 0 &&
	       last->h.offset + last->h.filesz == g->e->file.n &&
	       g->e->load_end == last->h.vaddr + last->h.memsz &&
	       (!needs_write(g) || (last->h.flags & PF_W) != 0 || made) &&
	       (!g->phdrs_move || !g->is_program ||
		last->h.vaddr - last->h.offset == g->first->h.vaddr - g->first->h.offset);
}

/* ---- program headers ------------------------------------------------------------------------- */

static void remove_phdr(struct grow *g, size_t i)
{
	struct edit *ed = g->ed;

	memmove(&ed->phdrs.items[i], &ed->phdrs.items[i + 1],
		(ed->phdrs.n - i - 1) * sizeof(ed->phdrs.items[0]));
	ed->phdrs.n--;
}

/* Drops one header of that type if there is one. */
static bool drop_phdr(struct grow *g, uint32_t type)
{
	for (size_t i = 0; i < g->ed->phdrs.n; i++)
		if (g->ed->phdrs.items[i].h.type == type) {
			remove_phdr(g, i);
			return true;
		}
	return false;
}

static bool has_phdr(const struct grow *g, uint32_t type)
{
	for (size_t i = 0; i < g->ed->phdrs.n; i++)
		if (g->ed->phdrs.items[i].h.type == type)
			return true;
	return false;
}

/* Will the table, with the header of one more segment if that is needed, fit where it is? Drops what can
 * go. */
static bool fits_in_place(struct grow *g)
{
	uint64_t size = edit_phdr_size(g->e);
	uint64_t room = g->e->phnum + edit_room_behind_phdrs(g->e) / size;
	uint64_t extra = g->needs_load && !g->extends ? 1 : 0;

	while (g->ed->phdrs.n + extra > room && has_phdr(g, PT_NULL))
		drop_phdr(g, PT_NULL);
	if (g->ed->phdrs.n + extra == room + 1 && !g->is_program)
		drop_phdr(g, PT_PHDR);
	if (g->ed->phdrs.n + extra <= room)
		return true;
	return edit_clear_front(g->ed, g->ed->phdrs.n + 1); /* what moves may want a segment */
}

static void insert_load(struct grow *g)
{
	struct edit *ed = g->ed;
	size_t i = ed->phdrs.n;

	while (i > 0 && ed->phdrs.items[i - 1].h.type != PT_LOAD)
		i--;
	(void)ARENA_PUSH(ed->a, &ed->phdrs);
	memmove(&ed->phdrs.items[i + 1], &ed->phdrs.items[i],
		(ed->phdrs.n - i - 1) * sizeof(ed->phdrs.items[0]));
	ed->phdrs.items[i] = (struct edit_phdr){
		.h = { PT_LOAD, PF_R | (needs_write(g) ? PF_W : 0), g->offset, g->vaddr, g->at, g->at,
		       g->align },
		.paddr = g->vaddr, .added = true };
}

static void widen_load(struct grow *g)
{
	for (size_t i = g->ed->phdrs.n; i > 0; i--) {
		struct edit_phdr *ph = &g->ed->phdrs.items[i - 1];

		if (ph->h.type != PT_LOAD)
			continue;
		ph->h.filesz += g->at;
		ph->h.memsz = ph->h.filesz;
		if (needs_write(g))
			ph->h.flags |= PF_W;
		ph->widened = true;
		return;
	}
}

/* ---- places ---------------------------------------------------------------------------------- */

/* Where the new bytes begin. Without headers among them the distance of addresses and offsets is free. */
static void choose_start(struct grow *g)
{
	uint64_t from = edit_align(g->e->file.n, 64), delta = g->first->h.vaddr - g->first->h.offset;

	if (g->extends) {
		g->offset = g->e->file.n;
		g->vaddr = g->last->h.vaddr + g->last->h.filesz;
		return;
	}
	if (!g->phdrs_move || !g->is_program) {
		g->vaddr = edit_align(g->e->load_end, g->align) + (from & (g->align - 1));
		g->offset = from;
		return;
	}
	while (g->align > PAGE && (delta & (g->align - 1)) != 0)
		g->align /= 2;
	if ((delta & (g->align - 1)) != 0 || g->first->h.vaddr < g->first->h.offset) {
		edit_refuse(g->ed, "its program headers would have to move, and its first segment does not "
			    "begin with the file");
		return;
	}
	g->vaddr = edit_align(g->e->load_end > from + delta ? g->e->load_end : from + delta, g->align);
	g->offset = g->vaddr - delta;
	if (g->offset - g->e->file.n > HOLE_MAX)
		edit_refuse(g->ed, "its program headers would have to move, and the file would be %llu MiB "
			    "larger for that", (unsigned long long)((g->offset - g->e->file.n) >> 20));
}

static void take(struct grow *g, struct edit_move *m, uint64_t n, uint64_t align)
{
	g->at += edit_align(g->vaddr + g->at, align) - (g->vaddr + g->at);
	m->done = true;
	m->offset = g->offset + g->at;
	m->addr = g->vaddr + g->at;
	m->size = n;
	g->at += n;
}

/* The string table grows in place if it is the last thing in the segment that grows. */
static bool strings_are_last(const struct grow *g)
{
	return g->extends && g->ed->strings_offset + g->ed->strings.n == g->e->file.n &&
	       g->e->dt[ELF_DT_STRTAB] + g->ed->strings.n == g->vaddr;
}

/* Aligned as it was. */
static void take_front(struct grow *g, struct edit_move *m)
{
	uint64_t align = 64, at = m->old_addr & (align - 1), now = (g->vaddr + g->at) & (align - 1);

	g->at += (at - now) & (align - 1);
	take(g, m, m->size, 1);
}

static void place_strings(struct grow *g, bool in_place)
{
	struct edit *ed = g->ed;

	if (!ed->strtab.done)
		return;
	ed->strtab.old_addr = g->e->dt[ELF_DT_STRTAB];
	ed->strtab.old_offset = ed->strings_offset;
	if (!in_place) {
		take(g, &ed->strtab, ed->strings.n + ed->added.n, 16);
		return;
	}
	ed->strtab.addr = ed->strtab.old_addr;
	ed->strtab.offset = ed->strtab.old_offset;
	ed->strtab.size = ed->strings.n + ed->added.n;
	g->at += ed->added.n;
}

static void place_all(struct grow *g, uint64_t nphdrs)
{
	struct edit *ed = g->ed;
	bool in_place = strings_are_last(g);

	if (in_place)
		place_strings(g, true);
	if (g->phdrs_move)
		take(g, &ed->table, nphdrs * edit_phdr_size(g->e), 16);
	for (size_t i = 0; i < ed->front.n; i++)
		if (!ed->front.items[i].placed)
			take_front(g, &ed->front.items[i]);
	if (ed->dynamic.done)
		take(g, &ed->dynamic, (ed->dyn.n + 1 + SPARE_ENTRIES) * edit_dyn_size(g->e), 16);
	if (ed->interp_place.done)
		take(g, &ed->interp_place, strlen(ed->interp) + 1, 1);
	if (!in_place)
		place_strings(g, false);
	ed->dynamic.old_addr = g->e->dynamic.vaddr;
	ed->dynamic.old_offset = ed->dyn_offset;
	ed->interp_place.old_addr = g->e->interp_ph.vaddr;
	ed->interp_place.old_offset = g->e->interp_ph.offset;
}

/* ---- headers of what has moved --------------------------------------------------------------- */

static void point_at(struct edit_phdr *ph, const struct edit_move *m)
{
	ph->h.offset = m->offset;
	ph->h.vaddr = ph->paddr = m->addr;
	ph->h.filesz = ph->h.memsz = m->size;
}

/* A header of what moves as it is, or of a part of it. */
static void follow_front(const struct edit *ed, struct edit_phdr *ph)
{
	for (size_t i = 0; i < ed->front.n; i++) {
		const struct edit_move *m = &ed->front.items[i];

		if (!edit_inside(ph->h.offset, ph->h.filesz, m->old_offset, m->size) || ph->h.filesz == 0)
			continue;
		ph->h.vaddr += m->addr - m->old_addr;
		ph->paddr += m->addr - m->old_addr;
		ph->h.offset += m->offset - m->old_offset;
		return;
	}
}

static void point_headers(struct grow *g)
{
	struct edit *ed = g->ed;

	for (size_t i = 0; i < ed->phdrs.n; i++) {
		struct edit_phdr *ph = &ed->phdrs.items[i];

		if (ph->h.type == PT_DYNAMIC && ed->dynamic.done && ph->h.vaddr == ed->dynamic.old_addr)
			point_at(ph, &ed->dynamic);
		else if (ph->h.type == PT_INTERP && ed->interp_place.done &&
			 ph->h.offset == ed->interp_place.old_offset)
			point_at(ph, &ed->interp_place);
		else if (ph->h.type == PT_PHDR && ed->table.done)
			point_at(ph, &ed->table);
		else if (ph->h.type == PT_NOTE || ph->h.type == PT_GNU_PROPERTY)
			follow_front(ed, ph);
		else if (ph->h.type == PT_PHDR)
			ph->h.filesz = ph->h.memsz = ed->phdrs.n * edit_phdr_size(g->e);
	}
}

static void check_limits(struct grow *g)
{
	uint64_t max = g->e->is64 ? ADDRESS_MAX_64 : ADDRESS_MAX_32;

	if (g->vaddr > max || g->offset > max || g->at > max - g->vaddr || g->at > max - g->offset)
		edit_refuse(g->ed, "behind its last segment there are no addresses left");
}

static bool was_writable(const struct edit *ed)
{
	const struct elf_phdr *h = edit_segment_of(ed->old, ed->dyn_offset, 1);

	return h != NULL && (h->flags & PF_W) != 0;
}

void edit_grow(struct edit *ed)
{
	struct grow g = { .ed = ed, .e = ed->old, .align = PAGE, .is_program = is_program(ed->old),
			  .writable = was_writable(ed) };
	uint64_t nphdrs;

	if (!find_segments(&g))
		return;
	g.needs_load = ed->dynamic.done || ed->strtab.done || ed->interp_place.done;
	g.extends = g.needs_load && can_extend(&g);
	g.phdrs_move = !fits_in_place(&g);
	if (!find_segments(&g)) /* again: headers may have gone */
		return;
	g.needs_load = g.needs_load || g.phdrs_move || ed->front.n > 0 || ed->dynamic.done ||
		       ed->strtab.done || ed->interp_place.done;
	g.extends = g.needs_load && can_extend(&g);
	if (g.phdrs_move && g.e->osabi == ELFOSABI_FREEBSD)
		edit_refuse(ed, "its program headers would have to move, and FreeBSD wants them in the first "
			    "page");
	if (g.needs_load)
		refuse_payload(&g);
	nphdrs = ed->phdrs.n + (g.needs_load && !g.extends ? 1 : 0);
	choose_start(&g);
	if (ed->refused != NULL)
		return;
	place_all(&g, nphdrs);
	if (g.extends)
		widen_load(&g);
	else if (g.needs_load)
		insert_load(&g);
	point_headers(&g);
	if (g.needs_load) {
		ed->size = g.offset + g.at;
		check_limits(&g);
	}
}
