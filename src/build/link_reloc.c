/* link_reloc.c - relocations of the objects that take part: who uses what, and code that is not
 * position-independent where it must be.
 *
 * The rules are those of elfxx-x86.c, elf64-x86-64.c, elfnn-aarch64.c (GNU ld), x86_64.cc (gold),
 * Relocations.cpp (lld) and arch-x86-64.cc (mold), for x86-64 and AArch64.
 */
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

#ifndef R_AARCH64_ABS32
#define R_AARCH64_ABS32 258
#endif

/* ---- walking ----------------------------------------------------------------------------------------- */

/* The global symbol of that number; refs are in its order. */
static const struct link_ref *ref_of(const struct link_object *o, uint32_t index)
{
	size_t low = 0, high = o->nrefs;

	if (index < o->o.first_global)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->refs[mid].index < index)
			low = mid + 1;
		else
			high = mid;
	}
	return low < o->nrefs && o->refs[low].index == index ? &o->refs[low] : NULL;
}

static bool is_dropped(const struct link_object *o, uint64_t section)
{
	return o->dropped_sections != NULL && section < o->o.nsections && o->dropped_sections[section];
}

void link_each_use(struct link *l, const struct link_object *o, void (*fn)(void *, const struct link_use *),
		   void *ctx)
{
	struct elf_shdr h, target;

	for (uint64_t i = 1; o->has_sections && i < o->o.nsections && !l->stop; i++) {
		uint64_t n;

		if (!elf_object_section(&o->o, i, &h) || (h.type != SHT_REL && h.type != SHT_RELA) ||
		    !elf_object_section(&o->o, h.info, &target) || (target.flags & SHF_ALLOC) == 0 ||
		    is_dropped(o, h.info) || link_is_collected(o, h.info))
			continue;
		n = elf_object_nrelocs(&o->o, &h);
		for (uint64_t k = 0; k < n && !l->stop; k++) {
			struct link_use u = { .object = o, .section = h.info, .target = &target };
			struct elf_rel rel;

			if (!elf_object_reloc(&o->o, &h, k, &rel))
				break;
			u.type = rel.type;
			u.offset = rel.offset;
			u.index = rel.sym;
			u.ref = ref_of(o, rel.sym);
			fn(ctx, &u);
		}
	}
}

/* ---- what a symbol is to the output ------------------------------------------------------------------ */

static bool is_defined_here(const struct link_sym *s)
{
	return (s->state == LINK_DEFINED || s->state == LINK_WEAK || s->state == LINK_COMMON) && !s->by_dso;
}

static bool binds_locally(const struct link *l, const struct link_sym *s)
{
	if (s->vis == STV_HIDDEN || s->vis == STV_INTERNAL)
		return true;
	return is_defined_here(s) && (!l->line->shared || s->vis == STV_PROTECTED || l->line->bsymbolic);
}

static bool is_pic(const struct link *l)
{
	return l->line->shared || l->line->pie;
}

/* A local symbol as linkers print it: its name, or that of its section. */
static const char *local_name(const struct link_object *o, uint32_t index)
{
	struct elf_object_sym s;
	struct elf_shdr h;

	if (!elf_object_symbol(&o->o, index, &s))
		return "";
	if (s.s.type == STT_SECTION && elf_object_section(&o->o, s.section, &h))
		return elf_object_section_name(&o->o, &h);
	return s.name;
}

/* ---- sentences --------------------------------------------------------------------------------------- */

static const char *output_words(const struct link *l)
{
	return l->line->shared ? "a shared object" : l->line->pie ? "a PIE object" : "a PDE object";
}

static struct link_trouble *pic_trouble(struct link *l, const struct link_use *u)
{
	struct link_trouble *t = link_trouble(l, LT_NOT_PIC, true);
	const char *name = elf_reloc_name(u->object->e->machine, u->type);

	t->object = u->object;
	t->sym = u->ref != NULL ? u->ref->sym : NULL;
	t->symbol = u->ref != NULL ? u->ref->sym->name : local_name(u->object, u->index);
	t->reloc = name != NULL ? name : "?";
	t->section = u->section;
	t->offset = u->offset;
	return t;
}

/* GNU ld knows what a shared object defines by its name with the version. */
static const char *name_with_version(struct link *l, const struct link_trouble *t)
{
	const struct link_sym *s = t->sym;

	if (s == NULL || !s->by_dso || s->version == NULL || strchr(s->name, '@') != NULL)
		return t->symbol;
	return arena_printf(l->a, "%s@@%s", s->name, s->version);
}

