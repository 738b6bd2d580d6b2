/* message.c - a text in pieces -> clean text -> places that may matter -> facts.
 *
 * The window of clean text holds what was read last. Places are looked at once enough of what follows them
 * is there; then the window moves on, so that a text of any size takes the same memory. Each sentence is
 * tried so many times; at the end of the text once more as often, so that a cut text keeps its first and
 * its last words.
 */
#include "message/message.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "message/block.h"
#include "message/clean.h"
#include "message/cut.h"
#include "message/doubt.h"
#include "message/facts.h"
#include "message/pattern.h"
#include "message/reading.h"
#include "message/says.h"
#include "message/scan.h"

enum {
	LEAST_WORD = 4,         /* bytes of the literal words of a sentence */
	SLICE = 64 << 10,       /* of the window, that is scanned at once */
	BEHIND = BLOCK_BYTES,   /* bytes that must be there behind a place, */
	BEFORE = BLOCK_BYTES,   /* and that stay before it */
	TRIES = 3000,           /* of one sentence */
	LOOSE_TRIES = 300,
	/* Bytes that may be searched for sentences, for those that are broken, and by readers of blocks:
	 * whatever the text is, it takes no longer than that. */
	PLAIN_WORK = 56 << 20,
	LOOSE_WORK = 12 << 20,
	BLOCK_WORK = 64 << 20,
	GIVEN_UP = 1 << 20,     /* so much counts a search that was given up */
	BLOCK_TRIES = 400       /* of one reader of blocks */
};

struct row {
	const struct says_row *says;
	const char *words;
	unsigned tries, loose_tries;
};

/* A sentence that was found. */
struct found {
	uint32_t row;
	size_t start, end;
	const char *words;
	const char *field[MSG_NFIELDS];
};

/* A place where it was not. */
struct missed {
	uint32_t row;
	size_t at;
};

struct msg_reader {
	struct arena *a;
	struct msg_tables *tables;
	bool own_tables;
	struct clean clean;
	const struct scan *scan;
	uint32_t state;
	struct scan_hits hits;
	struct row *rows;
	size_t nrows;
	struct {
		size_t row;     /* of blocks.def */
		const char *words;
		unsigned tries;
	} *block_of;            /* word number nrows + i */
	size_t nblocks;
	struct block_context blocks;
	struct facts facts;
	struct {
		struct found *items;
		size_t n, cap;
	} found;
	struct {
		struct missed *items;
		size_t n, cap;
	} missed;
	size_t scanned, looked; /* in the window: up to where */
	size_t said;            /* in the window: where the last sentence ends that says something */
	size_t plain_work, loose_work, block_work; /* that was done */
	size_t width_line, width; /* of the line that begins there; SIZE_MAX: of none */
	struct reading_room room, block_room;
	size_t given;           /* of the window: what is behind it was not given */
	bool failed;
};

/* ---- setting up --------------------------------------------------------------------------- */

static const char *folded(struct arena *a, const char *pattern)
{
	const char *s = pattern_literal(a, pattern);

	return strlen(s) >= LEAST_WORD ? s : NULL;
}

struct table_row {
	const struct says_row *says; /* NULL: a block */
	size_t block;                /* of blocks.def */
	const char *words;
	struct pattern *plain, *loose; /* compiled when they are first needed */
	bool bad;
};

struct msg_tables {
	struct arena *a;
	struct table_row *rows;      /* in the order of their words: sentences, then blocks */
	size_t nrows, nblocks;
	struct scan *scan;
};

static void add_row(struct msg_tables *t, struct table_row row, const char *pattern)
{
	row.words = folded(t->a, pattern);
	if (row.words == NULL)
		return;
	t->rows[t->nrows + t->nblocks] = row;
	t->nrows += row.says != NULL;
	t->nblocks += row.says == NULL;
}

