/* cut.c - a text ends in the middle of a sentence: how much of it is there. */
#include "message/cut.h"

#include <ctype.h>
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
		unsigned char byte = (unsigned char)text[--n], folded = pattern_fold(byte);

		if (folded == 0) {
			if (byte <= ' ' && k < CUT_TAIL)
				c->starts[k] = 1;
			continue;
		}
		c->tail[--k] = (char)folded;
		c->starts[k] = byte >= 0x80;
	}
	c->n = CUT_TAIL - k;
	memmove(c->tail, c->tail + k, c->n);
	memmove(c->starts, c->starts + k, c->n);
}

/* Many a text ends with a word with which some sentence begins. */
static bool has_words(const struct cut *c, size_t k)
{
	return memchr(c->starts + c->n - k + 1, 1, k - 1) != NULL;
}

/* A number of which digits are missing is another number. */
static bool in_number(const struct cut *c, char next)
{
	return c->n > 0 && next >= '0' && next <= '9' && c->tail[c->n - 1] >= '0' && c->tail[c->n - 1] <= '9';
}

bool cut_follows_word(const struct cut *c, size_t k)
{
	return c->n > k && isalnum((unsigned char)c->tail[c->n - k - 1]);
}

size_t cut_overlap(const struct cut *c, const char *words)
{
	size_t most = strlen(words);

	most = most > 0 ? most - 1 : 0;
	for (size_t k = most < c->n ? most : c->n; k >= CUT_LEAST; k--)
		if (memcmp(c->tail + c->n - k, words, k) == 0 && has_words(c, k) && !in_number(c, words[k]))
			return k;
	return 0;
}
