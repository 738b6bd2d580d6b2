/* link_resolve.c - which object defines a symbol, and which members of archives take part.
 *
 * GNU ld and gold: each object takes its place as it is read, an archive is asked for what is undefined at
 * that moment, again and again until it gives nothing more, and never later. lld: archives are remembered, a
 * reference brings their member in whenever it comes. mold: every file is known first; the best definition
 * is taken, and what a live file needs becomes alive.
 */
#include <stdio.h>
#include <string.h>

#include "build/link_priv.h"
#include "object/elfconst.h"

/* ---- the table --------------------------------------------------------------------------------------- */

struct link_sym *link_intern(struct link *l, const char *name, uint32_t hash)
{
	struct link_sym *s = table_get(&l->syms, name, hash);

	if (s != NULL)
		return s;
	s = ARENA_NEW(l->a, struct link_sym);
	s->name = name;
	s->hash = hash;
	s->order = l->all.n;
	table_put(&l->syms, name, hash, s);
	*ARENA_PUSH(l->a, &l->all) = s;
	return s;
}

struct link_sym *link_intern_version(struct link *l, const char *name, const char *version)
{
	char buf[512];
	size_t n = strlen(name), k = strlen(version);
	const char *key = buf;
	struct link_sym *s;
	uint32_t hash;

	if (n + k + 2 > sizeof(buf))
		key = arena_printf(l->a, "%s@%s", name, version);
	else {
		memcpy(buf, name, n);
		buf[n] = '@';
		memcpy(buf + n + 1, version, k + 1);
	}
	hash = elf_gnu_hash(key);
	s = table_get(&l->syms, key, hash);
	return s != NULL ? s : link_intern(l, key == buf ? arena_strdup(l->a, buf) : key, hash);
}

struct link_sym *link_find(const struct link *l, const char *name)
{
	return table_get(&l->syms, name, elf_gnu_hash(name));
}

static bool is_undefined(const struct link_sym *s)
{
	return s->state == LINK_NEW || s->state == LINK_UNDEFINED || s->state == LINK_UNDEFINED_WEAK;
}

static bool is_undef_ref(const struct link_ref *r)
{
	return r->state == LINK_UNDEFINED || r->state == LINK_UNDEFINED_WEAK;
}

static void place(struct link_sym *s, struct link_object *o, const struct link_ref *r, enum link_state state)
{
	s->state = state;
	s->owner = o;
	s->section = r->section;
	s->value = r->value;
	s->size = r->size;
	s->type = r->type;
	s->by_dso = o->kind == LINK_DSO;
	s->version = r->version;
}

/* ---- references -------------------------------------------------------------------------------------- */

static void note_reference(struct link *l, struct link_object *o, const struct link_ref *r)
{
	struct link_sym *s = r->sym;
	bool weak = r->state == LINK_UNDEFINED_WEAK;

	if (o->kind == LINK_DSO) {
		s->ref_dso = true;
		/* mold looks for what a shared object names even if that may be missing. */
		s->ref_dso_strong = s->ref_dso_strong || !weak || l->kind == LINKER_MOLD;
	} else {
		s->ref_regular = true;
		s->ref_regular_strong = s->ref_regular_strong || !weak;
		if (r->vis != STV_DEFAULT && (s->vis == STV_DEFAULT || r->vis < s->vis))
			s->vis = r->vis;
	}
	if (s->state == LINK_LAZY && !weak && l->kind == LINKER_LLD)
		link_extract(l, s);
	if (s->asker == NULL || (!weak && s->state == LINK_UNDEFINED_WEAK))
		s->asker = o;
	if (s->state == LINK_NEW || (s->state == LINK_UNDEFINED_WEAK && !weak)) {
		l->pulls += !weak;
		s->state = weak ? LINK_UNDEFINED_WEAK : LINK_UNDEFINED;
	}
	/* A definition in a shared object cannot serve who declares the symbol hidden. */
	if (s->by_dso && s->vis != STV_DEFAULT && s->vis != STV_PROTECTED && o->kind != LINK_DSO &&
	    (s->state == LINK_DEFINED || s->state == LINK_WEAK)) {
		s->by_dso = false;
		s->state = weak ? LINK_UNDEFINED_WEAK : LINK_UNDEFINED;
		s->owner = NULL;
	}
}

/* ---- definitions in regular objects ------------------------------------------------------------------ */

