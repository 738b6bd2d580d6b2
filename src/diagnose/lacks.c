/* lacks.c - see lacks.h. A rule of thumb: who should define a name is told by its form. */
#include "diagnose/lacks.h"

#include <string.h>

#include "diagnose/known.h"
#include "object/elfconst.h"

enum { MAX_WALKED = 200000 };

static bool is_definition(void *ctx, uint64_t sym)
{
	const struct elf *const *e = ctx;
	struct elf_sym s;

	return elf_sym(*e, sym, &s) && s.shndx != SHN_UNDEF;
}

static bool defines(const struct elf *e, const char *name)
{
	struct elf_hash table;

	elf_hash_open(e, &table);
	return elf_hash_find(e, &table, name, elf_gnu_hash(name), is_definition, &e) != 0;
}

static bool loaded_defines(const struct process *p, const char *name)
{
	for (size_t i = 0; i < p->images.n; i++)
		if (p->images.items[i]->file != NULL &&
		    defines(&p->images.items[i]->file->elf, name))
			return true;
	return false;
}

/* Symbol i, if it has to be found somewhere and belongs to `library`; else NULL. */
static const char *wanted(const struct elf *e, uint64_t i, const char *library)
{
	const struct symbol_family *family;
	struct elf_sym s;
	const char *name;

	if (!elf_sym(e, i, &s) || s.shndx != SHN_UNDEF || s.bind != STB_GLOBAL)
		return NULL;
	name = elf_sym_name(e, i);
	family = name != NULL && *name != '\0' ? family_of_symbol(name) : NULL;
	return family != NULL && strcmp(family->library, library) == 0 ? name : NULL;
}

size_t lacks_symbols(const struct diag *d, const struct image *from, const char *library,
		     const struct elf *copy, const char **first)
{
	const struct elf *e = from->file != NULL ? &from->file->elf : NULL;
	uint64_t n = e != NULL && d->p != NULL ? elf_sym_count(e) : 0;
	size_t missing = 0;

	for (uint64_t i = 1; i < n && i < MAX_WALKED; i++) {
		const char *name = wanted(e, i, library);

		if (name == NULL || defines(copy, name) || loaded_defines(d->p, name))
			continue;
		if (missing++ == 0)
			*first = name;
	}
	return missing;
}
