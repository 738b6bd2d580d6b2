/* node.c - making nodes and lists, within the caps. */
#include <string.h>

#include "python/parse.h"

static size_t size_of_leaf(enum py_kind kind)
{
	const size_t u = offsetof(struct py_node, u);

	switch (kind) {
	case PY_STR: case PY_BYTES: case PY_ALIAS: return u + sizeof(((struct py_node *)0)->u);
	default: return u + sizeof(((struct py_node *)0)->of_u);
	}
}

static size_t size_of(enum py_kind kind)
{
	if (py_has_body(kind))
		return sizeof(struct py_node);
	switch (py_parts_of(kind)) {
	case PY_PARTS_NONE: return size_of_leaf(kind);
	case PY_PARTS_A: return offsetof(struct py_node, list);
	case PY_PARTS_LIST: return offsetof(struct py_node, b);
	case PY_PARTS_B: return offsetof(struct py_node, c);
	default: return offsetof(struct py_node, body);
	}
}

struct py_node *py_node_new(struct py_parser *p, enum py_kind kind, unsigned line)
{
	struct py_node *n = arena_alloc(p->a, size_of(kind));

	n->kind = (uint8_t)kind;
	n->line = line;
	if (++p->s->nnodes > PY_NODES_MAX)
		py_fail(p, "the file has too many parts");
	return n;
}

/* What stands for an expression that could not be read. */
struct py_node *py_nothing(struct py_parser *p)
{
	py_fail(p, "invalid syntax");
	return py_node_new(p, PY_NONE, p->t.line);
}

void py_above(struct py_parser *p, struct py_node *n, const struct py_node *child)
{
	if (child == NULL || child->height < n->height)
		return;
	n->height = (uint16_t)(child->height + 1);
	if (n->height > PY_HEIGHT_MAX)
		py_fail(p, "an expression is too deep");
}

void py_push(struct py_parser *p, struct py_node *n)
{
	if (p->nstack == p->stack_cap) {
		struct py_node **more = ARENA_ARRAY(p->a, p->stack_cap * 2, struct py_node *);

		memcpy(more, p->stack, p->nstack * sizeof(*more));
		p->stack = more;
		p->stack_cap *= 2;
	}
	p->stack[p->nstack++] = n;
}

struct py_list py_take(struct py_parser *p, size_t mark)
{
	struct py_list list = { NULL, p->nstack - mark };

	if (list.n > 0) {
		list.v = ARENA_ARRAY(p->a, list.n, struct py_node *);
		memcpy(list.v, p->stack + mark, list.n * sizeof(*list.v));
	}
	p->nstack = mark;
	return list;
}

void py_list_of(struct py_parser *p, struct py_node *n, size_t mark)
{
	n->list = py_take(p, mark);
	for (size_t i = 0; i < n->list.n; i++)
		py_above(p, n, n->list.v[i]);
}

char *py_room(struct py_parser *p, size_t n)
{
	if (p->bytes_cap - p->nbytes < n) {
		size_t cap = p->nbytes + n > 2 * p->bytes_cap ? p->nbytes + n : 2 * p->bytes_cap;
		char *more = arena_alloc(p->a, cap);

		if (p->nbytes > 0)
			memcpy(more, p->bytes, p->nbytes);
		p->bytes = more;
		p->bytes_cap = cap;
	}
	return p->bytes + p->nbytes;
}

const char *py_keep(struct py_parser *p, size_t mark, size_t *n)
{
	char *kept;

	*n = p->nbytes - mark;
	p->nbytes = mark;
	kept = arena_alloc(p->a, *n + 1);
	if (*n > 0)
		memcpy(kept, p->bytes + mark, *n);
	return kept;
}

bool py_enter(struct py_parser *p)
{
	if (++p->depth <= PY_DEPTH_MAX)
		return true;
	py_fail(p, "too many nested brackets or blocks");
	return false;
}

void py_leave(struct py_parser *p)
{
	p->depth--;
}
