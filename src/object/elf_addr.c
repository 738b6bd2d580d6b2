/* elf_addr.c - from addresses to bytes: which part of the file a mapping shows where.
 *
 * glibc maps whole pages of each PT_LOAD in table order, a later one over an earlier one, clears
 * what lies behind the file part if the segment is larger in memory, and puts zero pages behind.
 * Here that picture is computed once, as a sorted list of extents; zeroed memory is not in it.
 *
 * A table may hold 65,535 segments that all overlap. So they are painted from the last to the
 * first onto the cells between all their edges, each cell once.
 */
#include <stdlib.h>

#include "object/elf_priv.h"
#include "object/elfconst.h"

#define PAGE 4096U /* smallest page of all systems that are of interest */

/* One PT_LOAD: [start, zero) shows the file from `offset` on, [zero, end) reads as zeros. */
struct load {
	uint64_t start, zero, end, offset;
};

/* Work space while the picture is painted. */
struct canvas {
	struct load *loads;
	size_t nloads;
	uint64_t *cuts;  /* edges of the loads, sorted, each once; cell i is [cuts[i], cuts[i+1]) */
	size_t ncuts;
	uint32_t *owner; /* of each cell: load number + 1, 0 for zeros or nothing */
	uint32_t *next;  /* first cell from here on that may still be blank */
};

/* False for what no system call would map: a segment that wraps around. */
static bool load_of(const struct elf_phdr *ph, struct load *l)
{
	uint64_t data = ph->vaddr + ph->filesz;
	uint64_t mem = ph->vaddr + ph->memsz;

	if (data < ph->vaddr || mem < ph->vaddr || data > UINT64_MAX - PAGE ||
	    mem > UINT64_MAX - PAGE)
		return false;
	l->start = ph->vaddr & ~(uint64_t)(PAGE - 1);
	l->offset = ph->offset & ~(uint64_t)(PAGE - 1);
	l->end = elf_align_up(mem > data ? mem : data, PAGE);
	l->zero = mem > data ? data : l->end;
	return l->start < l->end;
}

static int compare_cuts(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void collect_loads(const struct elf *e, struct canvas *c)
{
	for (size_t i = 0; i < e->phnum; i++)
		if (e->phdrs[i].type == PT_LOAD && load_of(&e->phdrs[i], &c->loads[c->nloads]))
			c->nloads++;
}

static void collect_cuts(struct canvas *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nloads; i++) {
		c->cuts[n++] = c->loads[i].start;
		c->cuts[n++] = c->loads[i].zero;
		c->cuts[n++] = c->loads[i].end;
	}
	qsort(c->cuts, n, sizeof(*c->cuts), compare_cuts);
	for (size_t i = 0; i < n; i++)
		if (c->ncuts == 0 || c->cuts[c->ncuts - 1] != c->cuts[i])
			c->cuts[c->ncuts++] = c->cuts[i];
	for (size_t i = 0; i < c->ncuts; i++)
		c->next[i] = (uint32_t)i;
}

static size_t cell_of(const struct canvas *c, uint64_t cut)
{
	size_t lo = 0;
	size_t hi = c->ncuts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->cuts[mid] < cut)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static size_t next_blank(struct canvas *c, size_t i)
{
	while (c->next[i] != i) {
		c->next[i] = c->next[c->next[i]];
		i = c->next[i];
	}
	return i;
}

/* Gives the blank cells of [from, to) to an owner. The cell that begins with the last cut does not
 * exist and so stays blank: it ends every search. */
static void paint(struct canvas *c, uint64_t from, uint64_t to, uint32_t owner)
{
	size_t end = cell_of(c, to);

	for (size_t i = next_blank(c, cell_of(c, from)); i < end; i = next_blank(c, i)) {
		c->owner[i] = owner;
		c->next[i] = (uint32_t)i + 1;
	}
}

/* Appends a cell, or lengthens the last extent if file and address both go on. */
static void add_extent(struct elf_extent *list, size_t *n, struct elf_extent x)
{
	struct elf_extent *last = *n == 0 ? NULL : &list[*n - 1];
	uint64_t file_end;

	if (last != NULL && last->vaddr + last->n == x.vaddr &&
	    !__builtin_add_overflow(last->offset, last->n, &file_end) && file_end == x.offset)
		last->n += x.n;
	else
		list[(*n)++] = x;
}

