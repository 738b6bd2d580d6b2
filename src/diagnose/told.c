/* told.c - which of the things that a text tells is the cause.
 *
 * The smallest rank wins, then the earliest place. What follows from an earlier cause is left out; a warning
 * becomes a cause together with its consequence alone; wrappers and context never are one. Causes about
 * different things are findings of their own.
 */
#include "diagnose/told.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/told_words.h"

enum {
	RANK_WRAPPER = 90,   /* from here on it is never a cause */
	MAX_TOLD = 32        /* findings of one text */
};

struct pick {
	const struct msg_fact **items;
	size_t n, cap;
};

struct judge {
	const struct msg_facts *in;
	struct arena *a;
	struct pick picked;
};

static bool same_field(const struct msg_fact *x, const struct msg_fact *y, enum msg_field f)
{
	return x->field[f] != NULL && y->field[f] != NULL &&
	       strcmp(base_name(x->field[f]), base_name(y->field[f])) == 0;
}

static bool is_code(const struct msg_fact *f, const char *code)
{
	return f->code != NULL && strcmp(f->code, code) == 0;
}

/* ---- warnings ----------------------------------------------------------------------------- */

/* Warnings that are the cause of what is said later. */
static const struct {
	const char *warning, *consequence; /* codes */
	enum msg_field field;              /* both name the same of this kind, if both name it */
} together[] = {
	{ "ld-incompatible", "ld-library-not-found", MSG_LIB },
	{ "ld-library-not-found", "ld-undefined-reference", MSG_NFIELDS },
};

static bool leads_to(const struct msg_fact *w, const struct msg_fact *f)
{
	if (w->code == NULL || f->kind != MSG_CAUSE || f->offset < w->offset)
		return false;
	for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
		enum msg_field field = together[i].field;

		if (!is_code(w, together[i].warning) || !is_code(f, together[i].consequence))
			continue;
		if (field == MSG_NFIELDS || w->field[field] == NULL || f->field[field] == NULL ||
		    same_field(w, f, field))
			return true;
	}
	return false;
}

static bool warning_counts(const struct judge *j, const struct msg_fact *w)
{
	for (size_t i = 0; i < j->in->nfacts; i++)
		if (leads_to(w, &j->in->facts[i]))
			return true;
	return false;
}

/* ---- order -------------------------------------------------------------------------------- */

static void pick_causes(struct judge *j)
{
	for (size_t i = 0; i < j->in->nfacts; i++) {
		const struct msg_fact *f = &j->in->facts[i];

		if (f->code == NULL || f->rank >= RANK_WRAPPER || dlwhy_cause_find(f->code) == NULL)
			continue;
		if (f->kind == MSG_CAUSE || (f->kind == MSG_WARNING && warning_counts(j, f)))
			*ARENA_PUSH(j->a, &j->picked) = f;
	}
}

