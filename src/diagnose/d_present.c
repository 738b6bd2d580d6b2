/* d_present.c - a library of that name is in the process already.
 *
 * An object that is loaded and answers to a name wins over every search (_dl_map_object), and what is
 * loaded stays what it was when its file is replaced. Where that explains a failure it is evidence
 * of that failure; else it is a note of its own.
 */
#include <string.h>

#include "diagnose/common.h"
#include "object/elfconst.h"

static bool defines(const struct store_entry *en, const char *symbol)
{
	struct elf_hash h;

	if (symbol == NULL || en->file->kind != FILE_ELF || en->file->elf.defect != ELF_OK)
		return false;
	elf_hash_open(&en->file->elf, &h);
	return elf_defines(&en->file->elf, &h, symbol);
}

/* Would the failure be another one with the copy that was passed over? */
static bool is_reason(const struct failure *f, const struct request *rq)
{
	switch (f->kind) {
	case FAIL_VERSION: return f->provider == rq->to;
	case FAIL_SYMBOL:
		return f->image == rq->from && (f->provider == NULL || f->provider == rq->to) &&
		       defines(rq->shadowed, f->symbol);
	default: return false;
	}
}

static const char *in_use(const struct diag *d, const struct image *im)
{
	const char *path = image_path(d, im);

	return path != NULL ? path : im->name;
}

/* ---- a search that did not take place -------------------------------------------------------- */

/* It is the most likely one: it goes first. */
static void move_to_front(struct draft *dr)
{
	struct fix *last = dr->fixes.items[dr->fixes.n - 1];

	memmove(&dr->fixes.items[1], &dr->fixes.items[0], (dr->fixes.n - 1) * sizeof(last));
	dr->fixes.items[0] = last;
	for (size_t i = 0; i < dr->fixes.n; i++)
		dr->fixes.items[i]->f.n = (int)i + 1;
}

static void add_reason(struct diag *d, struct draft *dr, const struct request *rq)
{
	const char *loaded = in_use(d, rq->to), *other = rq->shadowed->path;
	struct fix *f;

	dr->f.summary = arena_printf(d->a,
				     "%s The process has %s already; a search would have found another "
				     "copy, %s.",
				     dr->f.summary, loaded, other);
	draft_fact(d, dr, loaded,
		   arena_printf(d->a, "%s answers to %s, so the loader searches no further", loaded,
				rq->name));
	draft_fact(d, dr, other, arena_printf(d->a, "%s is what a search would have found", other));
	draft_also(d, dr, CAUSE_ALREADY_LOADED, NULL, other);
	f = draft_fix(d, dr, "preload", "medium",
		      "start the program with the other copy (COMMAND stands for what you start)");
	fix_command(d, f, arena_printf(d->a, "LD_PRELOAD=%s COMMAND", shell_quote(d->a, other)));
	fix_edit(d, f, "env-first", NULL, "LD_PRELOAD", other);
	move_to_front(dr);
}

static bool explain_failure(struct diag *d, const struct request *rq)
{
	bool done = false;

	for (size_t i = 0; i < d->drafts.n; i++) {
		struct draft *dr = d->drafts.items[i];
		size_t n = dr->order;

		if (n >= d->t->failures.n || !is_reason(&d->t->failures.items[n], rq))
			continue;
		add_reason(d, dr, rq);
		done = true;
	}
	return done;
}

static void shadowed(struct diag *d, const struct request *rq)
{
	struct draft *dr;
	const char *who = rq->from->is_host ? "dlopen" : image_word(d, rq->from);

	if (explain_failure(d, rq))
		return;
	dr = draft_new(d, CAUSE_ALREADY_LOADED, NULL);
	dr->f.object = in_use(d, rq->to);
	dr->f.detail = "other-copy";
	if (!rq->from->is_host)
		draft_needed_by(d, dr, rq->from);
	draft_say(d, dr,
		  "%s gets %s, which is in the process already; a search for %s would have found "
		  "another copy, %s.",
		  who, in_use(d, rq->to), rq->name, rq->shadowed->path);
	draft_fact(d, dr, in_use(d, rq->to), "in the process already");
	draft_fact(d, dr, rq->shadowed->path, "what a search would have found");
}

/* ---- the same library twice ------------------------------------------------------------------- */

static const struct image *first_with_soname(const struct diag *d, const char *soname)
{
	for (size_t i = 0; i < d->p->images.n; i++) {
		const struct image *im = d->p->images.items[i];

		if (im->is_host && im->kind == IMAGE_LIBRARY && im->soname != NULL &&
		    strcmp(im->soname, soname) == 0)
			return im;
	}
	return NULL;
}

static void twice(struct diag *d, const struct image *im)
{
	const struct image *first =
		im->soname != NULL ? first_with_soname(d, im->soname) : NULL;
	struct draft *dr;

	if (first == NULL || first->file == im->file)
		return;
	dr = draft_new(d, CAUSE_ALREADY_LOADED, NULL);
	dr->f.object = in_use(d, im);
	dr->f.detail = "two-copies";
	draft_needed_by(d, dr, im->requester);
	draft_say(d, dr,
		  "%s comes into the process as a second copy of %s: %s is there already, and both "
		  "have their own variables.",
		  in_use(d, im), im->soname, in_use(d, first));
	draft_fact(d, dr, in_use(d, first), "in the process already");
	draft_fact(d, dr, in_use(d, im), "another file, asked for by its path");
}

/* ---- files that were replaced ----------------------------------------------------------------- */

static void replaced(struct diag *d, const struct image *im)
{
	bool gone = im->disk == DISK_DELETED;
	struct draft *dr = draft_new(d, CAUSE_ALREADY_LOADED, NULL);

	dr->f.object = in_use(d, im);
	dr->f.detail = gone ? "deleted-file" : "replaced-file";
	draft_say(d, dr,
		  gone ? "The process has %s loaded, whose file is no longer there: it goes on with "
			 "the old one until it is started again."
		       : "The process has %s loaded as it was: the file there now is another one, "
			 "which is not looked at until the process is started again.",
		  in_use(d, im));
	draft_fact(d, dr, in_use(d, im),
		   gone ? "deleted since the process loaded it"
			: "replaced since the process loaded it");
	draft_fix(d, dr, "restart", "low",
		  "start the program again: then it loads what is on disk now");
}

/* ---- all of them -------------------------------------------------------------------------------- */

struct seen {
	bool *images; /* by index: told of already */
};

static void look_at_request(struct diag *d, const struct request *rq, struct seen *seen)
{
	const struct image *to = rq->to;

	if (to == NULL || seen->images[to->index] || d->drafts.n >= MAX_FINDINGS)
		return;
	if (rq->shadowed != NULL) {
		seen->images[to->index] = true;
		shadowed(d, rq);
	} else if (to->is_host && to->disk != DISK_SAME) {
		seen->images[to->index] = true;
		replaced(d, to);
	}
}

void d_present(struct diag *d)
{
	struct seen seen = { ARENA_ARRAY(d->a, d->p->images.n + 1, bool) };

	for (size_t i = d->in->first_request; i < d->t->requests.n; i++)
		look_at_request(d, d->t->requests.items[i], &seen);
	for (size_t i = 0; i < d->p->images.n && d->drafts.n < MAX_FINDINGS; i++)
		if (!d->p->images.items[i]->is_host)
			twice(d, d->p->images.items[i]);
}
