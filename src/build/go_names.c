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

/* Names that Go itself declares. */
static bool is_predeclared(const struct go_token *t)
{
	static const char list[] =
		" any append bool byte cap clear close comparable complex complex128 complex64 copy "
		"delete error false float32 float64 imag int int16 int32 int64 int8 iota len make max "
		"min new nil panic print println real recover rune string true uint uint16 uint32 "
		"uint64 uint8 uintptr if for switch select func return go defer range case else "
		"interface struct map chan var const type import package ";
	char word[40];

	if (t->n > 30)
		return false;
	word[0] = ' ';
	memcpy(word + 1, t->s, t->n);
	word[t->n + 1] = ' ';
	word[t->n + 2] = '\0';
	return strstr(list, word) != NULL;
}

/* Behind these a name is used and not declared: "*Name", "&Name", "[]Name", "map[k]Name". */
static bool uses_next(const struct go_token *t)
{
	return go_token_is(t, "*") || go_token_is(t, "&") || go_token_is(t, "]");
}

/* Calls, conversions and types NAME(…), *NAME: the first place of each. A method, a declaration and what is
 * declared in the file as a local name ("NAME :=", "NAME, x :=", a parameter) are none. */
void go_calls(struct go *g, const struct go_file *f, struct map *calls, struct map *own)
{
	struct go_token t, before = { .kind = GO_EOF }, next;
	struct go_scan sc;

	go_scan_init(&sc, f->source, f->size);
	for (code_token(&sc, &t); t.kind != GO_EOF; before = t, t = next) {
		struct go_place *at;

		code_token(&sc, &next);
		if (t.kind != GO_IDENT)
			continue;
		if (!go_token_is(&next, "(") && (!uses_next(&before) || go_token_is(&next, "."))) {
			/* Any other place where it stands may declare it. */
			if (!go_token_is(&before, "."))
				map_put(own, t.s, t.n, g);
			continue;
		}
		if (go_token_is(&before, ".") || go_token_is(&before, "func") || go_token_is(&before, ")") ||
		    is_predeclared(&t) || map_get(calls, t.s, t.n) != NULL)
			continue;
		at = ARENA_NEW(g->a, struct go_place);
		*at = (struct go_place){ f->path, t.line, t.col };
		map_put(calls, t.s, t.n, at);
	}
}

void go_selections(struct go *g, const struct go_file *f, struct go_selections *out, struct map *bare)
{
	struct go_token t, before = { .kind = GO_EOF }, next;
	struct go_scan sc;

	go_scan_init(&sc, f->source, f->size);
	for (code_token(&sc, &t); t.kind != GO_EOF && out->n < MAX_NAMES; before = t, t = next) {
		struct go_selected *x;

		code_token(&sc, &next);
		if (t.kind != GO_IDENT || go_token_is(&before, "."))
			continue;
		if (!go_token_is(&next, ".")) {
			if (next.kind != GO_STRING && !go_token_is(&before, "package"))
				map_put(bare, t.s, t.n, g);
			continue;
		}
		before = next;
		code_token(&sc, &next);
		if (next.kind != GO_IDENT || *next.s < 'A' || *next.s > 'Z')
			continue;
		x = ARENA_PUSH(g->a, out);
		x->package = arena_strndup(g->a, t.s, t.n);
		x->name = arena_strndup(g->a, next.s, next.n);
		x->at = (struct go_place){ f->path, next.line, next.col };
		t = next;
		code_token(&sc, &next);
	}
}
