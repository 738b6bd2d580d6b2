/* elf_function.c - where the functions of a file are: its unwind table and its symbols.
 *
 * Code is looked at function by function, because what lies between functions may be data. A table
 * of unwind information exists in nearly every file, stripped or not:
 *
 *   .eh_frame_hdr (PT_GNU_EH_FRAME)
 *    0  1  version 1
 *    1  1  encoding of the pointer to .eh_frame
 *    2  1  encoding of the count
 *    3  1  encoding of the table
 *    4     pointer, count, then pairs {start of a function, its FDE}, signed and relative to the
 *          header itself, if the encodings are those that linkers write (0x1b, 0x03, 0x3b)
 *
 *   FDE: {u32 length, u32 distance back to its CIE, start, size, …}; how start and size are written
 *   stands in the CIE behind 'R': {u32 length, u32 0, u8 version 1, "zR…", …}
 *
 * Source: the Linux Standard Base, chapter "Exception Frames".
 */
#include <stdlib.h>

#include "object/elf_priv.h"
#include "object/elfconst.h"

enum { MAX_FUNCTIONS = 4 << 20 };

struct list {
	struct elf_function *v;
	size_t n, cap;
	bool failed;
};

static void add(struct list *l, uint64_t vaddr, uint64_t size)
{
	if (size == 0 || l->failed || l->n >= MAX_FUNCTIONS)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 256 : 2 * l->cap;
		struct elf_function *v = realloc(l->v, cap * sizeof(*v));

		if (v == NULL) {
			l->failed = true;
			return;
		}
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = (struct elf_function){ vaddr, size };
}

/* ---- the unwind table --------------------------------------------------------------------- */

/* Skips a LEB128 number. */
static bool skip_leb(const struct view *v, uint64_t *at)
{
	while (view_has(*v, *at, 1))
		if ((v->p[(*at)++] & 0x80) == 0)
			return true;
	return false;
}

/* How a CIE says that addresses are written; 0xff if it cannot be read. */
static uint8_t cie_encoding(const struct elf *e, uint64_t cie)
{
	struct view v;
	const char *aug;
	uint64_t at;

	if (elf_at(e, cie, 12, &v) != ELF_HERE || v.p[8] != 1)
		return 0xff;
	if (v.n > 256)
		v.n = 256;
	aug = view_cstr(v, 9);
	if (aug == NULL || aug[0] != 'z')
		return 0xff;
	at = 9 + strlen(aug) + 1;
	/* Alignment of code, of data, the register of the return address, the length. */
	for (int i = 0; i < 4; i++)
		if (!skip_leb(&v, &at))
			return 0xff;
	for (aug++; *aug != '\0' && view_has(v, at, 1); aug++) {
		if (*aug == 'R')
			return v.p[at];
		if (*aug == 'P') /* only the plain encodings have a fixed size */
			at += (v.p[at] & 0x0f) == 0x0c || (v.p[at] & 0x0f) == 0x00 ? 9U : 5U;
		else if (*aug == 'L')
			at++;
		else if (*aug != 'S' && *aug != 'B')
			return 0xff;
	}
	return 0xff;
}

struct last_cie {
	uint64_t at;
	uint8_t encoding;
};

/* The size of the function that the FDE at `fde` is about; 0 if it cannot be read. */
static uint64_t fde_size(const struct elf *e, uint64_t fde, struct last_cie *last)
{
	struct view v;
	uint64_t cie;

	if (elf_at(e, fde, 16, &v) != ELF_HERE)
		return 0;
	cie = fde + 4 - load32(v.p + 4, e->swap);
	if (cie != last->at)
		*last = (struct last_cie){ cie, cie_encoding(e, cie) };
	switch (last->encoding & 0x0f) {
	case 0x03:
	case 0x0b: return load32(v.p + 12, e->swap); /* 4 bytes each */
	case 0x04:
	case 0x0c: return view_has(v, 16, 8) ? load64(v.p + 16, e->swap) : 0;
	default: return 0;
	}
}

static void add_unwind(const struct elf *e, const struct elf_phdr *ph, struct list *l)
{
	struct last_cie last = { UINT64_MAX, 0xff };
	struct view v;
	uint64_t n;

	if (elf_at(e, ph->vaddr, 12, &v) != ELF_HERE || v.p[0] != 1 || v.p[2] != 0x03 ||
	    v.p[3] != 0x3b || (v.p[1] & 0x0f) != 0x0b)
		return;
	n = load32(v.p + 8, e->swap);
	if (n > (v.n - 12) / 8)
		n = (v.n - 12) / 8;
	for (uint64_t i = 0; i < n; i++) {
		const unsigned char *p = v.p + 12 + 8 * i;
		uint64_t start = ph->vaddr + (uint64_t)(int64_t)(int32_t)load32(p, e->swap);
		uint64_t fde = ph->vaddr + (uint64_t)(int64_t)(int32_t)load32(p + 4, e->swap);

		add(l, start, fde_size(e, fde, &last));
	}
}

/* ---- symbols ------------------------------------------------------------------------------ */

static void add_symbols(const struct elf *e, struct list *l)
{
	uint64_t n = elf_sym_count(e);
	struct elf_sym s;

	for (uint64_t i = 1; i < n && elf_sym(e, i, &s); i++)
		if (s.shndx != SHN_UNDEF && (s.type == STT_FUNC || s.type == STT_GNU_IFUNC))
			add(l, s.value, s.size);
}

/* ---- together ----------------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const struct elf_function *x = a, *y = b;

	if (x->vaddr != y->vaddr)
		return x->vaddr < y->vaddr ? -1 : 1;
	return x->size > y->size ? -1 : x->size < y->size;
}

/* Sorts, and cuts what overlaps: each byte belongs to one function. */
static void settle(struct list *l)
{
	size_t n = 0;

	qsort(l->v, l->n, sizeof(*l->v), by_address);
	for (size_t i = 0; i < l->n; i++) {
		struct elf_function f = l->v[i];
		uint64_t end = n > 0 ? l->v[n - 1].vaddr + l->v[n - 1].size : 0;

		if (f.size > UINT64_MAX - f.vaddr)
			continue;
		if (n > 0 && f.vaddr < end) {
			if (f.vaddr + f.size <= end)
				continue;
			l->v[n - 1].size = f.vaddr - l->v[n - 1].vaddr;
			if (l->v[n - 1].size == 0)
				n--;
		}
		l->v[n++] = f;
	}
	l->n = n;
}

bool elf_functions(const struct elf *e, struct elf_function **out, size_t *n)
{
	struct list l = { NULL, 0, 0, false };

	*out = NULL;
	*n = 0;
	for (size_t i = 0; e->phdrs != NULL && i < e->phnum; i++)
		if (e->phdrs[i].type == PT_GNU_EH_FRAME)
			add_unwind(e, &e->phdrs[i], &l);
	add_symbols(e, &l);
	if (l.failed) {
		free(l.v);
		return false;
	}
	if (l.n > 0)
		settle(&l);
	*out = l.v;
	*n = l.n;
	return true;
}
