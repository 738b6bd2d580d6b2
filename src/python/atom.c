/* atom.c - atoms, displays and comprehensions, and what may stand behind an atom: calls, attributes. */
#include "python/parse.h"

static struct py_node *leaf(struct py_parser *p, enum py_kind kind)
{
	struct py_node *n = py_node_new(p, kind, p->t.line);

	if (kind == PY_NAME)
		n->u.name = p->t.name;
	py_next(p);
	return n;
}

static bool at_comprehension(const struct py_parser *p)
{
	const unsigned char *c = p->at.p;

	if (!py_is(p, PY_T_ASYNC))
		return py_is(p, PY_T_FOR);
	/* "async" may still be a name: look for the "for" */
	while ((py_class[*c] & PY_C_BLANK) || (*c == '\n' && c + 1 < p->at.end))
		c++;
	return c[0] == 'f' && c[1] == 'o' && c[2] == 'r' && !(py_class[c[3]] & PY_C_WORD);
}

/* "for targets in iterable if condition": one of a comprehension's parts. */
static struct py_node *comp_for(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_COMPFOR, p->t.line);
	size_t mark = p->nstack;

	n->op = py_accept(p, PY_T_ASYNC);
	py_expect(p, PY_T_FOR);
	n->a = py_targets(p);
	py_expect(p, PY_T_IN);
	n->b = py_disjunction(p);
	py_above(p, n, n->a);
	py_above(p, n, n->b);
	while (py_accept(p, PY_T_IF))
		py_push(p, py_is(p, PY_T_LAMBDA) ? py_expr(p) : py_disjunction(p));
	if (py_is(p, PY_T_WALRUS)) /* "if y := f(x)" needs brackets */
		py_fail(p, "invalid syntax");
	py_list_of(p, n, mark);
	return n;
}

void py_comprehension(struct py_parser *p, struct py_node *n)
{
	size_t mark = p->nstack;

	while (at_comprehension(p))
		py_push(p, comp_for(p));
	py_list_of(p, n, mark);
	py_above(p, n, n->a);
	py_above(p, n, n->b);
}

static struct py_node *comprehension_of(struct py_parser *p, enum py_kind kind, struct py_node *a,
					struct py_node *b)
{
	struct py_node *n = py_node_new(p, kind, a->line);

	n->a = a;
	n->b = b;
	py_comprehension(p, n);
	return n;
}

/* Elements up to `end`, the first of which has been read; pushed. */
static void elements(struct py_parser *p, struct py_node *first, enum py_token end)
{
	py_push(p, first);
	while (py_accept(p, PY_T_COMMA) && !py_is(p, end))
		py_push(p, py_star_named(p));
}

static struct py_node *in_parentheses(struct py_parser *p)
{
	unsigned line = p->t.line;
	size_t mark = p->nstack;
	struct py_node *n;

	py_next(p);
	if (py_is(p, PY_T_RPAR)) {
		n = py_node_new(p, PY_TUPLE, line);
	} else if (py_is(p, PY_T_YIELD)) {
		n = py_yield(p);
	} else {
		n = py_star_named(p);
		if (at_comprehension(p)) {
			n = comprehension_of(p, PY_GENEXP, n, NULL);
		} else if (py_is(p, PY_T_COMMA)) {
			elements(p, n, PY_T_RPAR);
			n = py_node_new(p, PY_TUPLE, line);
			py_list_of(p, n, mark);
		}
	}
	py_expect(p, PY_T_RPAR);
	return n;
}

static struct py_node *list_display(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_LIST, p->t.line), *first;
	size_t mark = p->nstack;

	py_next(p);
	if (!py_is(p, PY_T_RSQB)) {
		first = py_star_named(p);
		if (at_comprehension(p)) {
			n = comprehension_of(p, PY_LISTCOMP, first, NULL);
		} else {
			elements(p, first, PY_T_RSQB);
			py_list_of(p, n, mark);
		}
	}
	py_expect(p, PY_T_RSQB);
	return n;
}

/* "key: value" or "**value" of a dictionary, pushed as two. */
static void dict_item(struct py_parser *p, struct py_node *key)
{
	if (key == NULL && py_accept(p, PY_T_POWER)) {
		py_push(p, NULL);
		py_push(p, py_bitor(p));
		return;
	}
	py_push(p, key != NULL ? key : py_expr(p));
	py_expect(p, PY_T_COLON);
	py_push(p, py_expr(p));
}

static struct py_node *dict_display(struct py_parser *p, struct py_node *key, unsigned line)
{
	struct py_node *n = py_node_new(p, PY_DICT, line);
	size_t mark = p->nstack;

	dict_item(p, key);
	if (at_comprehension(p) && key != NULL) {
		struct py_node *value = p->stack[mark + 1];

		p->nstack = mark;
		return comprehension_of(p, PY_DICTCOMP, key, value);
	}
	while (py_accept(p, PY_T_COMMA) && !py_is(p, PY_T_RBRACE))
		dict_item(p, NULL);
	py_list_of(p, n, mark);
	return n;
}

static struct py_node *in_braces(struct py_parser *p)
{
	unsigned line = p->t.line;
	size_t mark = p->nstack;
	struct py_node *n;

