/* link_words.c - words of a command line: as drivers print them with -###, and in response files.
 *
 * gcc puts words in double quotes that need it, clang all; in both a backslash takes the next letter as it
 * is. Response files add single quotes and line ends between words (libiberty's expandargv).
 */
#include <string.h>

#include "build/link_priv.h"

enum { WORDS_MAX = 1 << 20, RESPONSE_DEPTH = 8 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* The word at *p, unquoted, in buf, which has room for the rest of the line. */
static size_t take_word(const char **p, const char *end, char *buf)
{
	size_t n = 0;
	char quote = '\0';

	for (; *p < end && (quote != '\0' || !is_blank(**p)); (*p)++) {
		char c = **p;

		if (c == '\\' && *p + 1 < end && quote != '\'') {
			(*p)++;
			buf[n++] = **p;
		} else if (quote != '\0' && c == quote) {
			quote = '\0';
		} else if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
		} else {
			buf[n++] = c;
		}
	}
	return n;
}

void link_words(struct arena *a, const char *line, size_t n, struct link_texts *out)
{
	const char *p = line, *end = line + n;
	char *buf = arena_alloc(a, n + 1);

	while (out->n < WORDS_MAX) {
		size_t len;

		while (p < end && is_blank(*p))
			p++;
		if (p >= end)
			return;
		len = take_word(&p, end, buf);
		*ARENA_PUSH(a, out) = arena_strndup(a, buf, len);
	}
}

bool link_response(struct arena *a, struct source *source, const char *path, struct link_texts *out)
{
	struct source_file f;
	bool ok;

	if (source_open(source, path, &f) != 0)
		return false;
	ok = f.st.type == OS_REGULAR;
	source_close(&f);
	if (!ok || source_open(source, path, &f) != 0)
		return false;
	/* The words are copied, so that nothing of the file is kept; a failed allocation leaves it mapped. */
	link_words(a, f.map.bytes.p != NULL ? (const char *)f.map.bytes.p : "", f.map.bytes.n, out);
	source_close(&f);
	return true;
}

static void expand(struct arena *a, struct source *source, const char *word, unsigned depth,
		   struct link_texts *out)
{
	struct link_texts inner = { NULL, 0, 0 };

	if (word[0] != '@' || depth >= RESPONSE_DEPTH || out->n >= WORDS_MAX ||
	    !link_response(a, source, word + 1, &inner)) {
		*ARENA_PUSH(a, out) = word;
		return;
	}
	for (size_t i = 0; i < inner.n; i++)
		expand(a, source, inner.items[i], depth + 1, out);
}

void link_expand(struct arena *a, struct source *source, const char *const *words, size_t n,
		 struct link_texts *out)
{
	for (size_t i = 0; i < n; i++)
		expand(a, source, words[i], 0, out);
}
