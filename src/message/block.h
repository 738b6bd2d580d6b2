/* block.h - readers of messages that span lines.
 *
 * A reader is named in blocks.def with the words that lead to it: BLOCK(function, "words"), literal text of
 * at least four bytes. Wherever a line with these words stands it is called once with the lines around, and
 * adds what they say. BLOCK_LINE is for readers that need the line and the one behind it alone. Lines are
 * clean (clean.h), but keep the blanks that they are indented by.
 */
#ifndef DLWHY_MESSAGE_BLOCK_H
#define DLWHY_MESSAGE_BLOCK_H

#include "message/message.h"

enum {
	BLOCK_BEFORE = 64,    /* lines before and behind that a reader may ask for, as far as they */
	BLOCK_AFTER = 512,    /* lie within BLOCK_BYTES; there may be fewer */
	BLOCK_BYTES = 128 << 10
};

struct block_line {
	const char *s;        /* without the blanks before it; no NUL behind it */
	size_t n;             /* without blanks at its end */
	size_t indent;        /* how many stand before it */
	int64_t line;         /* in the text as given */
	uint64_t offset;
};

struct block;

/* Line number `at` counted from the one with the words, which is 0. False: there is none, or it is too
 * far. */
bool block_line(const struct block *b, int at, struct block_line *out);
struct arena *block_arena(const struct block *b);
/* A fact about that line: its `text`, `line` and `offset` are filled in, all else is as the row of a table
 * would say it. The reader sets fields and calls block_add. */
struct msg_fact *block_fact(struct block *b, const struct block_line *l, const char *id, const char *speaker,
			    enum msg_kind kind, int rank, const char *code, const char *detail);
void block_set(struct block *b, struct msg_fact *f, enum msg_field field, const char *s, size_t n);
void block_add(struct block *b, const struct msg_fact *f);
void block_command(struct block *b, const struct msg_command *command);
/* A pointer that this reader may set, NULL at first: what it keeps from one place to the next. */
void **block_keep(struct block *b);
/* The last folder that the text says a program went to, NULL: none; set by readers of such lines. */
const char **block_folder(struct block *b);

typedef void block_reader(struct block *b);

struct block_row {
	const char *words;
	block_reader *read;
	int before, after;    /* how many lines around it may ask for */
};
/* Number i of blocks.def, NULL behind the last. */
const struct block_row *block_row_at(size_t i);

#define BLOCK(function, words) void function(struct block *b);
#define BLOCK_LINE(function, words) BLOCK(function, words)
#include "message/blocks.def"
#undef BLOCK_LINE
#undef BLOCK

/* For message.c. */
struct clean;
struct facts;
struct reading_room;
struct block_context {
	const struct clean *clean;
	struct facts *facts;
	const char *folder;
	void **keep;          /* one for each row */
	struct reading_room *room;
};
/* How many bytes were looked at. */
size_t block_read(struct block_context *c, size_t row, size_t at);

#endif
