/* clean_escape.c - escapes in a line: strings of programs, Markdown, addresses of web pages. Nothing becomes
 * longer.
 *
 * A backslash is an escape only where the line as a whole looks like a string of a program or like Markdown:
 * in a path of Windows it is not.
 */
#include <ctype.h>
#include <string.h>

#include "message/clean_line.h"

enum {
	PASSES = 3,      /* strings in strings */
	PERCENTS = 4     /* so many encoded bytes make a line an address that holds a text */
};

/* ---- strings of programs --------------------------------------------------------------------- */

/* ".\temp", "..\new" */
static bool is_raw_relative(const char *s, size_t n, size_t i)
{
	if (s[i] != '.' || (i > 0 && strchr(" \t'\"`=(", s[i - 1]) == NULL))
		return false;
	i += s[i + 1] == '.' ? 2 : 1;
	return i + 2 < n && s[i] == '\\' && isalnum((unsigned char)s[i + 1]) &&
	       isalnum((unsigned char)s[i + 2]);
}

/* A path with a drive, or from here, whose backslashes are single: then they are no escapes. */
static bool has_raw_path(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (is_raw_relative(s, n, i))
			return true;
	for (size_t i = 1; i + 2 < n; i++)
		if (s[i] == ':' && s[i + 1] == '\\' && s[i + 2] != '\\' && isalpha((unsigned char)s[i - 1]) &&
		    (i == 1 || !isalnum((unsigned char)s[i - 2])))
			return true;
	return false;
}

static bool has_escapes(const char *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		if (s[i] != '\\')
			continue;
		if (strchr("n\"'utx", s[i + 1]) != NULL)
			return !has_raw_path(s, n);
		i++;
	}
	return false;
}

/* A character as UTF-8; how many bytes. */
static size_t put_utf8(unsigned value, char out[3])
{
	if (value < 0x80) {
		out[0] = (char)value;
		return value >= ' ' || value == 27 || value == '\n' ? 1 : 0;
	}
	if (value < 0x800) {
		out[0] = (char)(0xc0 | value >> 6);
		out[1] = (char)(0x80 | (value & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | value >> 12);
	out[1] = (char)(0x80 | (value >> 6 & 0x3f));
	out[2] = (char)(0x80 | (value & 0x3f));
	return 3;
}

static bool hex_value(const char *s, size_t n, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char d = (unsigned char)s[i];

		if (!isxdigit(d))
			return false;
		*value = *value * 16 + (isdigit(d) ? d - (unsigned)'0' : (unsigned)tolower(d) - 'a' + 10u);
	}
	return true;
}

/* Length of the escape at s, and what it stands for: *made bytes in out. 0: it is none. A byte above ASCII
 * has a neighbour of its kind (in_row); "\x86_64" is a folder. */
static size_t string_escape(const char *s, size_t n, bool in_row, char out[3], size_t *made)
{
	static const char names[] = "nrt\"'\\/", values[] = "\n\n\t\"'\\/";
	const char *known = n > 1 && s[1] != '\0' ? strchr(names, s[1]) : NULL;
	unsigned value;
	char mark;

	*made = 1;
	if (known != NULL) {
		out[0] = values[known - names];
		return 2;
	}
	if (n >= 4 && s[1] == 'x' && hex_value(s + 2, 2, &value) && (value < 0x80 || in_row)) { /* a byte */
		out[0] = (char)value;
		return 4;
	}
	if (n < 6 || s[1] != 'u' || !hex_value(s + 2, 4, &value))
		return 0;
	*made = put_utf8(value, out);
	if (*made > 1 && clean_foreign(out, *made, &mark) == *made && mark != '\0') {
		out[0] = mark;
		*made = 1;
	}
	return 6;
}

static void unescape(struct line *l)
{
	size_t k = 0, made;
	bool byte = false; /* the one before was one */

	for (size_t i = 0; i < l->n;) {
		char out[3] = { l->s[i], 0, 0 };
		uint32_t from = l->from[i];
		bool in_row = byte || (l->n - i >= 6 && memcmp(l->s + i + 4, "\\x", 2) == 0);
		size_t len = *out == '\\' ? string_escape(l->s + i, l->n - i, in_row, out, &made) : 0;

		byte = len == 4;
		i += len > 0 ? len : 1;
		for (size_t j = 0; j < (len > 0 ? made : 1); j++) {
			l->from[k] = from;
			l->s[k++] = out[j];
		}
	}
	l->n = k;
}

/* ---- Markdown ---------------------------------------------------------------------------------- */

/* "site\_perl/5\.005": each backslash stands before a sign that means something there. */
static bool has_marks(const char *s, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\')
			continue;
		if (i + 1 == n || strchr("_*-.,:;=@{}[]()#!~|<>+", s[i + 1]) == NULL || s[i + 1] == '\0')
			return false;
		found++;
	}
	return found > 1;
}

static void remove_marks(struct line *l)
{
	size_t k = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->s[i] == '\\')
			continue;
		l->from[k] = l->from[i];
		l->s[k++] = l->s[i];
	}
	l->n = k;
}

/* Are the brackets in s[from, to) pairs? Those of a declaration that is cut out of its line are none. */
static bool has_pairs(const char *s, size_t from, size_t to)
{
	int depth = 0;

	for (; from < to && depth >= 0; from++)
		depth += (s[from] == '(') - (s[from] == ')');
	return depth == 0;
}