/* elf_x86_64_need_pic */
static void need_pic(struct link *l, const struct link_use *u)
{
	struct link_trouble *t = pic_trouble(l, u);
	const struct link_sym *s = t->sym;
	const char *und = "", *v = "", *pic;

	pic = l->line->shared ? "; recompile with -fPIC" : "; recompile with -fPIE";
	if (s != NULL) {
		v = s->vis == STV_HIDDEN ? "hidden symbol " : s->vis == STV_INTERNAL ? "internal symbol " :
		    s->vis == STV_PROTECTED ? "protected symbol " : "symbol ";
		if (v[0] != 's')
			pic = "";
		if (!is_defined_here(s) && !s->by_dso)
			und = "undefined ";
	}
	link_line_of(l, t, true, LD_BFD_PIC, l->self, u->object->shown, t->reloc, und, v,
		     name_with_version(l, t), output_words(l), pic);
}

static void need_pic_gold(struct link *l, const struct link_use *u)
{
	struct link_trouble *t = pic_trouble(l, u);

	if (u->type != R_X86_64_32 && u->type != R_X86_64_PC32)
		link_line_of(l, t, true, LD_GOLD_PIC_TYPE, l->self, u->object->shown, u->type);
	else if (t->sym == NULL)
		link_line_of(l, t, true, LD_GOLD_PIC_LOCAL, l->self, u->object->shown);
	else
		link_line_of(l, t, true, LD_GOLD_PIC, l->self, u->object->shown, t->reloc, t->symbol);
}

static void need_pic_lld(struct link *l, const struct link_use *u)
{
	struct link_trouble *t = pic_trouble(l, u);
	const struct link_sym *s = t->sym;

	if (s == NULL)
		link_line_of(l, t, true, LD_LLD_PIC_LOCAL, l->self, t->reloc);
	else
		link_line_of(l, t, true, LD_LLD_PIC, l->self, t->reloc, link_shown(l, s->name));
	if (s != NULL && s->owner != NULL)
		link_line_of(l, t, false, LD_LLD_DEFINED_IN, s->owner->shown);
	link_line_of(l, t, false, LD_LLD_REFERENCED, link_lld_place(l, u->object, u->section, u->offset));
}

static void need_pic_mold(struct link *l, const struct link_use *u)
{
	struct link_trouble *t = pic_trouble(l, u);

	link_line_of(l, t, true, LD_MOLD_PIC, u->object->shown, link_section_name(u->object, u->section),
		     t->reloc, (unsigned long long)u->offset, t->symbol);
}

/* ---- x86-64 ------------------------------------------------------------------------------------------ */

static bool is_absolute(uint32_t type)
{
	return type == R_X86_64_32 || type == R_X86_64_32S || type == R_X86_64_16 || type == R_X86_64_8;
}

static bool is_relative(uint32_t type)
{
	return type == R_X86_64_PC32 || type == R_X86_64_PC16 || type == R_X86_64_PC8;
}

static bool is_x86_64(const struct link *l)
{
	return l->machine == EM_X86_64 && l->is64;
}

/* A local symbol that stands in no section has a value that needs no relocation. */
static bool is_constant(const struct link_use *u)
{
	struct elf_object_sym s;

	if (u->ref != NULL)
		return u->ref->sym->owner != NULL && is_defined_here(u->ref->sym) &&
			u->ref->sym->section == SHN_ABS;
	return !elf_object_symbol(&u->object->o, u->index, &s) || s.s.shndx == SHN_ABS || u->index == 0;
}

static bool early_x86_64(const struct link *l, const struct link_use *u)
{
	const struct link_sym *s = u->ref != NULL ? u->ref->sym : NULL;

	if (is_absolute(u->type)) {
		if (is_pic(l))
			return !is_constant(u);
		return l->kind == LINKER_BFD && s != NULL && s->by_dso && (u->target->flags & SHF_WRITE) != 0;
	}
	return u->type == R_X86_64_TPOFF32 && l->line->shared && l->kind == LINKER_BFD;
}

static bool late_x86_64(const struct link *l, const struct link_use *u)
{
	const struct link_sym *s = u->ref != NULL ? u->ref->sym : NULL;

	if (!is_relative(u->type) || s == NULL || (u->target->flags & SHF_WRITE) != 0)
		return false;
	if (!l->line->shared)
		return false;
	if (binds_locally(l, s))
		return !is_defined_here(s) && s->state != LINK_UNDEFINED;
	return s->vis == STV_DEFAULT || s->vis == STV_PROTECTED;
}

