/* token.c - from bytes to tokens, one at a time, with indentation (Parser/tokenizer of CPython). */
#include <string.h>

#include "python/parse.h"

void py_fail(struct py_parser *p, const char *error)
{
	if (!p->failed && p->s->error == NULL) {
		p->s->error = error;
		p->s->error_line = p->t.line;
	}
	p->failed = true;
	p->t.kind = PY_T_EOF;
}

void py_since(struct py_parser *p, unsigned minor, unsigned line)
{
	if (p->failed || p->s->since >= minor)
		return;
	p->s->since = minor;
	p->s->since_line = line;
}

static void fail_at(struct py_parser *p, const char *error, unsigned line)
{
	p->t.line = line;
	py_fail(p, error);
}

/* To the first line with code, whose column it says; false at the end of the text. */
static bool to_code(struct py_parser *p, unsigned *column)
{
	struct py_cursor *c = &p->at;

	while (c->p < c->end) {
		*column = py_column(c);
		if (*c->p == '#')
			c->p = memchr(c->p, '\n', (size_t)(c->end - c->p));
		if (*c->p != '\n')
			return true;
		c->p++;
		c->line++;
	}
	*column = 0;
	return false;
}

static void dedent(struct py_parser *p, unsigned column)
{
	while (p->nindents > 1 && p->indents[p->nindents - 1] > column) {
		p->nindents--;
		p->dedents++;
	}
	if (p->indents[p->nindents - 1] != column && p->at.p < p->at.end)
		fail_at(p, "unindent does not match any outer indentation level", p->at.line);
}

/* At the start of a line: true if that made a token. Like others below that few tokens are, it is kept out
 * of py_next, which then has few registers to save. */
static __attribute__((noinline)) bool indentation(struct py_parser *p)
{
	unsigned column, now = p->indents[p->nindents - 1];
	bool code = to_code(p, &column);

	p->line_start = false;
	if (!code)
		column = p->indents[0];
	if (column == now)
		return false;
	if (column < now) {
		dedent(p, column);
		return false;
	}
	if (p->nindents == PY_INDENTS_MAX) {
		fail_at(p, "too many levels of indentation", p->at.line);
		return true;
	}
	p->indents[p->nindents++] = column;
	p->t.kind = PY_T_INDENT;
	p->t.line = p->at.line;
	return true;
}

static uint8_t prefix_bit(unsigned char b)
{
	switch (b | 0x20) {
	case 'r':
		return PY_S_RAW;
	case 'b':
		return PY_S_BYTES;
	case 'f':
		return PY_S_FORMAT;
	case 't':
		return PY_S_FORMAT | PY_S_TEMPLATE;
	default:
		return 0;
	}
}

/* Is what stands before a quote the prefix of a string? */
static bool is_prefix(const unsigned char *at, size_t n, uint8_t *flags)
{
	if (n == 1 && (*at | 0x20) == 'u')
		return true;
	for (size_t i = 0; i < n; i++) {
		uint8_t bit = prefix_bit(at[i]);

		if (bit == 0 || (*flags & bit))
			return false;
		*flags |= bit;
	}
	return n < 2 || (*flags & PY_S_RAW);
}

static __attribute__((noinline)) void string_token(struct py_parser *p, const unsigned char *quote,
						   uint8_t flags)
{
	bool triple = quote[1] == *quote && quote[2] == *quote;

	p->t.flags = flags | (triple ? PY_S_TRIPLE : 0);
	p->t.open = (uint8_t)(quote - p->t.at + (triple ? 3 : 1));
	p->t.kind = PY_T_STRING;
	p->at.p = quote;
	if (flags & PY_S_FORMAT) {
		p->t.kind = PY_T_FSTRING;
		p->at.p = p->t.at + p->t.open;
	} else if (!py_skip_string(&p->at, flags)) {
		py_fail(p, p->at.error);
	}
}

/* Behind a word that begins at p. The common ones are shorter than sixteen bytes. */
static inline const unsigned char *word_end(const unsigned char *p, const unsigned char *end)
{
	py_sixteen v, letters, others;

	if (end - p >= (ptrdiff_t)sizeof(v)) {
		memcpy(&v, p, sizeof(v));
		letters = (py_sixteen)(((v | 0x20) - 'a') <= 'z' - 'a') | (py_sixteen)((v - '0') <= 9);
		others = (py_sixteen)(v == '_') | (py_sixteen)(v >= 0x80);
		p += py_first(~(letters | others));
	}
	while (py_class[*p] & PY_C_WORD)
		p++;
	return p;
}

