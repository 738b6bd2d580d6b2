/* words.c - finding the words in a text that make the call of a function matter: "import" in any name,
 * "global" and "nonlocal".
 *
 * Sixteen places are tried at once for three letters, "imp", "lob" or "loc", which are rare in code.
 */
#include <string.h>

#include "python/parse.h"

enum { SIXTEEN = sizeof(py_sixteen) };

/* Is the word that `at` bytes before p begin a word of its own? */
static bool is_word(const unsigned char *p, size_t at, const char *word, const unsigned char *floor,
		    const unsigned char *end)
{
	size_t n = strlen(word);

	if ((size_t)(p - floor) < at || (size_t)(end - p) < n - at || memcmp(p - at, word, n) != 0)
		return false;
	return (p - at == floor || !(py_class[p[-(ptrdiff_t)at - 1]] & PY_C_WORD)) &&
	       (p - at + n == end || !(py_class[p[n - at]] & PY_C_WORD));
}

static unsigned word_at(const unsigned char *p, const unsigned char *floor, const unsigned char *end)
{
	if (*p == 'i')
		return end - p >= 6 && memcmp(p, "import", 6) == 0 ? PY_W_IMPORT : 0;
	if (*p != 'l' || p == floor)
		return 0;
	if (p[-1] == 'g')
		return is_word(p, 1, "global", floor, end) ? PY_W_GLOBAL : 0;
	return p[-1] == 'n' && is_word(p, 3, "nonlocal", floor, end) ? PY_W_GLOBAL : 0;
}

/* At which of the 16 places from p on could one of the words be? 18 bytes are read. */
static inline py_sixteen may_be(const unsigned char *p)
{
	py_sixteen a, b, c;

	memcpy(&a, p, sizeof(a));
	memcpy(&b, p + 1, sizeof(b));
	memcpy(&c, p + 2, sizeof(c));
	return (py_sixteen)((a == 'i') & (b == 'm') & (c == 'p')) |
	       (py_sixteen)((a == 'l') & (b == 'o') & ((c | 1) == 'c'));
}

/* The words that begin in [p, to). */
static __attribute__((noinline)) unsigned words_in(const struct py_words *w, const unsigned char *p,
						   const unsigned char *to)
{
	unsigned seen = 0;

	for (; p < to; p++)
		seen |= word_at(p, w->floor, w->end);
	return seen;
}

void py_words_to(struct py_words *w, const unsigned char *to)
{
	const unsigned char *p = w->at, *next, *far = to; /* far: before it, 18 bytes can be read */

	if (w->seen == PY_W_ALL)
		return;
	if (w->end - to < SIXTEEN + 2)
		far = w->end - p > SIXTEEN + 2 ? w->end - (SIXTEEN + 2) : p;
	w->at = to;
	while (p < to && w->seen != PY_W_ALL) {
		while (p < far && !py_any(may_be(p)))
			p += SIXTEEN;
		if (p >= to)
			break;
		next = to - p > SIXTEEN ? p + SIXTEEN : to;
		w->seen |= words_in(w, p, next);
		p = next;
	}
}