/* In a program a weak reference that stays open is the number 0. */
static bool is_zero(const struct link *l, const struct link_use *u)
{
	const struct link_sym *s = u->ref != NULL ? u->ref->sym : NULL;

	return s != NULL && l->kind != LINKER_LLD && !l->line->shared && !s->ref_regular_strong &&
	       (s->state == LINK_UNDEFINED_WEAK || s->state == LINK_UNDEFINED);
}

static bool gold_x86_64(const struct link *l, const struct link_use *u)
{
	if (!is_pic(l) || is_zero(l, u))
		return false;
	if (is_relative(u->type))
		return l->line->shared && u->type == R_X86_64_PC32 && u->ref != NULL && !binds_locally(l,
				u->ref->sym);
	return is_absolute(u->type) && !is_constant(u);
}

/* ---- AArch64 ----------------------------------------------------------------------------------------- */

static bool late_aarch64(const struct link *l, const struct link_use *u)
{
	bool address = u->type == R_AARCH64_ADR_PREL_LO21 || u->type == R_AARCH64_ADR_PREL_PG_HI21 ||
		       u->type == R_AARCH64_ADR_PREL_PG_HI21_NC || u->type == R_AARCH64_LD_PREL_LO19;

	return address && l->line->shared && u->ref != NULL && (u->target->flags & SHF_WRITE) == 0 &&
	       !binds_locally(l, u->ref->sym);
}

static bool early_aarch64(const struct link *l, const struct link_use *u)
{
	return is_pic(l) && u->type >= R_AARCH64_MOVW_UABS_G0 && u->type <= R_AARCH64_MOVW_SABS_G2;
}

static void need_pic_aarch64(struct link *l, const struct link_use *u, bool early)
{
	struct link_trouble *t = pic_trouble(l, u);

	if (early)
		link_line_of(l, t, true, LD_BFD_PIC_AARCH64, l->self, u->object->shown, t->reloc,
			     name_with_version(l, t));
	else
		link_line_of(l, t, true, LD_BFD_PIC_EXTERNAL, l->self, u->object->shown, t->reloc,
			     name_with_version(l, t));
}

/* ---- the two moments --------------------------------------------------------------------------------- */

/* In a position-independent program lld takes fixed addresses of variables without a word. */
static bool lld_takes(const struct link *l, const struct link_use *u)
{
	return l->kind == LINKER_LLD && !l->line->shared && u->ref != NULL && u->ref->sym->type == STT_OBJECT;
}

static bool is_late(const struct link *l)
{
	return l->kind == LINKER_LLD || l->kind == LINKER_MOLD;
}

struct early {
	struct link *l;
	bool said;               /* one sentence an object */
};

static void on_early(void *ctx, const struct link_use *u)
{
	struct early *e = ctx;
	struct link *l = e->l;

	if (e->said)
		return;
	if (l->machine == EM_AARCH64 && early_aarch64(l, u)) {
		need_pic_aarch64(l, u, true);
		e->said = true;
	} else if (is_x86_64(l) && l->kind == LINKER_GOLD && gold_x86_64(l, u)) {
		need_pic_gold(l, u);
		e->said = true;
	} else if (is_x86_64(l) && is_late(l) && gold_x86_64(l, u) && !lld_takes(l, u) &&
		   (u->ref == NULL || u->ref->sym->state != LINK_UNDEFINED ||
		    (l->line->shared && !l->line->z_defs))) {
		if (l->kind == LINKER_MOLD)
			need_pic_mold(l, u);
		else
			need_pic_lld(l, u);
	} else if (is_x86_64(l) && l->kind == LINKER_BFD && early_x86_64(l, u)) {
		need_pic(l, u);
		e->said = true;
	}
}

/* GNU ld looks through all objects before it makes anything, and ends there. */
void link_pic_early(struct link *l)
{
	bool any = false;

	if (l->line->relocatable)
		return;
	for (size_t i = 0; i < l->objects.n; i++) {
		struct early e = { l, false };

		if (l->objects.items[i]->kind == LINK_REL)
			link_each_use(l, l->objects.items[i], on_early, &e);
		any = any || e.said;
	}
	if (any && l->kind == LINKER_BFD)
		l->stop = true;
}

void link_pic_late(struct link *l, const struct link_use *u)
{
	if (l->line->relocatable)
		return;
	if (l->machine == EM_AARCH64 && l->kind == LINKER_BFD && late_aarch64(l, u))
		need_pic_aarch64(l, u, false);
	if (!is_x86_64(l))
		return;
	if (l->kind == LINKER_BFD && late_x86_64(l, u)) {
		need_pic(l, u);
		l->stop = true;
	}
}
