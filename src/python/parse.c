/* parse.c - see ast.h: a file, and later the bodies of its functions one by one. */
#include <string.h>

#include "python/parse.h"

void py_begin_range(struct py_parser *p, struct view text, unsigned line)
{
	p->at = (struct py_cursor){ text.p, text.p + text.n, p->s->text.p, line, NULL };
	p->words = (struct py_words){ .floor = p->s->text.p, .end = text.p + text.n };
	p->nindents = 1;
	p->indents[0] = 0;
	p->line_start = true;
}

void py_begin(struct py_parser *p, struct py_source *s, struct view text, unsigned line)
{
	/* not all of it: the arrays are large and need no zeros */
	memset(p, 0, offsetof(struct py_parser, indents));
	p->a = s->a;
	p->s = s;
	py_begin_range(p, text, line);
	p->stack = p->few;
	p->nstack = 0;
	p->stack_cap = PY_STACK_FIRST;
	p->bytes = p->small;
	p->nbytes = 0;
	p->bytes_cap = PY_BYTES_FIRST;
	p->word_match = py_name(s->names, "match", 5);
	p->word_case = py_name(s->names, "case", 4);
	p->word_type = py_name(s->names, "type", 4);
	p->word_under = py_name(s->names, "_", 1);
}

void py_source_begin(struct arena *a, struct py_names *names, const char *path, struct view text,
		     struct py_source *out)
{
	memset(out, 0, sizeof(*out));
	out->a = a;
	out->path = path;
	out->names = names;
	text.n = text.n < PY_TEXT_MAX ? text.n : PY_TEXT_MAX;
	out->text = py_text(a, text, &out->plain);
}

void py_parse_whole(struct py_source *s)
{
	struct py_parser p;

	s->later.n = 0;
	s->error = NULL;
	s->error_line = s->since = s->since_line = 0;
	s->nnodes = 0;
	py_begin(&p, s, s->text, 1);
	py_next(&p);
	if (py_is(&p, PY_T_INDENT))
		py_fail(&p, "unexpected indent");
	py_statements(&p, &s->body);
	if (py_is(&p, PY_T_DEDENT))
		py_fail(&p, "invalid syntax");
}

void py_parse(struct arena *a, struct py_names *names, const char *path, struct view text,
	      struct py_source *out)
{
	py_source_begin(a, names, path, text, out);
	py_parse_whole(out);
}

void py_parse_body(struct py_source *s, struct py_function *fn)
{
	struct py_parser p;
	struct view body;

	if (fn->parsed || fn->name == NULL)
		return;
	fn->parsed = true;
	if (!view_sub(s->text, fn->body_at, fn->body_end - fn->body_at, &body) || body.n == 0)
		return;
	py_begin(&p, s, body, fn->body_line);
	p.indents[0] = fn->indent;
	p.line_start = body.p[-1] == '\n';
	py_next(&p);
	if (p.t.kind == PY_T_INDENT) {
		py_next(&p);
		py_statements(&p, &fn->body);
	} else if (!py_is(&p, PY_T_EOF)) {
		py_simple_line(&p);
		fn->body = py_take(&p, 0);
	}
	fn->is_generator = p.saw_yield;
}