/* Where the bold words end that begin with the "**" at i; 0: none do. Pointers to pointers are no words. */
static size_t bold_end(const struct line *l, size_t i)
{
	const char *s = l->s;

	if (l->n - i < 5 || s[i] != '*' || s[i + 1] != '*' || strchr(" \t*", s[i + 2]) != NULL ||
	    (i > 0 && strchr(" \t'`\"([>", s[i - 1]) == NULL))
		return 0;
	for (size_t k = i + 3; k + 1 < l->n; k++)
		if (s[k] == '*' && s[k + 1] == '*')
			return strchr(" \t*(,", s[k - 1]) == NULL && has_pairs(s, i + 2, k) &&
					       (k + 2 == l->n || !isalnum((unsigned char)s[k + 2])) ? k : 0;
	return 0;
}

/* "**relocation truncated to fit:** …", also slanted: "**_x_**" */
static void remove_bold(struct line *l)
{
	size_t k = 0, end = 0, slanted = 0;

	for (size_t i = 0; i < l->n; i++) {
		size_t begun = end == 0 ? bold_end(l, i) : 0;

		if (begun > 0)
			slanted = l->s[i + 2] == '_' && l->s[begun - 1] == '_' ? 1 : 0;
		if (begun > 0 || (end > 0 && i == end - slanted)) {
			i += 1 + slanted;
			end = begun;
			continue;
		}
		l->from[k] = l->from[i];
		l->s[k++] = l->s[i];
	}
	l->n = k;
}

bool clean_has_bold(const char *s, size_t n)
{
	return n > 4 && memmem(s, n, "**", 2) != NULL;
}

static const char link[] = "](http";

bool clean_has_link(const char *s, size_t n)
{
	const char *end = s + n;

	for (; (s = memchr(s, ']', (size_t)(end - s))) != NULL; s++)
		if ((size_t)(end - s) >= sizeof(link) - 1 && memcmp(s, link, sizeof(link) - 1) == 0)
			return true;
	return false;
}

/* "[ld.so](http://ld.so/)": a name that was taken for an address. At i stands "](http", k bytes are written:
 * the length from there to the end if they end with "[" and that name; 0: it is another link. */
static size_t link_length(const struct line *l, size_t i, size_t k, size_t *name)
{
	enum { LONGEST = 400 };
	size_t at = i + sizeof(link) - 1, end;
	const char *close;

	at += at < l->n && l->s[at] == 's';
	if (l->n - at < 4 || memcmp(l->s + at, "://", 3) != 0)
		return 0;
	at += 3;
	close = memchr(l->s + at, ')', l->n - at < LONGEST ? l->n - at : LONGEST);
	if (close == NULL)
		return 0;
	end = (size_t)(close - l->s);
	*name = end - at - (end > at && l->s[end - 1] == '/');
	if (*name == 0 || *name >= k || l->s[k - *name - 1] != '[' ||
	    memcmp(l->s + k - *name, l->s + at, *name) != 0)
		return 0;
	return end + 1 - i;
}

static void remove_links(struct line *l)
{
	size_t k = 0, name = 0;

	for (size_t i = 0; i < l->n;) {
		size_t len = l->n - i >= sizeof(link) && memcmp(l->s + i, link, sizeof(link) - 1) == 0
				     ? link_length(l, i, k, &name) : 0;

		if (len > 0) {
			memmove(l->s + k - name - 1, l->s + k - name, name);
			memmove(l->from + k - name - 1, l->from + k - name, name * sizeof(*l->from));
			k--;
			i += len;
			continue;
		}
		l->from[k] = l->from[i];
		l->s[k++] = l->s[i++];
	}
	l->n = k;
}

/* ---- addresses ----------------------------------------------------------------------------------- */

/* "https://host/search?q=dlopen%28x.so%2C+2%29": a tool that offers to look for the message it got. */
bool clean_has_query(const char *s, size_t n)
{
	const char *query;
	size_t found = 0;
	unsigned value;

	if (memchr(s, '%', n) == NULL || memmem(s, n, "://", 3) == NULL)
		return false;
	query = memchr(s, '?', n);
	for (; query != NULL && query + 2 < s + n; query++)
		found += *query == '%' && hex_value(query + 1, 2, &value);
	return found >= PERCENTS;
}

static void decode_query(struct line *l)
{
	size_t k = 0;
	bool query = false;

	for (size_t i = 0; i < l->n; i++) {
		uint32_t from = l->from[i];
		char c = l->s[i];
		unsigned value;

		query = query || c == '?';
		if (query && c == '+')
			c = ' ';
		if (query && c == '%' && i + 2 < l->n && hex_value(l->s + i + 1, 2, &value) && value >= ' ') {
			c = (char)value;
			i += 2;
		}
		l->from[k] = from;
		l->s[k++] = c;
	}
	l->n = k;
}

void clean_unescape(struct line *l)
{
	if (clean_has_query(l->s, l->n))
		decode_query(l);
	if (clean_has_link(l->s, l->n))
		remove_links(l);
	if (has_marks(l->s, l->n))
		remove_marks(l);
	if (clean_has_bold(l->s, l->n))
		remove_bold(l);
	for (unsigned pass = 0; pass < PASSES && has_escapes(l->s, l->n); pass++)
		unescape(l);
}
