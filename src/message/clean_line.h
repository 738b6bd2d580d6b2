/* clean_line.h - cleans one line: what is encoded in it (clean_decode.c), then what stands before and behind
 * it (clean_prefix.c). */
#ifndef DLWHY_MESSAGE_CLEAN_LINE_H
#define DLWHY_MESSAGE_CLEAN_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line on its way: bytes, and for each its place in the line as given. */
struct line {
	char *s;
	uint32_t *from;
	size_t n;
};

/* Is nothing encoded in it? Then what is left of it without what stands before and behind is *from bytes on,
 * *len of them. `first`: it is the beginning of a line, where prefixes stand. */
bool clean_line_plain(const char *s, size_t n, bool first, size_t *from, size_t *len);
/* The clean bytes of s[0, n) in *out, whose arrays hold n. There may be line breaks in them. */
void clean_line(const char *s, size_t n, bool first, struct line *out);

/* Colours, overwritten parts, HTML, escapes of strings, marks of other alphabets. */
void clean_decode(const char *s, size_t n, struct line *out);
/* Escapes alone (clean_escape.c): of strings, of Markdown, of an address that holds a text. */
void clean_unescape(struct line *l);
bool clean_has_query(const char *s, size_t n);
/* A name that Markdown made an address of? */
bool clean_has_link(const char *s, size_t n);
/* Perhaps words in bold? */
bool clean_has_bold(const char *s, size_t n);
/* Length of a mark of another alphabet at s, and what it stands for; 0 if there is none. */
size_t clean_foreign(const char *s, size_t n, char *ascii);
/* Is there anything of that? */
bool clean_is_encoded(const char *s, size_t n);
/* Colours whose first byte was lost: "[0;31m"? */
bool clean_has_bare_escape(const char *s, size_t n);
/* Length of what a wrapper has put before s[0, n), 0 if nothing is known. */
size_t clean_prefix(const char *s, size_t n);
/* How much of s[0, n) is left without a border at its end. `bordered`: it had one at its beginning. */
size_t clean_suffix(const char *s, size_t n, bool bordered);
/* May it have a prefix? Quick, and sometimes wrong. */
bool clean_may_have_prefix(const char *s, size_t n);

#endif
