/* pe_resource.c - resources of an image, and the version of the file.
 *
 *    resource directory: 12 2 named entries   14 2 entries with an id, then 8 bytes for each:
 *    0 4 id, or place of the name   4 4 place below the root; top bit: another directory, else a leaf
 *    leaf: 0 4 RVA   4 4 size
 *
 * Three levels: type, number, language. One entry is followed on each, so there is no walk.
 */
#include <string.h>

#include "object/pe.h"

enum { MAX_ENTRIES = 4096, MAX_BYTES = 1 << 20, LEVELS = 3 };
#define ANY UINT32_MAX
#define SUBDIRECTORY 0x80000000u

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

/* The entry of a directory that has that id (ANY: the first one). */
static bool entry_of(struct view root, uint32_t at, uint32_t wanted, uint32_t *to)
{
	struct view d, e;
	uint32_t n;

	if (!view_sub(root, at, 16, &d) || d.p == NULL)
		return false;
	n = (uint32_t)load16(d.p + 12, order_swaps(false)) + load16(d.p + 14, order_swaps(false));
	for (uint32_t i = 0; i < n && i < MAX_ENTRIES; i++) {
		if (!view_sub(root, (uint64_t)at + 16 + (uint64_t)i * 8, 8, &e) || e.p == NULL)
			return false;
		if (wanted != ANY && get32(e, 0) != wanted)
			continue;
		*to = get32(e, 4);
		return true;
	}
	return false;
}

bool pe_resource(const struct pe *e, uint32_t type, uint32_t number, struct view *out)
{
	const uint32_t wanted[LEVELS] = { type, number, ANY };
	struct view root = pe_at(e, e->dirs[PE_DIR_RESOURCE].rva), leaf, bytes;
	uint32_t to = SUBDIRECTORY;

	*out = (struct view){ NULL, 0 };
	if (e->dirs[PE_DIR_RESOURCE].rva == 0)
		return false;
	for (int level = 0; level < LEVELS && (to & SUBDIRECTORY) != 0; level++)
		if (!entry_of(root, to & ~SUBDIRECTORY, wanted[level], &to))
			return false;
	if ((to & SUBDIRECTORY) != 0 || !view_sub(root, to, 8, &leaf) || leaf.p == NULL)
		return false;
	bytes = pe_at(e, get32(leaf, 0));
	return get32(leaf, 4) <= MAX_BYTES && view_sub(bytes, 0, get32(leaf, 4), out) && out->p != NULL;
}

/* VS_FIXEDFILEINFO stands behind a header whose strings are UTF-16; it is found by its signature.
 *    0 4 0xfeef04bd   8 4 and 12 4 the version, two numbers each */
bool pe_file_version(const struct pe *e, uint16_t out[4])
{
	struct view v;

	if (!pe_resource(e, PE_RT_VERSION, ANY, &v))
		return false;
	for (size_t at = 0; view_has(v, at, 16) && at < 256; at += 4) {
		if (get32(v, at) != 0xfeef04bd)
			continue;
		out[0] = (uint16_t)(get32(v, at + 8) >> 16);
		out[1] = (uint16_t)get32(v, at + 8);
		out[2] = (uint16_t)(get32(v, at + 12) >> 16);
		out[3] = (uint16_t)get32(v, at + 12);
		return true;
	}
	return false;
}
