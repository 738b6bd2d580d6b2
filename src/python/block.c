/* block.c - statements that have a body: if, while, for, try, with. */
#include "python/parse.h"

void py_statements(struct py_parser *p, struct py_list *out)
{
	size_t mark = p->nstack;

	while (!py_is(p, PY_T_DEDENT) && !py_is(p, PY_T_EOF))
		py_statement(p);
	*out = py_take(p, mark);
}

void py_block(struct py_parser *p, struct py_list *out)
{
	size_t mark = p->nstack;

	py_expect(p, PY_T_COLON);
	if (!py_accept(p, PY_T_NEWLINE)) {
		py_simple_line(p);
		*out = py_take(p, mark);
		return;
	}
	if (!py_is(p, PY_T_INDENT))
		py_fail(p, "expected an indented block");
	py_next(p);
	if (py_enter(p)) {
		py_statements(p, out);
		py_leave(p);
	}
	if (!py_is(p, PY_T_EOF))
		py_expect(p, PY_T_DEDENT);
}

/* A statement or clause that begins with a keyword. */
static struct py_node *begun(struct py_parser *p, enum py_kind kind)
{
	struct py_node *n = py_node_new(p, kind, p->t.line);

	py_next(p);
	return n;
}

/* The body, whose header ends here. */
static void body(struct py_parser *p, struct py_node *n)
{
	py_block(p, &n->body);
}

static void otherwise(struct py_parser *p, struct py_node *n)
{
	if (py_accept(p, PY_T_ELSE))
		py_block(p, &n->orelse);
}

/* "if" with its "elif"s, each of which is alone in the one before: a loop, for there may be many. */
static struct py_node *conditional(struct py_parser *p)
{
	struct py_node *first = NULL, *last = NULL;

	for (unsigned n = 0; n == 0 || py_is(p, PY_T_ELIF); n++) {
		struct py_node *next = begun(p, PY_IF);

		if (n > PY_HEIGHT_MAX)
			py_fail(p, "too many elif clauses");
		next->a = py_named(p);
		body(p, next);
		if (last != NULL) {
			last->orelse.v = ARENA_NEW(p->a, struct py_node *);
			last->orelse.v[0] = next;
			last->orelse.n = 1;
		} else {
			first = next;
		}
		last = next;
	}
	otherwise(p, last);
	return first;
}

static struct py_node *while_loop(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_WHILE);

	n->a = py_named(p);
	body(p, n);
	otherwise(p, n);
	return n;
}

static struct py_node *for_loop(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_FOR);

	n->a = py_targets(p);
	py_expect(p, PY_T_IN);
	n->b = py_exprs(p);
	body(p, n);
	otherwise(p, n);
	return n;
}

/* "except a, b as name:"; *star: "except*". */
static struct py_node *handler(struct py_parser *p, bool *star)
{
	struct py_node *n = begun(p, PY_HANDLER);

	*star = py_is(p, PY_T_STAR);
	if (*star) {
		py_since(p, 11, p->t.line);
		py_next(p);
	}
	if (!py_is(p, PY_T_COLON)) {
		bool bracket = py_is(p, PY_T_LPAR);

		n->a = py_exprs(p);
		if (n->a->kind == PY_TUPLE && !bracket)
			py_since(p, 14, p->t.line);
		if (py_accept(p, PY_T_AS))
			n->u.name = py_expect_name(p);
	}
	body(p, n);
	return n;
}

static struct py_node *try_block(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_TRY);
	size_t mark = p->nstack;
	bool star = false;

	body(p, n);
	while (py_is(p, PY_T_EXCEPT))
		py_push(p, handler(p, &star));
	n->op = star;
	n->list = py_take(p, mark);
	otherwise(p, n);
	if (py_accept(p, PY_T_FINALLY))
		py_block(p, &n->final);
	else if (n->list.n == 0)
		py_fail(p, "expected 'except' or 'finally' block");
	return n;
}

static struct py_node *with_item(struct py_parser *p, struct py_node *a)
{
	struct py_node *n = py_node_new(p, PY_WITHITEM, a->line);

	n->a = a;
	if (py_accept(p, PY_T_AS))
		n->b = py_is(p, PY_T_STAR) ? py_star_named(p) : py_bitor(p);
	return n;
}