void link_say_multiple(struct link *l, struct link_object *o, const struct link_ref *r,
		       const struct link_object *owner)
{
	const struct link_sym *s = r->sym;
	struct link_trouble *t;
	struct link_place a = link_place(l, o, r->section, r->value);
	struct link_place b = owner != NULL ? link_place(l, owner, s->section, s->value) : a;
	const char *name = link_shown(l, s->name), *first = owner != NULL ? owner->shown : "?", *colon;

	t = link_trouble(l, LT_MULTIPLE, true);
	t->object = o;
	t->other = owner;
	t->sym = s;
	t->symbol = s->name;
	switch (l->kind) {
	case LINKER_GOLD:
		link_line_of(l, t, true, LD_GOLD_MULTIPLE, l->self, o->shown, name);
		link_line_of(l, t, false, LD_GOLD_PREVIOUS, l->self, first);
		break;
	case LINKER_LLD:
		link_line_of(l, t, true, LD_LLD_DUPLICATE, l->self, name);
		link_line_of(l, t, false, LD_LLD_DEFINED_AT,
			     link_lld_place(l, owner, s->section, s->value));
		link_line_of(l, t, false, LD_LLD_DEFINED_AT, link_lld_place(l, o, r->section, r->value));
		break;
	case LINKER_MOLD:
		link_line_of(l, t, true, LD_MOLD_DUPLICATE, o->shown, first, name);
		break;
	default:
		colon = b.file != NULL && *b.file == '\0' && b.source == NULL ? "::" : ":";
		if (a.function != NULL && link_new_context(l, o, &a))
			link_line_of(l, t, false, LD_BFD_IN_FUNCTION, l->self, o->shown, a.function);
		link_line_of(l, t, true, LD_BFD_MULTIPLE,
			     a.function != NULL && a.fresh ? "" : arena_printf(l->a, "%s: ", l->self),
			     a.function != NULL ? a.text : arena_printf(l->a, "%s:%s", o->shown, a.text),
			     name, first, colon, b.text);
		break;
	}
}

/* mold chooses who defines a symbol before it knows which members are alive: a member that is, but was not
 * chosen, defines it only if the chosen one stays out. */
static bool is_chosen(const struct link_object *o, const struct link_sym *s)
{
	return o->archive == NULL || o->archive->whole ||
	       (s->lazy == o->archive && s->lazy_header == o->header);
}

/* GNU ld and the others: a strong definition beats a weak or common one; the first strong one stays. */
static void define_regular(struct link *l, struct link_object *o, const struct link_ref *r)
{
	struct link_sym *s = r->sym;
	enum link_state have = s->by_dso ? LINK_UNDEFINED : s->state;

	if (s->option || r->dropped)
		return;
	if (r->vis != STV_DEFAULT && (s->vis == STV_DEFAULT || r->vis < s->vis))
		s->vis = r->vis;
	if (have == LINK_LAZY && l->kind == LINKER_MOLD && !is_chosen(o, s)) {
		if (s->spare == NULL) {
			s->spare = r;
			s->spare_of = o;
		}
		return;
	}
	if (have == LINK_NEW || have == LINK_UNDEFINED || have == LINK_UNDEFINED_WEAK || have == LINK_LAZY) {
		place(s, o, r, (enum link_state)r->state);
	} else if (r->state == LINK_COMMON) {
		if (have == LINK_WEAK)
			place(s, o, r, LINK_COMMON);
		else if (have == LINK_COMMON && r->size > s->size)
			s->size = r->size;
	} else if (r->state == LINK_DEFINED) {
		if (have == LINK_DEFINED && s->owner == o) {
			return; /* "foo" and "foo@@V" are one */
		} else if (have == LINK_DEFINED) {
			if (!l->line->z_muldefs && l->kind != LINKER_MOLD)
				link_say_multiple(l, o, r, s->owner);
		} else {
			place(s, o, r, LINK_DEFINED);
		}
	}
}

/* "foo@@V" or, in a shared object with versions, foo in V: the name with its version is defined too. */
static void define_version(struct link *l, struct link_object *o, const struct link_ref *r, const char *name)
{
	struct link_sym *s = link_intern_version(l, name, r->version);

	if (is_undefined(s) || s->state == LINK_LAZY)
		place(s, o, r, (enum link_state)r->state);
}

/* One side of a mismatch: where it defines the symbol, or that it only refers to it. */
static const char *tls_side(struct link *l, const struct link_object *o, uint32_t section, bool defines)
{
	return defines ? arena_printf(l->a, "definition in %s section %s", o->shown,
				      link_section_name(o, section)) :
			 arena_printf(l->a, "reference in %s", o->shown);
}

