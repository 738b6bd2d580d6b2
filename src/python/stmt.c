/* stmt.c - simple statements, those of one line. */
#include <string.h>

#include "python/parse.h"

static bool at_end(const struct py_parser *p)
{
	return py_is(p, PY_T_NEWLINE) || py_is(p, PY_T_SEMI) || py_is(p, PY_T_EOF);
}

/* A statement that begins with a keyword, which is read over. */
static struct py_node *begun(struct py_parser *p, enum py_kind kind)
{
	struct py_node *n = py_node_new(p, kind, p->t.line);

	py_next(p);
	return n;
}

static struct py_node *assignment(struct py_parser *p, struct py_node *first, unsigned line)
{
	struct py_node *n = py_node_new(p, PY_ASSIGN, line);
	size_t mark = p->nstack;

	n->a = first;
	while (py_accept(p, PY_T_EQUAL)) {
		py_push(p, n->a);
		n->a = py_exprs_or_yield(p);
	}
	n->list = py_take(p, mark);
	return n;
}

static struct py_node *annotated(struct py_parser *p, struct py_node *target, unsigned line)
{
	struct py_node *n = py_node_new(p, PY_ANNASSIGN, line);

	py_next(p);
	py_skip_annotation(p);
	n->a = target;
	if (py_accept(p, PY_T_EQUAL))
		n->b = py_exprs_or_yield(p);
	return n;
}

static struct py_node *expression(struct py_parser *p)
{
	unsigned line = p->t.line;
	struct py_node *a = py_is(p, PY_T_STRING) ? py_lone_string(p) : NULL, *n;

	if (a == NULL)
		a = py_exprs_or_yield(p);
	if (py_is(p, PY_T_EQUAL))
		return assignment(p, a, line);
	if (py_is(p, PY_T_COLON))
		return annotated(p, a, line);
	if (py_is(p, PY_T_AUG)) {
		n = py_node_new(p, PY_AUGASSIGN, line);
		n->op = p->t.op;
		n->a = a;
		py_next(p);
		n->b = py_exprs_or_yield(p);
		return n;
	}
	if (a->kind == PY_STR) {
		a->u.str.p = "";
		a->u.str.n = 0;
	}
	n = py_node_new(p, PY_EXPR, line);
	n->a = a;
	return n;
}

static struct py_node *returned(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_RETURN);

	if (!at_end(p))
		n->a = py_exprs(p);
	return n;
}

static struct py_node *raised(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_RAISE);

	if (at_end(p))
		return n;
	n->a = py_expr(p);
	if (py_accept(p, PY_T_FROM))
		n->b = py_expr(p);
	return n;
}

static struct py_node *asserted(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_ASSERT);

	n->a = py_named(p);
	if (py_accept(p, PY_T_COMMA))
		n->b = py_expr(p);
	return n;
}

static struct py_node *deleted(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_DELETE);
	size_t mark = p->nstack;

	do {
		py_push(p, py_bitor(p));
	} while (py_accept(p, PY_T_COMMA) && !at_end(p));
	n->list = py_take(p, mark);
	return n;
}

static struct py_node *scoped(struct py_parser *p, enum py_kind kind)
{
	struct py_node *n = begun(p, kind);
	size_t mark = p->nstack;

	do {
		struct py_node *name = py_node_new(p, PY_NAME, p->t.line);

		name->u.name = py_expect_name(p);
		py_push(p, name);
	} while (py_accept(p, PY_T_COMMA));
	n->list = py_take(p, mark);
	return n;
}

static void put(struct py_parser *p, const char *name)
{
	size_t n = strlen(name);

	memcpy(py_room(p, n), name, n);
	p->nbytes += n;
}

/* "a.b.c", interned as one name. */
const char *py_dotted_name(struct py_parser *p)
{
	const char *name = py_expect_name(p);
	size_t mark = p->nbytes, n;

	if (!py_is(p, PY_T_DOT))
		return name;
	put(p, name);
	while (py_accept(p, PY_T_DOT)) {
		put(p, ".");
		put(p, py_expect_name(p));
	}
	n = p->nbytes - mark;
	p->nbytes = mark;
	return py_name(p->s->names, p->bytes + mark, n);
}

/* One name of an import, with its "as". */
static void alias(struct py_parser *p, bool dotted)
{
	struct py_node *n = py_node_new(p, PY_ALIAS, p->t.line);

	n->u.name = dotted ? py_dotted_name(p) : py_expect_name(p);
	if (py_accept(p, PY_T_AS))
		n->u.alias.as = py_expect_name(p);
	py_push(p, n);
}

