/* link_refs.c - the global symbols of one object, as the linker counts them.
 *
 * Relocatable objects: the global part of the symbol table. Shared objects: the dynamic symbols with their
 * versions. Slim LTO objects: the table that the compiler wrote for linkers (.gnu.lto_.symtab).
 */
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

static enum link_state state_of(const struct elf_sym *s)
{
	bool weak = s->bind == STB_WEAK;

	if (s->shndx == SHN_UNDEF)
		return weak ? LINK_UNDEFINED_WEAK : LINK_UNDEFINED;
	if (s->shndx == SHN_COMMON || s->type == STT_COMMON)
		return LINK_COMMON;
	return weak ? LINK_WEAK : LINK_DEFINED;
}

/* ---- relocatable objects ----------------------------------------------------------------------------- */

/* "foo@@V" defines foo, too; "foo@V" is a name of its own. */
static struct link_sym *sym_of_name(struct link *l, const char *name, const char **version)
{
	const char *at = strchr(name, '@');

	*version = NULL;
	if (at == NULL || at == name)
		return link_intern(l, name, elf_gnu_hash(name));
	*version = at + 1 + (at[1] == '@');
	if (at[1] == '@') {
		const char *plain = arena_strndup(l->a, name, (size_t)(at - name));

		return link_intern(l, plain, elf_gnu_hash(plain));
	}
	return link_intern(l, name, elf_gnu_hash(name));
}

/* --wrap: who refers to foo gets __wrap_foo, who refers to __real_foo gets foo. lld sees to that
 * when all symbols
 * are known: link_check.c. */
static const char *wrapped(struct link *l, const char *name)
{
	for (size_t i = 0; i < l->line->wrap.n; i++) {
		const char *w = l->line->wrap.items[i];

		if (strcmp(name, w) == 0)
			return arena_printf(l->a, "__wrap_%s", name);
		if (link_starts(name, "__real_") && strcmp(name + strlen("__real_"), w) == 0)
			return w;
	}
	return name;
}

static void read_rel(struct link *l, struct link_object *o)
{
	struct elf_object_sym s;
	struct elf_shdr h;
	size_t n = o->o.nsymbols > o->o.first_global ? (size_t)(o->o.nsymbols - o->o.first_global) : 0;

	o->refs = ARENA_ARRAY(l->a, n + 1, struct link_ref);
	for (uint64_t i = o->o.first_global; i < o->o.nsymbols; i++) {
		struct link_ref *r = &o->refs[o->nrefs];

		if (!elf_object_symbol(&o->o, i, &s) || *s.name == '\0' || s.s.bind == STB_LOCAL)
			continue;
		if (s.s.shndx == SHN_UNDEF && l->line->wrap.n > 0 && l->kind != LINKER_LLD)
			s.name = wrapped(l, s.name);
		r->sym = sym_of_name(l, s.name, &r->version);
		r->index = (uint32_t)i;
		r->state = (uint8_t)state_of(&s.s);
		r->type = s.s.type;
		r->vis = s.s.vis;
		r->section = s.section;
		r->value = s.s.value;
		if (o->e->type == ET_EXEC && elf_object_section(&o->o, s.section, &h))
			r->value -= h.addr;
		r->size = s.s.size;
		o->nrefs++;
	}
}

/* ---- LTO --------------------------------------------------------------------------------------------- */

/* name NUL, comdat NUL, kind, visibility, size (8), slot (4): see lto-symtab of GCC. */
static bool lto_entry(struct view v, uint64_t *at, const char **name, unsigned *kind, unsigned *vis)
{
	const char *comdat;

	*name = view_cstr(v, *at);
	if (*name == NULL)
		return false;
	*at += strlen(*name) + 1;
	comdat = view_cstr(v, *at);
	if (comdat == NULL || !view_has(v, *at + strlen(comdat) + 1, 14))
		return false;
	*at += strlen(comdat) + 1;
	*kind = v.p[*at];
	*vis = v.p[*at + 1];
	*at += 14;
	return true;
}

static void read_lto_table(struct link *l, struct link_object *o, struct view v)
{
	static const uint8_t states[] = { LINK_DEFINED, LINK_WEAK, LINK_UNDEFINED, LINK_UNDEFINED_WEAK,
					  LINK_COMMON };
	static const uint8_t seen[] = { STV_DEFAULT, STV_PROTECTED, STV_INTERNAL, STV_HIDDEN };
	unsigned kind, vis;
	uint64_t at = 0;
	const char *name;

	o->refs = ARENA_ARRAY(l->a, v.n / 16 + 1, struct link_ref);
	while (lto_entry(v, &at, &name, &kind, &vis)) {
		struct link_ref *r = &o->refs[o->nrefs];

		if (kind >= sizeof(states) || *name == '\0')
			continue;
		r->sym = link_intern(l, name, elf_gnu_hash(name));
		r->state = states[kind];
		r->vis = seen[vis & 3];
		o->nrefs++;
	}
}

static void read_lto(struct link *l, struct link_object *o)
{
	struct elf_shdr h;

	for (uint64_t i = 1; i < o->o.nsections; i++)
		if (elf_object_section(&o->o, i, &h) &&
		    link_starts(elf_object_section_name(&o->o, &h), ".gnu.lto_.symtab.")) {
			read_lto_table(l, o, elf_object_bytes(&o->o, &h));
			return;
		}
}

/* ---- shared objects ---------------------------------------------------------------------------------- */

enum { VERSIONS_MAX = 0x8000 };

