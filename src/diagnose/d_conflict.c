/* d_conflict.c - two copies of one runtime in one process, before anything crashes.
 *
 * What is said of files, chains and bindings is proved; what comes of it is worded as likely. No
 * finding of this family says anything against loading.
 */
#include <ctype.h>

#include "diagnose/runtimes.h"

#define MAX_CROSSINGS 8 /* that are shown, each with its examples */

/* ---- words -------------------------------------------------------------------------------- */

static const char *how_many(struct diag *d, size_t n)
{
	static const char *const words[] = { "No", "One", "Two", "Three", "Four", "Five" };

	if (n == MAX_COPIES)
		return arena_printf(d->a, "At least %d", (int)MAX_COPIES);
	return n < sizeof(words) / sizeof(words[0]) ? words[n] : arena_printf(d->a, "%zu", n);
}

static const char *brought_in(struct diag *d, const struct image *im)
{
	if (im->kind == IMAGE_PROGRAM)
		return "the program itself";
	if (im->request != NULL && im->request->preload)
		return "out of LD_PRELOAD";
	if (im->requester != NULL)
		return arena_printf(d->a, "needed by %s", image_word(d, im->requester));
	return im == d->in->root ? "the target itself" : "opened";
}

/* An image by its base name, or by its path where two copies share the name. */
static const char *word(struct diag *d, const struct conflict *c, const struct image *im)
{
	const char *name = image_word(d, im), *path = image_path(d, im);

	for (size_t i = 0; i < c->copies.n && path != NULL; i++)
		if (c->copies.items[i].im != im &&
		    strcmp(name, image_word(d, c->copies.items[i].im)) == 0)
			return path;
	return name;
}

/* "libgomp.so.1 (needed by liba.so) and libiomp5.so (needed by libb.so)" */
static const char *list_of(struct diag *d, const struct conflict *c)
{
	const char *text = "";

	for (size_t i = 0; i < c->copies.n; i++) {
		const struct copy *x = &c->copies.items[i];
		const char *between = i == 0 ? "" : i + 1 < c->copies.n ? ", " : " and ";

		text = arena_printf(d->a, "%s%s%s (%s%s)", text, between, word(d, c, x->im),
				    x->contains && x->im->kind != IMAGE_PROGRAM ?
					    "which contains one; " : "",
				    brought_in(d, x->im));
	}
	return text;
}

/* "prog > liba.so > libgomp.so.1" */
static const char *way_to(struct diag *d, const struct image *im)
{
	const char *text = image_word(d, im);
	size_t n = 0;

	for (const struct image *i = im->requester; i != NULL && n < MAX_CHAIN; i = i->requester, n++)
		text = arena_printf(d->a, "%s > %s", image_word(d, i), text);
	return text;
}

/* A part of a sentence as a whole one. */
static const char *sentence(struct diag *d, const char *part)
{
	return arena_printf(d->a, "%c%s", toupper((unsigned char)*part), part + 1);
}

/* ---- evidence ----------------------------------------------------------------------------- */

static void show_copy(struct diag *d, struct draft *dr, const struct conflict *c,
		      const struct copy *x)
{
	const char *what = x->exports != NULL ?
				   arena_printf(d->a, "exports %s", symbol_word(d->a, x->exports)) :
				   arena_printf(d->a, "has the SONAME %s", c->soname);

	draft_evidence(d, dr, "fact", x->im,
		       arena_printf(d->a, "%s; brought in as %s", what, way_to(d, x->im)))
		->path = image_path(d, x->im);
}

/* Why `other` answers before `own`. */
static const char *why_first(struct diag *d, const struct crossing *x)
{
	for (size_t s = 0; s < x->im->nscopes; s++)
		for (size_t i = 0; i < x->im->scopes[s]->n; i++) {
			if (x->im->scopes[s]->v[i] != x->other->im)
				continue;
			if (x->im->scopes[s] == &d->p->global)
				return "it is in the global scope, which is searched first";
			return "it comes first in the breadth-first list of what the target needs";
		}
	return "it was first";
}

static const char *references(struct diag *d, size_t n)
{
	return n == 1 ? "1 reference" : arena_printf(d->a, "%zu references", n);
}

static void show_crossing(struct diag *d, struct draft *dr, const struct conflict *c,
			  const struct crossing *x)
{
	const char *who = word(d, c, x->im), *own = word(d, c, x->own->im);
	const char *other = word(d, c, x->other->im);

	for (size_t i = 0; i < x->nexamples; i++)
		draft_evidence(d, dr, "symbol", x->other->im,
			       arena_printf(d->a, "%s gets it from %s, not from %s", who, other,
					    own))
			->value = x->examples[i];
	if (x->own->im == x->im)
		draft_evidence(d, dr, "fact", x->other->im,
			       arena_printf(d->a, "answers %s of %s to itself: %s",
					    references(d, x->across), who, why_first(d, x)))
			->path = image_path(d, x->other->im);
	else
		draft_evidence(d, dr, "fact", x->other->im,
			       arena_printf(d->a, "answers %s of %s, %s the other %zu: %s",
					    references(d, x->across), who, own, x->home,
					    why_first(d, x)))
			->path = image_path(d, x->other->im);
}

