/* lacks.c - see lacks.h. A rule of thumb: who should define a name is told by its form. */
#include "diagnose/lacks.h"

#include <string.h>

#include "diagnose/known.h"
#include "object/elfconst.h"

enum { MAX_WALKED = 200000 };

/* Where names may be defined: the copy, and everything that is loaded. */
struct shelf {
	const struct elf *elf;
	struct elf_hash table;
};
struct shelves {
	struct shelf *items;
	size_t n, cap;
};

static void add_shelf(struct arena *a, struct shelves *v, const struct elf *e)
{
	struct shelf *s = ARENA_PUSH(a, v);

	s->elf = e;
	elf_hash_open(e, &s->table);
}

static bool is_defined(const struct shelves *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++)
		if (elf_defines(v->items[i].elf, &v->items[i].table, name))
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
	struct shelves shelves = { NULL, 0, 0 };
	size_t missing = 0;

	add_shelf(d->a, &shelves, copy);
	for (size_t i = 0; n > 0 && i < d->p->images.n; i++)
		if (d->p->images.items[i]->file != NULL)
			add_shelf(d->a, &shelves, &d->p->images.items[i]->file->elf);
	for (uint64_t i = 1; i < n && i < MAX_WALKED; i++) {
		const char *name = wanted(e, i, library);

		if (name == NULL || is_defined(&shelves, name))
			continue;
		if (missing++ == 0)
			*first = name;
	}
	return missing;
}
