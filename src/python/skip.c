/* skip.c - reading over text quickly: strings, logical lines, the bodies of functions.
 *
 * Most of a file is passed over here and never seen again. Each byte is looked at once: in a loop over a
 * table of classes until one is met that matters (the end of a line, a quote, a bracket, '#', '\').
 */
#include <string.h>

#include "python/parse.h"

#define WORD PY_C_WORD

#define QUOTED (PY_C_SINGLE | PY_C_DOUBLE)

const uint8_t py_class[256] = {
	['\t'] = PY_C_BLANK, ['\f'] = PY_C_BLANK, [' '] = PY_C_BLANK,
	['\n'] = PY_C_CODE | QUOTED,
	['\\'] = PY_C_CODE | QUOTED,
	['"'] = PY_C_CODE | PY_C_DOUBLE,
	['\''] = PY_C_CODE | PY_C_SINGLE,
	['#'] = PY_C_CODE,
	['('] = PY_C_CODE, [')'] = PY_C_CODE, ['['] = PY_C_CODE, [']'] = PY_C_CODE,
	['{'] = PY_C_CODE | PY_C_FIELD, ['}'] = PY_C_CODE | PY_C_FIELD,
	['0' ... '9'] = WORD | PY_C_DIGIT | PY_C_HEX,
	['A' ... 'F'] = WORD | PY_C_HEX, ['G' ... 'Z'] = WORD,
	['_'] = WORD,
	['a' ... 'f'] = WORD | PY_C_HEX, ['g' ... 'z'] = WORD,
	[0x80 ... 0xff] = WORD,
};

static bool fail(struct py_cursor *c, const char *error)
{
	c->error = error;
	return false;
}

/* Counts the line that ends at c->p. False at the end of the text. */
static bool next_line(struct py_cursor *c)
{
	c->p++;
	c->line++;
	return c->p < c->end;
}

static bool is_triple(const unsigned char *p, unsigned char quote)
{
	return p[0] == quote && p[1] == quote && p[2] == quote;
}

/* Inside a string at a byte that ends it or has to be passed over; *done: it ended. Strings of one line may
 * go on behind a backslash. */
static bool string_stop(struct py_cursor *c, unsigned flags, unsigned char quote, bool *done)
{
	unsigned char b = *c->p;

	if (b == quote) {
		*done = !(flags & PY_S_TRIPLE) || is_triple(c->p, quote);
		c->p += *done && (flags & PY_S_TRIPLE) ? 3 : 1;
		return true;
	}
	if (b == '\\') {
		c->p++;
		if (*c->p == '\n')
			return next_line(c) || fail(c, "unterminated string literal");
		c->p++;
		return true;
	}
	if (!(flags & PY_S_TRIPLE)) /* the end of the line */
		return fail(c, "unterminated string literal");
	return next_line(c) || fail(c, "unterminated triple-quoted string literal");
}

/* Sixteen bytes of at most SUMMED add up to less than 256. */
enum { SIXTEEN = sizeof(py_sixteen), SUMMED = 15 };

static unsigned sum_of(py_sixteen v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof(halves));
	return (unsigned)((halves[0] + halves[1]) * 0x0101010101010101ULL >> 56);
}

/* Over sixteen bytes of a long string at a time, lines counted, as far as nothing in them can end it. Not up
 * to the end of the text: the last line end is for string_stop. */
static void skip_sixteens(struct py_cursor *c, unsigned char quote)
{
	const unsigned char *p = c->p;

	while (c->end - p > SIXTEEN) {
		py_sixteen v, lines = { 0 };
		unsigned n = 0;

		for (; n < SUMMED && c->end - p > SIXTEEN; n++, p += SIXTEEN) {
			memcpy(&v, p, sizeof(v));
			if (py_any((py_sixteen)((v == quote) | (v == '\\'))))
				break;
			lines -= (py_sixteen)(v == '\n'); /* which is 255 where it holds */
		}
		c->line += sum_of(lines);
		if (n < SUMMED)
			break;
	}
	c->p = p;
}

static bool skip_plain(struct py_cursor *c, unsigned flags, unsigned char quote)
{
	uint8_t stop = quote == '"' ? PY_C_DOUBLE : PY_C_SINGLE;
	bool done = false;

	while (!done) {
		const unsigned char *p;

		if (flags & PY_S_TRIPLE)
			skip_sixteens(c, quote);
		p = c->p;

		while (!(py_class[*p] & stop))
			p++;
		c->p = p;
		if (!string_stop(c, flags, quote, &done))
			return false;
	}
	return true;
}

/* A backslash in the text of an f-string: it does not hide a brace, and "\N{" opens no field. */
static bool format_backslash(struct py_cursor *c, unsigned flags)
{
	const unsigned char *p = c->p + 1;

	if (*p == '{' || *p == '}') {
		c->p = p;
		return true;
	}
	if (!(flags & PY_S_RAW) && *p == 'N' && p[1] == '{') {
		for (p += 2; *p != '}' && *p != '\n' && *p != '"' && *p != '\''; p++)
			;
		c->p = *p == '}' ? p + 1 : p;
		return true;
	}
	c->p = p;
	if (*p == '\n')
		return next_line(c) || fail(c, "unterminated f-string literal");
	c->p++;
	return true;
}

