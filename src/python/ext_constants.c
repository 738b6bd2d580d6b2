/* ext_constants.c - the read-only data of a native file of any system: where compilers put strings. */
#include "python/ext_constants.h"

#include <string.h>

enum { PE_HEADER = 40, PE_NAME = 8, PE_ADDRESS = 12, MAX_SECTIONS = 255 };

static bool pe_constants(const struct pe *e, bool (*fn)(void *ctx, struct view constants), void *ctx)
{
	for (uint32_t i = 0; i < e->nsections; i++) {
		struct view head, data;

		if (!view_sub(e->sections, (uint64_t)i * PE_HEADER, PE_HEADER, &head) || head.p == NULL)
			return false;
		if (strncmp((const char *)head.p, ".rdata", PE_NAME) != 0)
			continue;
		data = pe_at(e, load32(head.p + PE_ADDRESS, order_swaps(false)));
		if (data.n > 0 && fn(ctx, data))
			return true;
	}
	return false;
}

static bool is_section(const struct macho_section *s, const char *name)
{
	return s->nname == strlen(name) && memcmp(s->name, name, s->nname) == 0;
}

static bool macho_constants(const struct macho *m, bool (*fn)(void *ctx, struct view constants), void *ctx)
{
	struct macho_section s;
	struct view data;

	for (uint32_t i = 1; i <= MAX_SECTIONS && macho_section(m, i, &s); i++)
		if ((is_section(&s, "__cstring") || is_section(&s, "__const")) &&
		    view_sub(m->file, s.offset, s.size, &data) && data.n > 0 && fn(ctx, data))
			return true;
	return false;
}

bool py_each_constants(const struct py_binary *b, bool (*fn)(void *ctx, struct view constants), void *ctx)
{
	if (b->elf != NULL)
		return elf_each_constants(b->elf, fn, ctx);
	if (b->pe != NULL)
		return pe_constants(b->pe, fn, ctx);
	return b->macho != NULL && macho_constants(b->macho, fn, ctx);
}
