/* elf_edit_strings.c - places for new texts in the string table (.dynstr).
 *
 * In this order: a string, or the end of one, that the table has already; the place of a string that
 * the edits have made free, if nothing else in the file needs a byte of it; behind the end of the
 * table, which must then grow.
 *
 * Linkers keep one copy of strings that end alike. So before a string is overwritten, every reference
 * to the table is looked at: dynamic entries, symbols, version records.
 */
#include "repair/elf_edit_priv.h"

#define FREED_MAX 16 /* free strings that are tried: each costs a look at all symbols */

/* A text with the place that it got: offset in the table. */
struct placed {
	const char *text;
	uint64_t at;
	bool done;
};

struct placing {
	struct edit *ed;
	struct { struct placed *items; size_t n, cap; } texts;
	uint64_t nsymbols; /* 0: not known */
};

/* ---- the texts of the model ------------------------------------------------------------------ */

static struct placed *find_text(struct placing *p, const char *text)
{
	for (size_t i = 0; i < p->texts.n; i++)
		if (strcmp(p->texts.items[i].text, text) == 0)
			return &p->texts.items[i];
	return NULL;
}

static void want_text(struct placing *p, const char *text)
{
	if (text != NULL && find_text(p, text) == NULL)
		ARENA_PUSH(p->ed->a, &p->texts)->text = text;
}

static void collect_texts(struct placing *p)
{
	for (size_t i = 0; i < p->ed->dyn.n; i++)
		want_text(p, p->ed->dyn.items[i].text);
	for (size_t i = 0; i < p->ed->files.n; i++)
		want_text(p, p->ed->files.items[i].text);
}

/* ---- what the table has already -------------------------------------------------------------- */

/* Ends of strings are looked at, not each byte: a table may have 50 MB. */
static void find_there(struct placing *p, struct placed *t)
{
	struct view table = p->ed->strings;
	size_t n = strlen(t->text), at = n;

	while (at < table.n && !t->done) {
		const unsigned char *end = memchr(table.p + at, 0, table.n - at);

		if (end == NULL)
			return;
		if (memcmp(end - n, t->text, n) == 0) {
			t->at = (uint64_t)(end - table.p) - n;
			t->done = true;
		}
		at = (size_t)(end - table.p) + 1;
	}
}

/* ---- the place of a string that is free ------------------------------------------------------ */

/* A run of the table without NUL: whoever refers to a byte of it needs what follows that byte. */
struct run {
	struct edit *ed;
	uint64_t from, to;
};

static bool in_run(const struct run *r, uint64_t string)
{
	return string >= r->from && string < r->to;
}

static bool record_uses(void *ctx, const struct edit_record *rec)
{
	const struct run *r = ctx;

	return rec->kind == EDIT_RECORD_VERSION && in_run(r, rec->string);
}

static bool model_uses(const struct placing *p, const struct run *r)
{
	for (size_t i = 0; i < p->ed->dyn.n; i++) {
		const struct edit_dyn *d = &p->ed->dyn.items[i];

		if (d->text == NULL && edit_tag_may_be_string(d->tag) && in_run(r, d->value))
			return true;
	}
	for (size_t i = 0; i < p->ed->files.n; i++)
		if (p->ed->files.items[i].text == NULL && in_run(r, p->ed->files.items[i].value))
			return true;
	for (size_t i = 0; i < p->texts.n; i++)
		if (p->texts.items[i].done && in_run(r, p->texts.items[i].at))
			return true;
	return false;
}

static bool symbols_use(const struct placing *p, const struct run *r)
{
	const struct elf *e = p->ed->old;

	for (uint64_t i = 0; i < p->nsymbols; i++)
		if (in_run(r, load32(e->symtab.p + i * e->symtab.entry, e->swap)))
			return true;
	return false;
}

static struct run run_of(struct edit *ed, uint64_t string)
{
	struct run r = { ed, string, string };

	while (r.from > 0 && ed->strings.p[r.from - 1] != 0)
		r.from--;
	while (ed->strings.p[r.to] != 0) /* the table ends with one */
		r.to++;
	return r;
}

/* The smallest free string that is long enough; UINT64_MAX if there is none. */
static uint64_t best_free(struct placing *p, size_t length)
{
	uint64_t best = UINT64_MAX, best_room = UINT64_MAX;

	for (size_t i = 0; i < p->ed->freed.n && i < FREED_MAX; i++) {
		uint64_t at = p->ed->freed.items[i];
		struct run r;

		if (at >= p->ed->strings.n)
			continue;
		r = run_of(p->ed, at);
		if (r.to - at < length || r.to - at >= best_room || model_uses(p, &r) ||
		    symbols_use(p, &r) || edit_each_record(p->ed->old, record_uses, &r))
			continue;
		best = at;
		best_room = r.to - at;
	}
	return best;
}

static void take_free(struct placing *p, struct placed *t)
{
	uint64_t at = best_free(p, strlen(t->text));

	if (at == UINT64_MAX)
		return;
	*ARENA_PUSH(p->ed->a, &p->ed->rewrites) =
		(struct edit_rewrite){ at, run_of(p->ed, at).to, t->text };
	t->at = at;
	t->done = true;
}

/* ---- the end of the table -------------------------------------------------------------------- */

static void append(struct placing *p, struct placed *t)
{
	t->at = p->ed->strings.n + p->ed->added.n;
	t->done = true;
	arena_text_add(p->ed->a, &p->ed->added, t->text, strlen(t->text) + 1);
}

uint64_t edit_symbol_count(const struct elf *e)
{
	uint64_t n = elf_sym_count(e);
	struct elf_object o;
	struct elf_shdr h;

	if (n == 0 || !elf_object_open(e, &o))
		return n;
	for (uint64_t i = 1; elf_object_section(&o, i, &h); i++)
		if (h.type == SHT_DYNSYM && h.size / e->symtab.entry > n)
			n = h.size / e->symtab.entry;
	return n < e->symtab.n ? n : e->symtab.n;
}

void edit_place_strings(struct edit *ed)
{
	struct placing p = { .ed = ed };

	collect_texts(&p);
	for (size_t i = 0; i < p.texts.n; i++)
		find_there(&p, &p.texts.items[i]);
	if (ed->freed.n > 0 && edit_strings_are_private(ed)) {
		p.nsymbols = edit_symbol_count(ed->old);
		for (size_t i = 0; i < p.texts.n && p.nsymbols > 0; i++)
			if (!p.texts.items[i].done)
				take_free(&p, &p.texts.items[i]);
	}
	for (size_t i = 0; i < p.texts.n; i++)
		if (!p.texts.items[i].done)
			append(&p, &p.texts.items[i]);
	for (size_t i = 0; i < ed->dyn.n; i++)
		if (ed->dyn.items[i].text != NULL)
			ed->dyn.items[i].value = find_text(&p, ed->dyn.items[i].text)->at;
	for (size_t i = 0; i < ed->files.n; i++)
		if (ed->files.items[i].text != NULL)
			ed->files.items[i].value = find_text(&p, ed->files.items[i].text)->at;
}
