/* pe_resource.c - resources that decide how an image loads: manifests; and the version of the file.
 *
 *    resource directory: 12 2 named entries   14 2 entries with an id, then 8 bytes for each:
 *    0 4 id, or place of the name   4 4 place below the root; top bit: another directory, else a leaf
 *    leaf: 0 4 RVA   4 4 size
 *
 * Three levels: type, id, language. Only the first entry is followed below the type, so there is no walk.
 */
#include <string.h>

#include "object/pe.h"

enum { MAX_ENTRIES = 4096, MAX_MANIFEST = 1 << 20, MAX_ASSEMBLIES = 64, LEVELS = 3 };
#define SUBDIRECTORY 0x80000000u

static uint32_t get32(struct view v, size_t at)
{
	return load32(v.p + at, order_swaps(false));
}

/* The entry of a directory that has that id (any: the first one). */
static bool entry_of(struct view root, uint32_t at, bool any, uint32_t wanted, uint32_t *id, uint32_t *to)
{
	struct view d, e;
	uint32_t n;

	if (!view_sub(root, at, 16, &d) || d.p == NULL)
		return false;
	n = (uint32_t)load16(d.p + 12, order_swaps(false)) + load16(d.p + 14, order_swaps(false));
	for (uint32_t i = 0; i < n && i < MAX_ENTRIES; i++) {
		if (!view_sub(root, (uint64_t)at + 16 + (uint64_t)i * 8, 8, &e) || e.p == NULL)
			return false;
		if (!any && get32(e, 0) != wanted)
			continue;
		*id = get32(e, 0);
		*to = get32(e, 4);
		return true;
	}
	return false;
}

bool pe_resource(const struct pe *e, uint32_t type, uint32_t *id, struct view *out)
{
	struct view root = pe_at(e, e->dirs[PE_DIR_RESOURCE].rva), leaf, bytes;
	uint32_t to = SUBDIRECTORY, found;

	*out = (struct view){ NULL, 0 };
	if (e->dirs[PE_DIR_RESOURCE].rva == 0)
		return false;
	for (int level = 0; level < LEVELS && (to & SUBDIRECTORY) != 0; level++) {
		if (!entry_of(root, to & ~SUBDIRECTORY, level > 0, type, &found, &to))
			return false;
		if (level == 1)
			*id = found;
	}
	if ((to & SUBDIRECTORY) != 0 || !view_sub(root, to, 8, &leaf) || leaf.p == NULL)
		return false;
	bytes = pe_at(e, get32(leaf, 0));
	return get32(leaf, 4) <= MAX_MANIFEST && view_sub(bytes, 0, get32(leaf, 4), out) && out->p != NULL;
}

/* VS_FIXEDFILEINFO stands behind a header whose strings are UTF-16; it is found by its signature.
 *    0 4 0xfeef04bd   8 4 and 12 4 the version, two numbers each */
bool pe_file_version(const struct pe *e, uint16_t out[4])
{
	struct view v;
	uint32_t id;

	if (!pe_resource(e, PE_RT_VERSION, &id, &v))
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

/* ---- manifests -------------------------------------------------------------------------------- */

/* The value of an attribute of the element that `tag` is: name="…" or name='…'. NULL if it has none. */
static const char *attribute(struct arena *a, const char *tag, const char *name)
{
	size_t n = strlen(name);
	const char *end = strchr(tag, '>');

	for (const char *p = strstr(tag, name); p != NULL && end != NULL && p < end;
	     p = strstr(p + 1, name)) {
		const char *v = p + n + strspn(p + n, " \t\r\n"), *close;

		if (strchr(" \t\r\n", p[-1]) == NULL || *v != '=')
			continue;
		v++;
		v += strspn(v, " \t\r\n");
		close = *v == '"' || *v == '\'' ? strchr(v + 1, *v) : NULL;
		if (close != NULL && close < end)
			return arena_strndup(a, v + 1, (size_t)(close - v - 1));
	}
	return NULL;
}

/* A manifest is a short text that tools write; of XML only elements and attributes matter here. */
size_t pe_assemblies(const struct pe *e, struct arena *a, struct pe_assembly **out)
{
	static const char element[] = "<dependentAssembly", identity[] = "<assemblyIdentity";
	struct view v;
	const char *text, *p;
	uint32_t id;
	size_t n = 0;

	*out = NULL;
	if (!pe_resource(e, PE_RT_MANIFEST, &id, &v) || v.n == 0)
		return 0;
	text = arena_strndup(a, (const char *)v.p, v.n);
	*out = ARENA_ARRAY(a, MAX_ASSEMBLIES, struct pe_assembly);
	for (p = strstr(text, element); p != NULL && n < MAX_ASSEMBLIES; p = strstr(p, element)) {
		const char *close = strstr(p, "</dependentAssembly"), *tag = strstr(p, identity);

		p += sizeof(element) - 1;
		if (tag == NULL || (close != NULL && tag > close))
			continue;
		(*out)[n].name = attribute(a, tag, "name");
		(*out)[n].version = attribute(a, tag, "version");
		(*out)[n].arch = attribute(a, tag, "processorArchitecture");
		n += (*out)[n].name != NULL;
	}
	return n;
}
