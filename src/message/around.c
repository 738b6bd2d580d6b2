/* around.c - the lines around a place in a clean text, and words in them. */
#include "message/around.h"

#include <ctype.h>
#include <string.h>

static bool is_blank(struct part p)
{
	for (size_t i = 0; i < p.n; i++)
		if (!isspace((unsigned char)p.s[i]))
			return false;
	return true;
}

size_t around_start(const struct clean *c, struct part p)
{
	return (size_t)(p.s - c->text);
}

size_t around_end(const struct clean *c, struct part p)
{
	return around_start(c, p) + p.n;
}

struct part around_before(const struct clean *c, size_t start)
{
	const char *nl = start > 0 ? memrchr(c->text, '\n', start) : NULL;
	size_t from = nl != NULL ? (size_t)(nl - c->text) + 1 : 0;

	if (start - from > AROUND_LONGEST)
		from = start - AROUND_LONGEST;
	return (struct part){ c->text + from, start - from };
}

struct part around_after(const struct clean *c, size_t end)
{
	const char *nl = memchr(c->text + end, '\n', c->n - end);
	size_t to = nl != NULL ? (size_t)(nl - c->text) : c->n;

	return (struct part){ c->text + end, to - end < AROUND_LONGEST ? to - end : AROUND_LONGEST };
}

struct part around_above(const struct clean *c, size_t start)
{
	struct part p = around_before(c, start);
	size_t at = around_start(c, p);

	while (at > 0) {
		p = around_before(c, at - 1);
		at = around_start(c, p);
		if (!is_blank(p))
			return p;
	}
	return (struct part){ c->text, 0 };
}

struct part around_below(const struct clean *c, size_t end)
{
	const char *nl = memchr(c->text + end, '\n', c->n - end);

	while (nl != NULL) {
		size_t at = (size_t)(nl - c->text) + 1;
		struct part p = around_after(c, at);

		if (!is_blank(p))
			return p;
		nl = memchr(c->text + at, '\n', c->n - at);
	}
	return (struct part){ c->text + c->n, 0 };
}

bool part_has(struct part p, const char *word)
{
	return p.n >= strlen(word) && memmem(p.s, p.n, word, strlen(word)) != NULL;
}

bool part_begins(struct part p, const char *word)
{
	return p.n >= strlen(word) && memcmp(p.s, word, strlen(word)) == 0;
}

bool part_has_word(struct part p, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= p.n; i++) {
		if ((char)tolower((unsigned char)p.s[i]) != word[0] ||
		    memcmp(p.s + i + 1, word + 1, n - 1) != 0)
			continue;
		if ((i == 0 || !isalnum((unsigned char)p.s[i - 1])) &&
		    (i + n == p.n || !isalnum((unsigned char)p.s[i + n])))
			return true;
	}
	return false;
}

size_t part_count_words(struct part p, const char *const *words, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += part_has_word(p, words[i]);
	return found;
}
