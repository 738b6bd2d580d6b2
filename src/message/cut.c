/* cut.c - a text ends in the middle of a sentence: how much of it is there. */
#include "message/cut.h"

#include <string.h>

#include "message/pattern.h"

static bool ends_with(const char *s, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && memcmp(s + n - k, end, k) == 0;
}

size_t cut_end(const char *text, size_t n)
{
	static const char *const left_out[] = { "...", "\xe2\x80\xa6", "[...]", "(...)", "[\xe2\x80\xa6]" };
	size_t before;

	do {
		before = n;
		while (n > 0 && strchr(" \t\n\r`", text[n - 1]) != NULL)
			n--;
		for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
			if (ends_with(text, n, left_out[i]))
				n -= strlen(left_out[i]);
	} while (n < before);
	return n;
}

void cut_init(struct cut *c, const char *text, size_t n)
{
	size_t k = CUT_TAIL;

	while (n > 0 && k > 0 && text[n - 1] != '\n') {
		unsigned char folded = pattern_fold((unsigned char)text[--n]);

		if (folded != 0)
			c->tail[--k] = (char)folded;
	}
	c->n = CUT_TAIL - k;
	memmove(c->tail, c->tail + k, c->n);
}

size_t cut_overlap(const struct cut *c, const char *words)
{
	size_t most = strlen(words);

	most = most > 0 ? most - 1 : 0;
	for (size_t k = most < c->n ? most : c->n; k >= CUT_LEAST; k--)
		if (memcmp(c->tail + c->n - k, words, k) == 0)
			return k;
	return 0;
}
