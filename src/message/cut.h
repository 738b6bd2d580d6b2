/* cut.h - the end of a text that was cut in the middle of a sentence that is known. */
#ifndef DLWHY_MESSAGE_CUT_H
#define DLWHY_MESSAGE_CUT_H

#include <stdbool.h>
#include <stddef.h>

enum {
	CUT_TAIL = 96,  /* bytes at the end of a text that are compared, folded as scan.h does */
	CUT_LEAST = 8   /* so many of the words must be there */
};

struct cut {
	char tail[CUT_TAIL];
	char starts[CUT_TAIL]; /* a word starts here; in a script without blanks, any letter */
	size_t n;
};

/* Of the n bytes of text: where its last line ends without blanks and marks of leaving out ("...", "[…]"). */
size_t cut_end(const char *text, size_t n);
/* The end of the last line of text[0, n). */
void cut_init(struct cut *c, const char *text, size_t n);
/* Does a letter or digit stand before its last k bytes, so that they are no beginning of a sentence? */
bool cut_follows_word(const struct cut *c, size_t k);
/* With how many bytes of the (folded) words it ends; 0: too few, one word, or all of them. */
size_t cut_overlap(const struct cut *c, const char *words);

#endif
