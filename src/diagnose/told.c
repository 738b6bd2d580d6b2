/* told.c - which of the things that a text tells is the cause.
 *
 * The smallest rank wins, then the earliest place. What follows from an earlier cause is left out; wrappers
 * and context never are a cause. Causes about different things are findings of their own.
 */
#include "diagnose/told.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/told_case.h"
#include "diagnose/told_find.h"
#include "diagnose/told_words.h"

enum { MAX_TOLD = 32 }; /* findings of one text */

bool told_same(const struct msg_fact *x, const struct msg_fact *y, enum msg_field f)
{
	return x->field[f] != NULL && y->field[f] != NULL &&
	       strcmp(base_name(x->field[f]), base_name(y->field[f])) == 0;
}

bool told_may_be_cause(const struct told_fact *t)
{
	return !t->denied && t->f.kind == MSG_CAUSE && t->f.rank < RANK_WRAPPER && t->f.code != NULL &&
	       dlwhy_cause_find(t->f.code) != NULL;
}

/* ---- order -------------------------------------------------------------------------------- */

static int by_rank(const void *x, const void *y)
{
	const struct told_fact *a = *(const struct told_fact *const *)x;
	const struct told_fact *b = *(const struct told_fact *const *)y;

	if (a->warning != b->warning)
		return a->warning ? 1 : -1;
	if (a->f.rank != b->f.rank)
		return a->f.rank - b->f.rank;
	return a->f.offset < b->f.offset ? -1 : a->f.offset > b->f.offset;
}

/* What cannot go well once something else has failed. */
static const struct {
	const char *first, *then; /* codes */
	bool later;               /* only what stands behind it */
} consequences[] = {
	{ "ld-library-not-found", "ld-undefined-reference", false },
	{ "ld-incompatible", "ld-undefined-reference", false },
	{ "ld-dso-missing", "ld-undefined-reference", false },
	{ "ld-incompatible", "ld-library-not-found", false },
	{ "out-of-memory", "build-other", true },
	{ "header-missing", "build-other", true },
	{ "compiler-missing", "build-other", true },
	{ "compiler-missing", "build-tool", true },
	{ "compiler-missing", "cgo-disabled", true },
	{ "header-missing", "build-tool", true },
	{ "pkg-config", "build-tool", true },
	{ "missing-library", "python-module", true },
	{ "missing-library", "init-failed", true },
	{ "missing-version", "python-module", true },
	{ "missing-symbol", "python-module", true },
	{ "duplicate-runtime", "crash", true },
	{ "cpu-isa", "crash", true },
	{ "init-failed", "crash", true },
	{ "loader-abort", "crash", true },
	{ "abi-mismatch", "crash", true },
	{ "missing-symbol", "crash", true },
};

/* A script of the build prints, as it ends, what it has been told: that is its cause. */
static bool quotes(const struct msg_fact *first, const struct msg_fact *f)
{
	enum { QUOTED = 60 /* lines */ };
	int64_t away = first->line - f->line;

	return told_is(f, "build-tool") && told_is_detail(f, "setup-script") && away >= -QUOTED &&
	       away <= QUOTED;
}

/* Is f only what follows from an earlier pick? */
static bool follows(const struct msg_fact *first, const struct msg_fact *f)
{
	for (size_t i = 0; i < sizeof(consequences) / sizeof(consequences[0]); i++)
		if (told_is(first, consequences[i].first) && told_is(f, consequences[i].then) &&
		    (!consequences[i].later || f->offset >= first->offset))
			return true;
	if (quotes(first, f))
		return true;
	/* Another speaker repeats the same line, or a part of it. */
	return first->line == f->line || (first->rank < f->rank && f->line == first->line + 1);
}

/* One text cannot tell these two apart. */
static bool is_absent(const struct msg_fact *f)
{
	return told_is(f, "missing-library") || told_is(f, "search-path");
}

