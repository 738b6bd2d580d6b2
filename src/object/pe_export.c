/* pe_export.c - what a PE image exports.
 *
 *    export directory: 12 4 name   16 4 first ordinal   20 4 functions   24 4 names   28 4 table of addresses
 *    32 4 table of names   36 4 for each name its place in the table of addresses
 *
 * An address inside the directory itself is no function but a string that names another module's.
 */
#include "object/pe.h"

enum { DIRECTORY = 40 };

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

static uint32_t clamp(uint32_t n, size_t room)
{
	return n < room ? n : (uint32_t)room;
}

bool pe_exports(const struct pe *e, struct pe_exports *out)
{
	struct view d = pe_at(e, e->dirs[PE_DIR_EXPORT].rva);

	memset(out, 0, sizeof(*out));
	out->e = e;
	if (e->dirs[PE_DIR_EXPORT].rva == 0 || d.n < DIRECTORY)
		return false;
	out->name = pe_string(e, get32(d, 12));
	out->base = get32(d, 16);
	out->functions = pe_at(e, get32(d, 28));
	out->names = pe_at(e, get32(d, 32));
	out->ordinals = pe_at(e, get32(d, 36));
	out->nfunctions = clamp(get32(d, 20), out->functions.n / 4);
	out->nnames = clamp(get32(d, 24), out->names.n / 4);
	out->nnames = clamp(out->nnames, out->ordinals.n / 2);
	return true;
}

static bool fill(const struct pe_exports *x, uint32_t index, struct pe_export *out)
{
	const struct pe_dir *dir = &x->e->dirs[PE_DIR_EXPORT];

	if (index >= x->nfunctions)
		return false;
	out->ordinal = x->base + index;
	out->rva = get32(x->functions, (size_t)index * 4);
	out->forward = NULL;
	if (out->rva >= dir->rva && out->rva - dir->rva < dir->size)
		out->forward = pe_string(x->e, out->rva);
	return out->rva != 0;
}

static const char *name_at(const struct pe_exports *x, uint32_t i)
{
	return pe_string(x->e, get32(x->names, (size_t)i * 4));
}

bool pe_export_at(const struct pe_exports *x, uint32_t i, struct pe_export *out)
{
	memset(out, 0, sizeof(*out));
	if (i >= x->nnames)
		return false;
	out->name = name_at(x, i);
	fill(x, load16(x->ordinals.p + (size_t)i * 2, order_swaps(false)), out);
	return true;
}

bool pe_export_find(const struct pe_exports *x, const char *name, struct pe_export *out)
{
	uint32_t low = 0, high = x->nnames;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *there = name_at(x, middle);
		int order = there != NULL ? strcmp(there, name) : -1;

		if (order == 0)
			return pe_export_at(x, middle, out) && out->rva != 0;
		if (order > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

bool pe_export_number(const struct pe_exports *x, uint32_t ordinal, struct pe_export *out)
{
	memset(out, 0, sizeof(*out));
	return ordinal >= x->base && fill(x, ordinal - x->base, out);
}