static void make_tables(void *ctx)
{
	struct msg_tables *t = ctx;
	size_t n, nblocks = 0;
	const struct says_row *says = says_rows(t->a, &n);
	const char **words;

	while (block_row_at(nblocks) != NULL)
		nblocks++;
	t->rows = ARENA_ARRAY(t->a, n + nblocks + 1, struct table_row);
	for (size_t i = 0; i < n; i++)
		add_row(t, (struct table_row){ .says = &says[i] }, says[i].pattern);
	for (size_t i = 0; i < nblocks; i++)
		add_row(t, (struct table_row){ .block = i }, block_row_at(i)->words);
	n = t->nrows + t->nblocks;
	words = ARENA_ARRAY(t->a, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		words[i] = t->rows[i].words;
	t->scan = scan_new(t->a, words, n);
}

struct make {
	struct arena *a;
	struct msg_tables *t;
};

static void make_tables_in(void *ctx)
{
	struct make *m = ctx;

	m->t = ARENA_NEW(m->a, struct msg_tables);
	m->t->a = m->a;
	make_tables(m->t);
}

struct msg_tables *msg_tables_new(struct arena *a)
{
	struct make m = { a, NULL };

	return arena_run(a, make_tables_in, &m) == ARENA_OK ? m.t : NULL;
}

void msg_tables_end(struct msg_tables *t)
{
	for (size_t i = 0; i < t->nrows; i++) {
		pattern_free(t->rows[i].plain);
		pattern_free(t->rows[i].loose);
	}
}

static void set_up(void *ctx)
{
	struct msg_reader *r = ctx;
	const struct msg_tables *t = r->tables;

	r->nrows = t->nrows;
	r->nblocks = t->nblocks;
	r->rows = ARENA_ARRAY(r->a, t->nrows + 1, struct row);
	for (size_t i = 0; i < t->nrows; i++) {
		r->rows[i].says = t->rows[i].says;
		r->rows[i].words = t->rows[i].words;
	}
	r->block_of = arena_array(r->a, t->nblocks + 1, sizeof(*r->block_of));
	for (size_t i = 0; i < t->nblocks; i++) {
		r->block_of[i].row = t->rows[t->nrows + i].block;
		r->block_of[i].words = t->rows[t->nrows + i].words;
	}
	r->scan = t->scan;
	r->blocks = (struct block_context){ &r->clean, &r->facts, NULL,
					    ARENA_ARRAY(r->a, t->nblocks + 1, void *), &r->block_room };
	reading_room_init(&r->room, (size_t)3 * READING_AROUND, r->a);
	reading_room_init(&r->block_room, (size_t)3 * BLOCK_BYTES, r->a);
	clean_init(&r->clean, r->a);
	facts_init(&r->facts, r->a);
}

struct msg_reader *msg_reader_with(struct msg_tables *t, struct arena *a)
{
	struct msg_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->a = a;
	r->given = SIZE_MAX;
	r->tables = t;
	if (arena_run(a, set_up, r) == ARENA_OK)
		return r;
	free(r);
	return NULL;
}

struct msg_reader *msg_reader_new(struct arena *a)
{
	struct msg_tables *t = msg_tables_new(a);
	struct msg_reader *r = t != NULL ? msg_reader_with(t, a) : NULL;

	if (r != NULL)
		r->own_tables = true;
	return r;
}

static void reader_free(struct msg_reader *r)
{
	if (r->own_tables)
		msg_tables_end(r->tables);
	free(r);
}

/* ---- looking at a place --------------------------------------------------------------------- */

/* Is the rest of the words behind the hit? */
static bool has_words(const struct msg_reader *r, const char *words, size_t at)
{
	size_t i = at;

	if (strlen(words) <= SCAN_DEPTH)
		return true;
	for (words += SCAN_DEPTH; *words != '\0' && i < r->clean.n; i++) {
		unsigned char c = pattern_fold((unsigned char)r->clean.text[i]);

		if (c != 0 && c != (unsigned char)*words++)
			return false;
	}
	return *words == '\0';
}

static void trim(const char *s, size_t *start, size_t *end)
{
	while (*start < *end && (s[*start] == ' ' || s[*start] == '\t' || s[*start] == '\n'))
		++*start;
	while (*end > *start && strchr(" \t\n\r.,;:'\"`", s[*end - 1]) != NULL)
		--*end;
	/* "....x.so": a part was left out. */
	while (*end - *start > 4 && memcmp(s + *start, "...", 3) == 0 && s[*start + 3] != '/')
		++*start;
	while (*end - *start > 3 && memcmp(s + *start, "..", 2) == 0 && strchr("./\\", s[*start + 2]) == NULL)
		*start += 2;
	/* A line of dots in front, and its end lost: what is left out. */
	for (size_t i = *end; i > *start + 4; i--)
		if (memcmp(s + i - 4, "....", 4) == 0) {
			*start = i < *end ? i : *start;
			break;
		}
	/* Bold in Markdown. */
	while (*end - *start > 2 && s[*start] == '*' && s[*start + 1] == '*')
		*start += 2;
	while (*end - *start > 2 && s[*end - 1] == '*' && s[*end - 2] == '*')
		*end -= 2;
	/* A bracket that belongs to the sentence around it. */
	if (*end > *start && s[*end - 1] == ')' && memchr(s + *start, '(', *end - *start) == NULL)
		--*end;
	if (*end > *start && s[*start] == '(' && memchr(s + *start, ')', *end - *start) == NULL)
		++*start;
}

static const char *words_of(struct arena *a, const char *text, size_t len)
{
	size_t n = len < MAX_WORDS ? len : MAX_WORDS;
	char *s = arena_strndup(a, text, n);

	for (size_t i = 0; i < n && s[i] != '\0'; i++)
		if (s[i] == '\n' || s[i] == '\t' || s[i] == '\r')
			s[i] = ' ';
	return s;
}

static void keep(struct msg_reader *r, uint32_t row, const struct reading *g, const struct pattern_match *m)
{
	struct found *f = ARENA_PUSH(r->a, &r->found);
	const char *text = g->text;
	size_t last = m->end;

	while (last > m->start && reading_place(g, last - 1) >= r->given)
		last--;
	f->row = row;
	f->start = reading_place(g, m->start);
	f->end = m->end > m->start ? reading_place(g, m->end - 1) + 1 : f->start;
	f->words = words_of(r->a, text + m->start, last - m->start);
	for (size_t i = 0; i < MSG_NFIELDS; i++) {
		size_t start = m->field[i].start, end = m->field[i].end;

		if (start > end)
			continue;
		trim(text, &start, &end);
		if (end > start)
			f->field[i] = arena_strndup(r->a, text + start,
						    end - start < MAX_FIELD ? end - start : MAX_FIELD);
	}
}

/* The match in the reading that covers its literal words. */
static bool match_over(struct pattern *p, const struct reading *g, size_t *work, struct pattern_match *out)
{
	size_t from = 0, at = g->at;

	*work += g->n;
	while (from <= at) {
		if (!pattern_match(p, g->text, g->n, from, out)) {
			*work += pattern_gave_up(p) ? GIVEN_UP : 0;
			return false;
		}
		if (out->start > at)
			return false;
		if (out->end > at)
			return true;
		from = out->end > from ? out->end : from + 1;
	}
	return false;
}

static struct pattern *compiled(const struct msg_reader *r, uint32_t number, bool loose)
{
	struct table_row *row = &r->tables->rows[number];
	struct pattern **p = loose ? &row->loose : &row->plain;
	const char *error;

	if (*p == NULL && !row->bad) {
		*p = pattern_new(row->says->pattern, loose ? PATTERN_LOOSE : PATTERN_PLAIN, &error);
		row->bad = *p == NULL;
	}
	return *p;
}

static bool try_reading(struct msg_reader *r, uint32_t row, bool loose, const struct reading *g)
{
	struct pattern *p = compiled(r, row, loose);
	struct pattern_match m;

	if (p == NULL || !match_over(p, g, loose ? &r->loose_work : &r->plain_work, &m))
		return false;
	keep(r, row, g, &m);
	return true;
}

/* Many sentences stand in one line. */
static size_t width_at(struct msg_reader *r, const struct reading *line)
{
	if (r->width_line != line->from) {
		r->width_line = line->from;
		r->width = reading_width(&r->clean, line->from);
		r->loose_work += 1 << 10;
	}
	return r->width;
}

/* Ends of files' names; a longer one may be broken behind a shorter: ".s" and "o", ".c" and "pp". */
static const char *const file_ends[] = {
	"so", "a", "o", "dylib", "dll", "pyd", "oct", "exe", "c", "cc", "cpp", "cxx",
	"h", "hpp", "s", "S", "go", "py", "rs",
};

/* Is text[from, to) one of them? */
static bool is_file_end(const char *text, size_t from, size_t to)
{
	for (size_t i = 0; i < sizeof(file_ends) / sizeof(file_ends[0]); i++)
		if (strlen(file_ends[i]) == to - from && memcmp(text + from, file_ends[i], to - from) == 0)
			return true;
	return false;
}

static size_t word_end(const char *text, size_t at, size_t n)
{
	while (at < n && isalnum((unsigned char)text[at]))
		at++;
	return at;
}

/* Does a file's whole name end there ("libx.so.2"), and another word begin? */
static bool ends_a_file(const char *text, size_t at, size_t n)
{
	size_t end = at, dot;

	if (at >= n || (!isalpha((unsigned char)text[at]) && text[at] != ' ' && text[at] != '\t'))
		return false;
	while (end > 0 && (text[end - 1] == '\'' || text[end - 1] == '"'))
		at = --end;
	while (end > 0 && (isdigit((unsigned char)text[end - 1]) || text[end - 1] == '.'))
		end--;
	for (dot = end; dot > 0 && isalnum((unsigned char)text[dot - 1]);)
		dot--;
	if (dot < 2 || text[dot - 1] != '.' || !is_file_end(text, dot, end) ||
	    (end != at && text[end] != '.'))
		return false;
	at = word_end(text, at, n);
	return at == end || !is_file_end(text, dot, at);
}

/* Does a sentence of somebody else begin there: "Reinstalling the program …", no rest of a name? */
static bool begins_prose(const char *s, size_t n)
{
	size_t i = 1;

	if (n < 4 || !isupper((unsigned char)s[0]))
		return false;
	while (i < n && islower((unsigned char)s[i]))
		i++;
	return i > 2 && i + 2 < n && s[i] == ' ' && isalpha((unsigned char)s[i + 1]) &&
	       memcmp(s + i, " in ", 4) != 0 && memcmp(s + i, " at ", 4) != 0;
}

/* Does a match that is whole in its own line take only the first word of prose from the next one? */
static bool takes_prose(const struct reading *g, const struct pattern_match *m)
{
	for (size_t k = 0; k < g->joins.n; k++) {
		size_t at = g->joins.items[k].at;

		if (at > m->start && at < m->end && begins_prose(g->text + at, g->n - at) &&
		    m->end <= word_end(g->text, at, g->n))
			return true;
	}
	return false;
}

/* Does the match go over a place where lines were joined, and none of them ended with its name? */
static bool is_join(const struct reading *g, const struct pattern_match *m)
{
	for (size_t k = 0; k < g->joins.n; k++) {
		size_t at = g->joins.items[k].at;

		if (at > m->start && at < m->end && ends_a_file(g->text, at, g->n))
			return false;
	}
	return reading_has_join(g, m->start, m->end);
}

/* `whole`: the sentence is one in its own line, too. */
static bool try_joined(struct msg_reader *r, uint32_t row, size_t at, size_t width, bool whole)
{
	struct pattern *p = compiled(r, row, false);
	struct pattern_match m;
	struct reading g;

	if (p == NULL || r->loose_work > LOOSE_WORK || !reading_joined(&r->clean, at, width, &r->room, &g) ||
	    !match_over(p, &g, &r->loose_work, &m) || !is_join(&g, &m) || (whole && takes_prose(&g, &m)))
		return false;
	keep(r, row, &g, &m);
	return true;
}

/* A match that ends with its line, or begins with it, may be a part of what was broken there; but if it is
 * all of a line of full width, the lines may be those of a table. */
static bool may_go_on(const struct msg_reader *r, const struct reading *g, const struct pattern_match *m,
		      size_t width)
{
	if (m->start == 0 && m->end == g->n && g->n >= width && reading_in_table(&r->clean, g->from, width))
		return false;
	return m->start == 0 || m->end == g->n;
}

static bool try_plain(struct msg_reader *r, uint32_t row, size_t at)
{
	struct pattern *p = compiled(r, row, false);
	struct pattern_match m;
	struct reading g;
	size_t width;
	bool found;

	reading_lines(&r->clean, at, 0, &g);
	found = p != NULL && match_over(p, &g, &r->plain_work, &m);
	width = !found || m.start == 0 || m.end == g.n ? width_at(r, &g) : 0;
	if (width > 0 && (!found || may_go_on(r, &g, &m, width)) && try_joined(r, row, at, width, found))
		return true;
	if (found) {
		keep(r, row, &g, &m);
		return true;
	}
	reading_lines(&r->clean, at, READING_LINES, &g);
	return try_reading(r, row, false, &g);
}

static void look_at_row(struct msg_reader *r, uint32_t row, size_t end)
{
	struct row *w = &r->rows[row];

	if (w->tries >= TRIES || r->plain_work > PLAIN_WORK) {
		r->facts.cut = true;
		return;
	}
	if (!has_words(r, w->words, end))
		return;
	w->tries++;
	if (!try_plain(r, row, end - 1) && w->loose_tries < LOOSE_TRIES && r->loose_work < LOOSE_WORK)
		*ARENA_PUSH(r->a, &r->missed) = (struct missed){ row, end - 1 };
}

/* ---- which of the sentences stand ----------------------------------------------------------- */

static int by_start(const void *x, const void *y)
{
	const struct found *a = x, *b = y;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->row != b->row)
		return a->row < b->row ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* What a program says in words of its own (says_program.def) is none where a known speaker's sentence begins
 * before it and goes over all of it: a linker that cannot open a library is no loader. */
static bool is_part_of(const struct msg_reader *r, const struct found *f, const struct found *g)
{
	const struct says_row *own = r->rows[f->row].says, *known = r->rows[g->row].says;

	return own->file != known->file && strcmp(own->speaker, "program") == 0 &&
	       strcmp(known->speaker, "program") != 0 && g->start < f->start && f->end <= g->end &&
	       known->rank < own->rank && (known->kind == MSG_CAUSE || known->kind == MSG_WARNING);
}

/* An earlier row of the same table says the same place, or a better table says it. */
static bool is_beaten(const struct msg_reader *r, size_t n)
{
	const struct found *f = &r->found.items[n];
	unsigned file = r->rows[f->row].says->file;

	for (size_t i = n; i-- > 0 && i + 64 > n;) {
		const struct found *g = &r->found.items[i];

		if (g->end > f->start && r->rows[g->row].says->file == file && g->row <= f->row)
			return true;
		if (is_part_of(r, f, g))
			return true;
	}
	for (size_t i = n + 1; i < r->found.n && r->found.items[i].start < f->end && i < n + 64; i++) {
		const struct found *g = &r->found.items[i];

		if (r->rows[g->row].says->file == file && g->row < f->row)
			return true;
	}
	return false;
}

static void add_fact(struct msg_reader *r, const struct found *f)
{
	const struct says_row *row = r->rows[f->row].says;
	struct msg_fact fact = { .id = row->id, .speaker = row->speaker, .kind = row->kind, .rank = row->rank,
				 .code = row->code, .detail = row->detail, .count = 1 };

	memcpy(fact.field, f->field, sizeof(fact.field));
	fact.text = f->words;
	if (row->kind != MSG_CONTEXT && f->end > r->said)
		r->said = f->end;
	if (row->kind == MSG_CAUSE || row->kind == MSG_WARNING)
		fact.doubts = doubt_of(&r->clean, f->start, f->end);
	clean_place(&r->clean, f->start, &fact.offset, &fact.line);
	facts_add(&r->facts, &fact);
}

static bool is_covered(const struct msg_reader *r, size_t at)
{
	for (size_t i = 0; i < r->found.n; i++)
		if (r->found.items[i].start <= at && r->found.items[i].end > at &&
		    r->rows[r->found.items[i].row].says->rank != SAYS_ANYBODY)
			return true;
	return false;
}

static void try_loose(struct msg_reader *r, const struct missed *m)
{
	struct row *w = &r->rows[m->row];
	struct reading g;

	if (w->loose_tries++ >= LOOSE_TRIES || r->loose_work > LOOSE_WORK || is_covered(r, m->at))
		return;
	reading_lines(&r->clean, m->at, READING_LINES, &g);
	if (try_reading(r, m->row, true, &g))
		return;
	if (reading_one_line(&r->clean, m->at, &r->room, &g))
		try_reading(r, m->row, true, &g);
}

static void sort_found(struct msg_reader *r)
{
	if (r->found.n > 0)
		qsort(r->found.items, r->found.n, sizeof(*r->found.items), by_start);
}

static void settle(struct msg_reader *r)
{
	sort_found(r);
	for (size_t i = 0; i < r->missed.n; i++)
		try_loose(r, &r->missed.items[i]);
	sort_found(r);
	for (size_t i = 0; i < r->found.n; i++)
		if (!is_beaten(r, i) && r->found.items[i].start < r->given) /* not of lent words alone */
			add_fact(r, &r->found.items[i]);
	r->found.n = r->missed.n = 0;
}

/* ---- the window ----------------------------------------------------------------------------- */

static void look_at_word(struct msg_reader *r, uint32_t word, size_t end)
{
	if (word < r->nrows)
		look_at_row(r, word, end);
	else if (has_words(r, r->block_of[word - r->nrows].words, end) &&
		 r->block_of[word - r->nrows].tries++ < BLOCK_TRIES)
		block_read(&r->blocks, r->block_of[word - r->nrows].row, end - 1);
}

/* Looks at the hits before `to`; the others stay. */
static void look_at_hits(struct msg_reader *r, size_t to)
{
	size_t i = 0, k;

	for (; i < r->hits.n && r->hits.items[i].end <= to; i++)
		for (k = 0; k < r->hits.items[i].n; k++)
			look_at_word(r, r->hits.items[i].words[k], r->hits.items[i].end);
	for (k = 0; i < r->hits.n; i++)
		r->hits.items[k++] = r->hits.items[i];
	r->hits.n = k;
}

/* Looks at the places before `to`. One word may begin many sentences: hits are not kept for a whole
 * window. */
static void look(struct msg_reader *r, size_t to)
{
	r->width_line = SIZE_MAX;
	look_at_hits(r, to);
	while (r->scanned < r->clean.n) {
		size_t end = r->clean.n - r->scanned > SLICE ? r->scanned + SLICE : r->clean.n;

		scan_text(r->scan, &r->state, r->clean.text, r->scanned, end, r->a, &r->hits);
		r->scanned = end;
		look_at_hits(r, to);
	}
	settle(r);
	r->looked = to;
}

static void move_on(struct msg_reader *r)
{
	size_t drop;

	if (r->clean.n <= BEHIND)
		return;
	look(r, r->clean.n - BEHIND);
	if (r->looked <= BEFORE)
		return;
	drop = r->looked - BEFORE;
	clean_drop(&r->clean, drop);
	r->scanned -= drop;
	r->looked -= drop;
	r->said -= drop < r->said ? drop : r->said;
	for (size_t i = 0; i < r->hits.n; i++)
		r->hits.items[i].end -= drop;
}

struct piece {
	struct msg_reader *r;
	const char *bytes;
	size_t n;
};

static void feed(void *ctx)
{
	struct piece *p = ctx;
	size_t done = 0;

	while (done < p->n) {
		done += clean_feed(&p->r->clean, p->bytes + done, p->n - done);
		if (done < p->n)
			move_on(p->r);
	}
}

bool msg_reader_feed(struct msg_reader *r, const void *bytes, size_t n)
{
	struct piece p = { r, bytes, n };

	r->failed = r->failed || arena_run(r->a, feed, &p) != ARENA_OK;
	return !r->failed;
}

/* ---- a text that was cut -------------------------------------------------------------------- */

/* Is something said in the line in which byte `at` of the window stands, the first of its line? */
static bool is_said_at(const struct msg_reader *r, size_t at)
{
	uint64_t offset;
	int64_t line;

	if (r->said > at)
		return true;
	clean_place(&r->clean, at, &offset, &line);
	for (size_t i = 0; i < r->facts.all.n; i++)
		if (r->facts.all.items[i]->line == line && r->facts.all.items[i]->kind != MSG_CONTEXT &&
		    r->facts.all.items[i]->rank != MSG_RANK_GUESS)
			return true;
	return false;
}

/* Does the sentence begin with its literal words? */
static bool begins_with_words(const char *pattern, const char *words)
{
	for (; *pattern != '\0' && *words != '\0'; pattern++) {
		unsigned char c = pattern_fold((unsigned char)*pattern);

		if (*pattern == '{' || *pattern == '^')
			return false;
		if (c != 0 && c != (unsigned char)*words++)
			return false;
	}
	return *words == '\0';
}

/* The words that the last line may have lost: of the sentence of which most is there. NULL: none. */
static const char *lost_words(struct msg_reader *r, size_t end)
{
	const char *best = NULL;
	size_t most = 0, left = 0;
	bool passed_on = false;
	struct cut cut;

	cut_init(&cut, r->clean.text, end);
	for (size_t i = 0; i < r->nrows; i++) {
		size_t k = cut_overlap(&cut, r->rows[i].words), rest = strlen(r->rows[i].words) - k;

		if (k > 0 && cut_follows_word(&cut, k) &&
		    begins_with_words(r->rows[i].says->pattern, r->rows[i].words))
			continue;
		if (k == 0 || k < most || (k == most && rest >= left && r->rows[i].says->kind != MSG_WRAPPER))
			continue;
		passed_on = k > most ? false : passed_on;
		if (r->rows[i].says->kind == MSG_WRAPPER) {
			/* What would tell it from "it failed" is what is lost. */
			passed_on = true;
			most = k;
			left = rest;
			continue;
		}
		best = r->rows[i].says->pattern;
		most = k;
		left = rest;
	}
	if (passed_on)
		return NULL;
	return best != NULL ? pattern_rest(r->a, best, most) : NULL;
}

/* Looks at the last line once more, with the words that it may have lost. */
static void look_at_cut(struct msg_reader *r)
{
	size_t end = cut_end(r->clean.text, r->clean.n), start = end;
	const char *rest;

	while (start > 0 && r->clean.text[start - 1] != '\n')
		start--;
	if (end == 0 || is_said_at(r, start) || (rest = lost_words(r, end)) == NULL ||
	    CLEAN_TEXT - end < strlen(rest))
		return;
	r->given = end;
	memcpy(r->clean.text + end, rest, strlen(rest));
	r->clean.n = end + strlen(rest);
	r->scanned = start;
	r->state = 0;
	look(r, r->clean.n);
}

struct ending {
	struct msg_reader *r;
	struct msg_facts *out;
};

static void end(void *ctx)
{
	struct ending *e = ctx;
	struct msg_reader *r = e->r;

	clean_end(&r->clean);
	if (r->clean.n > BEHIND && r->clean.n - BEHIND > r->looked)
		look(r, r->clean.n - BEHIND);
	for (size_t i = 0; i < r->nrows; i++)
		r->rows[i].tries = r->rows[i].loose_tries = 0;
	r->plain_work = r->loose_work = r->block_work = 0;
	for (size_t i = 0; i < r->nblocks; i++)
		r->block_of[i].tries = 0;
	look(r, r->clean.n);
	look_at_cut(r);
	facts_end(&r->facts, e->out);
	e->out->bytes = r->clean.offset;
	e->out->lines = (uint64_t)(r->clean.line - 1);
}

bool msg_reader_end(struct msg_reader *r, struct msg_facts *out)
{
	struct ending e = { r, out };
	bool ok;

	memset(out, 0, sizeof(*out));
	ok = !r->failed && arena_run(r->a, end, &e) == ARENA_OK;
	reader_free(r);
	return ok;
}