/* Both tell of the same thing: what f says is more evidence. */
static bool same_thing(const struct msg_fact *x, const struct msg_fact *f)
{
	static const char *const many[] = { "ld-undefined-reference", "ld-multiple-definition", "ld-not-pic",
					    "ld-hidden-symbol", "ld-dso-missing", "missing-symbol",
					    "out-of-memory", "crash", "abi-mismatch", "cgo-disabled" };
	bool named = false;

	if (x->code == NULL || !(told_is(f, x->code) || (is_absent(x) && is_absent(f))))
		return false;
	for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
		if (told_is(f, many[i]))
			return true;
	for (size_t i = 0; i < MSG_NFIELDS; i++) {
		bool names = i == MSG_OBJECT || i == MSG_LIB || i == MSG_HEADER || i == MSG_PACKAGE ||
			     i == MSG_MODULE || i == MSG_FLAG ||
			     (i == MSG_TOOL && told_is(f, "compiler-missing"));

		if (names && told_same(x, f, (enum msg_field)i))
			return true;
		named = named || (names && f->field[i] != NULL);
	}
	/* One that names nothing says no more than that it happened. */
	return !named;
}

/* ---- findings ----------------------------------------------------------------------------- */

static void add_evidence(struct diag *d, struct draft *dr, const struct msg_fact *f)
{
	struct dlwhy_evidence *e;

	for (size_t i = 0; i < dr->evidence.n; i++)
		if (same_text(dr->evidence.items[i]->value, f->text))
			return;
	e = draft_evidence(d, dr, "text", NULL, told_speaker(d->a, f));
	e->value = f->text;
	e->line = f->line;
	if (f->field[MSG_SYMBOL] != NULL && dr->f.symbol != NULL &&
	    strcmp(f->field[MSG_SYMBOL], dr->f.symbol) != 0) {
		e = draft_evidence(d, dr, "symbol", NULL, "the same is said of");
		e->value = f->field[MSG_SYMBOL];
		e->line = f->line;
	}
}

static struct draft *write_draft(struct diag *d, const struct told_fact *t)
{
	struct draft *dr = draft_new(d, told_cause(&t->f), NULL);

	dr->f.detail = t->f.detail;
	dr->f.severity = t->warning ? DLWHY_WARNING : DLWHY_ERROR;
	draft_assume(dr, DLWHY_LIKELY, "the text alone tells of it");
	told_fill(d, dr, &t->f);
	add_evidence(d, dr, &t->f);
	return dr;
}

struct written {
	struct draft *draft;
	const struct msg_fact *fact;
	bool warning;
};

/* The finding that t belongs to, or a new one. */
static void place(struct diag *d, struct written *w, size_t *n, const struct told_fact *t)
{
	for (size_t i = 0; i < *n; i++) {
		if (same_thing(w[i].fact, &t->f)) {
			told_merge(d, w[i].draft, w[i].fact, &t->f);
			add_evidence(d, w[i].draft, &t->f);
			return;
		}
		if (follows(w[i].fact, &t->f))
			return;
	}
	if (*n == MAX_TOLD)
		return;
	w[*n].draft = write_draft(d, t);
	w[*n].warning = t->warning;
	w[(*n)++].fact = &t->f;
}

/* ---- what could be looked at ------------------------------------------------------------------ */

struct candidates {
	struct arena *a;
	const struct msg_facts *in;
	struct {
		struct told_candidate *items;
		size_t n, cap;
	} list;
};

static void add_candidate(struct candidates *c, enum told_kind kind, const char *name,
			  const struct msg_command *command, size_t finding)
{
	for (size_t i = 0; i < c->list.n; i++) {
		const struct told_candidate *x = &c->list.items[i];

		if (x->kind == kind && x->command == command && strcmp(x->name, name) == 0)
			return;
	}
	*ARENA_PUSH(c->a, &c->list) = (struct told_candidate){ kind, name, command, finding };
}