static struct py_node *imported(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_IMPORT);
	size_t mark = p->nstack;

	do {
		alias(p, true);
	} while (py_accept(p, PY_T_COMMA));
	n->list = py_take(p, mark);
	return n;
}

static void dots(struct py_parser *p, struct py_node *n)
{
	while (py_is(p, PY_T_DOT) || py_is(p, PY_T_ELLIPSIS)) {
		unsigned level = n->op + (py_is(p, PY_T_DOT) ? 1U : 3U);

		if (level > UINT8_MAX)
			py_fail(p, "too many dots in a relative import");
		n->op = (uint8_t)level;
		py_next(p);
	}
}

/* "from __future__ import annotations" */
static void future(struct py_parser *p, const struct py_node *n)
{
	if (n->op != 0 || n->u.name == NULL || strcmp(n->u.name, "__future__") != 0)
		return;
	for (size_t i = 0; i < n->list.n; i++) {
		if (strcmp(n->list.v[i]->u.name, "annotations") == 0)
			py_since(p, 7, n->line);
	}
}

static struct py_node *imported_from(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_IMPORT_FROM);
	size_t mark = p->nstack;

	dots(p, n);
	if (!py_is(p, PY_T_IMPORT))
		n->u.name = py_dotted_name(p);
	py_expect(p, PY_T_IMPORT);
	if (py_is(p, PY_T_STAR)) {
		struct py_node *star = py_node_new(p, PY_ALIAS, p->t.line);

		star->u.name = py_name(p->s->names, "*", 1);
		py_push(p, star);
		py_next(p);
	} else {
		bool parentheses = py_accept(p, PY_T_LPAR);

		do {
			alias(p, false);
		} while (py_accept(p, PY_T_COMMA) && !py_is(p, PY_T_RPAR));
		if (parentheses)
			py_expect(p, PY_T_RPAR);
	}
	n->list = py_take(p, mark);
	future(p, n);
	return n;
}

/* "type X = …": only when a name follows. */
static struct py_node *type_alias(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_TYPE_ALIAS);

	py_since(p, 12, n->line);
	n->u.name = py_expect_name(p);
	py_skip_type_params(p);
	py_expect(p, PY_T_EQUAL);
	py_skip_annotation(p);
	return n;
}

static bool is_type_alias(const struct py_parser *p)
{
	const unsigned char *c = p->at.p;
	const char *name;

	if (!py_is(p, PY_T_NAME) || p->t.name != p->word_type)
		return false;
	while (py_class[*c] & PY_C_BLANK)
		c++;
	if (!(py_class[*c] & PY_C_WORD) || (py_class[*c] & PY_C_DIGIT))
		return false;
	for (size_t n = 0;; n++) {
		if (!(py_class[c[n]] & PY_C_WORD))
			return py_word(p->s->names, (const char *)c, n, &name) == PY_T_NAME;
	}
}

static struct py_node *simple(struct py_parser *p)
{
	switch (p->t.kind) {
	case PY_T_IMPORT: return imported(p);
	case PY_T_FROM: return imported_from(p);
	case PY_T_RETURN: return returned(p);
	case PY_T_RAISE: return raised(p);
	case PY_T_ASSERT: return asserted(p);
	case PY_T_DEL: return deleted(p);
	case PY_T_GLOBAL: return scoped(p, PY_GLOBAL);
	case PY_T_NONLOCAL: return scoped(p, PY_NONLOCAL);
	case PY_T_PASS: return begun(p, PY_PASS);
	case PY_T_BREAK: return begun(p, PY_BREAK);
	case PY_T_CONTINUE: return begun(p, PY_CONTINUE);
	default: return is_type_alias(p) ? type_alias(p) : expression(p);
	}
}

/* The simple statements of one line, pushed. */
void py_simple_line(struct py_parser *p)
{
	do {
		py_push(p, simple(p));
	} while (py_accept(p, PY_T_SEMI) && !at_end(p));
	if (!py_is(p, PY_T_EOF))
		py_expect(p, PY_T_NEWLINE);
}

void py_statement(struct py_parser *p)
{
	size_t mark = p->nstack;

	if (!py_compound(p))
		py_simple_line(p);
	if (p->failed)
		p->nstack = mark;
}