	py_next(p);
	if (py_is(p, PY_T_RBRACE)) {
		n = py_node_new(p, PY_DICT, line);
	} else if (py_is(p, PY_T_POWER)) {
		n = dict_display(p, NULL, line);
	} else {
		n = py_star_named(p);
		if (py_is(p, PY_T_COLON)) {
			n = dict_display(p, n, line);
		} else if (at_comprehension(p)) {
			n = comprehension_of(p, PY_SETCOMP, n, NULL);
		} else {
			elements(p, n, PY_T_RBRACE);
			n = py_node_new(p, PY_SET, line);
			py_list_of(p, n, mark);
		}
	}
	py_expect(p, PY_T_RBRACE);
	return n;
}

struct py_node *py_atom(struct py_parser *p)
{
	switch (p->t.kind) {
	case PY_T_NAME:
	case PY_T_ASYNC:
		return leaf(p, PY_NAME);
	case PY_T_NUMBER:
		return py_number(p);
	case PY_T_STRING:
	case PY_T_FSTRING:
		return py_strings(p);
	case PY_T_NONE:
		return leaf(p, PY_NONE);
	case PY_T_TRUE:
		return leaf(p, PY_TRUE);
	case PY_T_FALSE:
		return leaf(p, PY_FALSE);
	case PY_T_ELLIPSIS:
		return leaf(p, PY_ELLIPSIS);
	case PY_T_LPAR:
		return in_parentheses(p);
	case PY_T_LSQB:
		return list_display(p);
	case PY_T_LBRACE:
		return in_braces(p);
	default:
		return py_nothing(p);
	}
}

/* One argument of a call or of a class. */
static struct py_node *argument(struct py_parser *p)
{
	struct py_node *n, *keyword;

	if (py_is(p, PY_T_POWER)) {
		keyword = py_node_new(p, PY_KEYWORD, p->t.line);
		py_next(p);
		keyword->a = py_expr(p);
		py_above(p, keyword, keyword->a);
		return keyword;
	}
	if (py_is(p, PY_T_STAR)) {
		n = py_node_new(p, PY_STARRED, p->t.line);
		py_next(p);
		n->a = py_expr(p);
		py_above(p, n, n->a);
		return n;
	}
	n = py_named(p);
	if (at_comprehension(p))
		return comprehension_of(p, PY_GENEXP, n, NULL);
	if (!py_is(p, PY_T_EQUAL) || n->kind != PY_NAME)
		return n;
	py_next(p);
	keyword = py_node_new(p, PY_KEYWORD, n->line);
	keyword->u.name = n->u.name;
	keyword->a = py_expr(p);
	py_above(p, keyword, keyword->a);
	return keyword;
}

void py_arguments(struct py_parser *p)
{
	while (!py_is(p, PY_T_RPAR)) {
		py_push(p, argument(p));
		if (!py_accept(p, PY_T_COMMA))
			break;
	}
	py_expect(p, PY_T_RPAR);
}

static struct py_node *call(struct py_parser *p, struct py_node *a)
{
	struct py_node *n = py_node_new(p, PY_CALL, a->line);
	size_t mark = p->nstack;

	py_next(p);
	n->a = a;
	py_arguments(p);
	py_list_of(p, n, mark);
	return n;
}

static struct py_node *attribute(struct py_parser *p, struct py_node *a)
{
	struct py_node *n = py_node_new(p, PY_ATTRIBUTE, a->line);

	py_next(p);
	n->a = a;
	n->u.name = py_expect_name(p);
	return n;
}

/* A part of a slice, which may be missing. */
static struct py_node *slice_part(struct py_parser *p)
{
	return py_begins_expr((enum py_token)p->t.kind) ? py_expr(p) : NULL;
}

static struct py_node *slice(struct py_parser *p)
{
	struct py_node *n, *first = NULL;
	unsigned line = p->t.line;

	if (!py_is(p, PY_T_COLON)) {
		if (py_is(p, PY_T_STAR))
			py_since(p, 11, p->t.line);
		first = py_star_named(p);
		if (!py_is(p, PY_T_COLON))
			return first;
	}
	py_next(p);
	n = py_node_new(p, PY_SLICE, line);
	n->a = first;
	n->b = slice_part(p);
	if (py_accept(p, PY_T_COLON))
		n->c = slice_part(p);
	py_above(p, n, n->a);
	py_above(p, n, n->b);
	py_above(p, n, n->c);
	return n;
}

static struct py_node *subscript(struct py_parser *p, struct py_node *a)
{
	struct py_node *n = py_node_new(p, PY_SUBSCRIPT, a->line), *index;
	unsigned line;
	size_t mark = p->nstack;

	py_next(p);
	line = p->t.line;
	index = slice(p);
	if (py_is(p, PY_T_COMMA) || index->kind == PY_STARRED) {
		py_push(p, index);
		while (py_accept(p, PY_T_COMMA) && !py_is(p, PY_T_RSQB))
			py_push(p, slice(p));
		index = py_node_new(p, PY_TUPLE, line);
		py_list_of(p, index, mark);
	}
	py_expect(p, PY_T_RSQB);
	n->a = a;
	n->b = index;
	py_above(p, n, index);
	return n;
}

/* All calls, attributes and subscripts behind an atom. */
struct py_node *py_postfix(struct py_parser *p, struct py_node *n)
{
	for (;;) {
		struct py_node *inner = n;

		if (py_is(p, PY_T_DOT))
			n = attribute(p, n);
		else if (py_is(p, PY_T_LPAR))
			n = call(p, n);
		else if (py_is(p, PY_T_LSQB))
			n = subscript(p, n);
		else
			return n;
		py_above(p, n, inner);
	}
}
