/* coff.c - COFF objects, import objects and the exports of DLLs.
 *
 *   object                                       bigobj
 *    0  2  machine                                0  2  0, then 0xffff
 *    2  2  number of sections                     4  2  version (2), 6 2 machine
 *    8  4  file offset of the symbols            12 16  class id
 *   12  4  number of symbols                     44  4  sections, 48 4 symbols' offset, 52 4 symbols
 *   16  2  size of the optional header
 *
 *   section header: 0 8 name or "/offset", 16 4 size, 20 4 bytes, 24 4 relocations, 32 2 their number,
 *                   36 4 flags
 *   symbol: 0 8 name or (0, offset), 8 4 value, 12 2 or 4 section, type 2, storage class 1, auxiliary
 *           entries 1
 *   relocation: 0 4 place, 4 4 symbol, 8 2 type
 */
#include "object/coff.h"

enum { HEADER = 20, BIG_HEADER = 56, SECTION = 40, SYMBOL = 18, BIG_SYMBOL = 20, RELOC = 10 };
enum { MORE_RELOCS = 0x01000000, BARE = 0x80 };

static uint16_t get16(struct view v, size_t at)
{
	return view_has(v, at, 2) ? load16(v.p + at, order_swaps(false)) : 0;
}

static uint32_t get32(struct view v, size_t at)
{
	return view_has(v, at, 4) ? load32(v.p + at, order_swaps(false)) : 0;
}

static bool is_known(uint16_t machine)
{
	return machine == COFF_I386 || machine == COFF_AMD64 || machine == COFF_ARM64 ||
		machine == COFF_ARMNT;
}

/* ---- objects --------------------------------------------------------------------------------- */

static size_t symbol_size(const struct coff *c)
{
	return c->wide ? BIG_SYMBOL : SYMBOL;
}

static void take_symbols(struct coff *c, uint32_t at, uint32_t n)
{
	uint64_t room = at < c->file.n ? (c->file.n - at) / symbol_size(c) : 0, end;
	struct view size;

	c->nsymbols = n < room ? n : (uint32_t)room;
	view_sub(c->file, at, c->nsymbols * (uint64_t)symbol_size(c), &c->symbols);
	end = at + (uint64_t)c->nsymbols * symbol_size(c);
	if (c->nsymbols > 0 && view_sub(c->file, end, 4, &size)) {
		uint64_t k = get32(size, 0), left = c->file.n - end;

		view_sub(c->file, end, k < left ? k : left, &c->strings);
	}
}

bool coff_open(struct view file, struct coff *out)
{
	static const unsigned char big[] = { 0xc7, 0xa1, 0xba, 0xd1, 0xee, 0xba, 0xa9, 0x4b,
					     0xaf, 0x20, 0xfa, 0xf6, 0x6a, 0xa4, 0xdc, 0xb8 };
	uint64_t at = HEADER, room;

	memset(out, 0, sizeof(*out));
	out->file = file;
	if (!view_has(file, 0, HEADER))
		return false;
	out->machine = get16(file, 0);
	out->nsections = get16(file, 2);
	if (out->machine == 0 && out->nsections == 0xffff) {
		if (!view_has(file, 0, BIG_HEADER) || get16(file, 4) < 2 ||
		    memcmp(file.p + 12, big, sizeof(big)) != 0)
			return false;
		out->wide = true;
		out->machine = get16(file, 6);
		out->nsections = get32(file, 44);
		at = BIG_HEADER;
	} else {
		at += get16(file, 16);
	}
	if (!is_known(out->machine))
		return false;
	room = at < file.n ? (file.n - at) / SECTION : 0;
	out->nsections = out->nsections < room ? out->nsections : (uint32_t)room;
	view_sub(file, at, (uint64_t)out->nsections * SECTION, &out->sections);
	if (out->wide)
		take_symbols(out, get32(file, 48), get32(file, 52));
	else
		take_symbols(out, get32(file, 8), get32(file, 12));
	return true;
}