static bool skip_format(struct py_cursor *c, unsigned flags, unsigned char quote, unsigned nest)
{
	uint8_t stop = (quote == '"' ? PY_C_DOUBLE : PY_C_SINGLE) | PY_C_FIELD;
	bool done = false;

	while (!done) {
		const unsigned char *p = c->p;

		while (!(py_class[*p] & stop))
			p++;
		c->p = p;
		if (*p == '{' && p[1] != '{') {
			if (!py_skip_field(c, flags, quote, nest))
				return false;
		} else if (*p == '{') {
			c->p += 2;
		} else if (*p == '}') {
			c->p++;
		} else if (*p == '\\') {
			if (!format_backslash(c, flags))
				return false;
		} else if (!string_stop(c, flags, quote, &done)) {
			return false;
		}
	}
	return true;
}

/* The prefix of the string whose quote is at p, as PY_S_*: letters that stand alone before it. */
static unsigned prefix_before(const struct py_cursor *c, const unsigned char *p)
{
	unsigned flags = 0, n = 0;

	for (; n < 2 && p > c->floor && (py_class[p[-1]] & WORD); p--, n++) {
		unsigned char b = p[-1] | 0x20;

		if (b == 'f')
			flags |= PY_S_FORMAT;
		else if (b == 't')
			flags |= PY_S_FORMAT | PY_S_TEMPLATE;
		else if (b == 'r')
			flags |= PY_S_RAW;
		else
			return 0;
	}
	return p > c->floor && (py_class[p[-1]] & WORD) ? 0 : flags;
}

static bool skip_quoted(struct py_cursor *c, unsigned flags, unsigned nest)
{
	unsigned char quote = *c->p;

	if (c->p[1] == quote && c->p[2] == quote) {
		flags |= PY_S_TRIPLE;
		c->p += 3;
	} else {
		c->p++;
	}
	if (flags & PY_S_FORMAT)
		return skip_format(c, flags, quote, nest);
	return skip_plain(c, flags, quote);
}

bool py_skip_string(struct py_cursor *c, unsigned flags)
{
	return skip_quoted(c, flags, 0);
}

static bool skip_to_line_end(struct py_cursor *c)
{
	c->p = memchr(c->p, '\n', (size_t)(c->end - c->p));
	return true;
}

/* The format of a field, behind the ':': to its '}'. */
static bool skip_spec(struct py_cursor *c, unsigned flags, unsigned char quote, unsigned nest)
{
	for (;;) {
		unsigned char b = *c->p;

		if (b == '}') {
			c->p++;
			return true;
		}
		if (b == '{') {
			if (!py_skip_field(c, flags, quote, nest))
				return false;
		} else if (b == '\n') {
			if (!(flags & PY_S_TRIPLE) || !next_line(c))
				return fail(c, "unterminated f-string literal");
		} else if (b == quote && (!(flags & PY_S_TRIPLE) || is_triple(c->p, quote))) {
			return fail(c, "f-string: expecting '}'");
		} else {
			c->p++;
		}
	}
}

/* A field from its '{' on. Since Python 3.12 it may hold whatever code may, the outer quotes as well; what
 * was right before reads the same. */
bool py_skip_field(struct py_cursor *c, unsigned flags, unsigned char quote, unsigned nest)
{
	unsigned depth = 0;

	if (nest >= PY_FSTRINGS_MAX)
		return fail(c, "too many nested f-strings");
	for (c->p++;;) {
		unsigned char b = *c->p;

		if (b == '\n') {
			if (!next_line(c))
				return fail(c, "f-string: expecting '}'");
		} else if (b == '#') {
			skip_to_line_end(c);
		} else if (b == '"' || b == '\'') {
			if (!skip_quoted(c, prefix_before(c, c->p), nest + 1))
				return false;
		} else if (depth == 0 && (b == '}' || b == ':')) {
			c->p++;
			return b == '}' || skip_spec(c, flags, quote, nest + 1);
		} else {
			depth += b == '(' || b == '[' || b == '{';
			depth -= depth > 0 && (b == ')' || b == ']' || b == '}');
			c->p++;
		}
	}
}

/* A backslash in code. False at the end of the text. */
static bool code_backslash(struct py_cursor *c)
{
	if (c->p[1] != '\n') {
		c->p++;
		return true;
	}
	c->p++;
	return next_line(c);
}

/* What was read from `from` on was a comment or string: words in it do not count, those before it do. */
static void no_code(const struct py_cursor *c, struct py_words *w, const unsigned char *from)
{
	py_words_to(w, from);
	w->at = c->p;
}

