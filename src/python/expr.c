/* expr.c - expressions with operators, from "yield" and tuples down to "await" (Grammar/python.gram). */
#include "python/parse.h"

/* Binary operators but for "**": how strongly they bind, 0 for none. */
static const struct binary {
	uint8_t strength, op;
} binaries[PY_TOKENS] = {
	[PY_T_BAR] = { 1, PY_OP_OR_BITS },
	[PY_T_CARET] = { 2, PY_OP_XOR },
	[PY_T_AMP] = { 3, PY_OP_AND_BITS },
	[PY_T_LSHIFT] = { 4, PY_OP_LSHIFT },
	[PY_T_RSHIFT] = { 4, PY_OP_RSHIFT },
	[PY_T_PLUS] = { 5, PY_OP_ADD },
	[PY_T_MINUS] = { 5, PY_OP_SUB },
	[PY_T_STAR] = { 6, PY_OP_MUL },
	[PY_T_SLASH] = { 6, PY_OP_DIV },
	[PY_T_DSLASH] = { 6, PY_OP_FLOORDIV },
	[PY_T_PERCENT] = { 6, PY_OP_MOD },
	[PY_T_AT] = { 6, PY_OP_MATMUL },
};

/* Each operator, so that the common comparison needs no array of its own. */
static const uint8_t op_bytes[] = {
	[PY_OP_EQ] = PY_OP_EQ, [PY_OP_NE] = PY_OP_NE, [PY_OP_LT] = PY_OP_LT, [PY_OP_LE] = PY_OP_LE,
	[PY_OP_GT] = PY_OP_GT, [PY_OP_GE] = PY_OP_GE, [PY_OP_IS] = PY_OP_IS, [PY_OP_IS_NOT] = PY_OP_IS_NOT,
	[PY_OP_IN] = PY_OP_IN, [PY_OP_NOT_IN] = PY_OP_NOT_IN,
};

static struct py_node *unary(struct py_parser *p);

bool py_begins_expr(enum py_token kind)
{
	switch (kind) {
	case PY_T_NUMBER: case PY_T_STRING: case PY_T_FSTRING: case PY_T_NAME: case PY_T_FALSE:
	case PY_T_NONE: case PY_T_TRUE: case PY_T_ASYNC: case PY_T_AWAIT: case PY_T_LAMBDA:
	case PY_T_NOT: case PY_T_LPAR: case PY_T_LSQB: case PY_T_LBRACE: case PY_T_ELLIPSIS:
	case PY_T_PLUS: case PY_T_MINUS: case PY_T_TILDE: case PY_T_STAR: case PY_T_YIELD:
		return true;
	default:
		return false;
	}
}

static struct py_node *binop(struct py_parser *p, struct py_node *a, enum py_op op, struct py_node *b)
{
	struct py_node *n = py_node_new(p, PY_BINOP, a->line);

	n->op = (uint8_t)op;
	n->a = a;
	n->b = b;
	py_above(p, n, a);
	py_above(p, n, b);
	return n;
}

static struct py_node *of_one(struct py_parser *p, enum py_kind kind, unsigned line, struct py_node *a)
{
	struct py_node *n = py_node_new(p, kind, line);

	n->a = a;
	py_above(p, n, a);
	return n;
}

/* "await x"; before Python 3.7 await was a name, and is one where no expression follows. */
static struct py_node *awaited(struct py_parser *p)
{
	struct py_lexeme word = p->t;

	py_next(p);
	if (p->t.kind == PY_T_STAR || p->t.kind == PY_T_PLUS || p->t.kind == PY_T_MINUS ||
	    !py_begins_expr((enum py_token)p->t.kind)) {
		struct py_node *n = py_node_new(p, PY_NAME, word.line);

		n->u.name = word.name;
		return py_postfix(p, n);
	}
	return of_one(p, PY_AWAIT, word.line, py_postfix(p, py_atom(p)));
}

static struct py_node *power(struct py_parser *p)
{
	struct py_node *n = py_is(p, PY_T_AWAIT) ? awaited(p) : py_postfix(p, py_atom(p));

	if (!py_is(p, PY_T_POWER))
		return n;
	py_next(p);
	return binop(p, n, PY_OP_POW, unary(p));
}

static enum py_op sign_of(enum py_token kind)
{
	return kind == PY_T_PLUS    ? PY_OP_ADD
	       : kind == PY_T_MINUS ? PY_OP_SUB
	       : kind == PY_T_TILDE ? PY_OP_INVERT
				    : PY_OP_NONE;
}

static struct py_node *unary(struct py_parser *p)
{
	enum py_op op = sign_of((enum py_token)p->t.kind);
	unsigned line = p->t.line;
	struct py_node *n;

	if (!py_enter(p))
		return py_nothing(p);
	if (op == PY_OP_NONE) {
		n = power(p);
	} else {
		py_next(p);
		n = of_one(p, PY_UNARY, line, unary(p));
		n->op = (uint8_t)op;
	}
	py_leave(p);
	return n;
}

static struct py_node *binary(struct py_parser *p, unsigned least)
{
	struct py_node *n = unary(p);

	while (binaries[p->t.kind].strength >= least) {
		const struct binary *b = &binaries[p->t.kind];

		py_next(p);
		n = binop(p, n, (enum py_op)b->op, binary(p, b->strength + 1U));
	}
	return n;
}

struct py_node *py_bitor(struct py_parser *p)
{
	return binary(p, 1);
}

/* The comparison at the token, read over; PY_OP_NONE if there is none. */
static enum py_op comparison_op(struct py_parser *p)
{
	enum py_token kind = (enum py_token)p->t.kind;

