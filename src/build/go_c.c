/* go_c.c - what a C text declares and defines at its top. A rough reader: it knows words, braces and
 * brackets, comments, strings and conditions, and no types.
 */
#include "build/go_c.h"

#include <string.h>

#include "build/go_text.h"

enum { MAX_DECLS = 50000 };

struct c_reader {
	struct arena *a;
	const char *p, *end;
	uint32_t line;
	int braces, parens, conditions;
	bool at_line_start;
	struct go_c_decls *out;
	/* of the declaration that is being read */
	const char *name, *before, *called; /* before: the word in front of name */
	size_t nname, nbefore, ncalled;
	uint32_t name_line;
	bool is_static, is_inline, is_extern, is_typedef, is_pointer, has_params, has_value, is_type, started;
};

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '$';
}

static void skip_string(struct c_reader *r, char quote)
{
	for (r->p++; r->p < r->end && *r->p != quote && *r->p != '\n'; r->p++)
		if (*r->p == '\\' && r->p + 1 < r->end)
			r->p++;
	if (r->p < r->end && *r->p == quote)
		r->p++;
}

static bool skip_comment(struct c_reader *r)
{
	if (r->end - r->p < 2 || r->p[0] != '/')
		return false;
	if (r->p[1] == '/') {
		while (r->p < r->end && *r->p != '\n')
			r->p++;
		return true;
	}
	if (r->p[1] != '*')
		return false;
	for (r->p += 2; r->p < r->end; r->p++) {
		if (*r->p == '\n')
			r->line++;
		if (r->end - r->p >= 2 && r->p[0] == '*' && r->p[1] == '/') {
			r->p += 2;
			return true;
		}
	}
	return true;
}

/* A line with '#': conditions are counted, for what stands in them may be left out. */
static void directive(struct c_reader *r)
{
	const char *s = r->p + 1;

	while (s < r->end && (*s == ' ' || *s == '\t'))
		s++;
	if (r->end - s >= 2 && s[0] == 'i' && s[1] == 'f')
		r->conditions++;
	else if (r->end - s >= 5 && memcmp(s, "endif", 5) == 0 && r->conditions > 0)
		r->conditions--;
	while (r->p < r->end && *r->p != '\n') {
		if (*r->p == '\\' && r->p + 1 < r->end && r->p[1] == '\n') {
			r->line++;
			r->p++;
		}
		r->p++;
	}
}

static void add(struct c_reader *r, const char *s, size_t n, uint32_t line, enum go_c_kind kind)
{
	struct go_c_decl *d;

	if (n == 0 || r->conditions > 0 || r->out->n >= MAX_DECLS)
		return;
	d = ARENA_PUSH(r->a, r->out);
	d->name = arena_strndup(r->a, s, n);
	d->line = line;
	d->kind = kind;
	d->is_local = r->is_static || (r->is_inline && !r->is_extern);
	d->in = kind == GO_C_CALLED && r->name != NULL ? arena_strndup(r->a, r->name, r->nname) : NULL;
}

static void forget(struct c_reader *r)
{
	r->name = r->before = NULL;
	r->nname = r->nbefore = 0;
	r->is_static = r->is_inline = r->is_extern = r->is_typedef = r->is_pointer = false;
	r->has_params = r->has_value = r->is_type = r->started = false;
}

/* The declaration ends in front of '{' or ';'. */
static void finish(struct c_reader *r, char c)
{
	if (r->name == NULL || r->is_pointer)
		return;
	if (r->is_typedef) {
		r->is_static = true; /* a type: no symbol of that name is meant */
		add(r, r->name, r->nname, r->name_line, GO_C_DECLARED);
		return;
	}
	if (c == '{' && r->has_params)
		add(r, r->name, r->nname, r->name_line, GO_C_FUNCTION);
	else if (c == ';' && r->has_params)
		add(r, r->name, r->nname, r->name_line, GO_C_DECLARED);
	else if (c == ';' && r->started && !r->is_type && (!r->is_extern || r->has_value))
		add(r, r->name, r->nname, r->name_line, GO_C_VARIABLE);
	else if (c == ';' && r->started && r->is_extern)
		add(r, r->name, r->nname, r->name_line, GO_C_DECLARED);
}