/* "r" and the like before a quote. */
static __attribute__((noinline)) bool prefixed_string(struct py_parser *p, const unsigned char *quote)
{
	uint8_t flags = 0;

	if (!is_prefix(p->t.at, (size_t)(quote - p->t.at), &flags))
		return false;
	string_token(p, quote, flags);
	return true;
}

static void word_token(struct py_parser *p)
{
	const unsigned char *at = p->t.at, *end = word_end(at, p->at.end);
	size_t n = (size_t)(end - at);

	if (n <= 2 && (*end == '"' || *end == '\'') && prefixed_string(p, end))
		return;
	p->at.p = end;
	if (p->quiet) {
		p->t.kind = n == 6 && memcmp(at, "lambda", n) == 0 ? PY_T_LAMBDA : PY_T_NAME;
		return;
	}
	p->t.kind = (uint8_t)py_word(p->s->names, (const char *)at, n, &p->t.name);
}

static const unsigned char *digits(const unsigned char *c, uint8_t bits)
{
	while ((py_class[*c] & bits) || *c == '_')
		c++;
	return c;
}

static __attribute__((noinline)) void number_token(struct py_parser *p)
{
	const unsigned char *c = p->t.at;
	unsigned char base = *c == '0' ? c[1] | 0x20 : 0;

	p->t.kind = PY_T_NUMBER;
	if (base == 'x' || base == 'o' || base == 'b') {
		p->at.p = digits(c + 2, base == 'x' ? PY_C_HEX : PY_C_DIGIT);
		return;
	}
	c = digits(c, PY_C_DIGIT);
	if (*c == '.')
		c = digits(c + 1, PY_C_DIGIT);
	if ((*c | 0x20) == 'e') {
		bool sign = c[1] == '+' || c[1] == '-';

		if (py_class[c[1 + sign]] & PY_C_DIGIT)
			c = digits(c + 1 + sign, PY_C_DIGIT);
	}
	if ((*c | 0x20) == 'j')
		c++;
	p->at.p = c;
}

static void take(struct py_parser *p, enum py_token kind, size_t n)
{
	p->t.kind = (uint8_t)kind;
	p->at.p = p->t.at + n;
}

/* A sign of `n` bytes that may be followed by "=": then it assigns. */
static void operator_token(struct py_parser *p, enum py_token kind, enum py_op op, size_t n)
{
	if (p->t.at[n] == '=' && op != PY_OP_NONE) {
		p->t.op = (uint8_t)op;
		kind = PY_T_AUG;
		n++;
	}
	take(p, kind, n);
}

static void open_bracket(struct py_parser *p, enum py_token kind)
{
	if (p->paren++ == 0)
		p->open_line = p->t.line;
	take(p, kind, 1);
}

static void close_bracket(struct py_parser *p, enum py_token kind)
{
	if (p->paren > 0)
		p->paren--;
	take(p, kind, 1);
}

static void colon_token(struct py_parser *p)
{
	/* In a field "{x:=5}" means a format. */
	bool walrus = p->t.at[1] == '=' && !(p->field > 0 && p->paren == p->field);

	take(p, walrus ? PY_T_WALRUS : PY_T_COLON, walrus ? 2 : 1);
}

static void dot_token(struct py_parser *p)
{
	const unsigned char *c = p->t.at;

	if (py_class[c[1]] & PY_C_DIGIT)
		number_token(p);
	else if (c[1] == '.' && c[2] == '.')
		take(p, PY_T_ELLIPSIS, 3);
	else
		take(p, PY_T_DOT, 1);
}

static void less_or_greater(struct py_parser *p)
{
	unsigned char b = p->t.at[0];

	if (p->t.at[1] == b && b == '<')
		operator_token(p, PY_T_LSHIFT, PY_OP_LSHIFT, 2);
	else if (p->t.at[1] == b)
		operator_token(p, PY_T_RSHIFT, PY_OP_RSHIFT, 2);
	else if (p->t.at[1] == '=')
		take(p, b == '<' ? PY_T_LE : PY_T_GE, 2);
	else
		take(p, b == '<' ? PY_T_LT : PY_T_GT, 1);
}

static void star_or_slash(struct py_parser *p)
{
	bool star = p->t.at[0] == '*', twice = p->t.at[1] == p->t.at[0];

	if (star && twice)
		operator_token(p, PY_T_POWER, PY_OP_POW, 2);
	else if (star)
		operator_token(p, PY_T_STAR, PY_OP_MUL, 1);
	else if (twice)
		operator_token(p, PY_T_DSLASH, PY_OP_FLOORDIV, 2);
	else
		operator_token(p, PY_T_SLASH, PY_OP_DIV, 1);
}

static void minus_token(struct py_parser *p)
{
	if (p->t.at[1] == '>')
		take(p, PY_T_ARROW, 2);
	else
		operator_token(p, PY_T_MINUS, PY_OP_SUB, 1);
}

