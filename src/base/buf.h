/* buf.h - a growing byte buffer with a largest size it may ever reach.
 *
 * The first failed append (no memory, cap) sets `failed`, drops what was there and makes all
 * later appends do nothing, so a caller checks once, at the end. Always NUL-ended when not empty.
 */
#ifndef DLWHY_BASE_BUF_H
#define DLWHY_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *p;
	size_t n;   /* bytes in use, without the final NUL */
	size_t cap; /* bytes allocated */
	size_t max; /* largest n allowed */
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void buf_clear(struct buf *b); /* empties it, keeps the memory */

#endif
