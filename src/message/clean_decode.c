/* clean_decode.c - what is encoded in a line: terminals, HTML, objects, other alphabets. Nothing becomes
 * longer. */
#include <ctype.h>
#include <string.h>

#include "message/clean_line.h"

/* 1: must be looked at wherever it stands. */
static const unsigned char special[256] = {
	[0] = 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['&'] = 1, ['<'] = 1, ['\\'] = 1, [0x7f] = 1, [0x80 ... 0xff] = 1,
};

bool clean_is_encoded(const char *s, size_t n)
{
	unsigned found = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		for (size_t k = 0; k < 8; k++)
			found |= special[(unsigned char)s[i + k]];
		if (found)
			return true;
	}
	for (; i < n; i++)
		found |= special[(unsigned char)s[i]];
	return found != 0 || clean_has_query(s, n);
}

static void put(struct line *l, char c, size_t from)
{
	l->s[l->n] = c;
	l->from[l->n++] = (uint32_t)from;
}

/* ---- terminals ------------------------------------------------------------------------------ */

/* Length of the escape sequence at s, which begins with ESC (ECMA-48: CSI … letter, OSC … BEL or ST).
 * *endless: no BEL or ST is left in this line; it is looked for once. */
static size_t escape_length(const char *s, size_t n, bool *endless)
{
	size_t i = 2;

	if (n < 2)
		return n;
	if (s[1] == '[') {
		while (i < n && (unsigned char)s[i] < 0x40)
			i++;
		return i < n ? i + 1 : n;
	}
	if (strchr("]P_^X", s[1]) != NULL) {
		for (; i < n && !*endless; i++) {
			if (s[i] == '\a')
				return i + 1;
			if (s[i] == 27 && i + 1 < n && s[i + 1] == '\\')
				return i + 2;
		}
		*endless = true;
		return 2; /* it has no end here: not the rest of the line */
	}
	return strchr("()*+#%", s[1]) != NULL && n > 2 ? 3 : 2;
}

/* The escapes of a terminal where ESC itself was lost, as a browser or an editor shows them: "[0;31m". */
static size_t bare_escape(const char *s, size_t n)
{
	size_t i = 1, digits = 0;

	if (n < 3 || s[0] != '[')
		return 0;
	while (i < n && (isdigit((unsigned char)s[i]) || s[i] == ';'))
		digits += isdigit((unsigned char)s[i++]) != 0;
	return i < n && digits > 0 && (s[i] == 'm' || s[i] == 'K') ? i + 1 : 0;
}

bool clean_has_bare_escape(const char *s, size_t n)
{
	const char *end = s + n;

	while ((s = memchr(s, '[', (size_t)(end - s))) != NULL) {
		if (bare_escape(s, (size_t)(end - s)) > 0)
			return true;
		s++;
	}
	return false;
}

/* ---- HTML ----------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	char c;
} entities[] = {
	{ "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' },
	{ "&nbsp;", ' ' }, { "&lsquo;", '\'' }, { "&rsquo;", '\'' }, { "&ldquo;", '"' }, { "&rdquo;", '"' },
	{ "&grave;", '`' }, { "&lbrace;", '{' }, { "&rbrace;", '}' }, { "&lsqb;", '[' }, { "&rsqb;", ']' },
	{ "&lowbar;", '_' }, { "&colon;", ':' }, { "&sol;", '/' }, { "&period;", '.' }, { "&NewLine;", '\n' },
};

/* "&#39;", "&#x27;" */
static size_t number_entity(const char *s, size_t n, char *c)
{
	unsigned value = 0, base = 10;
	size_t i = 2;

	if (n > 3 && (s[2] == 'x' || s[2] == 'X')) {
		base = 16;
		i = 3;
	}
	for (; i < n && i < 10 && isxdigit((unsigned char)s[i]); i++) {
		unsigned char d = (unsigned char)s[i];

		value = value * base + (isdigit(d) ? d - (unsigned)'0' : (unsigned)tolower(d) - 'a' + 10u);
	}
	if (i >= n || s[i] != ';')
		return 0;
	if (value == 0x2018 || value == 0x2019)
		value = '\'';
	else if (value == 0x201c || value == 0x201d)
		value = '"';
	else if (value == 0xa0)
		value = ' ';
	if (value < ' ' && value != '\n' && value != '\t')
		return 0;
	if (value == 0xad || (value >= 0x200b && value <= 0x200d) || value == 0x2060 || value == 0xfeff)
		value = 0; /* it has no width */
	*c = value < 0x7f ? (char)value : '?';
	return i + 1;
}