static void candidates_of(struct candidates *c, const struct msg_fact *f, size_t finding)
{
	static const enum msg_field files[] = { MSG_NEEDED_BY, MSG_OBJECT };
	bool links = starts_with(f->code, "ld-");

	for (size_t k = 0; k < sizeof(files) / sizeof(files[0]) && !links; k++)
		if (f->field[files[k]] != NULL && strchr(f->field[files[k]], '/') != NULL)
			add_candidate(c, TOLD_FILE, f->field[files[k]], NULL, finding);
	if (told_python_module(f) != NULL && !links)
		add_candidate(c, TOLD_MODULE, told_python_module(f), NULL, finding);
	for (size_t k = 0; k < c->in->ncommands && links; k++)
		add_candidate(c, TOLD_LINK, c->in->commands[k].argv[0], &c->in->commands[k], finding);
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void open_case(struct told_case *c)
{
	c->facts = ARENA_ARRAY(c->a, c->in->nfacts + 1, struct told_fact);
	c->n = c->in->nfacts;
	for (size_t i = 0; i < c->n; i++)
		c->facts[i].f = c->in->facts[i];
	told_guess(c);
	told_framework(c);
	told_context(c);
	told_runtime(c);
	told_symbols(c);
	told_link(c);
	told_tool(c);
	told_build(c);
	told_doubt(c);
}

static size_t write_all(struct told_case *c, struct diag *d, struct written *w)
{
	const struct told_fact **order = ARENA_ARRAY(c->a, c->n + 1, const struct told_fact *);
	size_t picked = 0, n = 0;

	for (size_t i = 0; i < c->n; i++)
		if (told_may_be_cause(&c->facts[i]))
			order[picked++] = &c->facts[i];
	if (picked > 0)
		qsort(order, picked, sizeof(*order), by_rank);
	for (size_t i = 0; i < picked; i++)
		place(d, w, &n, order[i]);
	return n;
}

/* Folders and words of Windows and macOS. */
static bool names_elsewhere(const char *s)
{
	static const char *const marks[] = { "%PATH%",		   "%GOPATH%",
					     ":\\Users\\",	   ":\\Program",
					     ":\\Windows\\",	   "/Applications/Xcode.app",
					     "/Users/",		   "/opt/homebrew/",
					     "/usr/local/Cellar/", ".xctoolchain/" };

	for (size_t i = 0; s != NULL && i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcasestr(s, marks[i]) != NULL)
			return true;
	return false;
}

/* Does one of the sentences show that it was said where there is no apt-get? */
static bool is_without_apt(const struct told_case *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (names_elsewhere(c->facts[i].f.text))
			return true;
		for (size_t k = 0; k < MSG_NFIELDS; k++)
			if (names_elsewhere(c->facts[i].f.field[k]))
				return true;
	}
	return false;
}

void diagnose_told(const struct msg_facts *facts, struct source *source, struct arena *a, struct told *out)
{
	static const struct diagnose_input nothing;
	struct diag d = { .in = &nothing, .a = a, .source = source };
	struct told_case c = { .a = a, .in = facts };
	struct candidates found = { .a = a, .in = facts };
	struct written w[MAX_TOLD];
	const struct msg_fact **decisive;
	size_t n;

	memset(out, 0, sizeof(*out));
	open_case(&c);
	d.no_apt = is_without_apt(&c);
	n = write_all(&c, &d, w);
	diagnose_finish(&d, &out->d);
	decisive = ARENA_ARRAY(a, n + 1, const struct msg_fact *);
	for (size_t i = 0; i < n; i++) {
		decisive[i] = w[i].fact;
		candidates_of(&found, w[i].fact, i);
	}
	out->facts = decisive;
	out->decisive = n > 0 ? decisive[0] : NULL;
	out->d.hint = n > 0 ? told_hint(a, decisive[0]) : told_unsaid(&c);
	if (d.no_apt && out->d.hint != NULL && strstr(out->d.hint, "apt-file") != NULL)
		out->d.hint = NULL;
	out->d.certainty = DLWHY_LIKELY;
	out->candidates = found.list.items;
	out->ncandidates = found.list.n;
}

void told_ways(const struct msg_fact *fact, struct arena *a, struct dlwhy_finding *f)
{
	static const struct diagnose_input nothing;
	struct diag d = { .in = &nothing, .a = a };
	struct msg_fact found = *fact;
	struct diagnosis out;

	found.code = f->code;
	found.detail = f->detail;
	found.field[MSG_OBJECT] = f->object;
	if (told_cause(&found) == CAUSE_COUNT)
		return;
	told_add_ways(&d, draft_new(&d, told_cause(&found), NULL), &found);
	diagnose_finish(&d, &out);
	if (out.nfindings == 0 || out.findings[0]->nfixes == 0)
		return;
	f->fixes = out.findings[0]->fixes;
	f->nfixes = out.findings[0]->nfixes;
}
