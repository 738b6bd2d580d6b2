/* define.c - def and class, with their decorators. The body of a def is only passed over. */
#include <string.h>

#include "python/parse.h"

/* Over blanks, continued lines and a comment to the end of the line (true) or the first statement. */
static bool body_on_next_line(struct py_cursor *c)
{
	while ((py_class[*c->p] & PY_C_BLANK) || (*c->p == '\\' && c->p[1] == '\n' && c->p + 2 < c->end)) {
		c->line += *c->p == '\\';
		c->p += *c->p == '\\' ? 2 : 1;
	}
	if (*c->p == '#')
		c->p = memchr(c->p, '\n', (size_t)(c->end - c->p));
	return *c->p == '\n';
}

/* The token is the colon of a def: over the body, to the token behind it. */
static void skip_body(struct py_parser *p, struct py_function *fn)
{
	struct py_cursor *c = &p->at;
	const unsigned char *text = p->s->text.p;
	bool any = true, ok;

	if (!py_is(p, PY_T_COLON)) {
		py_fail(p, "expected ':'");
		return;
	}
	p->words.at = c->p;
	p->words.seen = 0;
	fn->indent = p->indents[p->nindents - 1];
	if (body_on_next_line(c)) {
		c->p++;
		c->line++;
		fn->body_at = (uint32_t)(c->p - text);
		fn->body_line = c->line;
		ok = py_skip_block(c, fn->indent, &p->words, &any);
	} else {
		fn->body_at = (uint32_t)(c->p - text);
		fn->body_line = c->line;
		ok = py_skip_line(c, &p->words);
	}
	py_words_to(&p->words, c->p);
	p->t.line = c->line;
	if (!ok || !any) {
		py_fail(p, ok ? "expected an indented block" : c->error);
		return;
	}
	fn->body_end = (uint32_t)(c->p - text);
	fn->has_import = (p->words.seen & PY_W_IMPORT) != 0;
	fn->has_global = (p->words.seen & PY_W_GLOBAL) != 0;
	p->line_start = true;
	py_next(p);
}

/* decorators: where they begin among what was pushed. */
struct py_node *py_def(struct py_parser *p, size_t decorators, bool is_async)
{
	struct py_node *n = py_node_new(p, PY_FUNCTION, p->t.line);
	struct py_function *fn = ARENA_NEW(p->a, struct py_function);

	n->list = py_take(p, decorators);
	n->u.fn = fn;
	fn->is_async = is_async;
	py_next(p);
	fn->name = py_expect_name(p);
	py_skip_type_params(p);
	py_expect(p, PY_T_LPAR);
	py_params(p, fn, PY_T_RPAR);
	py_expect(p, PY_T_RPAR);
	if (py_accept(p, PY_T_ARROW))
		py_skip_annotation(p);
	skip_body(p, fn);
	return n;
}

struct py_node *py_class_def(struct py_parser *p, size_t decorators)
{
	struct py_node *n = py_node_new(p, PY_CLASS, p->t.line);
	size_t mark;

	n->orelse = py_take(p, decorators);
	mark = p->nstack;
	py_next(p);
	n->u.name = py_expect_name(p);
	py_skip_type_params(p);
	if (py_accept(p, PY_T_LPAR))
		py_arguments(p);
	n->list = py_take(p, mark);
	py_block(p, &n->body);
	return n;
}

struct py_node *py_decorated(struct py_parser *p)
{
	size_t mark = p->nstack;
	unsigned line;
	struct py_node *n;

	while (py_accept(p, PY_T_AT)) {
		py_push(p, py_named(p));
		py_expect(p, PY_T_NEWLINE);
	}
	if (py_is(p, PY_T_CLASS))
		return py_class_def(p, mark);
	if (py_is(p, PY_T_DEF))
		return py_def(p, mark, false);
	line = p->t.line;
	py_expect(p, PY_T_ASYNC);
	if (!py_is(p, PY_T_DEF)) {
		n = py_nothing(p);
		p->nstack = mark;
		return n;
	}
	n = py_def(p, mark, true);
	n->line = line;
	return n;
}
