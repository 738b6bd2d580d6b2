/* pyparse_fuzzer.c - the tree of a Python file of arbitrary bytes, and of the bodies of all its functions. */
#include <stdlib.h>
#include <string.h>

#include "in_arena.h"
#include "python/ast.h"

#define MEMORY ((size_t)256 << 20)
/* Nested functions are read once for each level. */
#define BODIES_MAX 10000

struct job {
	struct in_arena in; /* first */
	struct py_source s;
	size_t nbodies;
};

/* Where the sums go, so that no compiler drops the reads. */
static volatile size_t sink;

static void expression(const struct py_node *n, unsigned above);
static void statements(struct job *j, const struct py_list *l);

static void name(const char *s)
{
	if (s == NULL)
		abort();
	sink += strlen(s);
}

static void expressions(const struct py_list *l, unsigned above)
{
	for (size_t i = 0; i < l->n; i++)
		expression(l->v[i], above);
}

static void params(const struct py_function *fn, unsigned above)
{
	for (size_t i = 0; i < fn->nparams; i++) {
		name(fn->params[i].name);
		expression(fn->params[i].value, above);
	}
}

static void fields(const struct py_node *n)
{
	switch (n->kind) {
	case PY_NAME: case PY_ATTRIBUTE: case PY_WALRUS: case PY_BIG: case PY_FLOAT: case PY_COMPLEX:
		name(n->u.name);
		break;
	case PY_STR: case PY_BYTES:
		if (n->u.str.p[n->u.str.n] != '\0')
			abort();
		break;
	case PY_LAMBDA:
		params(n->u.fn, n->height);
		break;
	case PY_COMPARE:
		for (size_t i = 0; i < n->list.n; i++) {
			if (n->u.ops[i] < PY_OP_EQ || n->u.ops[i] > PY_OP_NOT_IN)
				abort();
		}
		break;
	case PY_BINOP:
		if (n->a == NULL || n->b == NULL)
			abort();
		break;
	default:
		break;
	}
}

/* A tree is lower than what it hangs on, so that a walk over it ends. */
static void expression(const struct py_node *n, unsigned above)
{
	enum py_parts parts;

	if (n == NULL)
		return;
	if (n->kind >= PY_EXPR || n->height >= above)
		abort();
	fields(n);
	parts = py_parts_of(n->kind);
	if (parts >= PY_PARTS_A)
		expression(n->a, n->height);
	if (parts >= PY_PARTS_LIST)
		expressions(&n->list, n->height);
	if (parts >= PY_PARTS_B)
		expression(n->b, n->height);
	if (parts >= PY_PARTS_C)
		expression(n->c, n->height);
}

static void function(struct job *j, struct py_function *fn)
{
	struct view body;

	name(fn->name);
	params(fn, PY_HEIGHT_MAX + 1);
	if (fn->body_at >= fn->body_end)
		abort();
	if (!view_sub(j->s.text, fn->body_at, fn->body_end - fn->body_at, &body))
		abort();
	if (++j->nbodies > BODIES_MAX)
		return;
	py_parse_body(&j->s, fn);
	statements(j, &fn->body);
}

static void statement(struct job *j, const struct py_node *n)
{
	enum py_parts parts;

	if (n == NULL || n->kind < PY_EXPR || n->kind >= PY_KINDS)
		abort();
	parts = py_parts_of(n->kind);
	if (parts == PY_PARTS_NONE) /* an alias */
		return;
	expression(n->a, PY_HEIGHT_MAX + 1);
	if (parts >= PY_PARTS_B)
		expression(n->b, PY_HEIGHT_MAX + 1);
	if (n->kind == PY_FUNCTION)
		function(j, n->u.fn);
	if (n->kind == PY_TRY || n->kind == PY_MATCH || n->kind == PY_WITH || n->kind == PY_IMPORT)
		statements(j, &n->list);
	else if (n->kind != PY_IMPORT_FROM && parts >= PY_PARTS_LIST)
		expressions(&n->list, PY_HEIGHT_MAX + 1);
	if (!py_has_body(n->kind))
		return;
	if (n->kind == PY_CLASS)
		expressions(&n->orelse, PY_HEIGHT_MAX + 1);
	else
		statements(j, &n->orelse);
	statements(j, &n->body);
	statements(j, &n->final);
}

static void statements(struct job *j, const struct py_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		statement(j, l->v[i]);
}

static void parse(void *ctx)
{
	struct job *j = ctx;

	py_parse(j->in.a, py_names_new(j->in.a), "file.py", j->in.bytes, &j->s);
	if (j->s.nnodes > PY_NODES_MAX + j->in.bytes.n + 10)
		abort();
	statements(j, &j->s.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct job j = { .nbodies = 0 };

	return in_arena(&j, data, size, MEMORY, parse);
}
