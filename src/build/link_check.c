/* link_check.c - what is left undefined when everything was read, in the order of each linker. */
#include <stdlib.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

enum { SAME_SYMBOL_MAX = 5, LLD_PLACES = 3 };

/* ---- the order of objects ---------------------------------------------------------------------------- */

/* GNU ld goes by output sections: who has a piece of an earlier one is looked at earlier. */
static unsigned rank_of_section(const char *name, const struct elf_shdr *h)
{
	if (link_starts(name, ".note") && h->size > 0 && strcmp(name, ".note.gnu.property") != 0)
		return 0;
	if (strcmp(name, ".init") == 0)
		return 1;
	if (link_starts(name, ".text.unlikely") || (link_starts(name, ".text.") && link_ends(name,
			"_unlikely")))
		return 2;
	if (link_starts(name, ".text.exit"))
		return 3;
	if (link_starts(name, ".text.startup"))
		return 4;
	if (link_starts(name, ".text.hot"))
		return 5;
	if (link_starts(name, ".text.sorted."))
		return 6;
	if (link_starts(name, ".text") || link_starts(name, ".gnu.linkonce.t."))
		return 7;
	return link_starts(name, ".fini") ? 8 : link_starts(name, ".rodata") ? 9 : 10;
}

static unsigned rank_of(const struct link_object *o)
{
	unsigned best = 11;
	struct elf_shdr h;

	for (uint64_t i = 1; o->has_sections && i < o->o.nsections; i++) {
		unsigned r;

		if (!elf_object_section(&o->o, i, &h) || (h.flags & SHF_ALLOC) == 0 ||
		    (o->dropped_sections != NULL && o->dropped_sections[i]))
			continue;
		r = rank_of_section(elf_object_section_name(&o->o, &h), &h);
		best = r < best ? r : best;
	}
	return best;
}

/* gold applies relocations that belong to what it makes anew (.eh_frame, merged strings) when that is
 * written: such objects come last. */
static unsigned rank_of_gold(const struct link_object *o)
{
	struct elf_shdr h, target;

	for (uint64_t i = 1; o->has_sections && i < o->o.nsections; i++) {
		if (!elf_object_section(&o->o, i, &h) || (h.type != SHT_RELA && h.type != SHT_REL) ||
		    h.size == 0 || !elf_object_section(&o->o, h.info, &target) ||
		    (target.flags & SHF_ALLOC) == 0)
			continue;
		if ((target.flags & SHF_MERGE) != 0 ||
		    strcmp(elf_object_section_name(&o->o, &target), ".eh_frame") == 0)
			return 1;
	}
	return 0;
}

struct ranked {
	struct link_object *o;
	unsigned rank;
};

static int compare_ranks(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->o->order < y->o->order ? -1 : x->o->order > y->o->order;
}

static struct link_object **in_output_order(struct link *l, size_t *n)
{
	struct ranked *v = ARENA_ARRAY(l->a, l->objects.n + 1, struct ranked);
	struct link_object **out = ARENA_ARRAY(l->a, l->objects.n + 1, struct link_object *);

	*n = 0;
	for (size_t i = 0; i < l->objects.n; i++) {
		struct link_object *o = l->objects.items[i];

		if (o->kind == LINK_DSO)
			continue;
		v[*n].o = o;
		v[(*n)++].rank = link_is_pe(l) ? 0 : l->kind == LINKER_BFD ? rank_of(o) :
				 l->kind == LINKER_GOLD ? rank_of_gold(o) : 0;
	}
	qsort(v, *n, sizeof(*v), compare_ranks);
	for (size_t i = 0; i < *n; i++)
		out[i] = v[i].o;
	return out;
}

/* ---- one undefined reference ------------------------------------------------------------------------- */

struct undefined {
	const struct link_sym *sym;
	size_t places;
	struct link_trouble *t;
};

/* The symbol without "@V", and V. */
static const char *without_version(struct link *l, const char *name, const char **version)
{
	const char *at = strchr(name, '@');

	*version = NULL;
	if (at == NULL || at == name)
		return name;
	*version = at + 1;
	return arena_strndup(l->a, name, (size_t)(at - name));
}

static struct link_trouble *undefined_trouble(struct link *l, const struct link_object *o,
					      const struct link_sym *s,
					      enum link_trouble_kind kind)
{
	struct link_trouble *t = link_trouble(l, kind, !l->line->unresolved_warned);

