/* go_names.c - names in Go sources: what a file takes from C, what it declares, what it uses.
 *
 * No types are checked: a name counts as the file's own as soon as it is declared anywhere in it.
 */
#include <string.h>

#include "build/go_scan.h"
#include "build/go_source.h"
#include "build/go_text.h"

enum { MAX_NAMES = 20000 };

static void code_token(struct go_scan *sc, struct go_token *t)
{
	do
		go_scan_next(sc, t);
	while (t->kind == GO_COMMENT_TOKEN);
}

void go_c_names(struct go *g, const struct go_file *f, struct go_c_names *out)
{
	struct go_scan sc;
	struct go_token t, before = { .kind = GO_EOF }, next;

	go_scan_init(&sc, f->source, f->size);
	for (code_token(&sc, &t); t.kind != GO_EOF && out->n < MAX_NAMES; before = t, t = next) {
		struct go_c_name *n;

		code_token(&sc, &next);
		if (!go_token_is(&t, "C") || t.kind != GO_IDENT || !go_token_is(&next, ".") ||
		    go_token_is(&before, "."))
			continue;
		code_token(&sc, &next);
		if (next.kind != GO_IDENT)
			continue;
		n = ARENA_PUSH(g->a, out);
		n->name = arena_strndup(g->a, next.s, next.n);
		n->at = (struct go_place){ f->path, t.line, t.col };
		code_token(&sc, &next);
		n->called = go_token_is(&next, "(");
	}
}

/* Names behind var, const and type at depth 0, in a group or alone, and functions without receiver. */
void go_top_names(struct go *g, const struct go_file *f, struct go_words *out)
{
	struct go_scan sc;
	struct go_token t, next;
	int depth = 0;
	bool group = false, wants_name = false;
	uint32_t line = 0;

	go_scan_init(&sc, f->source, f->size);
	for (code_token(&sc, &t); t.kind != GO_EOF && out->n < MAX_NAMES; t = next) {
		code_token(&sc, &next);
		if (t.kind == GO_OP && strchr("({[", *t.s) != NULL)
			depth++;
		else if (t.kind == GO_OP && strchr(")}]", *t.s) != NULL && --depth == 0)
			group = false;
		if (depth == 0 && t.kind == GO_IDENT) {
			if (go_token_is(&t, "func") && next.kind == GO_IDENT) {
				go_add(g->a, out, arena_strndup(g->a, next.s, next.n));
			} else if (go_token_is(&t, "var") || go_token_is(&t, "const") ||
				   go_token_is(&t, "type")) {
				group = go_token_is(&next, "(");
				wants_name = !group;
				continue;
			}
		}
		if (t.kind == GO_IDENT &&
		    ((depth == 0 && wants_name) || (depth == 1 && group && t.line != line))) {
			go_add(g->a, out, arena_strndup(g->a, t.s, t.n));
			line = t.line;
		}
		wants_name = false;
	}
}

/* "name :=", "name," before it, "var name", "func name", "(name T": declared in some way. */
static bool declares(const struct go_token *before, const struct go_token *next)
{
	if (next->kind == GO_OP && next->n == 2 && memcmp(next->s, ":=", 2) == 0)
		return true;
	if (before->kind == GO_IDENT)
		return go_token_is(before, "var") || go_token_is(before, "const") ||
		       go_token_is(before, "type") || go_token_is(before, "func");
	return (go_token_is(before, "(") || go_token_is(before, ",")) && next->kind == GO_IDENT;
}

struct go_place go_first_use(struct go *g, const struct go_file *f, const char *name)
{
	struct go_place at = { f->path, 0, 0 };
	struct go_token t, before = { .kind = GO_EOF }, next;
	struct go_scan sc;

	(void)g;
	go_scan_init(&sc, f->source, f->size);
	for (code_token(&sc, &t); t.kind != GO_EOF; before = t, t = next) {
		code_token(&sc, &next);
		if (t.kind != GO_IDENT || !go_token_is(&t, name) || go_token_is(&before, "."))
			continue;
		if (declares(&before, &next))
			return (struct go_place){ f->path, 0, 0 };
		if (at.line == 0 && !go_token_is(&next, ":")) {
			at.line = t.line;
			at.col = t.col;
		}
	}
	return at;
}
