/* elf_version.c - symbol versions: DT_VERNEED, DT_VERDEF, DT_VERSYM.
 *
 *   Verneed (16 bytes)            Vernaux (16 bytes)          Verdef (20 bytes)
 *    0  2  vn_version: 1           0  4  vna_hash              0  2  vd_version: 1
 *    2  2  vn_cnt, unused          4  2  vna_flags             2  2  vd_flags
 *    4  4  vn_file                 6  2  vna_other             4  2  vd_ndx
 *    8  4  vn_aux                  8  4  vna_name              6  2  vd_cnt
 *   12  4  vn_next, 0: last       12  4  vna_next, 0: last     8  4  vd_hash
 *                                                             12  4  vd_aux -> Verdaux: name, next
 *                                                             16  4  vd_next, 0: last
 *
 * Like glibc this follows the links and looks neither at the counts in the records nor at
 * DT_VERNEEDNUM and DT_VERDEFNUM. Links only lead forwards, but by as little as one byte; so the
 * number of steps is bounded by what the file could hold.
 */
#include "object/elf_priv.h"
#include "object/elfconst.h"

struct walk {
	const struct elf *e;
	uint64_t budget;      /* records that may still be read */
	enum elf_where where; /* why the walk ended */
};

/* The record of `size` bytes at vaddr, NULL if there is none or too many were read. */
static const unsigned char *read_record(struct walk *w, uint64_t vaddr, uint64_t size)
{
	struct view v;

	w->where = ELF_UNMAPPED;
	if (w->budget == 0)
		return NULL;
	w->budget--;
	w->where = elf_at(w->e, vaddr, size, &v);
	return v.p;
}

static bool follow(struct walk *w, uint64_t *vaddr, uint32_t link)
{
	if (*vaddr > UINT64_MAX - link) {
		w->where = ELF_UNMAPPED;
		return false;
	}
	*vaddr += link;
	return true;
}

static void walk_init(struct walk *w, const struct elf *e)
{
	w->e = e;
	w->budget = e->limit / sizeof(Elf64_Vernaux) + 1;
	w->where = ELF_HERE;
}

static uint64_t file_offset(const struct elf *e, const unsigned char *p)
{
	return (uint64_t)(p - e->file.p);
}

/* All Vernaux of one Verneed, whose own fields are in *need. */
static bool each_vernaux(struct walk *w, uint64_t vaddr, struct elf_verneed *need,
			 bool (*fn)(void *ctx, const struct elf_verneed *), void *ctx)
{
	bool swap = w->e->swap;

	need->first = true;
	for (;;) {
		const unsigned char *p = read_record(w, vaddr, sizeof(Elf64_Vernaux));
		uint32_t next;

		if (p == NULL)
			return false;
		need->hash = load32(p, swap);
		need->flags = load16(p + 4, swap);
		need->other = load16(p + 6, swap);
		need->name = elf_str(w->e, load32(p + 8, swap));
		need->offset = file_offset(w->e, p);
		if (fn(ctx, need))
			return true;
		need->first = false;
		next = load32(p + 12, swap);
		if (next == 0 || !follow(w, &vaddr, next))
			return false;
	}
}

static bool walk_verneed(struct walk *w, uint64_t vaddr,
			 bool (*fn)(void *ctx, const struct elf_verneed *), void *ctx)
{
	bool swap = w->e->swap;

	for (;;) {
		const unsigned char *p = read_record(w, vaddr, sizeof(Elf64_Verneed));
		struct elf_verneed need = { .record_version = 0 };
		uint64_t aux = vaddr;
		uint32_t next;

		if (p == NULL)
			return false;
		need.record_version = load16(p, swap);
		need.file = elf_str(w->e, load32(p + 4, swap));
		next = load32(p + 12, swap);
		if (!follow(w, &aux, load32(p + 8, swap)))
			return false;
		if (each_vernaux(w, aux, &need, fn, ctx))
			return true;
		if (w->where != ELF_HERE || next == 0 || !follow(w, &vaddr, next))
			return false;
	}
}

bool elf_each_verneed(const struct elf *e, bool (*fn)(void *ctx, const struct elf_verneed *),
		      void *ctx, enum elf_where *where)
{
	bool stopped = false;
	struct walk w;

	walk_init(&w, e);
	if (elf_has(e, ELF_DT_VERNEED))
		stopped = walk_verneed(&w, e->dt[ELF_DT_VERNEED], fn, ctx);
	if (where != NULL)
		*where = w.where;
	return stopped;
}

/* The name of a Verdef is that of its first Verdaux. */
static const char *verdef_name(struct walk *w, uint64_t vaddr, uint32_t aux)
{
	const unsigned char *p;

	if (!follow(w, &vaddr, aux))
		return NULL;
	p = read_record(w, vaddr, sizeof(Elf64_Verdaux));
	return p == NULL ? NULL : elf_str(w->e, load32(p, w->e->swap));
}

static bool walk_verdef(struct walk *w, uint64_t vaddr,
			bool (*fn)(void *ctx, const struct elf_verdef *), void *ctx)
{
	bool swap = w->e->swap;

	for (;;) {
		const unsigned char *p = read_record(w, vaddr, sizeof(Elf64_Verdef));
		struct elf_verdef def;
		uint32_t next;

		if (p == NULL)
			return false;
		def.record_version = load16(p, swap);
		def.flags = load16(p + 2, swap);
		def.ndx = load16(p + 4, swap);
		def.hash = load32(p + 8, swap);
		def.offset = file_offset(w->e, p);
		def.name = verdef_name(w, vaddr, load32(p + 12, swap));
		if (fn(ctx, &def))
			return true;
		next = load32(p + 16, swap);
		if (w->where != ELF_HERE || next == 0 || !follow(w, &vaddr, next))
			return false;
	}
}

bool elf_each_verdef(const struct elf *e, bool (*fn)(void *ctx, const struct elf_verdef *),
		     void *ctx, enum elf_where *where)
{
	bool stopped = false;
	struct walk w;

	walk_init(&w, e);
	if (elf_has(e, ELF_DT_VERDEF))
		stopped = walk_verdef(&w, e->dt[ELF_DT_VERDEF], fn, ctx);
	if (where != NULL)
		*where = w.where;
	return stopped;
}

bool elf_versym(const struct elf *e, uint64_t i, uint16_t *out)
{
	if (i >= e->versym.n)
		return false;
	*out = load16(e->versym.p + i * e->versym.entry, e->swap);
	return true;
}

struct by_index {
	uint16_t index;
	const char *name;
};

static bool has_index(void *ctx, const struct elf_verdef *v)
{
	struct by_index *x = ctx;

	if ((v->ndx & 0x7fff) != x->index)
		return false;
	x->name = v->name;
	return true;
}

const char *elf_verdef_name(const struct elf *e, uint16_t index)
{
	struct by_index x = { index, NULL };

	elf_each_verdef(e, has_index, &x, NULL);
	return x.name;
}
