/* outline.c - a file in two steps, see ast.h: first what it imports, for the thread that reads ahead, then
 * the rest, for the one that evaluates. Between two statements of the outline lies a range of whole lines,
 * which is parsed like a file of its own.
 *
 * Together they make what py_parse makes. Where something cannot be read that is not as easy to say (what
 * stands before the first error counts, what stands behind it does not), so then the file is parsed again
 * as a whole.
 */
#include "python/parse.h"

/* Statements in which imports are looked for: ahead.c, collect_from. */
static bool is_outline(enum py_token kind)
{
	return kind == PY_T_IMPORT || kind == PY_T_FROM || kind == PY_T_IF || kind == PY_T_TRY ||
	       kind == PY_T_WITH;
}

static bool is_word(const struct py_cursor *c, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(c->end - c->p) > n && memcmp(c->p, word, n) == 0 && !(py_class[c->p[n]] & PY_C_WORD);
}

/* The same, of the word that begins a line. */
static bool begins_outline(const struct py_cursor *c)
{
	switch (*c->p) {
	case 'f': return is_word(c, "from");
	case 'i': return is_word(c, "import") || is_word(c, "if");
	case 't': return is_word(c, "try");
	case 'w': return is_word(c, "with");
	default: return false;
	}
}

enum { MANY = 4 * sizeof(py_sixteen) };

/* Begins a line within MANY places from p on with something like the words of begins_outline? Almost
 * everywhere none does. The byte behind them is looked at as well. */
static bool none_begins(const unsigned char *p)
{
	py_sixteen v, w, any = { 0 };

	for (size_t i = 0; i < MANY; i += sizeof(v)) {
		memcpy(&v, p + i, sizeof(v));
		memcpy(&w, p + i + 1, sizeof(w));
		any |= (py_sixteen)(v == '\n') & (py_sixteen)(w >= 'f');
	}
	return !py_any(any);
}

/* The last line that begins like a statement of the outline; what follows it need not be looked at. NULL:
 * there is none, or it is the first line. */
static const unsigned char *last_line(const struct py_cursor *c)
{
	const unsigned char *p = c->p, *last = NULL;
	struct py_cursor at = *c;
	py_sixteen v, w;

	while (p + 1 < c->end) {
		while (c->end - p > MANY && none_begins(p))
			p += MANY;
		if (c->end - p > (ptrdiff_t)sizeof(v)) {
			memcpy(&v, p, sizeof(v));
			memcpy(&w, p + 1, sizeof(w));
			w = (py_sixteen)((w == 'f') | (w == 'i') | (w == 't') | (w == 'w'));
			p += py_first((py_sixteen)(v == '\n') & w);
			if (*p != '\n')
				continue;
		}
		at.p = p + 1;
		if (*p++ == '\n' && at.p < c->end && begins_outline(&at))
			last = at.p;
	}
	return last;
}

/* From the token, which begins a line without indentation, over all that is no outline. False: it cannot be
 * read. */
static bool pass_over(struct py_parser *p, const unsigned char *last)
{
	struct py_words none = { .seen = PY_W_ALL };
	struct py_source *s = p->s;
	struct py_cursor *c = &p->at;
	struct py_range *r = ARENA_PUSH(p->a, &s->later);
	bool any;

	c->p = p->t.at;
	c->line = p->t.line;
	r->before = p->nstack;
	r->at = (size_t)(c->p - s->text.p);
	r->line = c->line;
	do {
		if (last == NULL || c->p > last)
			c->p = c->end;
		else if (!py_skip_line(c, &none) || !py_skip_block(c, 0, &none, &any))
			return false;
	} while (c->p < c->end && !begins_outline(c));
	r->end = (size_t)(c->p - s->text.p);
	p->line_start = true;
	py_next(p);
	return true;
}

static bool outline(struct py_parser *p, const unsigned char *last)
{
	while (!py_is(p, PY_T_EOF)) {
		if (p->nindents > 1 || py_is(p, PY_T_INDENT) || is_outline(p->t.kind))
			py_statement(p);
		else if (!pass_over(p, last))
			return false;
	}
	p->s->body = py_take(p, 0);
	return !p->failed;
}

void py_parse_outline(struct arena *a, struct py_names *names, const char *path, struct view text,
		      struct py_source *out)
{
	const unsigned char *last;
	struct py_parser p;

	py_source_begin(a, names, path, text, out);
	py_begin(&p, out, out->text, 1);
	last = last_line(&p.at);
	py_next(&p);
	if (py_is(&p, PY_T_INDENT) || !outline(&p, last))
		py_parse_whole(out);
}

static bool parse_range(struct py_parser *p, const struct py_range *r)
{
	struct view text;

	if (!view_sub(p->s->text, r->at, r->end - r->at, &text))
		return false;
	py_begin_range(p, text, r->line);
	py_next(p);
	while (!py_is(p, PY_T_EOF) && !py_is(p, PY_T_INDENT) && !py_is(p, PY_T_DEDENT))
		py_statement(p);
	return !p->failed && py_is(p, PY_T_EOF);
}

/* What stands in the file first is where its version was seen. */
static void join_since(struct py_source *s, unsigned since, unsigned line)
{
	if (since < s->since || (since == s->since && line >= s->since_line))
		return;
	s->since = since;
	s->since_line = line;
}

void py_parse_rest(struct py_source *s)
{
	unsigned since = s->since, line = s->since_line;
	struct py_parser p;
	size_t done = 0;

	if (s->later.n == 0)
		return;
	s->since = 0;
	py_begin(&p, s, s->text, 1);
	for (size_t i = 0; i < s->later.n; i++) {
		const struct py_range *r = &s->later.items[i];

		while (done < r->before)
			py_push(&p, s->body.v[done++]);
		if (!parse_range(&p, r)) {
			py_parse_whole(s);
			return;
		}
	}
	while (done < s->body.n)
		py_push(&p, s->body.v[done++]);
	s->body = py_take(&p, 0);
	s->later.n = 0;
	join_since(s, since, line);
}