static size_t one_entity(const char *s, size_t n, char *c)
{
	if (n > 3 && s[1] == '#')
		return number_entity(s, n, c);
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		size_t len;

		if (n < 2 || s[1] != entities[i].name[1])
			continue;
		len = strlen(entities[i].name);
		if (len <= n && memcmp(s, entities[i].name, len) == 0) {
			*c = entities[i].c;
			return len;
		}
	}
	return 0;
}

/* One that was encoded once more is decoded twice: "&amp;lt;". */
static size_t entity(const char *s, size_t n, char *c)
{
	enum { AMP = 5, LONGEST = 12 };
	char inner[LONGEST];
	size_t len = one_entity(s, n, c), ninner, more;

	if (len != AMP || *c != '&')
		return len;
	ninner = n - AMP < LONGEST - 1 ? n - AMP + 1 : LONGEST;
	inner[0] = '&';
	memcpy(inner + 1, s + AMP, ninner - 1);
	more = one_entity(inner, ninner, c);
	if (more > 0)
		return AMP + more - 1;
	*c = '&';
	return len;
}

/* Tags that pages with messages have; those of one line end one. Templates of C++ look like others. */
static const struct {
	const char *name;
	bool ends_line;
} tags[] = {
	{ "br", true }, { "p", true }, { "div", true }, { "li", true }, { "tr", true }, { "pre", true },
	{ "code", false }, { "span", false }, { "tt", false }, { "em", false }, { "strong", false },
	{ "kbd", false }, { "samp", false }, { "font", false }, { "ul", true }, { "ol", true },
	{ "td", false }, { "table", true }, { "tbody", true }, { "blockquote", true }, { "details", true },
	{ "summary", true }, { "h1", true }, { "h2", true }, { "h3", true }, { "h4", true }, { "hr", true },
	{ "mark", false }, { "a", false }, { "b", false }, { "i", false }, { "u", false }, { "tspan", false },
};

/* Length of the tag at s, 0 if it is none. `before`: the byte before it. */
static size_t tag(const char *s, size_t n, char before, bool *ends_line)
{
	size_t i = n > 1 && s[1] == '/' ? 2 : 1, start = i, end;
	const char *close;

	while (i < n && (islower((unsigned char)s[i]) || isdigit((unsigned char)s[i])))
		i++;
	close = memchr(s + i, '>', n - i < 400 ? n - i : 400);
	if (i == start || close == NULL || (s[i] != '>' && s[i] != ' ' && s[i] != '/'))
		return 0;
	end = (size_t)(close - s);
	/* Attributes have a value; "vector<a b>" has none. */
	if (s[i] == ' ' && s[i + 1] != '/' && memchr(s + i, '=', end - i) == NULL)
		return 0;
	if (i - start == 1 && start == 1 && (isalnum((unsigned char)before) || before == '_'))
		return 0;
	for (size_t k = 0; k < sizeof(tags) / sizeof(tags[0]); k++)
		if (strlen(tags[k].name) == i - start && memcmp(tags[k].name, s + start, i - start) == 0) {
			*ends_line = tags[k].ends_line;
			return end + 1;
		}
	return 0;
}

/* ---- other alphabets ------------------------------------------------------------------------ */

static const struct {
	const char *bytes;
	char ascii; /* 0: nothing */
} marks[] = {
	{ "\xe2\x80\x98", '\'' }, { "\xe2\x80\x99", '\'' }, { "\xe2\x80\x9a", '\'' },
	{ "\xe2\x80\x9b", '\'' }, { "\xe2\x80\x9c", '"' }, { "\xe2\x80\x9d", '"' }, { "\xe2\x80\x9e", '"' },
	{ "\xc2\xb4", '\'' }, { "\xc2\xab", '"' }, { "\xc2\xbb", '"' }, { "\xe2\x80\xb9", '\'' },
	{ "\xe2\x80\xba", '\'' }, { "\xe3\x80\x8c", '"' }, { "\xe3\x80\x8d", '"' }, { "\xe2\x80\xb2", '\'' },
	{ "\xc2\xa0", ' ' }, { "\xe2\x80\xaf", ' ' }, { "\xe2\x80\x8b", 0 }, { "\xe2\x80\x8c", 0 },
	{ "\xe2\x80\x8d", 0 }, { "\xe2\x81\xa0", 0 }, { "\xef\xbb\xbf", 0 }, { "\xc2\xad", 0 },
	{ "\xe2\x80\x90", '-' }, { "\xe2\x80\x91", '-' }, { "\xef\xbc\x9a", ':' }, { "\xe3\x80\x80", ' ' },
	{ "\xe2\x80\xa8", '\n' }, { "\xe2\x80\xa9", '\n' },
};

size_t clean_foreign(const char *s, size_t n, char *ascii)
{
	unsigned char c = (unsigned char)s[0];

	if (c != 0xe2 && c != 0xc2 && c != 0xe3 && c != 0xef)
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t len = strlen(marks[i].bytes);

		if (len <= n && memcmp(s, marks[i].bytes, len) == 0) {
			*ascii = marks[i].ascii;
			return len;
		}
	}
	return 0;
}