static bool is(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

static bool keyword(const char *s, size_t n)
{
	static const char list[] =
		" if for while switch return sizeof else do case goto break continue default "
		"__attribute__ __asm__ asm _Alignof alignof typeof __typeof__ defined "
		"_Static_assert ";
	char padded[32];

	if (n > 20)
		return false;
	padded[0] = ' ';
	memcpy(padded + 1, s, n);
	padded[n + 1] = ' ';
	padded[n + 2] = '\0';
	return strstr(list, padded) != NULL;
}

static void word(struct c_reader *r)
{
	const char *s = r->p;
	size_t n;

	while (r->p < r->end && word_char(*r->p))
		r->p++;
	n = (size_t)(r->p - s);
	if (r->braces > 0) {
		r->called = s;
		r->ncalled = n;
		return;
	}
	if (r->parens > 0 || r->has_value)
		return;
	if (is(s, n, "static"))
		r->is_static = true;
	else if (is(s, n, "inline") || is(s, n, "__inline") || is(s, n, "__inline__"))
		r->is_inline = true;
	else if (is(s, n, "extern"))
		r->is_extern = true;
	else if (is(s, n, "typedef"))
		r->is_typedef = true;
	else if ((is(s, n, "struct") || is(s, n, "union") || is(s, n, "enum")) && !r->started)
		r->is_type = true;
	else if (!keyword(s, n) && !r->has_params) {
		/* "struct tag name": a second word makes it a variable */
		r->started = r->started || r->name != NULL;
		if (r->is_type && r->name != NULL)
			r->is_type = false;
		r->before = r->name;
		r->nbefore = r->nname;
		r->name = s;
		r->nname = n;
		r->name_line = r->line;
	}
}

static void open_brace(struct c_reader *r)
{
	if (r->braces == 0 && r->parens == 0) {
		if (r->is_extern && r->name == NULL) { /* extern "C" { */
			forget(r);
			return;
		}
		if (!r->has_value)
			finish(r, '{');
	}
	r->braces++;
}

/* glibc's math.h declares by macros that put names together: __MATHCALL (tgamma,, (_Mdouble_)) for
 * double, float ("tgammaf") and long double ("tgammal"); __MATHDECL_1 has the type first. True: it is
 * one of those. */
static bool take_math(struct c_reader *r)
{
	static const char *const suffixes[] = { "", "f", "l" };
	int conditions = r->conditions;
	bool typed = r->nname > 10 && memcmp(r->name, "__MATHDECL", 10) == 0;
	const char *s = r->p + 1;
	size_t n = 0;

	if (!typed && (r->nname < 10 || memcmp(r->name, "__MATHCALL", 10) != 0))
		return false;
	while (typed && s < r->end && *s != ',' && *s != ';')
		s++;
	while (s < r->end && (*s == ' ' || *s == '\t' || *s == '\n' || *s == ','))
		s++;
	while (s + n < r->end && word_char(s[n]))
		n++;
	if (is(s, n, "fabs")) /* compilers make one instruction of it */
		n = 0;
	r->conditions = 0; /* on the standard that is asked for: all are on with gcc's own */
	for (size_t i = 0; n > 0 && i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		const char *name = arena_printf(r->a, "%.*s%s", (int)n, s, suffixes[i]);

		add(r, name, strlen(name), r->line, GO_C_DECLARED);
	}
	r->conditions = conditions;
	r->is_pointer = true; /* what the macro's own name would be */
	return true;
}

/* "type (*name)(…)" is a pointer, and its name is inside. */
static void take_params(struct c_reader *r)
{
	const char *s = r->p + 1;

	while (s < r->end && (*s == ' ' || *s == '\t' || *s == '\n'))
		s++;
	if (s < r->end && *s == '*' && !r->has_params) {
		r->is_pointer = true;
		return;
	}
	/* "name OF((void))": a macro around the parameters. */
	if (s < r->end && *s == '(' && !r->has_params && r->before != NULL) {
		r->name = r->before;
		r->nname = r->nbefore;
	}
	r->has_params = true;
}

static void punctuation(struct c_reader *r, char c)
{
	if (c == '{') {
		open_brace(r);
	} else if (c == '}') {
		if (r->braces > 0 && --r->braces == 0 && !r->has_value && r->has_params)
			forget(r);
	} else if (c == '(') {
		if (r->braces > 0 && r->called != NULL && !keyword(r->called, r->ncalled))
			add(r, r->called, r->ncalled, r->line, GO_C_CALLED);
		else if (r->braces == 0 && r->parens == 0 && r->name != NULL && !r->has_value &&
			 !take_math(r))
			take_params(r);
		r->parens++;
	} else if (c == ')') {
		r->parens -= r->parens > 0;
	} else if (c == '=' && r->braces == 0 && r->parens == 0) {
		r->has_value = true;
	} else if (c == ';' && r->braces == 0 && r->parens == 0) {
		finish(r, ';');
		forget(r);
	}
	if (c != '(')
		r->called = NULL;
}

void go_c_decls(struct arena *a, const char *text, size_t n, struct go_c_decls *out)
{
	struct c_reader r = {
		.a = a, .p = text, .end = text + n, .line = 1, .at_line_start = true, .out = out
	};

	while (r.p < r.end) {
		char c = *r.p;

		if (c == '\n') {
			r.line++;
			r.at_line_start = true;
			r.p++;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			r.p++;
		} else if (skip_comment(&r)) {
			continue;
		} else if (c == '#' && r.at_line_start) {
			directive(&r);
		} else {
			r.at_line_start = false;
			if (word_char(c)) {
				word(&r);
			} else if (c == '"' || c == '\'') {
				skip_string(&r, c);
			} else {
				punctuation(&r, c);
				r.p++;
			}
		}
	}
}
