/* text.c - the bytes of a file as the parser wants them: UTF-8, lines that end in '\n', the last as well.
 *
 * Most files are so already and are read where they lie. A mark at the beginning and a coding line are read
 * as CPython's tokenizer does (Parser/tokenizer/helpers.c, check_bom and get_coding_spec).
 */
#include <string.h>
#include <strings.h>

#include "python/parse.h"

size_t py_utf8(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80   ? 1
		     : p[0] < 0xc2 ? 0
		     : p[0] < 0xe0 ? 2
		     : p[0] < 0xf0 ? 3
		     : p[0] < 0xf5 ? 4
				   : 0;

	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
	    (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

size_t py_utf8_put(char *out, uint32_t c)
{
	unsigned char *o = (unsigned char *)out;

	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		o[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		o[0] = (unsigned char)(0xc0 | c >> 6);
		o[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		o[0] = (unsigned char)(0xe0 | c >> 12);
		o[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		o[2] = (unsigned char)(0x80 | (c & 0x3f));
		return 3;
	}
	o[0] = (unsigned char)(0xf0 | c >> 18);
	o[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	o[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	o[3] = (unsigned char)(0x80 | (c & 0x3f));
	return 4;
}

static size_t line_length(struct view text, size_t at)
{
	size_t n = at;

	while (n < text.n && text.p[n] != '\n' && text.p[n] != '\r')
		n++;
	return n - at;
}

/* Is there nothing but blanks and a comment? */
static bool is_idle(struct view line)
{
	size_t i = 0;

	while (i < line.n && (py_class[line.p[i]] & PY_C_BLANK))
		i++;
	return i == line.n || line.p[i] == '#';
}

/* The encoding that a line names, "# -*- coding: NAME -*-": PEP 263. */
static bool coding_in(struct view line, char *name, size_t cap)
{
	size_t i = 0, n = 0;

	while (i < line.n && (py_class[line.p[i]] & PY_C_BLANK))
		i++;
	if (i == line.n || line.p[i] != '#')
		return false;
	for (; i + 7 < line.n; i++) {
		if (memcmp(line.p + i, "coding", 6) == 0 && (line.p[i + 6] == ':' || line.p[i + 6] == '='))
			break;
	}
	for (i += 7; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
		;
	for (; i < line.n && n + 1 < cap; i++, n++) {
		unsigned char c = line.p[i];

		if (!((py_class[c] & PY_C_WORD) && c < 0x80) && c != '-' && c != '.')
			break;
		name[n] = c == '_' ? '-' : (char)c;
	}
	name[n] = '\0';
	return n > 0;
}

bool py_coding(struct view text, char *name, size_t cap)
{
	size_t at = 0;

	for (int i = 0; i < 2 && at < text.n; i++) {
		struct view line;

		(void)view_sub(text, at, line_length(text, at), &line);
		if (coding_in(line, name, cap))
			return true;
		if (!is_idle(line))
			return false;
		at += line.n + 1;
	}
	return false;
}

static bool is_latin1(struct view text)
{
	static const char *const names[] = {
		"latin-1", "latin1", "iso-8859-1", "iso8859-1", "iso-latin-1", "8859", "cp819", "l1",
	};
	char name[32];

	if (!py_coding(text, name, sizeof(name)))
		return false;
	for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++) {
		if (strcasecmp(name, names[k]) == 0)
			return true;
	}
	return false;
}

static bool has_high_bytes(struct view text)
{
	uint64_t all = 0, w;
	size_t i = 0;

	for (; i + sizeof(w) <= text.n; i += sizeof(w)) {
		memcpy(&w, text.p + i, sizeof(w));
		all |= w;
	}
	for (; i < text.n; i++)
		all |= (uint64_t)text.p[i] << 56;
	return (all & 0x8080808080808080ULL) != 0;
}

/* A copy with what has to be changed changed. */
static struct view rewritten(struct arena *a, struct view text, bool latin1)
{
	char *out = arena_array(a, text.n + 1, latin1 ? 2 : 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = text.p[i];

		if (c == '\r') {
			out[n++] = '\n';
			i += i + 1 < text.n && text.p[i + 1] == '\n';
		} else if (c >= 0x80 && latin1) {
			n += py_utf8_put(out + n, c);
		} else {
			out[n++] = (char)c;
		}
	}
	if (n == 0 || out[n - 1] != '\n')
		out[n++] = '\n';
	return (struct view){ (const unsigned char *)out, n };
}

/* Has the text carriage returns? *plain: and is all of it ASCII, without NUL? */
static bool has_returns(struct view text, bool *plain)
{
	py_sixteen high = { 0 }, nul = { 0 }, cr = { 0 }, v, w;
	bool strange = false, returns = false;
	size_t i = 0;

	for (; text.n - i >= sizeof(v) + sizeof(w); i += sizeof(v) + sizeof(w)) {
		memcpy(&v, text.p + i, sizeof(v));
		memcpy(&w, text.p + i + sizeof(v), sizeof(w));
		high |= v | w;
		nul |= (py_sixteen)(v == 0) | (py_sixteen)(w == 0);
		cr |= (py_sixteen)(v == '\r') | (py_sixteen)(w == '\r');
	}
	for (; i < text.n; i++) {
		strange = strange || text.p[i] == 0 || text.p[i] >= 0x80;
		returns = returns || text.p[i] == '\r';
	}
	*plain = !strange && !py_any(nul | (high & 0x80));
	return returns || py_any(cr);
}

struct view py_text(struct arena *a, struct view text, bool *plain)
{
	bool latin1, returns;

	*plain = true;

	if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0) {
		text.p += 3;
		text.n -= 3;
	}
	if (text.n == 0)
		return (struct view){ (const unsigned char *)"\n", 1 };
	returns = has_returns(text, plain);
	latin1 = is_latin1(text) && has_high_bytes(text);
	if (!latin1 && text.p[text.n - 1] == '\n' && !returns)
		return text;
	return rewritten(a, text, latin1);
}
