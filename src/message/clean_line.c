/* clean_line.c - one line, from what was given to what its speaker wrote. */
#include "message/clean_line.h"

#include <string.h>

enum { LAYERS = 10 }; /* prefixes before one line */

bool clean_line_is_plain(const char *s, size_t n, bool first)
{
	return !clean_is_encoded(s, n) && !(first && clean_may_have_prefix(s, n));
}

/* Leaves out `n` bytes from `at` on. */
static void cut(struct line *l, size_t at, size_t n)
{
	memmove(l->s + at, l->s + at + n, l->n - at - n);
	memmove(l->from + at, l->from + at + n, (l->n - at - n) * sizeof(*l->from));
	l->n -= n;
}

static bool is_border(const char *s)
{
	return *s == '|' || (unsigned char)*s == 0xe2;
}

/* The part of the line from `at` to the next break: its end afterwards. */
static size_t strip(struct line *l, size_t at)
{
	bool bordered = false;
	const char *nl = memchr(l->s + at, '\n', l->n - at);
	size_t end = nl != NULL ? (size_t)(nl - l->s) : l->n, left;

	for (unsigned i = 0; i < LAYERS && end > at; i++) {
		size_t n = clean_prefix(l->s + at, end - at), blanks = 0;

		if (n == 0)
			break;
		while (blanks < n && (l->s[at + blanks] == ' ' || l->s[at + blanks] == '\t'))
			blanks++;
		bordered = bordered || is_border(l->s + at + blanks);
		cut(l, at, n);
		end -= n;
	}
	left = clean_suffix(l->s + at, end - at, bordered);
	cut(l, at + left, end - at - left);
	return at + left;
}

void clean_line(const char *s, size_t n, bool first, struct line *out)
{
	size_t at = 0;

	out->n = 0;
	clean_decode(s, n, out);
	if (!first) { /* what follows a break in it still is a line of its own */
		const char *nl = memchr(out->s, '\n', out->n);

		at = nl != NULL ? (size_t)(nl - out->s) + 1 : out->n;
	}
	while (at < out->n)
		at = strip(out, at) + 1;
}