/* A symbol is thread-local in one object and not in another: GNU ld alone minds. */
static void check_tls(struct link *l, struct link_object *o, const struct link_ref *r)
{
	struct link_sym *s = r->sym;
	bool tls = r->type == STT_TLS, old_undef = is_undefined(s);
	const struct link_object *other = old_undef ? s->asker : s->owner;
	const char *mine, *theirs;
	struct link_trouble *t;

	if (l->kind != LINKER_BFD || other == NULL || other == o || s->type_known == 0 ||
	    tls == (s->type_known == 2) || s->tls_said)
		return;
	s->tls_said = true;
	t = link_trouble(l, LT_TLS, true);
	t->object = tls ? o : other;
	t->other = tls ? other : o;
	t->symbol = s->name;
	t->sym = s;
	mine = tls_side(l, o, r->section, !is_undef_ref(r));
	theirs = tls_side(l, other, s->section, !old_undef);
	link_line_of(l, t, true, LD_BFD_TLS, l->self, s->name, tls ? mine : theirs, tls ? theirs : mine);
	link_line_of(l, t, false, LD_BFD_BAD_VALUE, l->self, o->shown);
	l->stop = true;
}

static void note_type(const struct link_ref *r)
{
	struct link_sym *s = r->sym;

	if (s->type_known == 0 || !is_undef_ref(r))
		s->type_known = r->type == STT_TLS ? 2 : 1;
}

static void add_one(struct link *l, struct link_object *o, const struct link_ref *r)
{
	if (o->kind == LINK_REL)
		check_tls(l, o, r);
	if (is_undef_ref(r) || r->dropped)
		note_reference(l, o, r);
	else
		define_regular(l, o, r);
	if (r->version != NULL && !is_undef_ref(r) && strchr(r->sym->name, '@') == NULL)
		define_version(l, o, r, r->sym->name);
	note_type(r);
}

static void say_slim(struct link *l, const struct link_object *o)
{
	struct link_trouble *t = link_trouble(l, LT_LTO_PLUGIN, false);

	t->object = o;
	t->path = o->shown;
	link_line_of(l, t, true, LD_BFD_LTO, l->self, o->shown);
}

/* In lld a reference can bring a member in at once, so an object's own definitions come first. */
static void add_regular(struct link *l, struct link_object *o)
{
	if (o->slim && l->kind == LINKER_BFD)
		say_slim(l, o);
	link_claim_groups(l, o);
	for (size_t i = 0; i < o->nrefs && !l->stop; i++)
		if (l->kind != LINKER_LLD || !is_undef_ref(&o->refs[i]))
			add_one(l, o, &o->refs[i]);
	for (size_t i = 0; i < o->nrefs && l->kind == LINKER_LLD; i++)
		if (is_undef_ref(&o->refs[i]))
			add_one(l, o, &o->refs[i]);
}

/* ---- shared objects ---------------------------------------------------------------------------------- */

static bool on_needed_list(const struct link *l, const char *soname)
{
	for (size_t i = 0; i < l->needed.n; i++)
		if (strcmp(l->needed.items[i].name, soname) == 0)
			return true;
	return false;
}

/* Would this definition be the one that is taken? */
static bool offers(const struct link_ref *r)
{
	return !is_undef_ref(r) && (is_undefined(r->sym) || r->sym->state == LINK_COMMON) &&
	       !(r->sym->vis == STV_HIDDEN || r->sym->vis == STV_INTERNAL);
}

/* GNU ld decides about --as-needed at once: who comes later does not count. */
static bool is_wanted(struct link *l, const struct link_object *o)
{
	bool listed = on_needed_list(l, o->soname);

	for (size_t i = 0; i < o->nrefs; i++) {
		const struct link_ref *r = &o->refs[i];
		const struct link_sym *s = r->sym, *v = NULL;

		if (!is_undef_ref(r) && r->version != NULL && !r->hidden) {
			char key[512];
			int n = snprintf(key, sizeof(key), "%s@%s", s->name, r->version);

			v = n > 0 && (size_t)n < sizeof(key) ? link_find(l, key) : NULL;
		}
		if (offers(r) && (s->ref_regular_strong || (s->ref_dso_strong && !listed)))
			return true;
		if (v != NULL && is_undefined(v) && (v->ref_regular_strong || (v->ref_dso_strong && !listed)))
			return true;
	}
	return false;
}