/* Does the "(" at the token hold all items, "with (a as b, c):"? So if its ")" is followed by ":". */
static bool items_in_parentheses(struct py_parser *p)
{
	struct py_cursor c = p->at;
	bool colon = false;

	if (!py_is(p, PY_T_LPAR))
		return false;
	c.p = p->t.at;
	return py_skip_parens(&c, &colon) && colon;
}

/* What can only stand in a tuple or alone, not be one of several items. */
static bool is_no_item(const struct py_node *n)
{
	return n->kind == PY_STARRED || n->kind == PY_WALRUS || n->kind == PY_YIELD ||
	       n->kind == PY_YIELD_FROM;
}

/* The items were the elements of a tuple, or what the brackets held was no list. */
static void one_item(struct py_parser *p, size_t mark, unsigned line)
{
	struct py_node *n = py_node_new(p, PY_TUPLE, line);

	for (size_t i = mark; i < p->nstack; i++)
		p->stack[i] = p->stack[i]->a;
	py_list_of(p, n, mark);
	py_push(p, with_item(p, n));
}

static void parenthesized_items(struct py_parser *p)
{
	size_t mark = p->nstack;
	unsigned line = p->t.line;
	bool tuple = false, comma = false;

	py_next(p);
	while (!py_is(p, PY_T_RPAR)) {
		struct py_node *a = py_is(p, PY_T_YIELD) ? py_yield(p) : py_star_named(p);

		if (py_is(p, PY_T_FOR) || py_is(p, PY_T_ASYNC)) {
			struct py_node *all = py_node_new(p, PY_GENEXP, a->line);

			all->a = a;
			py_comprehension(p, all);
			a = all;
		}
		if (py_is(p, PY_T_AS))
			py_since(p, 9, p->t.line);
		tuple = tuple || is_no_item(a);
		py_push(p, with_item(p, a));
		comma = py_accept(p, PY_T_COMMA);
		if (!comma)
			break;
	}
	comma = comma || p->nstack - mark != 1;
	py_expect(p, PY_T_RPAR);
	if (!p->failed && comma && (tuple || p->nstack == mark))
		one_item(p, mark, line);
}

static struct py_node *with_block(struct py_parser *p)
{
	struct py_node *n = begun(p, PY_WITH);
	size_t mark = p->nstack;

	if (items_in_parentheses(p)) {
		parenthesized_items(p);
	} else {
		do {
			py_push(p, with_item(p, py_expr(p)));
		} while (py_accept(p, PY_T_COMMA));
	}
	n->list = py_take(p, mark);
	body(p, n);
	return n;
}

/* "async" before def, for or with; else it is a name, as it was until Python 3.6. */
static struct py_node *async_block(struct py_parser *p)
{
	struct py_lexeme word = p->t;
	const unsigned char *c = p->at.p;
	struct py_node *n;

	while (py_class[*c] & PY_C_BLANK)
		c++;
	if (*c != 'd' && *c != 'f' && *c != 'w')
		return NULL;
	py_next(p);
	switch (p->t.kind) {
	case PY_T_DEF:
		n = py_def(p, p->nstack, true);
		break;
	case PY_T_FOR:
		n = for_loop(p);
		n->op = 1;
		break;
	case PY_T_WITH:
		n = with_block(p);
		n->op = 1;
		break;
	default:
		return py_nothing(p);
	}
	n->line = word.line;
	return n;
}

static struct py_node *of_keyword(struct py_parser *p)
{
	switch (p->t.kind) {
	case PY_T_IF: return conditional(p);
	case PY_T_WHILE: return while_loop(p);
	case PY_T_FOR: return for_loop(p);
	case PY_T_TRY: return try_block(p);
	case PY_T_WITH: return with_block(p);
	case PY_T_DEF: return py_def(p, p->nstack, false);
	case PY_T_CLASS: return py_class_def(p, p->nstack);
	case PY_T_AT: return py_decorated(p);
	case PY_T_ASYNC: return async_block(p);
	case PY_T_NAME: return p->t.name == p->word_match ? py_match(p) : NULL;
	default: return NULL;
	}
}

bool py_compound(struct py_parser *p)
{
	struct py_node *n;

	if (!py_enter(p))
		return true;
	n = of_keyword(p);
	py_leave(p);
	if (n != NULL)
		py_push(p, n);
	return n != NULL;
}