static size_t short_name(const unsigned char *p)
{
	size_t n = 0;

	while (n < 8 && p[n] != 0)
		n++;
	return n;
}

static void long_name(const struct coff *c, uint64_t at, const char **name, size_t *n)
{
	const char *s = at >= 4 ? view_cstr(c->strings, at) : NULL;

	*name = s != NULL ? s : "";
	*n = strlen(*name);
}

bool coff_section(const struct coff *c, uint32_t i, struct coff_section *out)
{
	const unsigned char *p;
	uint64_t at = 0;
	struct view v;

	if (i == 0 || i > c->nsections ||
	    !view_sub(c->sections, (uint64_t)(i - 1) * SECTION, SECTION, &v) || v.p == NULL)
		return false;
	p = v.p;
	memset(out, 0, sizeof(*out));
	out->name = (const char *)p;
	out->nname = short_name(p);
	if (*p == '/') {
		for (size_t k = 1; k < out->nname && p[k] >= '0' && p[k] <= '9'; k++)
			at = at * 10 + (uint64_t)(p[k] - '0');
		long_name(c, at, &out->name, &out->nname);
	}
	out->size = get32(v, 16);
	out->offset = get32(v, 20);
	out->relocs = get32(v, 24);
	out->nrelocs = get16(v, 32);
	out->flags = get32(v, 36);
	out->bare = (out->flags & BARE) != 0 || out->offset == 0;
	if (out->nrelocs == 0xffff && (out->flags & MORE_RELOCS) != 0 && view_sub(c->file, out->relocs,
		4, &v)) {
		out->nrelocs = get32(v, 0) > 0 ? get32(v, 0) - 1 : 0;
		out->relocs = out->relocs <= UINT32_MAX - RELOC ? out->relocs + RELOC : UINT32_MAX;
	}
	at = out->relocs < c->file.n ? (c->file.n - out->relocs) / RELOC : 0;
	if (out->nrelocs > at)
		out->nrelocs = (uint32_t)at;
	return true;
}

struct view coff_bytes(const struct coff *c, const struct coff_section *s)
{
	struct view v = { NULL, 0 };

	if (!s->bare)
		view_sub(c->file, s->offset, s->size, &v);
	return v;
}

bool coff_symbol(const struct coff *c, uint32_t i, struct coff_symbol *out)
{
	size_t size = symbol_size(c), at = c->wide ? 16 : 14;
	struct view v;

	if (i >= c->nsymbols || !view_sub(c->symbols, (uint64_t)i * size, size, &v) || v.p == NULL)
		return false;
	memset(out, 0, sizeof(*out));
	if (get32(v, 0) == 0) {
		long_name(c, get32(v, 4), &out->name, &out->nname);
	} else {
		out->name = (const char *)v.p;
		out->nname = short_name(v.p);
	}
	out->value = get32(v, 8);
	out->section = c->wide ? (int32_t)get32(v, 12) : (int16_t)get16(v, 12);
	out->type = get16(v, at);
	out->storage = v.p[at + 2];
	out->naux = v.p[at + 3];
	if (out->naux > c->nsymbols - i - 1)
		out->naux = (uint8_t)(c->nsymbols - i - 1);
	view_sub(c->symbols, (uint64_t)(i + 1) * size, out->naux * size, &out->aux);
	return true;
}

bool coff_reloc(const struct coff *c, const struct coff_section *s, uint32_t i, struct coff_reloc *out)
{
	struct view v;

	if (i >= s->nrelocs || !view_sub(c->file, s->relocs + (uint64_t)i * RELOC, RELOC, &v) || v.p == NULL)
		return false;
	out->offset = get32(v, 0);
	out->symbol = get32(v, 4);
	out->type = get16(v, 8);
	return true;
}

