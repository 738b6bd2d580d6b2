/* damage.c - files that are shorter than their segments: where does the process die?
 *
 * The kernel maps such a file without complaint. Pages behind its end cannot be read or written:
 * the first touch is SIGBUS. The loader touches what it relocates, then calls constructors.
 */
#include "loader/damage.h"

#include "object/elfconst.h"

static bool past_end(const struct elf *e, uint64_t vaddr)
{
	struct view v;

	return elf_at(e, vaddr, 1, &v) == ELF_PAST_END;
}

static bool any_relative_past_end(const struct elf *e, const struct elf_relocs *r)
{
	struct elf_rel rel;

	for (int t = 0; t < 3; t++)
		for (uint64_t i = 0; i < r->relative[t] && i < r->rel[t].n; i++)
			if (elf_reloc(e, r, t, i, &rel) && past_end(e, rel.offset))
				return true;
	return false;
}

uint64_t damage_first_write(const struct object_facts *facts)
{
	const struct elf *e = &facts->file->elf;
	struct elf_relocs r;
	struct elf_rel rel;
	uint64_t pos = 0;

	if (e->file_end <= e->limit)
		return UINT64_MAX;
	if (elf_relocs_open(e, &r) == ELF_PAST_END || any_relative_past_end(e, &r))
		return 0;
	/* Lazy entries are written as well: each gets the load address added. */
	for (int t = 0; t < 3; t++)
		for (uint64_t i = r.relative[t]; i < r.rel[t].n; i++)
			if (elf_reloc(e, &r, t, i, &rel)) {
				if (past_end(e, rel.offset))
					return pos;
				pos++;
			}
	return UINT64_MAX;
}

bool damage_in_constructor(const struct elf *e)
{
	struct view v;
	uint64_t first;

	if (e->file_end <= e->limit)
		return false;
	if (elf_has(e, ELF_DT_INIT) && past_end(e, e->dt[ELF_DT_INIT]))
		return true;
	if (!elf_has(e, ELF_DT_INIT_ARRAY) || e->dt[ELF_DT_INIT_ARRAYSZ] < (e->is64 ? 8 : 4))
		return false;
	if (elf_at(e, e->dt[ELF_DT_INIT_ARRAY], e->is64 ? 8 : 4, &v) != ELF_HERE)
		return past_end(e, e->dt[ELF_DT_INIT_ARRAY]);
	first = e->is64 ? load64(v.p, e->swap) : load32(v.p, e->swap);
	return first != 0 && past_end(e, first);
}
