/* bind.c - relocation: every reference of an image against its real scope.
 *
 * Where upstream decides: _dl_relocate_object (dl-reloc.c), elf_dynamic_do_Rela (do-rel.h),
 * elf_machine_rela (each machine's dl-machine.h), _dl_lookup_symbol_x (dl-lookup.c).
 *
 * What one object defines of another one's references does not depend on the process; facts.c
 * remembers it. Here only the order of the scope is added: the first definer wins.
 */
#include "loader/bind.h"

#include <signal.h>
#include <string.h>

#include "loader/damage.h"
#include "loader/facts.h"
#include "loader/process.h"
#include "loader/segment.h"
#include "loader/text.h"
#include "loader/tls.h"
#include "object/elfconst.h"

#define MAX_SYMBOL_FAILURES 1000

/* Who a reference is bound to. */
struct bound {
	struct image *to;  /* NULL: nobody yet */
	uint32_t sym;      /* symbol in `to` */
	bool ifunc;
	bool asserts;      /* the loader's assertion in check_match strikes here */
	bool left;         /* up to 2.29: the file named in the version record lacks it */
};

struct binder {
	struct process *p;
	struct image *im;
	const struct glibc_object *go;
	struct bound *bound; /* go->nrefs */
	size_t open;         /* foreign references that are not bound */
	bool lazy, startup, ok, dead;
	size_t nfailed;
};

/* ---- the scope ------------------------------------------------------------------------------ */

static void take(struct binder *b, struct image *def, const struct match *m)
{
	const struct ref *r = &b->go->refs[m->ref];
	struct bound *to = &b->bound[m->ref];

	if (to->to != NULL || to->left)
		return;
	if (r->class_ == REF_COPY && def->kind == IMAGE_PROGRAM)
		return;
	*to = (struct bound){ .to = def, .sym = m->sym, .ifunc = m->ifunc };
	if (m->unversioned && world_minor(b->p->w) <= 40) {
		const struct version *v = facts_version(b->go, r);

		to->asserts = v != NULL && v->file != NULL && image_has_name(def, v->file);
	}
	b->open--;
}

/* Up to 2.29 the walk ends at the file that the version record names, found there or not. */
static void end_at_named_file(struct binder *b, const struct image *def)
{
	for (size_t i = 0; i < b->go->nforeign; i++) {
		const struct version *v = facts_version(b->go, &b->go->refs[i]);

		if (b->bound[i].to == NULL && v != NULL && v->file != NULL &&
		    image_has_name(def, v->file))
			b->bound[i].left = true;
	}
}

static void walk_definer(struct binder *b, struct image *def)
{
	struct matches m;

	if (def->file == NULL || def->go == NULL)
		return;
	if (!facts_matches(b->go, def->go, world_minor(b->p->w), &m)) {
		b->p->trace.assumes = "there was too little memory to look all symbols up";
		return;
	}
	for (size_t i = 0; i < m.n; i++)
		take(b, def, &m.v[i]);
	if (world_minor(b->p->w) <= 29)
		end_at_named_file(b, def);
}

static void walk_scopes(struct binder *b)
{
	b->open = b->go->nforeign;
	for (size_t s = 0; s < b->im->nscopes; s++)
		for (size_t i = 0; i < b->im->scopes[s]->n && b->open > 0; i++)
			walk_definer(b, b->im->scopes[s]->v[i]);
}

/* ---- failures --------------------------------------------------------------------------------- */

static struct failure *fail(struct binder *b, enum failure_kind kind, const char *string)
{
	struct failure *f = fail_add(b->p, kind, image_display(b->p, b->im), string, 0);

	f->image = b->im;
	f->exit_status = 127;
	b->ok = false;
	return f;
}

static void fail_undefined(struct binder *b, const struct ref *r, bool lazy)
{
	const struct version *v = facts_version(b->go, r);
	struct arena *a = b->p->a;
	bool was_ok = b->ok;
	struct failure *f;

	if (++b->nfailed > MAX_SYMBOL_FAILURES)
		return;
	if (v != NULL)
		f = fail(b, FAIL_SYMBOL,
			 arena_printf(a, "undefined symbol: %s, version %s", r->name, v->name));
	else
		f = fail(b, FAIL_SYMBOL, arena_printf(a, "undefined symbol: %s", r->name));
	f->occasion = TEXT_OF(OCCASION_SYMBOL, b->p->w);
	f->symbol = r->name;
	f->version = v != NULL ? v->name : NULL;
	f->version_file = v != NULL ? v->file : NULL;
	f->lazy = lazy;
	if (lazy)
		b->ok = was_ok;
}