/* ---- the finding -------------------------------------------------------------------------- */

/* The crossing to tell of: the largest that is torn, else the first. */
static const struct crossing *worst(const struct conflict *c)
{
	const struct crossing *best = NULL;

	for (size_t i = 0; i < c->crossings.n; i++) {
		const struct crossing *x = &c->crossings.items[i];

		if (best == NULL || (x->torn && (!best->torn || x->across > best->across)))
			best = x;
	}
	/* What is known of the two being together weighs more than a binding that is not torn. */
	return best != NULL && (best->torn || c->together > c->severity) ? best : NULL;
}

static const char *crossing_words(struct diag *d, const struct conflict *c,
				  const struct crossing *x)
{
	const char *who = word(d, c, x->im), *own = word(d, c, x->own->im);
	const char *other = word(d, c, x->other->im), *across = c->family->across;

	if (x->own->im == x->im)
		return arena_printf(d->a, "%zu symbol%s of %s itself %s taken from %s: %s", x->across,
				    x->across == 1 ? "" : "s", who, x->across == 1 ? "is" : "are",
				    other, across);
	if (!x->torn)
		return arena_printf(d->a, "%s was made for %s, but %s answers instead, which may be "
					  "of another release or build",
				    who, own, other);
	return arena_printf(d->a, "%s was made for %s, but %zu of %zu symbols come from %s: %s", who,
			    own, x->across, x->across + x->home, other, across);
}

static bool loads(const struct diag *d)
{
	for (size_t i = 0; i < d->t->failures.n; i++)
		if (!d->t->failures.items[i].lazy)
			return false;
	return true;
}

static void say(struct diag *d, struct draft *dr, const struct conflict *c)
{
	const struct crossing *x = worst(c);
	const char *several = c->soname != NULL ?
				      arena_printf(d->a, "files with the SONAME %s", c->soname) :
				      c->family->several;

	draft_say(d, dr, "%s %s %s in this process: %s. %s.", how_many(d, c->copies.n), several,
		  loads(d) ? "are" : "would be", list_of(d, c),
		  x != NULL ? crossing_words(d, c, x) : sentence(d, c->harm));
}

/* The copy that came second is the one too many, for a person who added something. */
void conflict_write(struct diag *d, const struct conflict *c)
{
	struct draft *dr = draft_new(d, CAUSE_DUPLICATE_RUNTIME, NULL);
	const struct copy *last = &c->copies.items[c->copies.n - 1];
	const char *names = "";

	dr->f.severity = (enum dlwhy_severity)c->severity;
	dr->f.detail = c->family->id;
	dr->f.object = image_path(d, last->im);
	draft_needed_by(d, dr, last->im->requester);
	say(d, dr, c);
	for (size_t i = 0; i < c->copies.n; i++) {
		show_copy(d, dr, c, &c->copies.items[i]);
		names = arena_printf(d->a, "%s%s ", names, image_word(d, c->copies.items[i].im));
	}
	for (size_t i = 0; i < c->crossings.n && i < MAX_CROSSINGS; i++)
		show_crossing(d, dr, c, &c->crossings.items[i]);
	dr->version = names;
	draft_fix(d, dr, "replace", "medium", c->family->advice);
}

/* ---- memory ------------------------------------------------------------------------------- */

static void write_torn_heap(struct diag *d, const struct torn_heap *h)
{
	struct draft *dr = draft_new(d, CAUSE_DUPLICATE_RUNTIME, NULL);
	const char *get = image_word(d, h->getter), *give = image_word(d, h->giver);
	const char *who = image_word(d, h->im);

	dr->f.severity = (enum dlwhy_severity)h->severity;
	dr->f.detail = "malloc";
	dr->f.object = image_path(d, h->giver);
	dr->version = h->words;
	draft_needed_by(d, dr, h->im);
	draft_say(d, dr,
		  "%s of %s%s come from two objects, %s and %s: memory of the one is likely given "
		  "back to the other, which ends in a crash unless they pass it on.",
		  h->words, who, h->others > 0 ? " and others" : "", get, give);
	draft_evidence(d, dr, "symbol", h->getter, arena_printf(d->a, "%s gets it from %s", who, get))
		->value = h->get;
	draft_evidence(d, dr, "symbol", h->giver, arena_printf(d->a, "%s gets it from %s", who, give))
		->value = h->give;
	if (h->others > 0)
		draft_fact(d, dr, NULL,
			   arena_printf(d->a, "%zu more object%s bound like that", h->others,
					h->others == 1 ? " is" : "s are"));
	draft_fix(d, dr, "replace", "medium",
		  "let one object define all functions of the heap, or remove the one that defines "
		  "some of them from the link line or LD_PRELOAD");
}

void d_conflict(struct diag *d)
{
	runtimes_each_conflict(d, conflict_write);
	runtimes_each_torn_heap(d, write_torn_heap);
}
