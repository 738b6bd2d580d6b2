/* clean_line.c - one line, from what was given to what its speaker wrote. */
#include "message/clean_line.h"

#include <string.h>

enum { LAYERS = 10 }; /* prefixes before one line */

static bool is_border(const char *s)
{
	return *s == '|' || (unsigned char)*s == 0xe2;
}

/* What is left of s[0, n), from *from on, without prefixes and borders. */
static size_t strip(const char *s, size_t n, size_t *from)
{
	bool bordered = false;
	size_t at = 0;

	for (unsigned i = 0; i < LAYERS && at < n && clean_may_have_prefix(s + at, n - at); i++) {
		size_t len = clean_prefix(s + at, n - at), blanks = 0;

		if (len == 0)
			break;
		while (blanks < len && (s[at + blanks] == ' ' || s[at + blanks] == '\t'))
			blanks++;
		bordered = bordered || is_border(s + at + blanks);
		at += len;
	}
	*from = at;
	return clean_suffix(s + at, n - at, bordered);
}

bool clean_line_plain(const char *s, size_t n, bool first, size_t *from, size_t *len)
{
	if (clean_is_encoded(s, n) || clean_has_bare_escape(s, n) || clean_has_link(s, n) ||
	    clean_has_bold(s, n) ||
	    (n > 0 && memchr("{[", s[0], 2) != NULL && memchr(s, '"', n) != NULL))
		return false;
	*from = 0;
	*len = first ? strip(s, n, from) : clean_suffix(s, n, false);
	return true;
}

/* Each part of the line from `at` on, up to a break in it, without prefixes and borders. One pass: a line may
 * have as many parts as bytes. */
static void strip_parts(struct line *l, size_t at)
{
	size_t kept = at;

	while (at < l->n) {
		const char *nl = memchr(l->s + at, '\n', l->n - at);
		size_t end = nl != NULL ? (size_t)(nl - l->s) : l->n, from;
		size_t left = strip(l->s + at, end - at, &from);

		memmove(l->s + kept, l->s + at + from, left);
		memmove(l->from + kept, l->from + at + from, left * sizeof(*l->from));
		kept += left;
		if (nl != NULL) {
			l->from[kept] = l->from[end];
			l->s[kept++] = '\n';
		}
		at = end + 1;
	}
	l->n = kept;
}

void clean_line(const char *s, size_t n, bool first, struct line *out)
{
	size_t at = 0;

	out->n = 0;
	clean_decode(s, n, out);
	/* The line ends anyway. */
	while (out->n > 0 && out->s[out->n - 1] == '\n')
		out->n--;
	if (!first) { /* what follows a break in it still is a line of its own */
		const char *nl = memchr(out->s, '\n', out->n);

		at = nl != NULL ? (size_t)(nl - out->s) + 1 : out->n;
	}
	strip_parts(out, at);
}