static int by_rank(const void *x, const void *y)
{
	const struct msg_fact *a = *(const struct msg_fact *const *)x;
	const struct msg_fact *b = *(const struct msg_fact *const *)y;

	if (a->rank != b->rank)
		return a->rank - b->rank;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

/* Is f only what follows from an earlier pick? */
static bool follows(const struct msg_fact *first, const struct msg_fact *f)
{
	static const char *const ends_link[] = { "ld-library-not-found", "ld-incompatible" };

	if (leads_to(first, f))
		return true;
	for (size_t i = 0; i < sizeof(ends_link) / sizeof(ends_link[0]); i++)
		if (is_code(first, ends_link[i]) && is_code(f, "ld-undefined-reference"))
			return true;
	/* An interpreter repeats what the loader says. */
	return first->rank < f->rank && f->line - first->line < 3 && first->line - f->line < 3;
}

/* Both tell of the same thing: what f says is more evidence. */
static bool same_thing(const struct msg_fact *x, const struct msg_fact *f)
{
	static const char *const many[] = { "ld-undefined-reference", "ld-multiple-definition", "ld-not-pic",
					    "ld-hidden-symbol", "ld-dso-missing", "missing-symbol" };

	if (x->code == NULL || !is_code(f, x->code))
		return false;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		if (is_code(f, many[i]))
			return true;
	for (size_t i = 0; i < MSG_NFIELDS; i++)
		if (same_field(x, f, (enum msg_field)i) && i != MSG_LINE && i != MSG_FILE && i != MSG_TOOL)
			return true;
	return false;
}

/* ---- findings ----------------------------------------------------------------------------- */

static void add_evidence(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	struct dlwhy_evidence *e = draft_evidence(d, dr, "text", NULL, told_speaker(d->a, f));

	e->value = f->text;
	e->line = f->line;
}

static struct draft *write_draft(struct diag *d, const struct msg_fact *f)
{
	size_t cause = 0;
	struct draft *dr;

	while (cause < CAUSE_COUNT && strcmp(dlwhy_cause_at(cause)->code, f->code) != 0)
		cause++;
	dr = draft_new(d, (enum cause)cause, NULL);
	dr->f.detail = f->detail;
	dr->f.severity = DLWHY_ERROR;
	draft_assume(dr, DLWHY_LIKELY, "the text alone tells of it");
	told_fill(d, dr, f);
	add_evidence(d, dr, f);
	return dr;
}

struct written {
	struct draft *draft;
	const struct msg_fact *fact;
};

/* The finding that f belongs to, or a new one. */
static void place(struct diag *d, struct written *w, size_t *n, const struct msg_fact *f)
{
	for (size_t i = 0; i < *n; i++) {
		if (same_thing(w[i].fact, f)) {
			told_merge(d, w[i].draft, w[i].fact, f);
			add_evidence(d, w[i].draft, f);
			return;
		}
		if (follows(w[i].fact, f))
			return;
	}
	if (*n == MAX_TOLD)
		return;
	w[*n].draft = write_draft(d, f);
	w[(*n)++].fact = f;
}

static void set_candidates(struct arena *a, const struct msg_facts *in, const struct written *w, size_t n,
			   struct told *out)
{
	struct {
		struct told_candidate *items;
		size_t n, cap;
	} list = { NULL, 0, 0 };
	static const enum msg_field files[] = { MSG_NEEDED_BY, MSG_OBJECT };

	for (size_t i = 0; i < n; i++) {
		const struct msg_fact *f = w[i].fact;

		for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++)
			if (f->field[files[k]] != NULL && strchr(f->field[files[k]], '/') != NULL)
				*ARENA_PUSH(a, &list) = (struct told_candidate){ TOLD_FILE, f->field[files[k]],
										 NULL, i };
		if (f->field[MSG_MODULE] != NULL)
			*ARENA_PUSH(a, &list) = (struct told_candidate){ TOLD_MODULE, f->field[MSG_MODULE], NULL, i };
		for (size_t k = 0; k < in->ncommands && starts_with(f->code, "ld-"); k++)
			*ARENA_PUSH(a, &list) = (struct told_candidate){ TOLD_LINK, in->commands[k].argv[0],
									 &in->commands[k], i };
	}
	out->candidates = list.items;
	out->ncandidates = list.n;
}

void diagnose_told(const struct msg_facts *facts, struct source *source, struct arena *a, struct told *out)
{
	static const struct diagnose_input nothing;
	struct diag d = { .in = &nothing, .a = a, .source = source };
	struct judge j = { .in = facts, .a = a };
	struct written w[MAX_TOLD];
	const struct msg_fact **decisive;
	size_t n = 0;

	memset(out, 0, sizeof(*out));
	pick_causes(&j);
	if (j.picked.n > 0)
		qsort(j.picked.items, j.picked.n, sizeof(*j.picked.items), by_rank);
	for (size_t i = 0; i < j.picked.n; i++)
		place(&d, w, &n, j.picked.items[i]);
	diagnose_finish(&d, &out->d);
	decisive = ARENA_ARRAY(a, n + 1, const struct msg_fact *);
	for (size_t i = 0; i < n; i++)
		decisive[i] = w[i].fact;
	out->facts = decisive;
	out->decisive = n > 0 ? decisive[0] : NULL;
	out->d.hint = n > 0 ? told_hint(a, decisive[0]) : NULL;
	set_candidates(a, facts, w, n, out);
}