	t->object = o;
	t->sym = s;
	t->symbol = without_version(l, s->name, &t->version);
	return t;
}

static void say_bfd(struct link *l, const struct link_object *o, const struct link_sym *s, uint32_t section,
		    uint64_t offset)
{
	struct link_trouble *t = undefined_trouble(l, o, s, LT_UNDEFINED);
	struct link_place p = link_place(l, o, section, offset);
	const char *name = link_shown(l, s->name), *head;

	t->section = section;
	t->offset = offset;
	t->place = p.text;
	if (p.function != NULL && link_new_context(l, o, &p))
		link_line_of(l, t, false, LD_BFD_IN_FUNCTION, l->self, o->shown, p.function);
	head = p.fresh ? "" : arena_printf(l->a, "%s: ", l->self);
	if (p.function == NULL) {
		l->last_function = NULL;
		link_line_of(l, t, true, LD_BFD_UNDEFINED_AT, head, o->shown, p.text, name);
		return;
	}
	link_line_of(l, t, true, LD_BFD_UNDEFINED, head, p.text, name);
}

static void say_gold(struct link *l, const struct link_object *o, const struct link_sym *s, uint32_t section,
		     uint64_t offset)
{
	struct link_trouble *t = undefined_trouble(l, o, s, LT_UNDEFINED);
	struct link_place p = link_place(l, o, section, offset);
	const char *name = link_shown(l, t->symbol), *where;
	bool is_function;

	t->section = section;
	t->offset = offset;
	t->place = p.text;
	if (s->vis != STV_DEFAULT && s->vis != STV_PROTECTED && s->in_dso) {
		t->kind = LT_HIDDEN_UNDEFINED;
		link_line_of(l, t, true, LD_GOLD_HIDDEN, l->self, name);
		return;
	}
	where = p.source != NULL ? NULL : link_gold_symbol(l, o, section, offset, &is_function);
	where = p.source != NULL ? p.source :
		where != NULL ? arena_printf(l->a, "%s%s", o->shown, where) :
				arena_printf(l->a, "%s:%s", o->shown, p.text);
	if (t->version != NULL && p.source == NULL)
		link_line_of(l, t, true, LD_GOLD_UNDEFINED_VERSION, where, name, t->version);
	else
		link_line_of(l, t, true, LD_GOLD_UNDEFINED_IN, where, name);
}

static const char *vis_word(const struct link_sym *s)
{
	return s->vis == STV_HIDDEN ? "hidden " : s->vis == STV_PROTECTED ? "protected " :
						  s->vis == STV_INTERNAL ? "internal " : "";
}

/* lld and mold tell a symbol once, with its first three places. */
static void say_late(struct link *l, struct undefined *u, const struct link_object *o, uint32_t section,
		     uint64_t offset)
{
	struct link_trouble *t = u->t;

	if (t == NULL) {
		t = u->t = undefined_trouble(l, o, u->sym, LT_UNDEFINED);
		t->section = section;
		t->offset = offset;
		t->place = link_place(l, o, section, offset).text;
		if (l->kind == LINKER_LLD)
			link_line_of(l, t, true, LD_LLD_UNDEFINED, l->self, vis_word(u->sym),
				     link_shown(l, t->symbol));
		else
			link_line_of(l, t, true, LD_MOLD_UNDEFINED, link_shown(l, t->symbol));
	}
	if (++u->places <= LLD_PLACES)
		link_line_of(l, t, false, LD_LLD_REFERENCED, link_lld_place(l, o, section, offset));
}

static struct undefined *undefined_of(struct link *l, const struct link_sym *s)
{
	struct undefined *u = table_get(&l->said, s->name, s->hash);

	if (u == NULL) {
		u = ARENA_NEW(l->a, struct undefined);
		u->sym = s;
		table_put(&l->said, s->name, s->hash, u);
	}
	return u;
}

static bool is_weak_only(const struct link_sym *s)
{
	return s->state != LINK_UNDEFINED;
}