bool coff_selection(const struct coff *c, const struct coff_symbol *s, uint8_t *selection, uint32_t *follows)
{
	if (s->section <= 0 || s->storage != COFF_STATIC || s->value != 0 || s->aux.n < 15)
		return false;
	*follows = get16(s->aux, 12);
	if (c->wide && s->aux.n >= 18)
		*follows |= (uint32_t)get16(s->aux, 16) << 16;
	*selection = s->aux.p[14];
	return true;
}

/* ---- imports --------------------------------------------------------------------------------- */

/*    0 4 0xffff0000   4 2 version 0   6 2 machine   12 4 size of the two names   18 2 type   20
 * symbol, DLL */
bool coff_import_open(struct view file, struct coff_import *out)
{
	struct view names;

	memset(out, 0, sizeof(*out));
	if (!view_has(file, 0, HEADER) || get32(file, 0) != 0xffff0000 || get16(file, 4) != 0 ||
	    !view_sub(file, HEADER, file.n - HEADER, &names))
		return false;
	out->machine = get16(file, 6);
	out->type = (uint8_t)(get16(file, 18) & 3);
	out->symbol = view_cstr(names, 0);
	if (out->symbol == NULL)
		return false;
	out->dll = view_cstr(names, strlen(out->symbol) + 1);
	return is_known(out->machine) && out->dll != NULL;
}

/* ---- exports --------------------------------------------------------------------------------- */

/* The bytes behind an address of the image, as far as its section goes in the file. */
static struct view at_rva(const struct coff_exports *x, uint32_t rva)
{
	struct view v = { NULL, 0 };

	for (uint32_t i = 0; i < x->nsections; i++) {
		struct view h;
		uint32_t begin, size, offset;

		if (!view_sub(x->sections, (uint64_t)i * SECTION, SECTION, &h) || h.p == NULL)
			break;
		begin = get32(h, 12);
		size = get32(h, 16);
		offset = get32(h, 20);
		if (rva < begin || rva - begin >= size || offset > x->file.n)
			continue;
		if (size > x->file.n - offset)
			size = (uint32_t)(x->file.n - offset);
		if (rva - begin < size)
			view_sub(x->file, (uint64_t)offset + (rva - begin), size - (rva - begin), &v);
		return v;
	}
	return v;
}

bool coff_exports_open(struct view file, struct coff_exports *out)
{
	struct view head, optional, dir;
	uint64_t at, room;
	size_t tables;

	memset(out, 0, sizeof(*out));
	out->file = file;
	if (!view_has(file, 0, 64) || file.p[0] != 'M' || file.p[1] != 'Z')
		return false;
	at = get32(file, 60);
	if (!view_sub(file, at, 4 + HEADER, &head) || memcmp(head.p, "PE\0\0", 4) != 0)
		return false;
	out->machine = get16(head, 4);
	if (!view_sub(file, at + 4 + HEADER, get16(head, 20), &optional))
		return false;
	room = (file.n - at - 4 - HEADER - optional.n) / SECTION;
	out->nsections = get16(head, 6) < room ? get16(head, 6) : (uint32_t)room;
	view_sub(file, at + 4 + HEADER + optional.n, (uint64_t)out->nsections * SECTION, &out->sections);
	tables = optional.n >= 2 && get16(optional, 0) == 0x20b ? 112 : 96;
	if (!view_has(optional, tables, 8) || get32(optional, tables) == 0)
		return true;
	dir = at_rva(out, get32(optional, tables));
	if (dir.n < 40)
		return true;
	out->names = at_rva(out, get32(dir, 32));
	out->n = get32(dir, 24) < out->names.n / 4 ? get32(dir, 24) : (uint32_t)(out->names.n / 4);
	return true;
}

const char *coff_export_name(const struct coff_exports *x, uint32_t i)
{
	return i < x->n ? view_cstr(at_rva(x, get32(x->names, (size_t)i * 4)), 0) : NULL;
}
