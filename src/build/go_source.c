/* go_source.c - the head of a Go file: package clause, imports, the comments above import "C".
 *
 * Where upstream decides: go/build/read.go, go/parser (comment groups), go/ast (CommentGroup.Text),
 * cmd/cgo/ast.go (commentText).
 */
#include "build/go_source.h"

#include <string.h>

#include "build/go_scan.h"
#include "build/go_text.h"
#include "message/go_text.h"

struct reader {
	struct go *g;
	struct go_file *f;
	struct go_scan sc;
	struct go_token t; /* the token that is looked at: no comment */
	struct {
		struct go_token *items;
		size_t n, cap;
	} group;            /* last group of comments before it */
	uint32_t last_line; /* where the token before ended */
	bool is_lead;       /* the group ends on the line above the token */
	const char *error;
};

/* ---- tokens and groups of comments ------------------------------------------------------------- */

/* As go/parser's next(): a comment on the line of the token before is none of the group. */
static void next(struct reader *r)
{
	struct go_token t;
	uint32_t end = 0;
	bool first = true;

	r->last_line = r->t.end_line;
	r->group.n = 0;
	for (go_scan_next(&r->sc, &t); t.kind == GO_COMMENT_TOKEN; go_scan_next(&r->sc, &t)) {
		bool beside = first && r->last_line != 0 && t.line == r->last_line;

		if (!first && t.line > end + 1)
			r->group.n = 0;
		first = false;
		end = t.end_line;
		if (beside) {
			/* its successors on the same line belong to it */
			r->last_line = t.end_line;
			first = true;
			end = 0;
			continue;
		}
		*ARENA_PUSH(r->g->a, &r->group) = t;
	}
	r->is_lead = r->group.n > 0 && end + 1 == t.line;
	r->t = t;
}

static const char *found(struct reader *r)
{
	if (r->t.kind == GO_EOF)
		return "'EOF'";
	if (r->t.kind == GO_IDENT || r->t.kind == GO_STRING || r->t.kind == GO_NUMBER || r->t.kind == GO_CHAR)
		return arena_strndup(r->g->a, r->t.s, r->t.n);
	return arena_printf(r->g->a, "'%.*s'", (int)r->t.n, r->t.s);
}

static const char *place(struct reader *r)
{
	r->f->is_scan_error = true;
	return go_short_path(r->g, r->f->path);
}

static bool fail(struct reader *r, const char *expected)
{
	if (r->error == NULL)
		r->error = arena_printf(r->g->a, GO_TEXT_EXPECTED, place(r), r->t.line,
					r->t.col, expected, found(r));
	return false;
}

/* ---- comments --------------------------------------------------------------------------------- */

