/* tls.c - the static TLS area.
 *
 * Where upstream decides: _dl_determine_tlsoffset and the surplus in dl-tls.c,
 * _dl_try_allocate_static_tls in dl-reloc.c. Two layouts exist: blocks below the thread pointer
 * (x86, s390, sparc: "TCB at TP") and above it (arm, aarch64, powerpc, riscv, mips).
 */
#include "loader/tls.h"

#include "object/elfconst.h"

/* What the kernel asks for (AT_RSEQ_FEATURE_SIZE, AT_RSEQ_ALIGN), rounded up as glibc does. */
#define RSEQ_SIZE 32
#define RSEQ_ALIGN 32

bool tls_below(uint16_t machine)
{
	return machine == EM_X86_64 || machine == EM_386 || machine == EM_S390 ||
	       machine == EM_SPARC || machine == EM_SPARCV9;
}

static uint64_t round_up(uint64_t x, uint64_t to)
{
	return to <= 1 ? x : (x + to - 1) / to * to;
}

static bool has_block(const struct image *im)
{
	return im->file != NULL && im->file->elf.has_tls && im->file->elf.tls.memsz != 0;
}

static uint64_t block_align(const struct image *im)
{
	uint64_t a = im->file->elf.tls.align;

	return a == 0 ? 1 : a;
}

/* Offset of the block's first byte within its alignment. */
static uint64_t first_byte(const struct image *im)
{
	return im->file->elf.tls.vaddr & (block_align(im) - 1);
}

struct layout {
	uint64_t offset, top, bottom, max_align;
};

static void place_below(struct layout *l, const struct image *im)
{
	uint64_t size = im->file->elf.tls.memsz, align = block_align(im);
	uint64_t first = (0 - first_byte(im)) & (align - 1), off;

	if (l->bottom - l->top >= size) {
		off = round_up(l->top + size - first, align) + first;
		if (off <= l->bottom) {
			l->top = off;
			return;
		}
	}
	off = round_up(l->offset + size - first, align) + first;
	if (off > l->offset + size + (l->bottom - l->top)) {
		l->top = l->offset;
		l->bottom = off - size;
	}
	l->offset = off;
}

static void place_above(struct layout *l, const struct image *im)
{
	uint64_t size = im->file->elf.tls.memsz, align = block_align(im);

	l->offset = round_up(l->offset, align) + first_byte(im) + size;
}

void tls_layout_start(struct process *p)
{
	struct layout l = { .max_align = 64 };

	for (size_t i = 0; i < p->images.n; i++) {
		struct image *im = p->images.items[i];

		if (!has_block(im))
			continue;
		if (block_align(im) > l.max_align)
			l.max_align = block_align(im);
		if (tls_below(p->w->machine))
			place_below(&l, im);
		else
			place_above(&l, im);
		im->tls_placed = true;
	}
	if (world_minor(p->w) >= 41) /* the area for restartable sequences stands behind the blocks */
		l.offset = round_up(l.offset, RSEQ_ALIGN) + RSEQ_SIZE;
	p->tls_used = l.offset;
	p->tls_align = l.max_align;
	p->tls_size = round_up(l.offset + p->tunables->tls_surplus, l.max_align);
	p->tls_optional = p->tunables->tls_optional;
}

uint64_t tls_free_bytes(const struct process *p)
{
	return p->tls_size > p->tls_used ? p->tls_size - p->tls_used : 0;
}

static bool place_later_below(struct process *p, const struct image *im, bool optional)
{
	uint64_t align = block_align(im), room = tls_free_bytes(p), use;
	uint64_t size = im->file->elf.tls.memsz + first_byte(im);

	if (room < size)
		return false;
	use = room - (room - size) / align * align - first_byte(im);
	if (optional && use > p->tls_optional)
		return false;
	if (optional)
		p->tls_optional -= use;
	p->tls_used += use;
	return true;
}

static bool place_later_above(struct process *p, const struct image *im, bool optional)
{
	uint64_t align = block_align(im);
	uint64_t offset = round_up(p->tls_used - first_byte(im), align) + first_byte(im);
	uint64_t used = offset + im->file->elf.tls.memsz;

	if (used > p->tls_size || (optional && used - p->tls_used > p->tls_optional))
		return false;
	if (optional)
		p->tls_optional -= used - p->tls_used;
	p->tls_used = used;
	return true;
}

bool tls_place(struct process *p, struct image *im, bool optional)
{
	bool ok;

	if (im->tls_placed || im->file == NULL)
		return true;
	if (im->tls_dynamic || block_align(im) > p->tls_align)
		return false;
	/* An object without a block of its own needs no room, but is still asked for it. */
	ok = tls_below(p->w->machine) ? place_later_below(p, im, optional) :
					place_later_above(p, im, optional);
	im->tls_placed = ok;
	return ok;
}
