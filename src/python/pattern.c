/* pattern.c - "match" and its patterns (PEP 634).
 *
 * What a pattern binds is not kept: a pattern is kept where it is an expression to compare with, else it is
 * read over.
 */
#include "python/parse.h"

static struct py_node *pattern(struct py_parser *p);

/* Elements up to the closing bracket, read over: patterns, with "*", "**", "key:" and "name=". */
static void elements(struct py_parser *p, enum py_token end)
{
	py_next(p);
	while (!py_is(p, end)) {
		if (!py_accept(p, PY_T_STAR))
			(void)py_accept(p, PY_T_POWER);
		(void)pattern(p);
		if (py_accept(p, PY_T_COLON) || py_accept(p, PY_T_EQUAL))
			(void)pattern(p);
		if (!py_accept(p, PY_T_COMMA))
			break;
	}
	py_expect(p, end);
}

/* "a.b.c", a class with its arguments, or a name that is bound. */
static struct py_node *name_pattern(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_NAME, p->t.line), *inner;

	n->u.name = py_expect_name(p);
	while (py_accept(p, PY_T_DOT)) {
		inner = n;
		n = py_node_new(p, PY_ATTRIBUTE, inner->line);
		n->a = inner;
		n->u.name = py_expect_name(p);
		py_above(p, n, inner);
	}
	if (py_is(p, PY_T_LPAR)) {
		elements(p, PY_T_RPAR);
		return NULL;
	}
	return n->kind == PY_ATTRIBUTE || n->u.name == p->word_under ? n : NULL;
}

/* "1", "-1", "1 - 2j". */
static struct py_node *number_pattern(struct py_parser *p)
{
	unsigned line = p->t.line;
	bool minus = py_accept(p, PY_T_MINUS);
	struct py_node *n = py_is(p, PY_T_NUMBER) ? py_number(p) : py_nothing(p), *outer;

	if (minus) {
		outer = py_node_new(p, PY_UNARY, line);
		outer->op = PY_OP_SUB;
		outer->a = n;
		py_above(p, outer, n);
		n = outer;
	}
	if (py_is(p, PY_T_PLUS) || py_is(p, PY_T_MINUS)) {
		outer = py_node_new(p, PY_BINOP, line);
		outer->op = py_is(p, PY_T_PLUS) ? PY_OP_ADD : PY_OP_SUB;
		py_next(p);
		outer->a = n;
		outer->b = py_is(p, PY_T_NUMBER) ? py_number(p) : py_nothing(p);
		py_above(p, outer, n);
		py_above(p, outer, outer->b);
		n = outer;
	}
	return n;
}

/* "(pattern)" is that pattern, other brackets hold a sequence. */
static struct py_node *group_pattern(struct py_parser *p)
{
	struct py_node *n = NULL;
	bool group = true;

	py_next(p);
	while (!py_is(p, PY_T_RPAR)) {
		group = !py_accept(p, PY_T_STAR) && group;
		n = pattern(p);
		if (!py_accept(p, PY_T_COMMA))
			break;
		group = false;
	}
	py_expect(p, PY_T_RPAR);
	return group ? n : NULL;
}

static struct py_node *closed_pattern(struct py_parser *p)
{
	switch (p->t.kind) {
	case PY_T_NAME:
		return name_pattern(p);
	case PY_T_NUMBER:
	case PY_T_MINUS:
		return number_pattern(p);
	case PY_T_STRING:
	case PY_T_NONE:
	case PY_T_TRUE:
	case PY_T_FALSE:
		return py_atom(p);
	case PY_T_LPAR:
		return group_pattern(p);
	case PY_T_LSQB:
		elements(p, PY_T_RSQB);
		return NULL;
	case PY_T_LBRACE:
		elements(p, PY_T_RBRACE);
		return NULL;
	default:
		return py_nothing(p);
	}
}

/* One pattern with its "|" and "as". NULL: it is no expression. */
static struct py_node *pattern(struct py_parser *p)
{
	struct py_node *n;

	if (!py_enter(p))
		return NULL;
	n = closed_pattern(p);
	while (py_accept(p, PY_T_BAR)) {
		struct py_node *b = closed_pattern(p), *a = n;

		n = NULL;
		if (a != NULL && b != NULL) {
			n = py_node_new(p, PY_BINOP, a->line);
			n->op = PY_OP_OR_BITS;
			n->a = a;
			n->b = b;
			py_above(p, n, a);
			py_above(p, n, b);
		}
	}
	if (py_accept(p, PY_T_AS)) {
		(void)py_expect_name(p);
		n = NULL;
	}
	py_leave(p);
	return n;
}

/* Patterns of a case: several with commas are a sequence without brackets. */
static struct py_node *patterns(struct py_parser *p)
{
	bool alone = !py_accept(p, PY_T_STAR);
	struct py_node *n = pattern(p);

	while (py_accept(p, PY_T_COMMA)) {
		alone = false;
		if (py_is(p, PY_T_IF) || py_is(p, PY_T_COLON))
			break;
		(void)py_accept(p, PY_T_STAR);
		(void)pattern(p);
	}
	return alone ? n : NULL;
}

static struct py_node *one_case(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_CASE, p->t.line);

	if (!py_is(p, PY_T_NAME) || p->t.name != p->word_case)
		py_fail(p, "expected 'case'");
	py_next(p);
	n->a = patterns(p);
	if (py_accept(p, PY_T_IF))
		n->b = py_named(p);
	py_block(p, &n->body);
	return n;
}

/* "match" is a name like others unless a subject and, at the end of the line, a colon follow. */
static bool begins_match(const struct py_parser *p)
{
	struct py_cursor c = p->at;

	while (py_class[*c.p] & PY_C_BLANK)
		c.p++;
	if (*c.p == '.' && c.p[1] != '.' && !(py_class[c.p[1]] & PY_C_DIGIT))
		return false; /* not "match ...:" or "match .5:" */
	switch (*c.p) {
	case '=': case ',': case ')': case ':': case ';': case '\n': case '#': case '<': case '>':
	case '!': case '/': case '%': case '&': case '|': case '^': case '@':
		return false;
	default:
		return py_line_ends_in_colon(c);
	}
}

/* The token is the word "match". NULL, and nothing read, if it begins another statement. */
struct py_node *py_match(struct py_parser *p)
{
	struct py_node *n;
	size_t mark = p->nstack;

	if (!begins_match(p))
		return NULL;
	n = py_node_new(p, PY_MATCH, p->t.line);
	py_since(p, 10, p->t.line);
	py_next(p);
	n->a = py_exprs(p);
	py_expect(p, PY_T_COLON);
	py_expect(p, PY_T_NEWLINE);
	py_expect(p, PY_T_INDENT);
	while (!py_is(p, PY_T_DEDENT) && !py_is(p, PY_T_EOF))
		py_push(p, one_case(p));
	n->list = py_take(p, mark);
	if (!py_is(p, PY_T_EOF))
		py_expect(p, PY_T_DEDENT);
	return n;
}
