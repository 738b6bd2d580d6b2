/* utf8.h - UTF-8, as whoever may have broken it. */
#ifndef DLWHY_BASE_UTF8_H
#define DLWHY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at s (n bytes, n > 0). Returns its code point, or -1 when it is not UTF-8
 * (also overlong forms and surrogates). *len gets the bytes to step over, at least 1: for bad
 * input the longest prefix of a character, so that each broken one counts once. */
int32_t utf8_next(const char *s, size_t n, size_t *len);
bool utf8_valid(const char *s, size_t n);

#endif
