/* pattern.h - the language of says_*.def: a sentence with places for what it names. Braces alone are special.
 *
 *   literal text       itself, upper or lower case alike
 *   blank              one or more blanks, tabs, or a line break where a wrapper may have put one
 *   ' or ` or "        a quotation mark of any kind: ' ` " ´ ‘ ’ “ ” « » and what HTML and Markdown make of
 * them, that
 *                      is, also none; a {field} of the usual shape between two of them is whatever they hold
 *   é                  itself, without its mark, or what another encoding makes of it; so any letter
 *                      from U+00C0 to U+017F
 *   {symbol}           the field of that name (message.h) in its usual shape: a path, a symbol, a number
 *   {version:[0-9.]+}  the same in a shape of its own (PCRE2, without groups; braces in it are balanced)
 *   {? … }             may be missing
 *   {|…|…}             one of these; blanks in them count
 *   {...}              anything up to the end of the line, as little as possible
 *   ^ first, $ last    start, end of a line (after clean-up); of the pattern, of {? } or of one of {| }
 *   \{ \} \\ \| \^ \$  the character itself (in C twice the backslash); | is special inside of {| } alone
 *
 * The literal words by which a place in a long text is found (scan.h) are taken from the pattern itself: its
 * longest run of literal text outside of {? } and {| }; each pattern needs one of at least four bytes.
 */
#ifndef DLWHY_MESSAGE_PATTERN_H
#define DLWHY_MESSAGE_PATTERN_H

#include "base/buf.h"
#include "message/message.h"

enum { PATTERN_GROUPS = 32 };

/* How much a wrapper may have done to the text. */
enum pattern_mode {
	PATTERN_PLAIN, /* lines are lines; a line may be broken at a blank */
	PATTERN_LOOSE  /* blanks and line breaks may be lost, and lines may begin and end anywhere */
};

struct pattern_regex {
	struct buf text;                         /* for PCRE2 */
	enum msg_field field[PATTERN_GROUPS + 1]; /* of group i; group 0 is the whole */
	size_t groups;
	const char *error;                       /* NULL, or what is wrong with the pattern */
};

/* Translates. The caller frees out->text. */
void pattern_regex(const char *pattern, enum pattern_mode mode, struct pattern_regex *out);
/* The literal words by which it is found, as scan.h compares them: lower case, without what it skips. */
const char *pattern_literal(struct arena *a, const char *pattern);
/* What stands behind the first n bytes of these words, as it is written. */
const char *pattern_rest(struct arena *a, const char *pattern, size_t n);

struct pattern; /* compiled */
struct pattern_match {
	size_t start, end;                       /* in the text that was searched */
	struct {
		size_t start, end;               /* start > end: not named */
	} field[MSG_NFIELDS];
};

/* NULL: no memory, or wrong (then *error). Freed with pattern_free. */
struct pattern *pattern_new(const char *pattern, enum pattern_mode mode, const char **error);
void pattern_free(struct pattern *p); /* NULL is fine */
/* The first match in text[from, n) that begins at or behind `from`. A text that would take too long is one
 * that does not match. */
bool pattern_match(struct pattern *p, const char *text, size_t n, size_t from, struct pattern_match *out);
/* Did the last search give up for that reason? */
bool pattern_gave_up(const struct pattern *p);
/* "needed_by"; NULL: no such field. */
const char *msg_field_name(enum msg_field f);

/* How the scanner sees a byte: 0 if it skips it, else lower case. */
static inline unsigned char pattern_fold(unsigned char c)
{
	if (c <= ' ' || c == '\'' || c == '`' || c == '"' || c == '\\')
		return 0;
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

#endif
