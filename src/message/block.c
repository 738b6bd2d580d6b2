/* block.c - the lines around a place, for readers of messages that span lines. */
#include "message/block.h"

#include <string.h>

#include "message/clean.h"
#include "message/doubt.h"
#include "message/facts.h"
#include "message/reading.h"

static const struct block_row rows[] = {
#define BLOCK(function, words) { words, function, BLOCK_BEFORE, BLOCK_AFTER },
#define BLOCK_LINE(function, words) { words, function, 0, 1 },
#include "message/blocks.def"
#undef BLOCK_LINE
#undef BLOCK
	{ NULL, NULL, 0, 0 },
};

struct block {
	struct block_context *c;
	size_t row, at;   /* at: where the line with the words begins in what is read */
	struct reading g; /* the text around it, with broken lines made whole */
};

const struct block_row *block_row_at(size_t i)
{
	return i < sizeof(rows) / sizeof(rows[0]) && rows[i].words != NULL ? &rows[i] : NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t line_start(const char *text, size_t at)
{
	const char *end = at > 0 ? memrchr(text, '\n', at) : NULL;

	return end != NULL ? (size_t)(end - text) + 1 : 0;
}

static size_t line_end(const char *text, size_t n, size_t at)
{
	const char *end = memchr(text + at, '\n', n - at);

	return end != NULL ? (size_t)(end - text) : n;
}

static void describe(const struct block *b, size_t start, struct block_line *out)
{
	const char *text = b->g.text;
	size_t end = line_end(text, b->g.n, start);

	memset(out, 0, sizeof(*out));
	while (start < end && is_blank(text[start])) {
		start++;
		out->indent++;
	}
	while (end > start && (is_blank(text[end - 1]) || text[end - 1] == '\r'))
		end--;
	out->s = text + start;
	out->n = end - start;
	clean_place(b->c->clean, reading_place(&b->g, start), &out->offset, &out->line);
}

bool block_line(const struct block *b, int at, struct block_line *out)
{
	size_t start = b->at;

	if (at < -BLOCK_BEFORE || at > BLOCK_AFTER)
		return false;
	for (; at < 0; at++) {
		if (start == 0)
			return false;
		start = line_start(b->g.text, start - 1);
	}
	for (; at > 0; at--) {
		start = line_end(b->g.text, b->g.n, start) + 1;
		if (start >= b->g.n)
			return false;
	}
	describe(b, start, out);
	return true;
}

struct arena *block_arena(const struct block *b)
{
	return b->c->facts->a;
}

/* What speaks against its being said, from the lines around. */
static unsigned doubts(const struct block *b, const struct block_line *l)
{
	size_t start;

	if (l->s < b->g.text || l->s + l->n > b->g.text + b->g.n || l->n == 0)
		return 0;
	start = reading_place(&b->g, (size_t)(l->s - b->g.text));
	return doubt_of(b->c->clean, start, reading_place(&b->g, (size_t)(l->s - b->g.text) + l->n - 1) + 1);
}

struct msg_fact *block_fact(struct block *b, const struct block_line *l, const char *id, const char *speaker,
			    enum msg_kind kind, int rank, const char *code, const char *detail)
{
	struct msg_fact *f = ARENA_NEW(block_arena(b), struct msg_fact);

	f->id = id;
	f->speaker = speaker;
	f->kind = kind;
	f->rank = rank;
	f->code = code != NULL && code[0] != '\0' ? code : NULL;
	f->detail = detail != NULL && detail[0] != '\0' ? detail : NULL;
	f->text = arena_strndup(block_arena(b), l->s, l->n < MAX_WORDS ? l->n : MAX_WORDS);
	f->line = l->line;
	f->offset = l->offset;
	f->count = 1;
	if (kind == MSG_CAUSE || kind == MSG_WARNING)
		f->doubts = doubts(b, l);
	return f;
}

void block_set(struct block *b, struct msg_fact *f, enum msg_field field, const char *s, size_t n)
{
	f->field[field] = arena_strndup(block_arena(b), s, n < MAX_FIELD ? n : MAX_FIELD);
}

void block_add(struct block *b, const struct msg_fact *f)
{
	facts_add(b->c->facts, f);
}

void block_command(struct block *b, const struct msg_command *command)
{
	facts_add_command(b->c->facts, command);
}

void **block_keep(struct block *b)
{
	return &b->c->keep[b->row];
}

const char **block_folder(struct block *b)
{
	return &b->c->folder;
}

/* Where the lines begin that a reader may ask for; where they end. */
static void bounds(const struct clean *c, const struct block_row *row, size_t at, size_t *from, size_t *to)
{
	*from = line_start(c->text, at);
	*to = line_end(c->text, c->n, at);
	for (int i = 0; i < row->before && *from > 0 && at - *from < BLOCK_BYTES; i++)
		*from = line_start(c->text, *from - 1);
	for (int i = 0; i < row->after && *to < c->n && *to - at < BLOCK_BYTES; i++)
		*to = line_end(c->text, c->n, *to + 1);
}

size_t block_read(struct block_context *c, size_t row, size_t at)
{
	struct block b = { .c = c, .row = row };
	size_t from, to;

	bounds(c->clean, &rows[row], at, &from, &to);
	reading_part(c->clean, from, to, at, c->room, &b.g);
	b.at = line_start(b.g.text, b.g.at);
	rows[row].read(&b);
	return to - from;
}