static bool code_string(struct py_cursor *c, struct py_words *w)
{
	const unsigned char *from = c->p;
	unsigned flags = prefix_before(c, from);

	if (!skip_quoted(c, flags, 0))
		return false;
	if (!(flags & PY_S_FORMAT)) /* in which there is code */
		no_code(c, w, from);
	return true;
}

static void code_comment(struct py_cursor *c, struct py_words *w)
{
	const unsigned char *from = c->p;

	skip_to_line_end(c);
	no_code(c, w, from);
}

/* To the next byte of PY_C_CODE, or one that stands beside them in the table of characters. */
static inline const unsigned char *to_stop(const unsigned char *p, const unsigned char *end)
{
	for (; end - p > SIXTEEN; p += SIXTEEN) {
		py_sixteen v, marks, brackets;
		size_t n;

		memcpy(&v, p, sizeof(v));
		marks = (py_sixteen)((v - '"') <= ')' - '"');              /* also $ % & */
		brackets = (py_sixteen)(((v | 0x20) - '{') <= '}' - '{'); /* and [ \ ], also | */
		n = py_first(marks | brackets | (py_sixteen)(v == '\n'));
		if (n < SIXTEEN)
			return p + n;
	}
	while (!(py_class[*p] & PY_C_CODE))
		p++;
	return p;
}

/* From code on: to the line end of its logical line or, with `closed`, to behind the bracket that closes the
 * first one. *code_end: where the last piece of code ended, before a comment. */
static bool skip_code(struct py_cursor *c, bool closed, struct py_words *w, const unsigned char **code_end)
{
	size_t depth = 0;

	*code_end = NULL;
	for (;;) {
		c->p = to_stop(c->p, c->end);
		switch (*c->p) {
		case '\n':
			if (depth == 0) {
				if (*code_end == NULL)
					*code_end = c->p;
				return true;
			}
			if (!next_line(c))
				return fail(c, "a bracket was never closed");
			break;
		case '#':
			if (depth == 0)
				*code_end = c->p;
			code_comment(c, w);
			break;
		case '\\':
			if (!code_backslash(c))
				return fail(c, "unexpected end of file after a line continuation character");
			break;
		case '"':
		case '\'':
			if (!code_string(c, w))
				return false;
			break;
		case '(':
		case '[':
		case '{':
			depth++;
			c->p++;
			break;
		case ')':
		case ']':
		case '}':
			depth -= depth > 0;
			c->p++;
			if (closed && depth == 0)
				return true;
			break;
		default:
			c->p++;
			break;
		}
	}
}

bool py_skip_line(struct py_cursor *c, struct py_words *w)
{
	const unsigned char *code_end;

	if (!skip_code(c, false, w, &code_end))
		return false;
	(void)next_line(c);
	return true;
}

bool py_line_ends_in_colon(struct py_cursor c)
{
	const unsigned char *at = c.p, *code_end;
	struct py_words none = { .seen = PY_W_ALL };

	if (!skip_code(&c, false, &none, &code_end))
		return false;
	while (code_end > at && (py_class[code_end[-1]] & PY_C_BLANK))
		code_end--;
	return code_end > at && code_end[-1] == ':';
}

bool py_skip_parens(struct py_cursor *c, bool *colon)
{
	const unsigned char *code_end;
	struct py_words none = { .seen = PY_W_ALL };

	*colon = false;
	if (!skip_code(c, true, &none, &code_end))
		return false;
	while ((py_class[*c->p] & PY_C_BLANK) || (*c->p == '\\' && c->p[1] == '\n' && c->p + 2 < c->end))
		c->p += *c->p == '\\' ? 2 : 1;
	*colon = *c->p == ':';
	return true;
}

/* As CPython's tokenizer counts: a tab goes to the next multiple of 8, a form feed begins anew. */
unsigned py_column(struct py_cursor *c)
{
	const unsigned char *p = c->p;
	unsigned column = 0;
	uint64_t w;

	for (; c->end - p >= (ptrdiff_t)sizeof(w); p += sizeof(w), column += sizeof(w)) {
		memcpy(&w, p, sizeof(w));
		if (w != 0x2020202020202020ULL) /* blanks */
			break;
	}
	while (*p == ' ') {
		column++;
		p++;
	}
	for (; py_class[*p] & PY_C_BLANK; p++)
		column = *p == ' ' ? column + 1 : *p == '\t' ? (column / 8 + 1) * 8 : 0;
	c->p = p;
	return column;
}

bool py_skip_block(struct py_cursor *c, unsigned indent, struct py_words *w, bool *any)
{
	*any = false;
	while (c->p < c->end) {
		const unsigned char *line = c->p;
		unsigned column = py_column(c);

		if (*c->p == '#')
			code_comment(c, w);
		if (*c->p == '\n') {
			(void)next_line(c);
			continue;
		}
		if (column <= indent) {
			c->p = line;
			return true;
		}
		*any = true;
		if (!py_skip_line(c, w))
			return false;
	}
	return true;
}
