/* pe_import.c - what a PE image imports, at start and at the first call.
 *
 *    import descriptor: 0 4 names   4 4 time   12 4 name of the DLL   16 4 addresses
 *    delay descriptor:  0 4 flags (1: RVAs)   4 4 name of the DLL   12 4 addresses   16 4 names   28 4 time
 *    thunk: 4 or 8 bytes; top bit: an ordinal; else the RVA of 2 bytes hint and a name
 *
 * The loader goes by the zero at the end of each table and does not look at the size of the directory.
 */
#include "object/pe.h"

enum { DESCRIPTOR = 20, DELAY = 32, MAX_DLLS = 4096, MAX_THUNKS = 1 << 17 };

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

static uint64_t thunk_at(const struct pe *e, struct view v, size_t i)
{
	return e->is64 ? load64(v.p + i * 8, order_swaps(false)) : get32(v, i * 4);
}

/* How many entries there are before the zero. */
static size_t count_thunks(const struct pe *e, struct view v)
{
	size_t room = v.n / (e->is64 ? 8 : 4), n = 0;

	while (n < room && n < MAX_THUNKS && thunk_at(e, v, n) != 0)
		n++;
	return n;
}

static bool import_at(const struct pe *e, size_t i, struct pe_import *out)
{
	struct view v = pe_at(e, e->dirs[PE_DIR_IMPORT].rva);
	uint32_t names, addresses, dll;

	if (e->dirs[PE_DIR_IMPORT].rva == 0 || !view_sub(v, i * DESCRIPTOR, DESCRIPTOR, &v) || v.p == NULL)
		return false;
	names = get32(v, 0);
	dll = get32(v, 12);
	addresses = get32(v, 16);
	if (dll == 0 || addresses == 0)
		return false;
	out->dll = pe_string(e, dll);
	out->bound = get32(v, 4) != 0;
	out->thunks = pe_at(e, names != 0 ? names : addresses);
	return true;
}

/* The tables of Visual C++ 6 hold addresses, not RVAs. */
static bool delay_at(const struct pe *e, size_t i, struct pe_import *out)
{
	struct view v = pe_at(e, e->dirs[PE_DIR_DELAY].rva);
	uint32_t dll, names;

	if (e->dirs[PE_DIR_DELAY].rva == 0 || !view_sub(v, i * DELAY, DELAY, &v) || v.p == NULL)
		return false;
	dll = get32(v, 4);
	names = get32(v, 16);
	if (dll == 0)
		return false;
	out->base = (get32(v, 0) & 1) == 0 ? e->image_base : 0;
	out->dll = pe_string(e, (uint32_t)(dll - out->base));
	out->thunks = pe_at(e, (uint32_t)(names - out->base));
	return true;
}

bool pe_import(const struct pe *e, bool delay, size_t i, struct pe_import *out)
{
	memset(out, 0, sizeof(*out));
	out->delay = delay;
	if (i >= MAX_DLLS || !(delay ? delay_at(e, i, out) : import_at(e, i, out)))
		return false;
	out->n = count_thunks(e, out->thunks);
	return true;
}

bool pe_import_symbol(const struct pe *e, const struct pe_import *from, size_t i, struct pe_symbol *out)
{
	uint64_t thunk;
	struct view v;

	memset(out, 0, sizeof(*out));
	if (i >= from->n)
		return false;
	thunk = thunk_at(e, from->thunks, i);
	out->by_number = (thunk >> (e->is64 ? 63 : 31)) != 0;
	out->number = (uint16_t)thunk;
	if (out->by_number)
		return true;
	thunk -= from->base;
	v = thunk <= UINT32_MAX - 2 ? pe_at(e, (uint32_t)thunk) : (struct view){ NULL, 0 };
	out->number = v.n >= 2 ? load16(v.p, order_swaps(false)) : 0;
	out->name = v.n > 2 ? pe_string(e, (uint32_t)thunk + 2) : NULL;
	return true;
}