/* Does it matter that the symbol is undefined? Shared objects may leave symbols to whoever loads them. */
static bool is_error(const struct link *l, const struct link_sym *s)
{
	if (is_weak_only(s) || l->line->relocatable)
		return false;
	/* That a shared object needs it makes a weak reference no stronger; not so for GNU ld. */
	if (l->kind != LINKER_BFD && !s->ref_regular_strong)
		return false;
	if (l->line->undefs_ignored || (l->line->unresolved_ignored && (s->vis == STV_DEFAULT ||
									l->kind == LINKER_MOLD)))
		return false;
	if (link_is_pe(l))
		return true; /* a DLL leaves nothing open */
	return !l->line->shared || l->line->z_defs || (s->vis != STV_DEFAULT && s->vis != STV_PROTECTED);
}

static bool given_by_linker(const struct link *l, const struct link_sym *s)
{
	static const char *const names[] = { "_GLOBAL_OFFSET_TABLE_", "__ehdr_start", "__executable_start",
					    "_end", "end",
					     "_etext", "etext", "__etext", "_edata", "edata", "__bss_start",
						     "_DYNAMIC",
					     "__init_array_start", "__init_array_end", "__fini_array_start",
					     "__fini_array_end", "__preinit_array_start",
						     "__preinit_array_end",
					     "__rela_iplt_start", "__rela_iplt_end", "__rel_iplt_start",
						     "__rel_iplt_end",
					     "__dso_handle", "_TLS_MODULE_BASE_", "__tls_get_addr_opt",
						     "__GNU_EH_FRAME_HDR",
					     "_PROCEDURE_LINKAGE_TABLE_", "__global_pointer$",
						     "__bss_start__", "_bss_end__",
					     "__bss_end__", "__end__", "__data_start", "__exidx_start",
						     "__exidx_end" };

	if (link_is_pe(l))
		return link_coff_given(l, s->name);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(s->name, names[i]) == 0)
			return strcmp(s->name, "__dso_handle") != 0;
	/* In a program the calls to it are made into plain accesses. */
	if (strcmp(s->name, "__tls_get_addr") == 0)
		return !l->line->shared;
	if (link_starts(s->name, "__start_") || link_starts(s->name, "__stop_"))
		return true;
	return false;
}

/* ---- by relocations ---------------------------------------------------------------------------------- */

/* A name in the value of --defsym that nobody defines. NULL: there is none. */
static const char *missing_in(struct link *l, const char *value)
{
	while (*value != '\0') {
		size_t n = 0;
		const struct link_sym *s;
		const char *name;

		if ((*value >= '0' && *value <= '9') || strchr("+-*/()&|<>!~,. \t", *value) != NULL) {
			value++;
			while ((value[-1] >= '0' && value[-1] <= '9') && (*value == 'x' || *value == 'X' ||
			       (*value >= '0' && *value <= '9') || (*value >= 'a' && *value <= 'f') ||
			       (*value >= 'A' && *value <= 'F')))
				value++;
			continue;
		}
		while (value[n] != '\0' && strchr("+-*/()&|<>!~, \t", value[n]) == NULL)
			n++;
		name = arena_strndup(l->a, value, n);
		s = link_find(l, name);
		if (s == NULL || s->state == LINK_NEW || s->state == LINK_UNDEFINED ||
		    s->state == LINK_UNDEFINED_WEAK || s->state == LINK_LAZY)
			return name;
		value += n;
	}
	return NULL;
}

static void check_values(struct link *l)
{
	for (size_t i = 0; i < l->line->values.n && !l->stop; i++) {
		const char *name = missing_in(l, l->line->values.items[i]);
		struct link_trouble *t;

		if (name == NULL)
			continue;
		t = link_trouble(l, LT_UNDEFINED, true);
		t->symbol = name;
		t->sym = link_intern(l, name, elf_gnu_hash(name));
		if (l->kind == LINKER_GOLD)
			link_line_of(l, t, true, LD_GOLD_EXPRESSION, l->self, name);
		else if (l->kind == LINKER_LLD)
			link_line_of(l, t, true, LD_LLD_EXPRESSION, l->self, name);
		else
			link_line_of(l, t, true, LD_BFD_EXPRESSION, l->self, name);
		l->stop = l->kind == LINKER_BFD;
	}
}

struct check {
	struct link *l;
	bool any;                /* some symbol is undefined at all */
};

