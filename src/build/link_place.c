/* link_place.c - a place in an object, as linkers tell it: source, function, section and offset.
 *
 * GNU ld (ldmisc.c, elf.c): the function is the symbol that begins last at or before the place in that
 * section, among the longest; the source is the STT_FILE symbol before it, or, of a global function, the only
 * one that stands before all functions. lld and mold name the first STT_FILE symbol.
 */
#include <stdlib.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elf_line.h"
#include "object/elfconst.h"

struct nearest {
	const char *name, *file;
	uint64_t value, size;
	bool found;
};

static bool counts(const struct elf_object_sym *s, uint32_t section)
{
	return s->section == section && s->s.type != STT_SECTION && s->s.type != STT_FILE &&
	       s->s.type != STT_OBJECT && s->s.type != STT_TLS && s->s.shndx != SHN_UNDEF && *s->name != '\0';
}

static bool is_better(const struct nearest *n, const struct elf_object_sym *s, uint64_t offset)
{
	if (s->s.value > offset)
		return false;
	if (!n->found || s->s.value > n->value)
		return true;
	return s->s.value == n->value && s->s.type == STT_FUNC && s->s.size > n->size;
}

/* What symbols of a program count from: addresses, not places in sections. */
static uint64_t base_of(const struct link_object *o, uint32_t section)
{
	struct elf_shdr h;

	return o->e != NULL && o->e->type == ET_EXEC && elf_object_section(&o->o, section, &h) ? h.addr : 0;
}

static void find_function(const struct link_object *o, uint32_t section, uint64_t offset, struct nearest *n)
{
	uint64_t base = base_of(o, section);
	enum { NOTHING, SYMBOL, FILE_BEHIND } state = NOTHING;
	struct elf_object_sym s;
	const char *file = NULL;

	memset(n, 0, sizeof(*n));
	for (uint64_t i = 1; o->has_sections && i < o->o.nsymbols; i++) {
		if (!elf_object_symbol(&o->o, i, &s))
			continue;
		if (s.s.type == STT_FILE) {
			file = s.name;
			if (state == SYMBOL)
				state = FILE_BEHIND;
			continue;
		}
		if (!counts(&s, section))
			continue;
		if (state == NOTHING)
			state = SYMBOL;
		s.s.value -= base;
		if (!is_better(n, &s, offset))
			continue;
		n->found = true;
		n->name = s.name;
		n->value = s.s.value;
		n->size = s.s.size;
		n->file = file != NULL && (s.s.bind == STB_LOCAL || state != FILE_BEHIND) ? file : NULL;
	}
}

/* The source that an object names first. */
static const char *first_file(const struct link_object *o)
{
	struct elf_object_sym s;

	for (uint64_t i = 1; o->has_sections && i < o->o.first_global; i++)
		if (elf_object_symbol(&o->o, i, &s) && s.s.type == STT_FILE && *s.name != '\0')
			return s.name;
	return NULL;
}

const char *link_gold_symbol(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset,
			     bool *is_function)
{
	struct elf_object_sym s;
	const char *file = NULL;

	for (uint64_t i = 1; o->has_sections && i < o->o.nsymbols; i++) {
		if (!elf_object_symbol(&o->o, i, &s))
			continue;
		if (s.s.type == STT_FILE)
			file = s.name;
		if (s.s.type == STT_FILE || s.section != section || s.s.shndx == SHN_UNDEF ||
		    s.s.value > offset || offset - s.s.value >= s.s.size)
			continue;
		*is_function = s.s.type == STT_FUNC;
		return arena_printf(l->a, "%s%s:%s%s", file != NULL && *file != '\0' ? ":" : "",
				    file != NULL ? file : "", *is_function ? "function " : "",
				    link_shown(l, s.name));
	}
	return NULL;
}

const char *link_section_name(const struct link_object *o, uint32_t section)
{
	struct elf_shdr h;

	if (!o->has_sections || !elf_object_section(&o->o, section, &h) || section == 0)
		return "*ABS*";
	return elf_object_section_name(&o->o, &h);
}

/* The COMDAT group that a section belongs to: GNU ld shows it behind the name. */
static const char *group_of(const struct link_object *o, uint32_t section)
{
	struct elf_shdr h;
	struct elf_object_sym s;

	for (uint64_t i = 1; i < o->o.nsections; i++) {
		struct view v;

		if (!elf_object_section(&o->o, i, &h) || h.type != SHT_GROUP)
			continue;
		v = elf_object_bytes(&o->o, &h);
		for (uint64_t k = 1; k < v.n / 4; k++)
			if (load32(v.p + k * 4, o->e->swap) == section &&
			    elf_object_symbol(&o->o, h.info, &s))
				return s.name;
	}
	return NULL;
}

static const char *section_words(struct link *l, const struct link_object *o, uint32_t section)
{
	const char *name = link_section_name(o, section), *group = group_of(o, section);

	return group != NULL ? arena_printf(l->a, "%s[%s]", name, group) : name;
}