static void equal_or_bang(struct py_parser *p)
{
	bool equal = p->t.at[0] == '=', twice = p->t.at[1] == '=';

	if (equal)
		take(p, twice ? PY_T_EQ : PY_T_EQUAL, twice ? 2 : 1);
	else
		take(p, twice ? PY_T_NE : PY_T_BANG, twice ? 2 : 1);
}

static void bracket_or_sign(struct py_parser *p)
{
	switch (*p->t.at) {
	case '(': open_bracket(p, PY_T_LPAR); break;
	case ')': close_bracket(p, PY_T_RPAR); break;
	case '[': open_bracket(p, PY_T_LSQB); break;
	case ']': close_bracket(p, PY_T_RSQB); break;
	case '{': open_bracket(p, PY_T_LBRACE); break;
	case '}': close_bracket(p, PY_T_RBRACE); break;
	case ',': take(p, PY_T_COMMA, 1); break;
	case ':': colon_token(p); break;
	case ';': take(p, PY_T_SEMI, 1); break;
	case '.': dot_token(p); break;
	case '=':
	case '!': equal_or_bang(p); break;
	case '-': minus_token(p); break;
	case '+': operator_token(p, PY_T_PLUS, PY_OP_ADD, 1); break;
	case '*':
	case '/': star_or_slash(p); break;
	case '%': operator_token(p, PY_T_PERCENT, PY_OP_MOD, 1); break;
	case '@': operator_token(p, PY_T_AT, PY_OP_MATMUL, 1); break;
	case '|': operator_token(p, PY_T_BAR, PY_OP_OR_BITS, 1); break;
	case '^': operator_token(p, PY_T_CARET, PY_OP_XOR, 1); break;
	case '&': operator_token(p, PY_T_AMP, PY_OP_AND_BITS, 1); break;
	case '~': take(p, PY_T_TILDE, 1); break;
	case '<':
	case '>': less_or_greater(p); break;
	default: py_fail(p, "invalid character"); break;
	}
}

/* Over what is no token: blanks, comments, ends of lines in brackets and behind backslashes. True if a token
 * begins there or a line ends; false at the end of the text. */
static bool to_token(struct py_parser *p)
{
	struct py_cursor *c = &p->at;

	while (c->p < c->end) {
		while (py_class[*c->p] & PY_C_BLANK)
			c->p++;
		if (*c->p == '#')
			c->p = memchr(c->p, '\n', (size_t)(c->end - c->p));
		if (*c->p == '\\' && c->p[1] == '\n')
			c->p++;
		else if (*c->p != '\n' || p->paren == 0)
			return true;
		c->p++;
		c->line++;
	}
	return false;
}

static void token(struct py_parser *p)
{
	bool there = to_token(p);
	unsigned char b;

	p->t.at = p->at.p;
	p->t.line = p->at.line;
	if (!there) {
		p->t.kind = PY_T_EOF;
		if (p->paren > 0)
			fail_at(p, "a bracket was never closed", p->open_line);
		return;
	}
	b = *p->t.at;
	if (b == '\n') {
		p->t.kind = PY_T_NEWLINE;
		p->at.p++;
		p->at.line++;
		p->line_start = true;
	} else if (py_class[b] & PY_C_DIGIT) {
		number_token(p);
	} else if (py_class[b] & PY_C_WORD) {
		word_token(p);
	} else if (b == '"' || b == '\'') {
		string_token(p, p->t.at, 0);
	} else {
		bracket_or_sign(p);
	}
}

void py_next(struct py_parser *p)
{
	if (p->failed)
		return;
	p->last_end = p->at.p;
	if (p->line_start && (indentation(p) || p->failed))
		return;
	if (p->dedents > 0) {
		p->dedents--;
		p->t.kind = PY_T_DEDENT;
		p->t.line = p->at.line;
		return;
	}
	token(p);
	p->t.end = p->at.p;
}

bool py_accept(struct py_parser *p, enum py_token kind)
{
	if (p->t.kind != kind)
		return false;
	py_next(p);
	return true;
}

void py_expect(struct py_parser *p, enum py_token kind)
{
	if (!py_accept(p, kind))
		py_fail(p, "invalid syntax");
}

/* A name, interned; "" if there is none. */
const char *py_expect_name(struct py_parser *p)
{
	const char *name = "";

	/* Until Python 3.6 these two were names. */
	if (p->t.kind == PY_T_NAME || p->t.kind == PY_T_ASYNC || p->t.kind == PY_T_AWAIT)
		name = p->t.name;
	else
		py_fail(p, "invalid syntax");
	py_next(p);
	return name;
}