static size_t emit(const struct canvas *c, struct elf_extent *list)
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < c->ncuts; i++) {
		struct elf_extent x = { c->cuts[i], c->cuts[i + 1] - c->cuts[i], UINT64_MAX };
		const struct load *l;

		if (c->owner[i] == 0)
			continue;
		l = &c->loads[c->owner[i] - 1];
		if (x.vaddr - l->start < UINT64_MAX - l->offset)
			x.offset = l->offset + (x.vaddr - l->start);
		add_extent(list, &n, x);
	}
	return n;
}

static size_t paint_all(const struct elf *e, struct canvas *c, struct elf_extent *list)
{
	collect_loads(e, c);
	collect_cuts(c);
	for (size_t i = c->nloads; i > 0; i--) {
		paint(c, c->loads[i - 1].start, c->loads[i - 1].zero, (uint32_t)i);
		paint(c, c->loads[i - 1].zero, c->loads[i - 1].end, 0);
	}
	return emit(c, list);
}

bool elf_map_segments(struct elf *e)
{
	struct elf_owned *own = e->owned;
	size_t cuts = 3 * (size_t)e->nload;
	struct canvas c = { .nloads = 0 };

	if (cuts == 0)
		return true;
	c.loads = calloc((size_t)e->nload, sizeof(*c.loads));
	c.cuts = calloc(cuts, sizeof(*c.cuts));
	c.owner = calloc(cuts, sizeof(*c.owner));
	c.next = calloc(cuts, sizeof(*c.next));
	own->extents = calloc(cuts, sizeof(*own->extents));
	bool ok = c.loads != NULL && c.cuts != NULL && c.owner != NULL && c.next != NULL &&
		  own->extents != NULL;
	if (ok) {
		e->nextents = paint_all(e, &c, own->extents);
		e->extents = own->extents;
	}
	free(c.loads);
	free(c.cuts);
	free(c.owner);
	free(c.next);
	return ok;
}

/* ---- look-ups ----------------------------------------------------------------------------- */

static const struct elf_extent *extent_at(const struct elf *e, uint64_t vaddr)
{
	const struct elf_extent *x = e->extents;
	size_t lo = 0;
	size_t hi = e->nextents;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (vaddr < x[mid].vaddr)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == 0 || vaddr - x[lo - 1].vaddr >= x[lo - 1].n)
		return NULL;
	return &x[lo - 1];
}

enum elf_where elf_at(const struct elf *e, uint64_t vaddr, uint64_t want, struct view *out)
{
	const struct elf_extent *x = extent_at(e, vaddr);
	uint64_t skip, left, exist;

	*out = (struct view){ NULL, 0 };
	if (x == NULL)
		return ELF_UNMAPPED;
	skip = vaddr - x->vaddr;
	left = x->n - skip;
	if (x->offset >= e->limit || skip >= e->limit - x->offset)
		return ELF_PAST_END;
	exist = e->limit - x->offset - skip;
	if (want > left || want > exist)
		return exist < left ? ELF_PAST_END : ELF_UNMAPPED;
	out->p = e->file.p + x->offset + skip;
	out->n = (size_t)(exist < left ? exist : left);
	return ELF_HERE;
}

enum elf_where elf_table(const struct elf *e, uint64_t vaddr, uint64_t bytes, uint32_t entry,
			 struct elf_table *out)
{
	struct view v;
	enum elf_where where;

	*out = (struct elf_table){ .entry = entry };
	if (entry == 0 || bytes < entry)
		return ELF_HERE;
	where = elf_at(e, vaddr, 0, &v);
	out->n = bytes / entry;
	if (where == ELF_HERE && v.n < out->n * entry) {
		struct view none;

		where = elf_at(e, vaddr, out->n * entry, &none);
	}
	if (where != ELF_HERE) {
		out->n = v.n / entry;
		out->clamped = true;
	}
	out->p = out->n == 0 ? NULL : v.p;
	return where;
}

const char *elf_str(const struct elf *e, uint64_t off)
{
	return off < e->strtab.n ? (const char *)e->strtab.p + off : NULL;
}
