/* clean_line.c - one line: colours, overwritten parts, other alphabets' quotation marks. */
#include "message/clean_line.h"

#include <string.h>

/* Bytes that something must be done about, wherever they stand. */
static bool is_special(unsigned char c)
{
	return c < ' ' ? c != '\t' : c >= 0x7f;
}

bool clean_line_is_plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_special((unsigned char)s[i]))
			return false;
	return true;
}

/* Length of the escape sequence at s, which begins with ESC (ECMA-48: CSI … letter, OSC … BEL or ST). */
static size_t escape_length(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 2)
		return n;
	if (s[1] == '[') {
		while (i < n && (unsigned char)s[i] < 0x40)
			i++;
		return i < n ? i + 1 : n;
	}
	if (s[1] == ']' || s[1] == 'P' || s[1] == '_' || s[1] == '^') {
		for (; i < n; i++) {
			if (s[i] == '\a')
				return i + 1;
			if (s[i] == 27 && i + 1 < n && s[i + 1] == '\\')
				return i + 2;
		}
		return n;
	}
	return strchr("()*+#%", s[1]) != NULL && n > 2 ? 3 : 2;
}

static const struct {
	const char *bytes;
	char ascii;
} marks[] = {
	{ "\xe2\x80\x98", '\'' }, { "\xe2\x80\x99", '\'' }, { "\xe2\x80\x9a", '\'' }, { "\xe2\x80\x9b", '\'' },
	{ "\xe2\x80\x9c", '"' }, { "\xe2\x80\x9d", '"' }, { "\xe2\x80\x9e", '"' }, { "\xc2\xb4", '\'' },
	{ "\xc2\xab", '"' }, { "\xc2\xbb", '"' }, { "\xe2\x80\xb9", '\'' }, { "\xe2\x80\xba", '\'' },
	{ "\xc2\xa0", ' ' }, { "\xe2\x80\xaf", ' ' },
};

/* Length of a mark of another alphabet at s, and what it stands for; 0 if there is none. */
static size_t mark_at(const char *s, size_t n, char *ascii)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t len = strlen(marks[i].bytes);

		if (len <= n && memcmp(s, marks[i].bytes, len) == 0) {
			*ascii = marks[i].ascii;
			return len;
		}
	}
	return 0;
}

size_t clean_line(const char *s, size_t n, bool first, char *out, uint32_t *from)
{
	size_t len = 0, i = 0;

	(void)first;
	while (i < n) {
		size_t skip;
		char c = s[i];

		if (c == 27) {
			i += escape_length(s + i, n - i);
			continue;
		}
		if (c == '\r' && i + 1 < n) { /* what stands before it was overwritten */
			len = 0;
			i++;
			continue;
		}
		skip = mark_at(s + i, n - i, &c);
		out[len] = c;
		from[len++] = (uint32_t)i;
		i += skip > 0 ? skip : 1;
	}
	return len;
}
