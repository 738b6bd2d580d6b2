/* reading.h - the part of a clean text that a sentence is looked for in, read in one of several ways.
 *
 * A terminal or an editor may have broken lines at its last column, in the middle of words. Which lines are
 * broken is seen from the lines around: they are as long as the longest.
 */
#ifndef DLWHY_MESSAGE_READING_H
#define DLWHY_MESSAGE_READING_H

#include "message/clean.h"

enum {
	READING_AROUND = 6 << 10, /* a sentence is looked for so far from its literal words, */
	READING_LINES = 3         /* and in so many lines before and behind */
};

struct reading_join {
	size_t at, skipped;       /* from `at` on, so many bytes of the clean text are left out in all */
};

/* Where readings are made; each takes the place of the one before. */
struct reading_room {
	char *text;
	size_t ntext;
	struct reading_join *joins;
	size_t njoins;
};

struct reading {
	const char *text;
	size_t n, at;             /* at: of the literal words */
	size_t from;              /* where it begins in the clean text */
	struct {
		const struct reading_join *items;
		size_t n;
	} joins;
};

/* Room for texts of n bytes. */
void reading_room_init(struct reading_room *r, size_t n, struct arena *a);
/* The line that `at` is in, with `lines` before and behind it. */
void reading_lines(const struct clean *c, size_t at, unsigned lines, struct reading *out);
/* The width at which the lines around `at` seem to be broken, 0: they are not. */
size_t reading_width(const struct clean *c, size_t at);
/* Is a line beside that one as wide, so that they may be lines of a table? */
bool reading_in_table(const struct clean *c, size_t at, size_t width);
/* The lines around with those made whole that are broken at that width. False: none of them is. */
bool reading_joined(const struct clean *c, size_t at, size_t width, struct reading_room *room,
		    struct reading *out);
/* All of it as one line. False: it is one. */
bool reading_one_line(const struct clean *c, size_t at, struct reading_room *room, struct reading *out);
/* As reading_joined, of a larger part: text[from, to). It may have no joins. */
void reading_part(const struct clean *c, size_t from, size_t to, size_t at, struct reading_room *room,
		  struct reading *out);
/* Where byte i of it stands in the clean text. */
size_t reading_place(const struct reading *g, size_t i);
/* Were lines joined between these two bytes of it? */
bool reading_has_join(const struct reading *g, size_t start, size_t end);

#endif
