/* params.c - parameters of functions and lambdas; annotations and type parameters, which are passed over. */
#include <string.h>

#include "python/parse.h"

enum { FEW = 12 };

struct params {
	struct py_param *items;
	size_t n, cap;
	bool keyword_only;
};

/* The next token of what is passed over. */
static void next_quietly(struct py_parser *p)
{
	p->quiet = true;
	py_next(p);
	p->quiet = false;
}

/* To the token that ends an annotation outside its brackets. */
void py_skip_annotation(struct py_parser *p)
{
	bool opens = py_is(p, PY_T_LPAR) || py_is(p, PY_T_LSQB) || py_is(p, PY_T_LBRACE);
	unsigned paren = p->paren - opens;

	while (!p->failed && p->paren >= paren) {
		switch (p->t.kind) {
		case PY_T_COMMA: case PY_T_EQUAL: case PY_T_COLON: case PY_T_SEMI:
			if (p->paren == paren)
				return;
			break;
		case PY_T_EOF: case PY_T_NEWLINE: case PY_T_INDENT: case PY_T_DEDENT:
			return;
		case PY_T_LAMBDA: /* has commas and a colon of its own */
			(void)py_expr(p);
			continue;
		case PY_T_FSTRING:
			py_skip_fstring(p);
			continue;
		default:
			break;
		}
		next_quietly(p);
	}
}

/* "[T, *Ts]" behind a name. */
void py_skip_type_params(struct py_parser *p)
{
	unsigned paren = p->paren;

	if (!py_is(p, PY_T_LSQB))
		return;
	py_since(p, 12, p->t.line);
	while (!p->failed && !py_is(p, PY_T_EOF) && p->paren >= paren) {
		if (py_is(p, PY_T_FSTRING))
			py_skip_fstring(p);
		else
			next_quietly(p);
	}
	py_expect(p, PY_T_RSQB);
}

static void param(struct py_parser *p, struct params *all, enum py_param_kind kind, bool annotated)
{
	struct py_param *q = ARENA_PUSH(p->a, all);

	q->kind = kind;
	q->name = py_expect_name(p);
	if (annotated && py_accept(p, PY_T_COLON))
		py_skip_annotation(p);
	if (kind != PY_PARAM_ARGS && kind != PY_PARAM_KWARGS && py_accept(p, PY_T_EQUAL)) {
		struct py_node *value = py_expr(p);

		all->items[all->n - 1].value = value;
	}
}

static void slash(struct py_parser *p, struct params *all)
{
	py_since(p, 8, p->t.line);
	py_next(p);
	for (size_t i = 0; i < all->n; i++) {
		if (all->items[i].kind == PY_PARAM_PLAIN)
			all->items[i].kind = PY_PARAM_POSITIONAL;
	}
}

static void star(struct py_parser *p, struct params *all, bool annotated)
{
	py_next(p);
	if (!py_is(p, PY_T_COMMA))
		param(p, all, PY_PARAM_ARGS, annotated);
	all->keyword_only = true;
}

/* Parameters up to the token `end`, which is left: ')' of a function, whose parameters may be annotated, or
 * ':' of a lambda. */
void py_params(struct py_parser *p, struct py_function *fn, enum py_token end)
{
	bool annotated = end == PY_T_RPAR;
	struct py_param few[FEW];
	struct params all = { few, 0, FEW, false }; /* in the arena as soon as there are more */

	while (!py_is(p, end)) {
		if (py_is(p, PY_T_SLASH)) {
			slash(p, &all);
		} else if (py_is(p, PY_T_STAR)) {
			star(p, &all, annotated);
		} else if (py_accept(p, PY_T_POWER)) {
			param(p, &all, PY_PARAM_KWARGS, annotated);
		} else {
			param(p, &all, all.keyword_only ? PY_PARAM_KEYWORD : PY_PARAM_PLAIN, annotated);
		}
		if (!py_accept(p, PY_T_COMMA))
			break;
	}
	if (!py_is(p, end))
		py_fail(p, "invalid syntax");
	fn->nparams = (uint32_t)all.n;
	fn->params = all.items;
	if (all.items == few) {
		fn->params = ARENA_ARRAY(p->a, all.n, struct py_param);
		memcpy(fn->params, few, all.n * sizeof(*few));
	}
}

struct py_node *py_lambda(struct py_parser *p)
{
	struct py_node *n = py_node_new(p, PY_LAMBDA, p->t.line);
	bool outer = p->saw_yield;
	size_t deepest = 0;

	py_next(p);
	n->u.fn = ARENA_NEW(p->a, struct py_function);
	py_params(p, n->u.fn, PY_T_COLON);
	py_expect(p, PY_T_COLON);
	p->saw_yield = false;
	n->a = py_expr(p);
	n->u.fn->is_generator = p->saw_yield;
	n->u.fn->parsed = true;
	p->saw_yield = outer;
	py_above(p, n, n->a);
	for (; deepest < n->u.fn->nparams; deepest++)
		py_above(p, n, n->u.fn->params[deepest].value);
	return n;
}
