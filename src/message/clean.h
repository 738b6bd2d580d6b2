/* clean.h - a text as its speaker wrote it: without colours, prefixes, borders, quoting and escapes.
 *
 * Lines of the given text become lines of the clean one; what was inserted by wrappers is left out, what was
 * encoded (HTML, JSON strings, marks of other alphabets for ' and ") is decoded. It never becomes longer.
 * Every byte of the clean text knows its place in the given one.
 */
#ifndef DLWHY_MESSAGE_CLEAN_H
#define DLWHY_MESSAGE_CLEAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "message/clean_line.h"

enum {
	CLEAN_LINE = 64 << 10,   /* a longer line is cleaned in pieces, which stay one line */
	CLEAN_TEXT = 1 << 20     /* most that is kept */
};

struct clean_mark {
	size_t at;               /* in the clean text: from here on, byte by byte, */
	uint64_t offset;         /* it is what stands there in the given text */
	int64_t line;
};

struct clean {
	struct arena *a;
	char *text;              /* the window of clean text */
	size_t n;
	struct {
		struct clean_mark *items;
		size_t n, cap;
	} marks;
	uint64_t offset;         /* of the given text: bytes that were taken */
	int64_t line;            /* number of the line that comes next */
	char *carried;           /* the beginning of a line whose end has not been given yet */
	size_t ncarried;
	struct line scratch;     /* one line */
	bool open;               /* the last line is cut into pieces and goes on */
};

void clean_init(struct clean *c, struct arena *a);
/* Takes bytes until the window is full; how many were taken. */
size_t clean_feed(struct clean *c, const char *bytes, size_t n);
/* The end of the text: what was carried is a line. */
void clean_end(struct clean *c);
/* Forgets the first n bytes of the window. */
void clean_drop(struct clean *c, size_t n);
/* Where byte `at` of the window stands in the given text. */
void clean_place(const struct clean *c, size_t at, uint64_t *offset, int64_t *line);

#endif
