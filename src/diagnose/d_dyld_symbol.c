/* d_dyld_symbol.c - symbols that dyld does not find, and systems that are older than a file. */
#include <string.h>

#include "diagnose/dyld.h"
#include "symbol/demangle.h"

/* The macOS that a file was built for, if it is newer than the one that is meant; else 0. */
static uint32_t newer_minimum(const struct diag *d, const struct image *im)
{
	const struct macho_version *v =
		im != NULL && im->file != NULL ? macho_version_for(&im->dyld->load, MACHO_MACOS) : NULL;

	return v != NULL && v->minimum >> 8 > d->w->dyld->release ? v->minimum : 0;
}

/* All that one image asks of one library, or of anyone, in vain. */
static void join_symbols(struct diag *d, struct draft *dr, const struct failure *f)
{
	for (size_t i = 0; i < d->t->failures.n; i++) {
		const struct failure *o = &d->t->failures.items[i];
		struct dlwhy_evidence *e;

		if (o->kind != FAIL_SYMBOL || o->image != f->image || o->provider != f->provider ||
		    o->lazy != f->lazy || (o != f && d->taken[i]))
			continue;
		d->taken[i] = true;
		e = draft_evidence(d, dr, "symbol", o->image, "not defined where it is expected");
		e->path = image_path(d, o->image);
		e->value = o->symbol;
	}
}

/* Whose code of the process has it, though dyld does not ask there? */
static const struct image *defined_by(const struct diag *d, const struct failure *f)
{
	const char *name = arena_printf(d->a, "_%s", f->symbol);
	struct macho_export e;

	for (size_t i = 0; i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];

		if (im->file != NULL && im != f->image && macho_find_export(&im->dyld->load.m, name, &e))
			return im;
	}
	return NULL;
}

static void say_expected(struct diag *d, struct draft *dr, const struct failure *f)
{
	const struct image *other = f->provider != NULL ? defined_by(d, f) : NULL;
	const char *plain = demangle_short(d->a, f->symbol);
	const char *symbol = symbol_word(d->a, plain != NULL ? plain : f->symbol);

	if (strstr(f->string, "flat namespace") != NULL)
		draft_say(d, dr, "%s uses %s, which no file of the process defines.", image_word(d, f->image),
			  symbol);
	else if (f->provider == NULL)
		draft_say(d, dr,
			  "%s uses %s of a library that was not loaded, and is not marked as one that may "
			  "lack it.",
			  image_word(d, f->image), symbol);
	else if (other != NULL)
		draft_say(d, dr, "%s expects %s in %s, which does not define it; %s does, and is not asked.",
			  image_word(d, f->image), symbol, image_word(d, f->provider), image_word(d, other));
	else
		draft_say(d, dr,
			  "%s expects %s in %s, which does not define it: another release of it was linked.",
			  image_word(d, f->image), symbol, image_word(d, f->provider));
}

void dyld_symbol(struct diag *d, const struct failure *f)
{
	uint32_t newer = newer_minimum(d, f->image);
	bool system = f->provider == NULL || f->provider->dyld->cached;
	struct draft *dr = draft_new(d, newer != 0 && system ? CAUSE_OS_TOO_OLD : CAUSE_MISSING_SYMBOL, f);

	dr->f.object = image_path(d, f->image);
	dr->f.symbol = f->symbol;
	draft_needed_by(d, dr, f->image->requester);
	say_expected(d, dr, f);
	if (strstr(f->string, "flat namespace") != NULL && !starts_with(f->symbol, "Py") &&
	    !starts_with(f->symbol, "_Py"))
		draft_assume(dr, DLWHY_LIKELY, "no library of macOS defines it");
	join_symbols(d, dr, f);
	if (f->provider != NULL)
		draft_fact(d, dr, image_path(d, f->provider), "the library where it is expected");
	if (f->provider == NULL && strstr(f->string, "flat namespace") != NULL)
		draft_fix(d, dr, "rebuild", "medium",
			  "link it with the library that defines it (-l…), or load it in the program "
			  "that it was made for");
	else
		draft_fix(d, dr, "replace", "low",
			  arena_printf(d->a, "take %s and %s from one release, built together",
				       image_word(d, f->image),
				       f->provider != NULL ? image_word(d, f->provider) : "its library"));
}

static void also_newer(struct diag *d, struct draft *dr, const struct image *im, uint32_t minimum)
{
	draft_evidence(
		d, dr, "fact", im,
		arena_printf(d->a, "built for macOS %u.%u or later", minimum >> 16, minimum >> 8 & 0xff))
		->path = image_path(d, im);
}

/* One finding for all of them. */
void d_dyld_images(struct diag *d)
{
	struct draft *dr = NULL;

	for (size_t i = 0; d->p != NULL && i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];
		uint32_t newer = newer_minimum(d, im);

		if (newer == 0)
			continue;
		if (dr != NULL) {
			also_newer(d, dr, im, newer);
			continue;
		}
		dr = draft_new(d, CAUSE_OS_TOO_OLD, NULL);
		dr->f.severity = DLWHY_WARNING;
		dr->f.object = image_path(d, im);
		draft_needed_by(d, dr, im->requester);
		draft_say(
			d, dr,
			"%s was built for macOS %u.%u or later, and this is %s: dyld does not mind, but what "
			"the file uses of a newer system is missing, and the program may stop there.",
			image_word(d, im), newer >> 16, newer >> 8 & 0xff, d->w->install.version);
		draft_fix(d, dr, "replace", "low",
			  arena_printf(d->a, "take a build whose deployment target is %s or older",
				       d->w->install.version));
		also_newer(d, dr, im, newer);
	}
}
