/* escape.h - names from files made safe to print.
 *
 * A file name or a symbol may hold any bytes: terminal commands, text that runs right to left,
 * invisible characters, no UTF-8 at all. Nothing of that may reach a terminal or break a document.
 */
#ifndef DLWHY_REPORT_ESCAPE_H
#define DLWHY_REPORT_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/utf8.h"

/* Columns of a terminal that the character takes: 0, 1 or 2. */
unsigned utf8_columns(int32_t c);
/* Columns of a whole string; bytes that are not UTF-8 take one each. */
size_t escape_columns(const char *s);

/* Is it a control character, one that changes the direction of text, or one that cannot be seen? */
bool escape_is_unsafe(int32_t c);

/* For people: unsafe characters as \n, \x1b, \u{202e}, bytes that are not UTF-8 as \xff. A
 * backslash stays as it is, so that shell commands can be copied. */
void escape_terminal(struct buf *b, const char *s);
/* The inside of a JSON string: unsafe characters as \u001b, bytes that are not UTF-8 as U+FFFD. */
void escape_json(struct buf *b, const char *s);
/* Base64 with padding, RFC 4648. */
void escape_base64(struct buf *b, const char *s, size_t n);
/* Text of a Markdown document outside code. s must come from escape_terminal. No character is
 * markup, an HTML tag, or a mention of a person or an issue. */
void escape_markdown(struct buf *b, const char *s);

#endif
