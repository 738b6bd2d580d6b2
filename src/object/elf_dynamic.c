/* elf_dynamic.c - the dynamic section, read as glibc's elf_get_dynamic_info does.
 *
 * The array is found by its address. It ends at DT_NULL and nowhere else: neither loader compares
 * it with p_memsz. Of a tag that stands twice the last one counts.
 */
#include <stdlib.h>

#include "object/elf_priv.h"
#include "object/elfconst.h"

#define NEEDS_MAX 65536

struct dyn {
	uint64_t tag, value;
};

/* The entry at index i; false at DT_NULL and behind the bytes that exist. */
static bool read_dyn(const struct elf *e, struct view v, size_t i, struct dyn *out)
{
	size_t word = e->is64 ? 8 : 4;

	if (i >= v.n / (2 * word))
		return false;
	out->tag = elf_word(e, v.p + i * 2 * word);
	out->value = elf_word(e, v.p + i * 2 * word + word);
	return out->tag != DT_NULL;
}

/* ELF_DT_COUNT if the tag is not one of ours. */
static enum elf_tag tag_of(uint64_t tag)
{
#define TAG(name)         \
	case DT_##name:   \
		return ELF_DT_##name

	switch (tag) {
		TAG(STRTAB);
		TAG(STRSZ);
		TAG(SYMTAB);
		TAG(HASH);
		TAG(GNU_HASH);
		TAG(SONAME);
		TAG(RPATH);
		TAG(RUNPATH);
		TAG(FLAGS);
		TAG(FLAGS_1);
		TAG(SYMBOLIC);
		TAG(TEXTREL);
		TAG(BIND_NOW);
		TAG(RELA);
		TAG(RELASZ);
		TAG(RELAENT);
		TAG(RELACOUNT);
		TAG(REL);
		TAG(RELSZ);
		TAG(RELENT);
		TAG(RELCOUNT);
		TAG(RELR);
		TAG(RELRSZ);
		TAG(RELRENT);
		TAG(JMPREL);
		TAG(PLTRELSZ);
		TAG(PLTREL);
		TAG(VERSYM);
		TAG(VERDEF);
		TAG(VERDEFNUM);
		TAG(VERNEED);
		TAG(VERNEEDNUM);
		TAG(INIT);
		TAG(INIT_ARRAY);
		TAG(INIT_ARRAYSZ);
		TAG(DEBUG);
		TAG(PLTGOT);
		TAG(AUDIT);
		TAG(DEPAUDIT);
	default:
		return ELF_DT_COUNT;
	}
#undef TAG
}

/* Is the entry one of the requests for another file? */
static bool need_kind(uint64_t tag, enum elf_need_kind *out)
{
	switch (tag) {
	case DT_NEEDED:
		*out = ELF_NEED;
		return true;
	case DT_FILTER:
		*out = ELF_FILTER;
		return true;
	case DT_AUXILIARY:
		*out = ELF_AUXILIARY;
		return true;
	default:
		return false;
	}
}

/* Collects the values of all tags and counts the needs. Returns the number of entries. */
static size_t read_values(struct elf *e, struct view v, size_t *nneeds)
{
	struct dyn d;
	size_t i;

	for (i = 0; read_dyn(e, v, i, &d); i++) {
		enum elf_need_kind kind;
		enum elf_tag t = tag_of(d.tag);

		if (t < ELF_DT_COUNT) {
			e->has |= UINT64_C(1) << t;
			e->dt[t] = d.value;
		} else if (need_kind(d.tag, &kind) && *nneeds < NEEDS_MAX) {
			(*nneeds)++;
		}
	}
	return i;
}

static bool read_needs(struct elf *e, struct view v, size_t n)
{
	struct elf_owned *own = e->owned;
	struct dyn d;

	if (n == 0)
		return true;
	own->needs = calloc(n, sizeof(*own->needs));
	if (own->needs == NULL)
		return false;
	for (size_t i = 0; e->nneeds < n && read_dyn(e, v, i, &d); i++) {
		struct elf_need *need = &own->needs[e->nneeds];

		if (!need_kind(d.tag, &need->kind))
			continue;
		need->name = elf_str(e, d.value);
		e->nneeds++;
	}
	e->needs = own->needs;
	return true;
}

/* The string table up to its last NUL, so that no string in it can run over its end. */
static void find_strtab(struct elf *e)
{
	struct view v;

	if (!elf_has(e, ELF_DT_STRTAB) ||
	    elf_at(e, e->dt[ELF_DT_STRTAB], 1, &v) != ELF_HERE)
		return;
	while (v.n > 0 && v.p[v.n - 1] != 0)
		v.n--;
	if (v.n > 0)
		e->strtab = v;
}

static const char *dyn_str(const struct elf *e, enum elf_tag t)
{
	return elf_has(e, t) ? elf_str(e, e->dt[t]) : NULL;
}

/* A table whose length nobody writes down: all that its segment holds. */
static void open_ended(const struct elf *e, enum elf_tag t, uint32_t entry, struct elf_table *out)
{
	struct view v = { NULL, 0 };

	if (elf_has(e, t))
		elf_at(e, e->dt[t], entry, &v);
	*out = (struct elf_table){ .p = v.p, .n = v.n / entry, .entry = entry };
}

static void find_tables(struct elf *e)
{
	find_strtab(e);
	e->soname = dyn_str(e, ELF_DT_SONAME);
	e->rpath = dyn_str(e, ELF_DT_RPATH);
	e->runpath = dyn_str(e, ELF_DT_RUNPATH);
	open_ended(e, ELF_DT_SYMTAB, e->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym), &e->symtab);
	open_ended(e, ELF_DT_VERSYM, sizeof(Elf64_Half), &e->versym);
}

bool elf_read_dynamic(struct elf *e)
{
	uint64_t entry = e->is64 ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
	struct view v, next;
	size_t n, nneeds = 0;

	if (!e->has_dynamic)
		return true;
	e->dynamic_where = elf_at(e, e->dynamic.vaddr, entry, &v);
	if (e->dynamic_where != ELF_HERE)
		return true;
	n = read_values(e, v, &nneeds);
	/* Without DT_NULL zeros that follow in memory may end it, but not the end of the file. */
	if (n == v.n / entry &&
	    elf_at(e, e->dynamic.vaddr, (n + 1) * entry, &next) == ELF_PAST_END)
		e->dynamic_where = ELF_PAST_END;
	find_tables(e);
	return read_needs(e, v, nneeds);
}