	if (kind >= PY_T_EQ && kind <= PY_T_GE) {
		py_next(p);
		return (enum py_op)(PY_OP_EQ + (kind - PY_T_EQ));
	}
	if (kind == PY_T_IN) {
		py_next(p);
		return PY_OP_IN;
	}
	if (kind == PY_T_IS) {
		py_next(p);
		return py_accept(p, PY_T_NOT) ? PY_OP_IS_NOT : PY_OP_IS;
	}
	if (kind == PY_T_NOT) {
		py_next(p);
		py_expect(p, PY_T_IN);
		return PY_OP_NOT_IN;
	}
	return PY_OP_NONE;
}

static struct py_node *comparison(struct py_parser *p)
{
	struct py_node *a = py_bitor(p), *n;
	enum py_op op = comparison_op(p);
	size_t mark = p->nstack, bytes = p->nbytes, nops;

	if (op == PY_OP_NONE)
		return a;
	n = of_one(p, PY_COMPARE, a->line, a);
	for (; op != PY_OP_NONE; op = comparison_op(p)) {
		*py_room(p, 1) = (char)op;
		p->nbytes++;
		py_push(p, py_bitor(p));
	}
	nops = p->nbytes - bytes;
	if (nops == 1) {
		n->u.ops = &op_bytes[(unsigned char)p->bytes[bytes]];
		p->nbytes = bytes;
	} else {
		n->u.ops = (const uint8_t *)py_keep(p, bytes, &nops);
	}
	py_list_of(p, n, mark);
	return n;
}

static struct py_node *inversion(struct py_parser *p)
{
	unsigned line = p->t.line;
	struct py_node *n;

	if (!py_is(p, PY_T_NOT))
		return comparison(p);
	if (!py_enter(p))
		return py_nothing(p);
	py_next(p);
	n = of_one(p, PY_UNARY, line, inversion(p));
	n->op = PY_OP_NOT;
	py_leave(p);
	return n;
}

/* "a and b and c", or the same with "or": one node for all. */
static struct py_node *boolean(struct py_parser *p, enum py_token word)
{
	struct py_node *n = word == PY_T_OR ? boolean(p, PY_T_AND) : inversion(p), *all;
	size_t mark = p->nstack;

	if (!py_is(p, word))
		return n;
	all = py_node_new(p, PY_BOOLOP, n->line);
	all->op = word == PY_T_OR ? PY_OP_OR : PY_OP_AND;
	py_push(p, n);
	while (py_accept(p, word))
		py_push(p, word == PY_T_OR ? boolean(p, PY_T_AND) : inversion(p));
	py_list_of(p, all, mark);
	return all;
}

struct py_node *py_disjunction(struct py_parser *p)
{
	return boolean(p, PY_T_OR);
}

static struct py_node *ternary(struct py_parser *p)
{
	struct py_node *n = py_disjunction(p), *all;

	if (!py_is(p, PY_T_IF))
		return n;
	py_next(p);
	all = py_node_new(p, PY_IFEXP, n->line);
	all->b = n;
	all->a = py_disjunction(p);
	py_expect(p, PY_T_ELSE);
	all->c = py_expr(p);
	py_above(p, all, all->a);
	py_above(p, all, all->b);
	py_above(p, all, all->c);
	return all;
}

struct py_node *py_expr(struct py_parser *p)
{
	struct py_node *n;

	if (!py_enter(p))
		return py_nothing(p);
	n = py_is(p, PY_T_LAMBDA) ? py_lambda(p) : ternary(p);
	py_leave(p);
	return n;
}

struct py_node *py_named(struct py_parser *p)
{
	struct py_node *n = py_expr(p), *walrus;

	if (!py_is(p, PY_T_WALRUS) || n->kind != PY_NAME)
		return n;
	py_since(p, 8, p->t.line);
	py_next(p);
	walrus = of_one(p, PY_WALRUS, n->line, py_expr(p));
	walrus->u.name = n->u.name;
	return walrus;
}

struct py_node *py_star_named(struct py_parser *p)
{
	unsigned line = p->t.line;

	if (!py_is(p, PY_T_STAR))
		return py_named(p);
	py_next(p);
	return of_one(p, PY_STARRED, line, py_bitor(p));
}

/* One element, or several with commas between them: a tuple. */
static struct py_node *tuple_of(struct py_parser *p, struct py_node *(*element)(struct py_parser *))
{
	struct py_node *n = element(p), *tuple;
	size_t mark = p->nstack;

	if (!py_is(p, PY_T_COMMA))
		return n;
	tuple = py_node_new(p, PY_TUPLE, n->line);
	py_push(p, n);
	while (py_accept(p, PY_T_COMMA) && py_begins_expr((enum py_token)p->t.kind))
		py_push(p, element(p));
	py_list_of(p, tuple, mark);
	return tuple;
}

struct py_node *py_exprs(struct py_parser *p)
{
	return tuple_of(p, py_star_named);
}

static struct py_node *target(struct py_parser *p)
{
	unsigned line = p->t.line;

	if (!py_is(p, PY_T_STAR))
		return py_bitor(p);
	py_next(p);
	return of_one(p, PY_STARRED, line, py_bitor(p));
}

struct py_node *py_targets(struct py_parser *p)
{
	return tuple_of(p, target);
}

struct py_node *py_yield(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_YIELD, p->t.line);

	p->saw_yield = true;
	py_next(p);
	if (py_accept(p, PY_T_FROM)) {
		n->kind = PY_YIELD_FROM;
		n->a = py_expr(p);
	} else if (py_begins_expr((enum py_token)p->t.kind)) {
		n->a = py_exprs(p);
	}
	py_above(p, n, n->a);
	return n;
}

struct py_node *py_exprs_or_yield(struct py_parser *p)
{
	return py_is(p, PY_T_YIELD) ? py_yield(p) : py_exprs(p);
}
