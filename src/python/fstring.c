/* fstring.c - f-strings and t-strings: their text and the expressions in their fields (PEP 498, 701, 750). */
#include <string.h>

#include "python/parse.h"

/* One that is being read. */
struct format {
	unsigned flags;
	unsigned char quote;
	size_t mark; /* where its unfinished text begins in p->bytes */
	unsigned line;
};

static bool at_quote(const struct py_parser *p, const struct format *f)
{
	const unsigned char *c = p->at.p;

	return *c == f->quote && (!(f->flags & PY_S_TRIPLE) || (c[1] == f->quote && c[2] == f->quote));
}

static void unended(struct py_parser *p)
{
	py_fail(p, "unterminated f-string literal");
}

/* To the next byte of the text that means something: a brace, the closing quote. Its value joins p->bytes. */
static void text(struct py_parser *p, const struct format *f, bool spec)
{
	const unsigned char *from = p->at.p, *c = from;

	for (;; c++) {
		p->at.p = c;
		if (*c == '{' || *c == '}' || at_quote(p, f))
			break;
		if (*c == '\n') {
			if (!(f->flags & PY_S_TRIPLE) || c + 1 == p->at.end) {
				unended(p);
				return;
			}
			p->at.line++;
		}
		if (*c != '\\')
			continue;
		if (!(f->flags & PY_S_RAW) && c[1] == 'N' && c[2] == '{' && !spec) {
			while (*c != '}' && *c != '\n' && *c != f->quote)
				c++;
			c -= *c != '}';
		} else if (c[1] == '\n' && c + 2 == p->at.end) {
			unended(p);
			return;
		} else if (c[1] != '{' && c[1] != '}') {
			p->at.line += *++c == '\n';
		}
	}
	py_decode(p, from, c, f->flags);
}

static struct py_node *spec_of(struct py_parser *p, struct format *outer);

/* "!r" and the like. */
static void conversion(struct py_parser *p, struct py_node *n)
{
	const char *name;

	if (!py_is(p, PY_T_BANG))
		return;
	py_next(p);
	name = py_expect_name(p);
	if (strcmp(name, "r") != 0 && strcmp(name, "s") != 0 && strcmp(name, "a") != 0)
		py_fail(p, "f-string: invalid conversion character");
	n->op = (uint8_t)name[0];
}

/* The source of "{x = }", which is text as well: without comments (CPython's action_helpers.c,
 * _PyPegen_formatted_value). */
static void field_source(struct py_parser *p, const unsigned char *from, const unsigned char *end)
{
	struct py_cursor c = { from, p->at.end, p->at.floor, 0, NULL };

	while (c.p < end) {
		if (*c.p == '#') {
			py_decode(p, from, c.p, PY_S_RAW);
			c.p = from = memchr(c.p, '\n', (size_t)(c.end - c.p));
		} else if (*c.p != '"' && *c.p != '\'') {
			c.p++;
		} else if (!py_skip_string(&c, 0)) {
			py_fail(p, c.error);
			return;
		}
	}
	if (from < end)
		py_decode(p, from, end, PY_S_RAW);
}

/* Does the expression of a field hold what it might not before Python 3.12: a backslash, or the quote of a
 * string of one line around it? */
static bool is_new_form(const struct format *f, const unsigned char *from, const unsigned char *end)
{
	size_t n = end > from ? (size_t)(end - from) : 0;

	return memchr(from, '\\', n) != NULL ||
	       (!(f->flags & PY_S_TRIPLE) && memchr(from, f->quote, n) != NULL);
}

/* A field, the cursor behind its '{'. Leaves it behind the '}'. */
static void field(struct py_parser *p, struct format *f)
{
	const unsigned char *from = p->at.p;
	unsigned outer_field = p->field, outer_paren = p->paren;
	struct py_node *n = py_node_new(p, PY_FORMATTED, p->at.line);

	p->paren = p->field = outer_paren + 1;
	if (outer_paren == 0)
		p->open_line = n->line;
	py_next(p);
	n->a = py_exprs_or_yield(p);
	py_above(p, n, n->a);
	if (!p->failed && is_new_form(f, from, p->t.at))
		py_since(p, 12, n->line);
	if (py_is(p, PY_T_EQUAL)) {
		py_since(p, 8, p->t.line);
		py_next(p);
		if (!p->failed)
			field_source(p, from, p->t.at);
		if (py_is(p, PY_T_RBRACE))
			n->op = 'r';
	}
	py_text_node(p, f->mark, f->line);
	conversion(p, n);
	if (py_is(p, PY_T_COLON))
		n->b = spec_of(p, f);
	else if (!py_is(p, PY_T_RBRACE))
		py_fail(p, "f-string: expecting '}'");
	py_above(p, n, n->b);
	p->paren = outer_paren;
	p->field = outer_field;
	f->mark = p->nbytes;
	f->line = p->at.line;
	py_push(p, n);
}

/* Text and fields, pushed but for the last text: to the closing quote of the string or, of a format, to the
 * '}' that ends the field; the cursor stands before it. */
static void parts(struct py_parser *p, struct format *f, bool spec)
{
	while (!p->failed) {
		text(p, f, spec);
		if (p->failed)
			return;
		if (*p->at.p == '{' && (p->at.p[1] != '{' || spec)) {
			p->at.p++;
			field(p, f);
		} else if (*p->at.p == '}' && spec) {
			return;
		} else if (*p->at.p == '{' || (*p->at.p == '}' && p->at.p[1] == '}')) {
			py_decode(p, p->at.p, p->at.p + 1, PY_S_RAW);
			p->at.p += 2;
		} else if (*p->at.p == '}') {
			py_fail(p, "f-string: single '}' is not allowed");
		} else {
			return;
		}
	}
}

static struct py_node *spec_of(struct py_parser *p, struct format *outer)
{
	struct py_node *n = py_node_new(p, PY_FSTRING, p->t.line);
	struct format f = { outer->flags, outer->quote, p->nbytes, p->at.line };
	size_t mark = p->nstack;

	if (!py_enter(p))
		return n;
	p->at.p = p->t.at + 1;
	parts(p, &f, true);
	if (!p->failed && *p->at.p != '}')
		py_fail(p, "f-string: expecting '}'");
	py_text_node(p, f.mark, f.line);
	py_list_of(p, n, mark);
	if (!p->failed)
		p->at.p++;
	py_leave(p);
	return n;
}

void py_fstring(struct py_parser *p, size_t text_mark)
{
	struct format f = { p->t.flags, p->t.at[p->t.open - 1], text_mark, p->t.line };
	unsigned outer_field = p->field, outer_paren = p->paren;

	if (++p->nformats > PY_FSTRINGS_MAX)
		py_fail(p, "too many nested f-strings");
	if (f.flags & PY_S_TEMPLATE)
		py_since(p, 14, p->t.line);
	p->field = 0;
	if (py_enter(p)) {
		parts(p, &f, false);
		py_leave(p);
	}
	p->nformats--;
	p->field = outer_field;
	p->paren = outer_paren;
	if (p->failed)
		return;
	p->at.p += f.flags & PY_S_TRIPLE ? 3 : 1;
	py_next(p);
}

void py_skip_fstring(struct py_parser *p)
{
	p->at.p = p->t.at + (p->t.open - (p->t.flags & PY_S_TRIPLE ? 3 : 1));
	if (!py_skip_string(&p->at, p->t.flags))
		py_fail(p, p->at.error);
	else
		py_next(p);
}