/* "//go:x", "//line x": no text (ast.isDirective). */
static bool is_directive(const char *s, size_t n)
{
	size_t i = 0;

	if ((n >= 5 && memcmp(s, "line ", 5) == 0) || (n >= 7 && memcmp(s, "extern ", 7) == 0) ||
	    (n >= 7 && memcmp(s, "export ", 7) == 0))
		return true;
	while (i < n && ((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9')))
		i++;
	return i > 0 && i + 1 < n && s[i] == ':' &&
	       ((s[i + 1] >= 'a' && s[i + 1] <= 'z') || (s[i + 1] >= '0' && s[i + 1] <= '9'));
}

struct text {
	struct go *g;
	char *out;
	size_t n;
	struct {
		size_t *items;
		size_t n, cap;
	} lines;
};

/* A line of the text: its end is trimmed, empty ones are kept apart by the caller. */
static void add_line(struct text *t, const char *s, size_t n, uint32_t line)
{
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
		n--;
	if (n == 0)
		return;
	if (t->n > 0)
		t->out[t->n++] = '\n';
	memcpy(t->out + t->n, s, n);
	t->n += n;
	*ARENA_PUSH(t->g->a, &t->lines) = line;
}

static void add_comment(struct text *t, const struct go_token *c)
{
	const char *s = c->s + 2;
	size_t n = c->n - 2;
	uint32_t line = c->line;

	if (c->s[1] == '/') {
		if (n > 0 && s[0] == ' ')
			add_line(t, s + 1, n - 1, line);
		else if (n > 0 && !is_directive(s, n))
			add_line(t, s, n, line);
		return;
	}
	if (!c->broken)
		n -= 2;
	for (;;) {
		const char *nl = memchr(s, '\n', n);
		size_t len = nl != NULL ? (size_t)(nl - s) : n;

		add_line(t, s, len, line++);
		if (nl == NULL)
			break;
		s += len + 1;
		n -= len + 1;
	}
}

/* What cgo hands to the compiler: the marks gone, all lines kept. */
static char *add_raw(char *out, const struct go_token *c)
{
	const char *s = c->s + 2;
	size_t n = c->n - 2;

	if (c->s[1] == '*' && !c->broken)
		n -= 2;
	memcpy(out, s, n);
	out[n] = '\n';
	return out + n + 1;
}

static void save_preamble(struct reader *r, const struct go_token *v, size_t n)
{
	struct go_comment *c = ARENA_PUSH(r->g->a, &r->f->preambles);
	struct text t = { .g = r->g };
	size_t size = 1;
	char *raw;

	for (size_t i = 0; i < n; i++)
		size += v[i].n + 2;
	t.out = arena_alloc(r->g->a, size);
	c->raw = raw = arena_alloc(r->g->a, size);
	c->line = v[0].line;
	for (size_t i = 0; i < n; i++) {
		add_comment(&t, &v[i]);
		raw = add_raw(raw, &v[i]);
	}
	c->text = t.out;
	c->lines = t.lines.items;
	c->nlines = t.lines.n;
}

/* ---- imports ---------------------------------------------------------------------------------- */

static const char *unquote(struct reader *r)
{
	const struct go_token *t = &r->t;
	char *out = arena_strndup(r->g->a, t->s + 1, t->n - 2), *p = out;

	if (t->s[0] == '`')
		return out;
	for (const char *s = out; *s != '\0'; s++)
		*p++ = *s == '\\' && s[1] != '\0' ? *++s : *s;
	*p = '\0';
	return out;
}

static bool valid_import(const char *s)
{
	if (*s == '\0' || strpbrk(s, "!\"#$%&'()*,:;<=>?[\\]^{|}` ") != NULL ||
	    strstr(s, "\xef\xbf\xbd") != NULL)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

struct spec {
	const struct go_token *doc; /* copied groups */
	size_t ndoc;
};

static struct spec take_group(struct reader *r)
{
	struct spec d = { NULL, 0 };
	struct go_token *copy;

	if (!r->is_lead)
		return d;
	copy = ARENA_ARRAY(r->g->a, r->group.n, struct go_token);
	memcpy(copy, r->group.items, r->group.n * sizeof(*copy));
	d.doc = copy;
	d.ndoc = r->group.n;
	return d;
}

/* One import spec. *is_c: it is import "C". */
static bool read_spec(struct reader *r, bool *is_c)
{
	struct go_import *im;
	struct go_place at = { r->f->path, r->t.line, r->t.col };
	const char *name = NULL;

	r->f->has_dot_import = r->f->has_dot_import || go_token_is(&r->t, ".");
	if (r->t.kind == GO_IDENT || go_token_is(&r->t, ".")) {
		name = arena_strndup(r->g->a, r->t.s, r->t.n);
		next(r);
	}
	if (r->t.kind != GO_STRING || r->t.broken || r->t.n < 2) {
		if (r->error == NULL && r->t.kind == GO_STRING)
			r->error = arena_printf(r->g->a, GO_TEXT_NO_STRING_END, place(r),
						r->t.line, r->t.col);
		else if (r->error == NULL)
			r->error = arena_printf(r->g->a, GO_TEXT_NO_IMPORT_PATH, place(r), r->t.line,
						r->t.col);
		return false;
	}
	im = ARENA_PUSH(r->g->a, &r->f->imports);
	im->path = unquote(r);
	im->name = name;
	im->at = at;
	*is_c = strcmp(im->path, "C") == 0;
	if (!valid_import(im->path)) {
		r->error = arena_printf(r->g->a, GO_TEXT_IMPORT_PATH, r->f->path, at.line,
					at.col, im->path);
		return false;
	}
	next(r);
	return true;
}

static bool read_group(struct reader *r, struct spec decl)
{
	size_t specs = 0, ncs = 0;
	bool c_has_doc = true;

	next(r);
	while (!go_token_is(&r->t, ")")) {
		struct spec doc = take_group(r);
		bool is_c = false;

		if (go_token_is(&r->t, ";")) {
			next(r);
			continue;
		}
		if (!read_spec(r, &is_c))
			return false;
		specs++;
		ncs += is_c;
		if (is_c && doc.ndoc > 0)
			save_preamble(r, doc.doc, doc.ndoc);
		else if (is_c)
			c_has_doc = false;
	}
	if (specs == 1 && ncs == 1 && !c_has_doc && decl.ndoc > 0)
		save_preamble(r, decl.doc, decl.ndoc);
	next(r);
	return true;
}

static bool read_import(struct reader *r)
{
	struct spec decl = take_group(r);
	bool is_c = false;

	next(r);
	if (go_token_is(&r->t, "("))
		return read_group(r, decl);
	if (!read_spec(r, &is_c))
		return false;
	if (is_c && decl.ndoc > 0)
		save_preamble(r, decl.doc, decl.ndoc);
	return true;
}

static bool read_all(struct reader *r)
{
	next(r);
	if (r->t.kind != GO_IDENT || !go_token_is(&r->t, "package"))
		return fail(r, "'package'");
	next(r);
	if (r->t.kind != GO_IDENT)
		return fail(r, "'IDENT'");
	r->f->package = arena_strndup(r->g->a, r->t.s, r->t.n);
	next(r);
	for (;;) {
		while (go_token_is(&r->t, ";"))
			next(r);
		if (r->t.kind != GO_IDENT || !go_token_is(&r->t, "import"))
			return true;
		if (!read_import(r))
			return false;
	}
}

/* //export at the beginning of a line, in any comment of the rest. */
static bool has_export(const char *s, size_t n)
{
	const char *end = s + n;

	for (const char *p = s; (p = memchr(p, '/', (size_t)(end - p))) != NULL; p++)
		if ((p == s || p[-1] == '\n') && end - p > 9 && memcmp(p, "//export ", 9) == 0)
			return true;
	return false;
}

struct go_file *go_parse(struct go *g, const char *dir, const char *name, struct go_constraint *c,
			 const char **error)
{
	struct go_file *f = ARENA_NEW(g->a, struct go_file);
	struct reader r = { .g = g, .f = f };
	struct view v;

	*error = NULL;
	f->name = name;
	f->path = go_join(g->a, dir, name);
	f->is_test = go_ends(name, "_test.go");
	if (!go_read(g, f->path, &v))
		return NULL;
	f->source = (const char *)v.p;
	f->size = v.n;
	go_should_build(g, f->source, f->size, c);
	f->constraint = c->line;
	if (c->error != NULL) {
		*error = c->twice ? arena_printf(g->a, GO_TEXT_CONSTRAINT_TWICE, name)
				  : arena_printf(g->a, GO_TEXT_CONSTRAINT, name, c->error);
		return f;
	}
	go_scan_init(&r.sc, f->source, f->size);
	read_all(&r);
	*error = r.error;
	for (size_t i = 0; i < f->imports.n; i++)
		f->is_cgo = f->is_cgo || strcmp(f->imports.items[i].path, "C") == 0;
	f->has_export = f->is_cgo && has_export(f->source, f->size);
	return f;
}
