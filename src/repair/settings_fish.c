/* settings_fish.c - universal variables of fish: "SETUVAR --export --path NAME:VALUE", a line each.
 *
 * In a value all but letters, digits, "/" and "_" is written as \xHH or \uHHHH; \x1e stands between the
 * elements of a list, or a colon does if fish does not know it as one.
 */
#include <stdlib.h>
#include <string.h>

#include "repair/settings_text.h"

static const char *behind_word(const char *p, const char *word)
{
	size_t n = strlen(word);

	return strncmp(p, word, n) == 0 ? p + n : NULL;
}

/* The value if the line sets that variable; NULL. */
static const char *value_in(const char *line, const char *variable)
{
	static const char *const options[] = { "--export ", "--unexport ", "--path ", "--no-path " };
	const char *p = behind_word(line, "SETUVAR ");

	for (size_t i = 0; p != NULL && i < sizeof(options) / sizeof(options[0]); i++) {
		const char *next = behind_word(p, options[i]);

		if (next != NULL) {
			p = next;
			i = (size_t)-1; /* from the first again: they come in any order */
		}
	}
	p = p != NULL ? behind_word(p, variable) : NULL;
	return p != NULL && *p == ':' ? p + 1 : NULL;
}

/* The byte that is written at p, and how long that is. Of others than bytes (\uHHHH) the backslash. */
static char byte_at(const char *p, size_t *n)
{
	char hex[3] = "";
	char *end;
	unsigned long byte;

	*n = 1;
	if (p[0] != '\\' || p[1] != 'x' || p[2] == '\0' || p[3] == '\0')
		return *p;
	memcpy(hex, p + 2, 2);
	byte = strtoul(hex, &end, 16);
	if (end != hex + 2 || byte == 0)
		return *p;
	*n = 4;
	return (char)byte;
}

static bool is_end(char c)
{
	return c == '\n' || c == '\r' || c == '\0';
}

bool settings_fish(const char *line, const char *variable, const char *element, struct arena *a,
		   const char **without)
{
	const char *value = value_in(line, variable), *p = value;
	struct arena_text kept = { NULL, 0, 0 };
	size_t before = 0; /* bytes of what stands before the element */
	bool found = false;

	if (value == NULL || is_end(*value))
		return false;
	for (;;) {
		struct arena_text means = { NULL, 0, 0 };
		const char *from = p;
		size_t n = 0;
		char c;

		for (c = byte_at(p, &n); !is_end(*p) && c != ':' && c != '\x1e'; c = byte_at(p, &n)) {
			arena_text_add(a, &means, &c, 1);
			p += n;
		}
		if (means.n > 0 && settings_same_folder(arena_text_end(a, &means), element)) {
			found = true;
		} else {
			/* with what stands before it, but for the first that stays */
			size_t more = kept.n > 0 ? before : 0;

			arena_text_add(a, &kept, from - more, (size_t)(p - from) + more);
		}
		if (is_end(*p))
			break;
		p += n;
		before = n;
	}
	*without = kept.n == 0 ? "" : arena_printf(a, "%.*s%s%s", (int)(value - line), line,
						   arena_text_end(a, &kept), p);
	return found;
}