/* lld turns references over when all symbols are resolved (--wrap). */
static const struct link_sym *turned(struct link *l, const struct link_ref *r)
{
	for (size_t i = 0; i < l->line->wrap.n && l->kind == LINKER_LLD; i++) {
		const char *w = l->line->wrap.items[i];
		bool real = link_starts(r->sym->name, "__real_") && strcmp(r->sym->name + 7, w) == 0;
		struct link_sym *s;

		if ((!real && strcmp(r->sym->name, w) != 0) || r->state != LINK_UNDEFINED)
			continue;
		if (real)
			return link_intern(l, w, elf_gnu_hash(w));
		w = arena_printf(l->a, "__wrap_%s", w);
		s = link_intern(l, w, elf_gnu_hash(w));
		s->ref_regular = s->ref_regular_strong = true;
		if (s->state == LINK_NEW || s->state == LINK_LAZY)
			s->state = LINK_UNDEFINED;
		return s;
	}
	return r->sym;
}

static void say_undefined(struct link *l, const struct link_use *u, const struct link_sym *s)
{
	struct undefined *n = undefined_of(l, s);

	if (l->kind == LINKER_BFD) {
		if (++n->places <= SAME_SYMBOL_MAX)
			say_bfd(l, u->object, s, u->section, u->offset);
	} else if (l->kind == LINKER_GOLD) {
		say_gold(l, u->object, s, u->section, u->offset);
	} else {
		say_late(l, n, u->object, u->section, u->offset);
	}
}

static void on_reloc(void *ctx, const struct link_use *u)
{
	struct check *c = ctx;
	struct link *l = c->l;
	const struct link_sym *s = u->ref != NULL ? turned(l, u->ref) : NULL;

	if (s != NULL && c->any && is_error(l, s) && !given_by_linker(l, s))
		say_undefined(l, u, s);
	if (!link_is_pe(l))
		link_pic_late(l, u);
}

static bool any_undefined(const struct link *l)
{
	for (size_t i = 0; i < l->all.n; i++)
		if (l->all.items[i]->state == LINK_UNDEFINED && l->all.items[i]->ref_regular)
			return true;
	return false;
}

/* Objects for LTO have no relocations yet: what they need is said when their code was made. */
static void check_lto(struct link *l, struct link_object *o)
{
	for (size_t i = 0; i < o->nrefs; i++) {
		const struct link_sym *s = o->refs[i].sym;
		struct undefined *u;

		if (o->refs[i].state != LINK_UNDEFINED || !is_error(l, s) || given_by_linker(l, s))
			continue;
		u = undefined_of(l, s);
		if (u->places++ == 0 && l->kind == LINKER_BFD) {
			struct link_trouble *t = undefined_trouble(l, o, s, LT_UNDEFINED);

			link_line_of(l, t, true, LD_BFD_UNDEFINED_LTO, link_shown(l, s->name));
		} else if (u->places == 1 && l->kind == LINKER_GOLD) {
			struct link_trouble *t = undefined_trouble(l, o, s, LT_UNDEFINED);

			link_line_of(l, t, true, LD_GOLD_UNDEFINED_LTO, o->shown, link_shown(l, s->name));
		} else if (u->places == 1) {
			say_late(l, u, o, 0, 0);
		}
	}
}

static void check_regular(struct link *l)
{
	struct check c = { l, any_undefined(l) || l->line->wrap.n > 0 };
	size_t n;
	struct link_object **v = in_output_order(l, &n);

	for (size_t i = 0; i < n && !l->stop; i++) {
		if (v[i]->kind == LINK_LTO)
			check_lto(l, v[i]);
		else
			link_each_use(l, v[i], on_reloc, &c);
	}
}

/* ---- what shared inputs leave open ------------------------------------------------------------------- */

static bool has_all_needs(const struct link *l, const struct link_object *o)
{
	for (size_t i = 0; i < o->e->nneeds; i++) {
		bool found = false;

		for (size_t k = 0; k < l->objects.n && !found; k++)
			found = l->objects.items[k]->kind == LINK_DSO && o->e->needs[i].name != NULL &&
				l->objects.items[k]->soname != NULL &&
				strcmp(l->objects.items[k]->soname, o->e->needs[i].name) == 0;
		if (!found && o->e->needs[i].kind == ELF_NEED)
			return false;
	}
	return true;
}

