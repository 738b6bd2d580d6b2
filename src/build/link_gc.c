/* link_gc.c - --gc-sections: which sections stay in the output.
 *
 * A section stays if the entry, an exported symbol, a symbol of -u or of a shared library leads to it,
 * over the relocations of sections that stay; and those that linker scripts keep: arrays of
 * constructors, notes, .init. What the others refer to is not missed. Group members stay together.
 * Frames of the unwinder keep nothing.
 */
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif

struct piece {
	struct link_object *object;
	uint32_t section;
};

struct marker {
	struct link *l;
	struct {
		struct piece *items;
		size_t n, cap;
	} work;
};

static void mark(struct marker *m, struct link_object *o, uint32_t section)
{
	struct piece p = { o, section };

	if (o == NULL || o->live == NULL || section == 0 || section >= o->o.nsections || o->live[section])
		return;
	o->live[section] = true;
	*ARENA_PUSH(m->l->a, &m->work) = p;
}

static void mark_symbol(struct marker *m, const struct link_sym *s)
{
	if (s != NULL && !s->by_dso && (s->state == LINK_DEFINED || s->state == LINK_WEAK))
		mark(m, s->owner, s->section);
}

static void mark_name(struct marker *m, const char *name)
{
	mark_symbol(m, link_find(m->l, name));
}

/* ---- what stays by itself ---------------------------------------------------------------------------- */

static bool is_kept(const struct elf_shdr *h, const char *name)
{
	static const char *const names[] = { ".init", ".fini", ".ctors", ".dtors", ".jcr", ".init_array",
					     ".fini_array", ".preinit_array" };

	if (h->type == SHT_INIT_ARRAY || h->type == SHT_FINI_ARRAY || h->type == SHT_PREINIT_ARRAY ||
	    h->type == SHT_NOTE || (h->flags & SHF_GNU_RETAIN) != 0)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(name, names[i], n) == 0 && (name[n] == '\0' || name[n] == '.'))
			return true;
	}
	return false;
}

static bool is_frame(const struct link_object *o, uint32_t section)
{
	return strcmp(link_section_name(o, section), ".eh_frame") == 0;
}

static void begin(struct marker *m, struct link_object *o)
{
	struct elf_shdr h;

	if (o->kind != LINK_REL || !o->has_sections)
		return;
	o->live = ARENA_ARRAY(m->l->a, (size_t)o->o.nsections + 1, bool);
	o->rela = ARENA_ARRAY(m->l->a, (size_t)o->o.nsections + 1, uint32_t);
	for (uint32_t i = 1; i < o->o.nsections && elf_object_section(&o->o, i, &h); i++)
		if ((h.type == SHT_REL || h.type == SHT_RELA) && h.info < o->o.nsections)
			o->rela[h.info] = i;
}

static void keep(struct marker *m, struct link_object *o)
{
	struct elf_shdr h;

	for (uint32_t i = 1; o->live != NULL && i < o->o.nsections && elf_object_section(&o->o, i, &h); i++)
		if ((h.flags & SHF_ALLOC) != 0 && is_kept(&h, elf_object_section_name(&o->o, &h)))
			mark(m, o, i);
}

static bool is_exported(const struct link *l, const struct link_sym *s)
{
	bool seen = s->vis == STV_DEFAULT || s->vis == STV_PROTECTED;

	return seen && (l->line->shared || l->line->export_dynamic || s->ref_dso || s->in_dso);
}

static void mark_roots(struct marker *m)
{
	struct link *l = m->l;

	mark_name(m, l->line->entry != NULL ? l->line->entry : "_start");
	mark_name(m, "_init");
	mark_name(m, "_fini");
	for (size_t i = 0; i < l->line->undefined.n; i++)
		mark_name(m, l->line->undefined.items[i]);
	for (size_t i = 0; i < l->all.n; i++)
		if (is_exported(l, l->all.items[i]))
			mark_symbol(m, l->all.items[i]);
}

/* ---- what they lead to ------------------------------------------------------------------------------- */

static void mark_group(struct marker *m, struct link_object *o, uint32_t section)
{
	struct elf_shdr h;

	if (!elf_object_section(&o->o, section, &h) || (h.flags & SHF_GROUP) == 0)
		return;
	for (uint64_t i = 1; elf_object_section(&o->o, i, &h); i++) {
		struct view v = elf_object_bytes(&o->o, &h);
		bool mine = false;

		if (h.type != SHT_GROUP)
			continue;
		for (uint64_t k = 1; k < v.n / 4; k++)
			mine = mine || load32(v.p + k * 4, o->e->swap) == section;
		for (uint64_t k = 1; mine && k < v.n / 4; k++)
			mark(m, o, load32(v.p + k * 4, o->e->swap));
	}
}

/* Sections with the name of C keep alive what asks for their bounds. */
static void mark_named(struct marker *m, const char *name)
{
	struct elf_shdr h;

	for (size_t i = 0; i < m->l->objects.n; i++) {
		struct link_object *o = m->l->objects.items[i];

		for (uint32_t k = 1; o->live != NULL && elf_object_section(&o->o, k, &h); k++)
			if (strcmp(elf_object_section_name(&o->o, &h), name) == 0)
				mark(m, o, k);
	}
}

static void follow(struct marker *m, struct link_object *o, uint32_t section)
{
	struct elf_object_sym s;
	struct elf_shdr h;
	struct elf_rel r;

	mark_group(m, o, section);
	if (o->rela[section] == 0 || !elf_object_section(&o->o, o->rela[section], &h) || is_frame(o, section))
		return;
	for (uint64_t i = 0; elf_object_reloc(&o->o, &h, i, &r); i++) {
		if (!elf_object_symbol(&o->o, r.sym, &s))
			continue;
		if (r.sym < o->o.first_global)
			mark(m, o, s.section);
		else if (link_starts(s.name, "__start_") || link_starts(s.name, "__stop_"))
			mark_named(m, s.name + (s.name[4] == 'a' ? 8 : 7));
		else
			mark_name(m, s.name);
	}
}

void link_collect(struct link *l)
{
	struct marker m = { .l = l };

	if (!l->line->gc_sections || l->line->relocatable || link_is_pe(l))
		return;
	for (size_t i = 0; i < l->objects.n; i++)
		begin(&m, l->objects.items[i]);
	for (size_t i = 0; i < l->objects.n; i++)
		keep(&m, l->objects.items[i]);
	mark_roots(&m);
	while (m.work.n > 0) {
		struct piece p = m.work.items[--m.work.n];

		follow(&m, p.object, p.section);
	}
}

bool link_is_collected(const struct link_object *o, uint32_t section)
{
	return o->live != NULL && section < o->o.nsections && !o->live[section] && !is_frame(o, section);
}
