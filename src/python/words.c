/* words.c - finding the words in a text that make the call of a function matter: "import" in any name,
 * "global" and "nonlocal".
 *
 * Sixteen places are tried at once for three letters, "imp", "lob" or "loc", which are rare in code. */
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

static bool in_bytes(struct py_words *w, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		w->kind = word_at(p + i, w->floor, w->end);
		if (w->kind != 0) {
			w->at = p + i;
			return true;
		}
	}
	return false;
}

void py_words_from(struct py_words *w, const unsigned char *p)
{
	for (; w->end - p >= 2 * SIXTEEN + 2; p += 2 * SIXTEEN) {
		py_sixteen first = may_be(p), second = may_be(p + SIXTEEN);

		if (py_any(first | second) &&
		    ((py_any(first) && in_bytes(w, p, SIXTEEN)) ||
		     (py_any(second) && in_bytes(w, p + SIXTEEN, SIXTEEN))))
			return;
	}
	if (in_bytes(w, p, p < w->end ? (size_t)(w->end - p) : 0))
		return;
	w->at = w->end;
	w->kind = 0;
}
