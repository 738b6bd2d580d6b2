/* clean_line.h - cleans one line: first what is encoded in it, then what stands before it. */
#ifndef DLWHY_MESSAGE_CLEAN_LINE_H
#define DLWHY_MESSAGE_CLEAN_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nothing is to be done to it. */
bool clean_line_is_plain(const char *s, size_t n);
/* The clean bytes of s[0, n) in out, and for each its place in s; both hold n. `first`: it is the beginning
 * of a line, where prefixes stand. How many there are. */
size_t clean_line(const char *s, size_t n, bool first, char *out, uint32_t *from);

#endif
