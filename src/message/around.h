/* around.h - the lines around a place in a clean text, and words in them. */
#ifndef DLWHY_MESSAGE_AROUND_H
#define DLWHY_MESSAGE_AROUND_H

#include <stdbool.h>
#include <stddef.h>

#include "message/clean.h"

/* Bytes of the window; of a line, at most AROUND_LONGEST. */
struct part {
	const char *s;
	size_t n;
};

enum { AROUND_LONGEST = 600 };

/* What stands in the line of `start` before it, and in the line of `end` from there on. */
struct part around_before(const struct clean *c, size_t start);
struct part around_after(const struct clean *c, size_t end);
/* The last line before the one of `start` that is not empty, and the first one behind the one of `end`; n
 * is 0 where there is none. */
struct part around_above(const struct clean *c, size_t start);
struct part around_below(const struct clean *c, size_t end);
/* Where a part begins and ends in the window. */
size_t around_start(const struct clean *c, struct part p);
size_t around_end(const struct clean *c, struct part p);

bool part_has(struct part p, const char *word);
bool part_begins(struct part p, const char *word);
/* Does the word stand there, alone, in either case of its first letter? */
bool part_has_word(struct part p, const char *word);
size_t part_count_words(struct part p, const char *const *words, size_t n);
#define PART_COUNT(p, words) part_count_words(p, words, sizeof(words) / sizeof((words)[0]))

#endif