/* A data section has no function: what stands there are objects. */
static bool is_code(const struct link_object *o, uint32_t section)
{
	struct elf_shdr h;

	return o->has_sections && elf_object_section(&o->o, section, &h) && (h.flags & SHF_ALLOC) != 0;
}

/* The working folder, for what was compiled here: older debug information does not tell it at this place. */
static const char *working_folder(struct link *l, const struct link_object *o)
{
	char *full = o->source != NULL ? source_absolute(l->source, "x") : NULL, copy[4096];
	size_t n = full != NULL ? strlen(full) : 0;
	bool fits = n > 2 && n < sizeof(copy);

	if (fits)
		memcpy(copy, full, n);
	free(full); /* before anything is taken from the arena */
	return fits ? arena_strndup(l->a, copy, n - 2) : "";
}

/* "/home/me/main.c:7" where debug information tells it; of GNU ld and gold. */
static const char *source_line(struct link *l, const struct link_object *o, uint32_t section,
			       uint64_t offset)
{
	struct elf_line x;
	const char *dir = "", *folder = "";

	if ((l->kind != LINKER_BFD && l->kind != LINKER_GOLD) || !o->has_sections)
		return NULL;
	if (!elf_line_at(&o->o, section, offset, &x) &&
	    (l->kind != LINKER_BFD || !elf_line_of_data(&o->o, section, offset, &x)))
		return NULL;
	if (*x.file != '/') {
		dir = x.dir != NULL ? x.dir : "";
		/* gold puts the folder of the compilation before plain names only */
		if (*dir != '/' && x.folder != NULL && (l->kind == LINKER_BFD || *dir == '\0'))
			folder = x.folder;
		else if (*dir != '/' && x.folder == NULL && l->kind == LINKER_BFD)
			folder = working_folder(l, o);
	}
	return arena_printf(l->a, "%s%s%s%s%s:%llu", folder, *folder != '\0' ? "/" : "", dir,
			    *dir != '\0' ? "/" : "", x.file, (unsigned long long)x.line);
}

/* Of COFF objects GNU ld knows the source, and the function where debug information tells the line. */
static struct link_place place_pe(struct link *l, const struct link_object *o, uint32_t section,
				  uint64_t offset, struct link_place p)
{
	struct nearest n;

	p.file = first_file(o);
	p.source = source_line(l, o, section, offset);
	if (p.source != NULL) {
		find_function(o, section, offset, &n);
		p.function = n.found ? link_shown(l, n.name) : NULL;
		p.text = p.source;
	} else if (p.file != NULL) {
		p.text = arena_printf(l->a, "%s:%s", p.file, p.text);
	}
	return p;
}

struct link_place link_place(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset)
{
	struct link_place p = { NULL, NULL, NULL, NULL, NULL, false };
	struct nearest n;

	p.section = o->kind == LINK_LTO ? ".text" : section_words(l, o, section);
	p.text = arena_printf(l->a, "(%s+0x%llx)", p.section, (unsigned long long)offset);
	if (!is_code(o, section))
		return p;
	if (link_is_pe(l))
		return place_pe(l, o, section, offset, p);
	find_function(o, section, offset, &n);
	if (!n.found) {
		p.source = source_line(l, o, section, offset);
		if (p.source != NULL)
			p.text = p.source;
		return p;
	}
	p.function = link_shown(l, n.name);
	p.file = n.file;
	p.source = source_line(l, o, section, offset);
	if (p.source != NULL)
		p.text = p.source;
	else if (n.file != NULL && *n.file != '\0')
		p.text = arena_printf(l->a, "%s:%s", n.file, p.text);
	return p;
}

bool link_new_context(struct link *l, const struct link_object *o, struct link_place *p)
{
	if (l->last_object == o && l->last_function != NULL && p->function != NULL &&
	    strcmp(l->last_function, p->function) == 0)
		return false;
	l->last_object = o;
	l->last_function = p->function;
	p->fresh = true;
	return true;
}

/* "main.c" and below it "             main.o:(function)". */
const char *link_lld_place(struct link *l, const struct link_object *o, uint32_t section, uint64_t offset)
{
	const char *file = first_file(o), *where, *archive = "", *name = o->shown;
	struct nearest n;

	find_function(o, section, offset, &n);
	where = n.found ? arena_printf(l->a, "%s", link_shown(l, n.name)) :
			  arena_printf(l->a, "%s+0x%llx", link_section_name(o, section),
				       (unsigned long long)offset);
	if (o->archive != NULL && !o->archive->loose && l->kind == LINKER_LLD) {
		archive = arena_printf(l->a, " in archive %s", o->archive->shown);
		name = o->member;
	}
	if (file == NULL)
		return arena_printf(l->a, "%s:(%s)%s", name, where, archive);
	return arena_printf(l->a, "%s\n>>>               %s:(%s)%s", file, name, where, archive);
}