static void say_dso(struct link *l, const struct link_object *o, const struct link_sym *s)
{
	struct link_trouble *t = undefined_trouble(l, o, s, LT_UNDEFINED_DSO);
	const char *name = link_shown(l, t->symbol);
	const char *full = t->version != NULL ? arena_printf(l->a, "%s@%s", name, t->version) : name;

	if (t->version != NULL && link_find(l, t->symbol) != NULL && link_find(l, t->symbol)->in_dso)
		t->kind = LT_UNDEFINED_VERSION;
	switch (l->kind) {
	case LINKER_GOLD:
		if (t->version != NULL)
			link_line_of(l, t, true, LD_GOLD_DSO_VERSION, o->shown, name, t->version);
		else
			link_line_of(l, t, true, LD_GOLD_UNDEFINED_IN, o->shown, name);
		break;
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_UNDEFINED_DSO, l->self, o->shown, full);
		break;
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_UNDEFINED_DSO, o->shown, full);
		break;
	default:
		link_line_of(l, t, true, LD_BFD_UNDEFINED_DSO, l->self, o->shown, full);
		break;
	}
}

static bool checks_shared(const struct link *l)
{
	const struct link_line *line = l->line;

	if (line->no_allow_shlib_undefined)
		return true;
	return l->kind != LINKER_MOLD && !line->shared && !line->relocatable &&
		!line->allow_shlib_undefined &&
	       !line->shlibs_ignored;
}

static void check_shared(struct link *l)
{
	if (!checks_shared(l))
		return;
	for (size_t i = 0; i < l->objects.n && !l->stop; i++) {
		struct link_object *o = l->objects.items[i];

		if (o->kind != LINK_DSO || (l->kind != LINKER_BFD && !has_all_needs(l, o)))
			continue;
		for (size_t k = 0; k < o->nrefs; k++) {
			struct link_sym *s = o->refs[k].sym;

			bool regular = l->kind == LINKER_GOLD ? s->ref_regular_strong : s->ref_regular;

			if (o->refs[k].state != LINK_UNDEFINED || s->state != LINK_UNDEFINED || regular ||
			    s->asker != o || given_by_linker(l, s))
				continue;
			say_dso(l, o, s);
		}
	}
}

/* A program keeps a symbol to itself that a shared object refers to. */
static void check_hidden(struct link *l)
{
	for (size_t i = 0; i < l->all.n && l->kind == LINKER_BFD && !l->line->shared; i++) {
		struct link_sym *s = l->all.items[i];
		struct link_trouble *t;

		if (s->owner == NULL || s->by_dso || s->state != LINK_DEFINED || !s->ref_dso_strong ||
		    (s->vis != STV_HIDDEN && s->vis != STV_INTERNAL) || s->in_dso)
			continue;
		t = link_trouble(l, LT_HIDDEN_REF, true);
		t->object = s->owner;
		t->other = s->asker;
		t->sym = s;
		t->symbol = s->name;
		link_line_of(l, t, true, LD_BFD_HIDDEN, l->self,
			     l->line->output != NULL ? l->line->output : "a.out",
			     s->vis == STV_HIDDEN ? "hidden" : "internal", s->name, s->owner->shown);
		link_line_of(l, t, false, LD_BFD_FINAL, l->self);
		l->stop = true;
		return;
	}
}

void link_check(struct link *l)
{
	if ((l->kind == LINKER_LLD || l->kind == LINKER_MOLD) && l->failed)
		return;
	if (l->kind != LINKER_MOLD)
		link_collect(l);
	if (l->kind == LINKER_MOLD) {
		link_pic_early(l);
		if (l->failed)
			return;
	}
	if (l->kind == LINKER_BFD && !link_is_pe(l)) {
		link_pic_early(l);
		link_check_version_nodes(l);
		if (l->stop)
			return;
	}
	if (l->kind == LINKER_GOLD)
		check_shared(l);
	if (l->kind != LINKER_BFD)
		link_check_version_nodes(l);
	if (l->kind == LINKER_GOLD || l->kind == LINKER_LLD)
		link_pic_early(l);
	if (l->kind != LINKER_MOLD)
		check_values(l);
	if (l->stop || (l->kind == LINKER_GOLD && link_refuse_output(l)))
		return;
	check_regular(l);
	if (l->kind != LINKER_GOLD)
		check_shared(l);
	check_hidden(l);
}