struct versions {
	const char **names; /* by index */
	bool *needed;
	size_t n;
	struct link *l;
};

static bool take_need(void *ctx, const struct elf_verneed *n)
{
	struct versions *v = ctx;
	size_t i = n->other & 0x7fff;

	if (i < v->n && n->name != NULL) {
		v->names[i] = n->name;
		v->needed[i] = true;
	}
	return false;
}

static bool take_def(void *ctx, const struct elf_verdef *d)
{
	struct versions *v = ctx;
	size_t i = d->ndx & 0x7fff;

	if (i < v->n && (d->flags & VER_FLG_BASE) == 0)
		v->names[i] = d->name;
	return false;
}

static void read_versions(struct link *l, const struct elf *e, struct versions *v)
{
	v->n = elf_has(e, ELF_DT_VERSYM) ? VERSIONS_MAX : 0;
	v->l = l;
	v->names = ARENA_ARRAY(l->a, v->n + 1, const char *);
	v->needed = ARENA_ARRAY(l->a, v->n + 1, bool);
	if (v->n == 0)
		return;
	elf_each_verneed(e, take_need, v, NULL);
	elf_each_verdef(e, take_def, v, NULL);
}

/* False: it is local to the object. */
static bool take_dynamic(struct link *l, const struct link_object *o, const struct versions *v, uint64_t i,
			 struct link_ref *r)
{
	const char *name = elf_sym_name(o->e, i);
	struct elf_sym s;
	uint16_t raw;

	if (name == NULL || *name == '\0' || !elf_sym(o->e, i, &s) || s.bind == STB_LOCAL)
		return false;
	/* The others take a hidden symbol of a shared object for any other. */
	if (l->kind == LINKER_GOLD && (s.vis == STV_HIDDEN || s.vis == STV_INTERNAL))
		return false;
	if (elf_versym(o->e, i, &raw) && v->n > 0) {
		if ((raw & 0x7fff) == 0 && s.shndx != SHN_UNDEF)
			return false;
		r->version = v->names[raw & 0x7fff];
		r->hidden = (raw & 0x8000) != 0;
	}
	r->state = (uint8_t)state_of(&s);
	r->index = (uint32_t)i;
	r->type = s.type;
	r->vis = s.vis == STV_PROTECTED ? STV_PROTECTED : STV_DEFAULT;
	r->value = s.value;
	r->size = s.size;
	r->section = s.shndx;
	r->sym = link_intern(l, name, elf_gnu_hash(name));
	if (r->version != NULL && (r->state == LINK_UNDEFINED || r->state == LINK_UNDEFINED_WEAK ||
				   r->hidden))
		r->sym = link_intern_version(l, name, r->version);
	return true;
}

static void read_dso(struct link *l, struct link_object *o)
{
	uint64_t n = elf_sym_count(o->e);
	struct versions v;

	read_versions(l, o->e, &v);
	o->refs = ARENA_ARRAY(l->a, (size_t)n + 1, struct link_ref);
	for (uint64_t i = 1; i < n; i++)
		if (take_dynamic(l, o, &v, i, &o->refs[o->nrefs]))
			o->nrefs++;
}

void link_read_refs(struct link *l, struct link_object *o)
{
	if (o->refs != NULL)
		return;
	if (o->kind == LINK_DSO)
		read_dso(l, o);
	else if (o->kind == LINK_LTO)
		read_lto(l, o);
	else
		read_rel(l, o);
}

/* ---- COMDAT groups ----------------------------------------------------------------------------------- */

static const char *group_name(const struct link_object *o, const struct elf_shdr *group)
{
	struct elf_object_sym s;
	struct elf_shdr h;

	if (!elf_object_symbol(&o->o, group->info, &s))
		return NULL;
	if (s.s.type == STT_SECTION && elf_object_section(&o->o, s.section, &h))
		return elf_object_section_name(&o->o, &h);
	return s.name;
}

static void drop_members(struct link *l, struct link_object *o, struct view v)
{
	if (o->dropped_sections == NULL)
		o->dropped_sections = ARENA_ARRAY(l->a, (size_t)o->o.nsections + 1, bool);
	for (uint64_t i = 1; i < v.n / 4; i++) {
		uint32_t k = load32(v.p + i * 4, o->e->swap);

		if (k < o->o.nsections)
			o->dropped_sections[k] = true;
	}
}

static bool claim(struct link *l, struct link_object *o, const char *name)
{
	uint32_t hash = elf_gnu_hash(name);
	struct link_object *owner = table_get(&l->groups, name, hash);

	if (owner == NULL)
		table_put(&l->groups, name, hash, o);
	return owner == NULL || owner == o;
}

void link_claim_groups(struct link *l, struct link_object *o)
{
	struct elf_shdr h;

	if (o->kind != LINK_REL || !o->has_sections)
		return;
	for (uint64_t i = 1; i < o->o.nsections; i++) {
		struct view v;
		const char *name;

		if (!elf_object_section(&o->o, i, &h) || h.type != SHT_GROUP)
			continue;
		v = elf_object_bytes(&o->o, &h);
		name = group_name(o, &h);
		if (v.n >= 4 && (load32(v.p, o->e->swap) & GRP_COMDAT) != 0 && name != NULL &&
		    !claim(l, o, name))
			drop_members(l, o, v);
	}
	for (size_t i = 0; i < o->nrefs && o->dropped_sections != NULL; i++)
		if (o->refs[i].section < o->o.nsections && o->dropped_sections[o->refs[i].section])
			o->refs[i].dropped = true;
}