static void add_shared(struct link *l, struct link_object *o)
{
	for (size_t i = 0; i < o->nrefs; i++) {
		const struct link_ref *r = &o->refs[i];
		struct link_sym *s = r->sym;

		if (is_undef_ref(r)) {
			if (l->kind != LINKER_MOLD)
				note_reference(l, o, r);
			continue;
		}
		s->in_dso = true;
		if (offers(r) && s->state != LINK_COMMON)
			place(s, o, r, (enum link_state)r->state);
		else if (s->state == LINK_LAZY && (l->kind != LINKER_MOLD || link_lazy_rank(l,
				s) > link_rank(r, true)))
			place(s, o, r, (enum link_state)r->state);
		if (r->version != NULL && !r->hidden)
			define_version(l, o, r, s->name);
		note_type(r);
	}
	for (size_t i = 0; i < o->e->nneeds; i++)
		if (o->e->needs[i].kind == ELF_NEED && o->e->needs[i].name != NULL) {
			struct link_need n = { o->e->needs[i].name, o };

			*ARENA_PUSH(l->a, &l->needed) = n;
		}
}

void link_take_spare(struct link_sym *s)
{
	place(s, s->spare_of, s->spare, (enum link_state)s->spare->state);
}

void link_note_dso(struct link *l, struct link_object *o)
{
	for (size_t i = 0; i < o->nrefs; i++)
		if (is_undef_ref(&o->refs[i]))
			note_reference(l, o, &o->refs[i]);
}

static bool is_there(const struct link *l, const struct link_object *o)
{
	for (size_t i = 0; i < l->objects.n; i++)
		if (l->objects.items[i]->e == o->e && l->objects.items[i]->kind == LINK_DSO)
			return true;
	return false;
}

static void add_dso_bfd(struct link *l, struct link_object *o)
{
	if (o->as_needed && !is_wanted(l, o)) {
		*ARENA_PUSH(l->a, &l->dropped) = o;
		return;
	}
	o->needed = true;
	*ARENA_PUSH(l->a, &l->objects) = o;
	add_shared(l, o);
}

/* ---- objects as they come ---------------------------------------------------------------------------- */

void link_take_object(struct link *l, struct link_object *o)
{
	if (o->loaded || l->objects.n >= LINK_MAX_OBJECTS)
		return;
	o->loaded = true;
	o->order = l->objects.n;
	if (o->kind == LINK_DSO) {
		if (is_there(l, o))
			return;
		if (l->kind == LINKER_BFD) {
			add_dso_bfd(l, o);
			return;
		}
		o->needed = !o->as_needed;
		*ARENA_PUSH(l->a, &l->objects) = o;
		add_shared(l, o);
		return;
	}
	*ARENA_PUSH(l->a, &l->objects) = o;
	add_regular(l, o);
}

void link_add_object(struct link *l, struct link_object *o)
{
	if (l->kind == LINKER_BFD || l->kind == LINKER_GOLD)
		link_take_object(l, o);
	else
		link_queue(l, o, NULL);
}

/* Does a member that is there for a common symbol really define it? */
static bool defines(const struct link_object *o, const struct link_sym *s)
{
	for (size_t i = 0; o != NULL && i < o->nrefs; i++)
		if (o->refs[i].sym == s)
			return o->refs[i].state == LINK_DEFINED || o->refs[i].state == LINK_WEAK;
	return false;
}

static bool pulls_member(struct link *l, struct link_archive *ar, struct link_index *x)
{
	const struct link_sym *s = x->sym;

	if (s->state == LINK_UNDEFINED)
		return true;
	if (link_is_pe(l) && s->state == LINK_NEW && link_starts(s->name, "__imp_")) {
		/* Data of a DLL is imported without being declared so. */
		const struct link_sym *plain = link_find(l, s->name + 6);

		return plain != NULL && plain->state == LINK_UNDEFINED;
	}
	if (s->state == LINK_COMMON && !s->by_dso)
		return defines(link_member(l, ar, x->header), s);
	if (s->state != LINK_UNDEFINED_WEAK && s->state != LINK_NEW)
		x->done = true;
	return false;
}

void link_add_archive(struct link *l, struct link_archive *ar)
{
	size_t before;

	if (l->kind != LINKER_BFD && l->kind != LINKER_GOLD) {
		link_queue(l, NULL, ar);
		return;
	}
	link_index(l, ar);
	do {
		before = l->pulls;
		for (size_t i = 0; i < ar->index.n && !l->stop && !ar->passed_over; i++) {
			struct link_index *x = &ar->index.items[i];
			struct link_object *o;

			if (x->done || !pulls_member(l, ar, x))
				continue;
			x->done = true;
			o = link_pull(l, ar, x->header, x->sym);
			if (o == NULL || o->loaded)
				continue;
			o->pulled_by = x->sym;
			link_take_object(l, o);
		}
	} while (l->pulls != before && !l->stop);
}