static void fail_left(struct binder *b, const struct ref *r)
{
	const struct version *v = facts_version(b->go, r);
	struct failure *f;

	f = fail(b, FAIL_SYMBOL,
		 arena_printf(b->p->a,
			      "symbol %s%s version %s not defined in file %s with link time reference",
			      r->name, world_minor(b->p->w) <= 26 ? "," : "", v->name, v->file));
	f->occasion = TEXT_OF(OCCASION_RELOCATION, b->p->w);
	f->symbol = r->name;
	f->version = v->name;
	f->version_file = v->file;
}

static void fail_assertion(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct failure *f = fail(b, FAIL_ASSERTION, text_assertion(b->p, ASSERT_CHECK_MATCH));

	f->fatal = true;
	f->symbol = r->name;
	f->version = facts_version(b->go, r)->name;
	f->version_file = facts_version(b->go, r)->file;
	f->provider = to->to;
	b->dead = true;
}

static void fail_type(struct binder *b, const struct event *ev, bool lazy)
{
	const char *digits = text_reloc_digits(b->p->a, ev->type, b->p->w->is64);
	struct failure *f;

	f = fail(b, FAIL_RELOC_TYPE,
		 arena_printf(b->p->a, "unexpected %sreloc type 0x%s",
			      lazy ? "PLT " : "", digits));
	f->reloc_type = ev->type;
}

static void fail_tls(struct binder *b, struct image *def, const struct ref *r)
{
	struct failure *f = fail(b, FAIL_STATIC_TLS, TEXT_OF(STATIC_TLS, b->p->w));

	f->object = image_display(b->p, def);
	f->provider = def;
	f->symbol = r != NULL ? r->name : NULL;
	f->wanted = def->file->elf.tls.memsz;
	f->available = tls_free_bytes(b->p);
}

/* ---- events ----------------------------------------------------------------------------------- */

/* An IFUNC resolver of an object that is not relocated yet: of the program it is fatal. */
static void check_ifunc(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct process *p = b->p;

	if (!to->ifunc)
		return;
	p->trace.foreign_code = true;
	if (to->to == b->im || to->to->relocated)
		return;
	if (to->to->kind == IMAGE_PROGRAM && world_minor(p->w) >= 33) {
		struct failure *f = fail(b, FAIL_IFUNC, "");

		f->string = f->message = arena_printf(
			p->a,
			"%s: IFUNC symbol '%s' referenced in '%s' is defined in the executable and "
			"creates an unsatisfiable circular dependency.",
			p->argv0, r->name, b->im->name);
		f->symbol = r->name;
		f->fatal = true;
		b->dead = true;
		return;
	}
	*ARENA_PUSH(p->a, &p->trace.lines) =
		arena_printf(p->a, "%s: Relink `%s' with `%s' for IFUNC symbol `%s'", p->argv0,
			     b->im->name, to->to->name, r->name);
	p->trace.assumes = "an IFUNC resolver runs before its object is relocated";
}

static void warn_copy(struct binder *b, const struct ref *r, const struct bound *to)
{
	struct process *p = b->p;
	struct elf_sym mine, theirs;

	if (!elf_sym(&b->im->file->elf, r->sym, &mine) ||
	    !elf_sym(&to->to->file->elf, to->sym, &theirs))
		return;
	if (theirs.vis == STV_PROTECTED && world_minor(p->w) >= 36)
		*ARENA_PUSH(p->a, &p->trace.lines) = arena_printf(
			p->a,
			"warning: copy relocation against non-copyable protected symbol `%s' in `%s'",
			r->name, to->to->name);
	if (theirs.size > mine.size)
		*ARENA_PUSH(p->a, &p->trace.lines) = arena_printf(
			p->a,
			"%s: Symbol `%s' has different size in shared object, consider re-linking",
			p->argv0, r->name);
}

static void do_lookup(struct binder *b, const struct event *ev)
{
	const struct ref *r = &b->go->refs[ev->ref];
	const struct bound *to = &b->bound[ev->ref];

	if (to->asserts) {
		fail_assertion(b, r, to);
	} else if (to->left) {
		fail_left(b, r);
	} else if (to->to == NULL) {
		if (!r->weak)
			fail_undefined(b, r, false);
	} else {
		check_ifunc(b, r, to);
		if (ev->kind == EV_COPY)
			warn_copy(b, r, to);
	}
}

static void do_tls(struct binder *b, const struct event *ev)
{
	bool self = ev->ref == UINT32_MAX;
	struct image *def = self ? b->im : b->bound[ev->ref].to;

	if (def == NULL)
		return;
	if (!tls_place(b->p, def, ev->kind == EV_TLS_DESC) && ev->kind == EV_TLS_STATIC)
		fail_tls(b, def, self ? NULL : &b->go->refs[ev->ref]);
}

/* An entry of DT_JMPREL that a lazy start leaves alone: only its type is looked at. */
static void do_lazy(struct binder *b, const struct event *ev)
{
	const struct ref *r = ev->ref != UINT32_MAX ? &b->go->refs[ev->ref] : NULL;

	if (ev->kind == EV_BAD_TYPE)
		fail_type(b, ev, true);
	else if (ev->kind == EV_LOOKUP && r != NULL && b->bound[ev->ref].to == NULL && !r->weak &&
		 b->bound[ev->ref].left == false)
		fail_undefined(b, r, true);
}