/* A vertical line of a frame in the middle of a line divides two texts. */
static bool is_vertical(const char *s, size_t n)
{
	return n >= 3 && memcmp(s, "\xe2\x94", 2) == 0 &&
		((unsigned char)s[2] == 0x82 || (unsigned char)s[2] == 0x83);
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* One byte, or what it begins; how many bytes of s that is. */
static size_t decode_at(const char *s, size_t n, size_t i, struct line *out, bool *endless)
{
	bool ends_line = false;
	size_t len = 0;
	char c = s[i];

	if (c == 27)
		return escape_length(s + i, n - i, endless);
	if (c == '\b') {
		out->n -= out->n > 0;
		return 1;
	}
	if (c == '&')
		len = entity(s + i, n - i, &c);
	else if (c == '<')
		len = tag(s + i, n - i, i > 0 ? s[i - 1] : ' ', &ends_line);
	else if ((unsigned char)c >= 0x80)
		len = clean_foreign(s + i, n - i, &c);
	if (len > 0 && s[i] == '<') {
		if (ends_line && out->n > 0 && out->s[out->n - 1] != '\n')
			put(out, '\n', i);
		return len;
	}
	if (len == 0 && is_vertical(s + i, n - i) && out->n > 0) {
		size_t before = out->n;

		while (before > 0 && out->s[before - 1] == ' ')
			before--;
		if (before > 0 && (unsigned char)out->s[before - 1] < 0x80) {
			put(out, '\n', i);
			return 3;
		}
	}
	if (c != '\0' && (unsigned char)c != 0x7f && ((unsigned char)c >= ' ' || c == '\t' || c == '\n'))
		put(out, c, i);
	return len > 0 ? len : 1;
}

static void remove_bare_escapes(struct line *l)
{
	size_t k = 0;

	for (size_t i = 0; i < l->n;) {
		size_t len = bare_escape(l->s + i, l->n - i);

		if (len > 0) {
			i += len;
			continue;
		}
		l->from[k] = l->from[i];
		l->s[k++] = l->s[i++];
	}
	l->n = k;
}

/* ---- objects that are written as a line (JSON) ------------------------------------------------- */

static bool is_object(const struct line *l)
{
	size_t i = 0;

	while (i < l->n && (l->s[i] == ' ' || l->s[i] == '\t' || l->s[i] == '['))
		i++;
	return i + 1 < l->n && l->s[i] == '{' && l->s[i + 1] == '"';
}

/* Behind the string that begins behind the quotation mark at i; *end: where it ends. */
static size_t string_end(const struct line *l, size_t i, size_t *end)
{
	for (i++; i < l->n && l->s[i] != '"'; i++)
		i += l->s[i] == '\\' && i + 1 < l->n;
	*end = i < l->n ? i : l->n;
	return i < l->n ? i + 1 : l->n;
}

static bool is_key(const struct line *l, size_t behind)
{
	while (behind < l->n && l->s[behind] == ' ')
		behind++;
	return behind < l->n && l->s[behind] == ':';
}

/* A value that is a text: it has words. */
static bool is_text(const struct line *l, size_t start, size_t end)
{
	return memchr(l->s + start, ' ', end - start) != NULL ||
		memchr(l->s + start, '\\', end - start) != NULL;
}

/* Leaves the values that are texts, a line each. */
static void keep_values(struct line *l)
{
	size_t k = 0, end;

	for (size_t i = 0; i < l->n;) {
		size_t start = i + 1, next;

		if (l->s[i] != '"') {
			i++;
			continue;
		}
		next = string_end(l, i, &end);
		if (!is_key(l, next) && is_text(l, start, end)) {
			if (k > 0) {
				l->from[k] = l->from[i];
				l->s[k++] = '\n';
			}
			memmove(l->s + k, l->s + start, end - start);
			memmove(l->from + k, l->from + start, (end - start) * sizeof(*l->from));
			k += end - start;
		}
		i = next;
	}
	l->n = k > 0 ? k : l->n;
}

void clean_decode(const char *s, size_t n, struct line *out)
{
	bool endless = false;
	size_t i = 0;

	while (i < n) {
		if (!special[(unsigned char)s[i]]) {
			put(out, s[i], i);
			i++;
		} else if (s[i] == '\r') { /* what is written over it is a line of its own */
			if (out->n > 0)
				put(out, '\n', i);
			i++;
		} else {
			i += decode_at(s, n, i, out, &endless);
		}
	}
	if (is_object(out))
		keep_values(out);
	clean_unescape(out);
	if (clean_has_bare_escape(out->s, out->n))
		remove_bare_escapes(out);
}
