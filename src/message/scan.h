/* scan.h - finds the literal words of all patterns in one pass over a text.
 *
 * An automaton (Aho and Corasick) over the few bytes that the words are made of. Blanks, line breaks and
 * quotation marks are not seen at all, so that a word is found however it was broken. The automaton knows
 * the first bytes of each word only: who asked for a hit looks whether the rest is there.
 */
#ifndef DLWHY_MESSAGE_SCAN_H
#define DLWHY_MESSAGE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { SCAN_DEPTH = 12 }; /* bytes of a word that are looked for */

struct scan;
struct scan_hit {
	const uint32_t *words; /* numbers of those that end there */
	size_t n;
	size_t end;            /* in the text: behind the last byte that was looked for */
};
struct scan_hits {
	struct scan_hit *items;
	size_t n, cap;
};

/* Words are folded (pattern_fold) and not empty. All lives in `a`. */
struct scan *scan_new(struct arena *a, const char *const *words, size_t n);
/* Goes on with text[from, to) in *state, which is 0 at the beginning; hits are appended in order. */
void scan_text(const struct scan *s, uint32_t *state, const char *text, size_t from, size_t to,
	       struct arena *a, struct scan_hits *out);

#endif