static void do_event(struct binder *b, const struct event *ev)
{
	switch (ev->kind) {
	case EV_LOOKUP:
	case EV_COPY:
		do_lookup(b, ev);
		break;
	case EV_TLS_STATIC:
	case EV_TLS_DESC:
		if (b->ok)
			do_tls(b, ev);
		break;
	case EV_BAD_TYPE:
		if (b->ok)
			fail_type(b, ev, false);
		break;
	default:
		if (b->ok) {
			bool past_end = b->im->file->elf.file_end > b->im->file->elf.file.n;

			fail_signal(b->p, past_end ? SIGBUS : SIGSEGV, b->im->file, b->im);
			b->ok = false;
			b->dead = true;
		}
	}
}

static void walk_events(struct binder *b, uint64_t dies_at)
{
	for (size_t i = 0; i < b->go->nevents && !b->dead; i++) {
		const struct event *ev = &b->go->events[i];

		if (ev->pos >= dies_at && b->ok)
			break;
		if (ev->plt && b->lazy)
			do_lazy(b, ev);
		else
			do_event(b, ev);
	}
}

bool bind_image(struct process *p, struct image *im, bool lazy, bool startup)
{
	struct binder b = { .p = p, .im = im, .go = im->go, .startup = startup, .ok = true };
	uint64_t dies_at;

	if (im->file == NULL || im->go == NULL)
		return true;
	if (!elf_has(&im->file->elf, ELF_DT_STRTAB)) {
		fail_signal(p, SIGSEGV, im->file, im);
		return false;
	}
	b.lazy = lazy && !im->go->bind_now;
	b.bound = ARENA_ARRAY(p->a, im->go->nrefs + 1, struct bound);
	dies_at = damage_first_write(im->go, b.lazy);
	walk_scopes(&b);
	walk_events(&b, dies_at);
	if (b.ok && dies_at != UINT64_MAX) {
		fail_signal(p, SIGBUS, im->file, im);
		return false;
	}
	return b.ok;
}

/* ---- who binds to whom ---------------------------------------------------------------------- */

static void bind_own(struct binder *b, size_t i)
{
	for (size_t s = 0; s < b->im->nscopes; s++) {
		for (size_t k = 0; k < b->im->scopes[s]->n; k++) {
			struct image *def = b->im->scopes[s]->v[k];
			struct match m = { .ref = (uint32_t)i };

			if (def->go == NULL ||
			    !facts_match_one(b->go, &b->go->refs[i], def->go,
					     world_minor(b->p->w), &m))
				continue;
			b->bound[i] = (struct bound){ .to = def, .sym = m.sym };
			return;
		}
	}
}

static const char *version_of_definition(const struct bound *to)
{
	const struct glibc_object *def = to->to->go;
	uint16_t raw;

	if (def->nversions == 0 || !elf_versym(&def->file->elf, to->sym, &raw))
		return NULL;
	raw &= 0x7fff;
	return raw < def->nversions ? def->versions[raw].name : NULL;
}

void glibc_each_binding(struct process *p, struct image *im,
			void (*fn)(void *ctx, const struct binding *b), void *ctx)
{
	struct binder b = { .p = p, .im = im, .go = im->go };

	if (im->file == NULL || im->go == NULL)
		return;
	b.bound = ARENA_ARRAY(p->a, im->go->nrefs + 1, struct bound);
	walk_scopes(&b);
	for (size_t i = 0; i < b.go->nrefs; i++) {
		const struct ref *r = &b.go->refs[i];
		const struct version *v = facts_version(b.go, r);
		struct binding out = { r->name, v != NULL ? v->name : NULL, NULL, NULL,
				       r->weak, r->plt_only && !b.go->bind_now,
				       r->class_ == REF_COPY, r->tls };

		if (r->defined)
			bind_own(&b, i);
		out.to = b.bound[i].to;
		out.to_version = out.to != NULL ? version_of_definition(&b.bound[i]) : NULL;
		fn(ctx, &out);
	}
}

void glibc_each_undefined(struct store *s, struct store_file *f,
			  bool (*fn)(void *ctx, const char *name), void *ctx)
{
	uint64_t n = elf_sym_count(&f->elf);
	struct elf_sym sym;

	(void)s;
	for (uint64_t i = 1; i < n; i++) {
		const char *name;

		if (!elf_sym(&f->elf, i, &sym) || sym.shndx != SHN_UNDEF || sym.bind == STB_WEAK)
			continue;
		name = elf_sym_name(&f->elf, i);
		if (name != NULL && *name != '\0' && fn(ctx, name))
			return;
	}
}
