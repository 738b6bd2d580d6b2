/* go_tags.c - build constraints: //go:build, // +build, names of files, words of #cgo lines.
 *
 * Where upstream decides: go/build/build.go (shouldBuild, matchTag, goodOSArchFile), go/build/constraint.
 */
#include <stdlib.h>
#include <string.h>

#include "build/go_env.h"
#include "build/go_source.h"
#include "build/go_text.h"

enum { MAX_EXPR = 1000, MAX_OLD = 100 };

/* ---- tags ------------------------------------------------------------------------------------- */

static bool experiment_value(const struct go *g, const char *value)
{
	const char *arch = g->env.goarch, *os = g->env.goos;

	if (go_starts(value, "regabi"))
		return strcmp(arch, "amd64") == 0 || strcmp(arch, "arm64") == 0 ||
		       strcmp(arch, "loong64") == 0 || strcmp(arch, "ppc64le") == 0 ||
		       strcmp(arch, "ppc64") == 0 || strcmp(arch, "riscv64") == 0 ||
		       (strcmp(arch, "s390x") == 0 && go_starts(value, "regabiSupported"));
	if (go_starts(value, "dwarf5Supported"))
		return strcmp(os, "darwin") != 0 && strcmp(os, "ios") != 0 && strcmp(os, "aix") != 0;
	return !go_starts(value, "false");
}

static void add_experiment(struct go *g, const char *name, size_t n, struct go_words *out)
{
	char *tag = arena_printf(g->a, "goexperiment.%.*s", (int)n, name);

	for (char *c = tag; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (!go_has(out, tag))
		go_add(g->a, out, tag);
}

/* The experiments that are on in this release: internal/buildcfg/exp.go of GOROOT says it. */
static void read_experiments(struct go *g, struct go_words *out)
{
	struct view v;
	const char *s;

	if (g->env.gosrc == NULL || !go_read(g, go_join(g->a, g->env.gosrc, "internal/buildcfg/exp.go"), &v))
		return;
	s = strstr((const char *)v.p, "baseline := goexperiment.Flags{");
	s = s != NULL ? strchr(s, '\n') : NULL;
	while (s != NULL && *++s != '\0') {
		size_t n;

		s += strspn(s, " \t");
		n = strcspn(s, ":\n}");
		if (s[n] != ':')
			break;
		if (experiment_value(g, s + n + 1 + strspn(s + n + 1, " \t")))
			add_experiment(g, s, n, out);
		s = strchr(s, '\n');
	}
}

/* GOEXPERIMENT adds, and with "no" in front takes away. */
static void apply_goexperiment(struct go *g, struct go_words *out)
{
	const char *s = go_getenv(g, "GOEXPERIMENT");

	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		bool off = n > 2 && strncmp(s, "no", 2) == 0;

		if (!off && n > 0)
			add_experiment(g, s, n, out);
		for (size_t i = 0; off && i < out->n;) {
			const char *name = out->items[i] + strlen("goexperiment.");

			if (n == 4 && strncmp(s, "none", 4) == 0)
				out->n = i;
			else if (strlen(name) == n - 2 && strncmp(name, s + 2, n - 2) == 0)
				out->items[i] = out->items[--out->n];
			else
				i++;
		}
		s += n + (s[n] == ',');
	}
}

static void numbered(struct go *g, struct go_words *out, const char *fmt, int from, int to)
{
	for (int i = from; i <= to; i++)
		go_add(g->a, out,
		       arena_printf(g->a,
				    fmt[0] == 'v'   ? "%s.v%d"
				    : fmt[0] == 'p' ? "%s.power%d"
						    : "%s.%d",
				    g->env.goarch, i));
}

static int env_number(struct go *g, const char *name, const char *prefix, int def)
{
	const char *s = go_getenv(g, name);

	if (go_starts(s, prefix))
		s += strlen(prefix);
	return *s >= '0' && *s <= '9' ? (int)strtol(s, NULL, 10) % 100 : def;
}

static void add_arch_tags(struct go *g, struct go_words *out)
{
	const char *arch = g->env.goarch, *s;

	if (strcmp(arch, "amd64") == 0)
		numbered(g, out, "v", 1, env_number(g, "GOAMD64", "v", 1));
	else if (strcmp(arch, "arm") == 0)
		numbered(g, out, ".", 5, env_number(g, "GOARM", "", 7));
	else if (strcmp(arch, "arm64") == 0)
		go_add(g->a, out, "arm64.v8.0");
	else if (strcmp(arch, "ppc64") == 0 || strcmp(arch, "ppc64le") == 0)
		numbered(g, out, "p", 8, env_number(g, "GOPPC64", "power", 8));
	else if (strcmp(arch, "386") == 0) {
		s = go_getenv(g, "GO386");
		go_add(g->a, out, arena_printf(g->a, "386.%s", *s != '\0' ? s : "sse2"));
	} else if (go_starts(arch, "mips")) {
		s = go_getenv(g, go_starts(arch, "mips64") ? "GOMIPS64" : "GOMIPS");
		go_add(g->a, out, arena_printf(g->a, "%s.%s", arch, *s != '\0' ? s : "hardfloat"));
	} else if (strcmp(arch, "riscv64") == 0) {
		go_add(g->a, out, "riscv64.rva20u64");
	}
}

static struct go_words *tool_tags(struct go *g)
{
	struct go_tags *t = map_get_str(&g->packages, "\001tags");

	if (t != NULL)
		return &t->tool;
	t = ARENA_NEW(g->a, struct go_tags);
	map_put_str(&g->packages, "\001tags", t);
	read_experiments(g, &t->tool);
	apply_goexperiment(g, &t->tool);
	add_arch_tags(g, &t->tool);
	if (g->args.race)
		go_add(g->a, &t->tool, "race");
	if (g->args.msan)
		go_add(g->a, &t->tool, "msan");
	if (g->args.asan)
		go_add(g->a, &t->tool, "asan");
	return &t->tool;
}

/* go1.1 up to go1.N of the release. */
static bool is_release(const struct go *g, const char *tag)
{
	char *end;
	long n;

	if (!go_starts(tag, "go1.") || tag[4] < '1' || tag[4] > '9')
		return false;
	n = strtol(tag + 4, &end, 10);
	return *end == '\0' && (g->env.version == NULL || n <= g->env.minor);
}

bool go_tag(struct go *g, const char *tag)
{
	const char *os = g->env.goos;

	if (g->env.cgo && strcmp(tag, "cgo") == 0)
		return true;
	if (strcmp(tag, os) == 0 || strcmp(tag, g->env.goarch) == 0 || strcmp(tag, "gc") == 0)
		return true;
	if ((strcmp(os, "android") == 0 && strcmp(tag, "linux") == 0) ||
	    (strcmp(os, "illumos") == 0 && strcmp(tag, "solaris") == 0) ||
	    (strcmp(os, "ios") == 0 && strcmp(tag, "darwin") == 0))
		return true;
	if (strcmp(tag, "unix") == 0 && go_unix_os(os))
		return true;
	if (strcmp(tag, "boringcrypto") == 0)
		tag = "goexperiment.boringcrypto";
	return go_has(&g->args.tags, tag) || go_has(tool_tags(g), tag) || is_release(g, tag);
}

/* Cuts the last element off, that behind a '_'; NULL if there is none. */
static const char *cut_last(char *s)
{
	char *u = strrchr(s, '_');

	if (u == NULL)
		return NULL;
	*u = '\0';
	return u + 1;
}

bool go_good_name(struct go *g, const char *name)
{
	char *s = arena_strndup(g->a, name, strcspn(name, "."));
	char *first = strchr(s, '_');
	const char *last, *before;

	/* What stands before the first '_' does not count: linux.go has no tag. */
	if (first == NULL)
		return true;
	last = cut_last(first);
	if (strcmp(last, "test") == 0)
		last = cut_last(first);
	if (last == NULL)
		return true;
	before = cut_last(first);
	if (before != NULL && go_known_os(before) && go_known_arch(last))
		return go_tag(g, last) && go_tag(g, before);
	return (!go_known_os(last) && !go_known_arch(last)) || go_tag(g, last);
}

/* ---- expressions ------------------------------------------------------------------------------ */

struct expr {
	struct go *g;
	const char *s, *end;
	const char *tok; /* last token; "" at the end */
	bool is_tag;
	int size;
	const char *error;
};

static void expr_error(struct expr *x, const char *error)
{
	if (x->error == NULL)
		x->error = error;
	x->tok = "";
	x->is_tag = false;
	x->s = x->end;
}

static bool tag_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '.' || (unsigned char)c >= 0x80;
}

static void lex(struct expr *x)
{
	size_t n = 0;

	x->is_tag = false;
	x->tok = "";
	while (x->s < x->end && (*x->s == ' ' || *x->s == '\t'))
		x->s++;
	if (x->s >= x->end)
		return;
	if (*x->s == '(' || *x->s == ')' || *x->s == '!') {
		x->tok = arena_strndup(x->g->a, x->s++, 1);
		return;
	}
	if (*x->s == '&' || *x->s == '|') {
		if (x->s + 1 >= x->end || x->s[1] != *x->s) {
			expr_error(x, arena_printf(x->g->a, "invalid syntax at %c", *x->s));
			return;
		}
		x->tok = arena_strndup(x->g->a, x->s, 2);
		x->s += 2;
		return;
	}
	while (x->s + n < x->end && tag_char(x->s[n]))
		n++;
	if (n == 0) {
		expr_error(x, arena_printf(x->g->a, "invalid syntax at %c", *x->s));
		return;
	}
	x->tok = arena_strndup(x->g->a, x->s, n);
	x->s += n;
	x->is_tag = true;
}

static bool expr_or(struct expr *x);

static bool expr_atom(struct expr *x)
{
	bool v;

	if (strcmp(x->tok, "(") == 0) {
		v = expr_or(x);
		if (x->error != NULL && strcmp(x->error, "unexpected end of expression") == 0)
			x->error = "missing close paren";
		if (strcmp(x->tok, ")") != 0)
			expr_error(x, "missing close paren");
		else
			lex(x);
		return v;
	}
	if (!x->is_tag) {
		expr_error(x, *x->tok == '\0' ? "unexpected end of expression"
					      : arena_printf(x->g->a, "unexpected token %s", x->tok));
		return false;
	}
	v = go_tag(x->g, x->tok);
	lex(x);
	return v;
}

static bool expr_not(struct expr *x)
{
	if (++x->size > MAX_EXPR) {
		expr_error(x, "build expression too large");
		return false;
	}
	lex(x);
	if (x->error != NULL)
		return false;
	if (strcmp(x->tok, "!") != 0)
		return expr_atom(x);
	lex(x);
	if (strcmp(x->tok, "!") == 0) {
		expr_error(x, "double negation not allowed");
		return false;
	}
	return !expr_atom(x);
}

static bool expr_and(struct expr *x)
{
	bool v = expr_not(x);

	while (strcmp(x->tok, "&&") == 0) {
		bool right = expr_not(x);

		v = v && right;
	}
	return v;
}

static bool expr_or(struct expr *x)
{
	bool v = expr_and(x);

	while (strcmp(x->tok, "||") == 0) {
		bool right = expr_and(x);

		v = v || right;
	}
	return v;
}

static bool eval(struct go *g, const char *s, size_t n, const char **error)
{
	struct expr x = { .g = g, .s = s, .end = s + n, .tok = "" };
	bool v = expr_or(&x);

	if (x.error == NULL && *x.tok != '\0')
		x.error = arena_printf(g->a, "unexpected token %s", x.tok);
	*error = x.error;
	return v && x.error == NULL;
}

/* ---- // +build -------------------------------------------------------------------------------- */

static bool valid_tag(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!tag_char(*s))
			return false;
	return true;
}

static bool old_literal(struct go *g, const char *lit)
{
	bool neg = lit[0] == '!';
	const char *tag = lit + neg;

	if (go_starts(lit, "!!") || strcmp(lit, "!") == 0)
		return go_tag(g, "ignore");
	if (!valid_tag(tag))
		tag = "ignore";
	return go_tag(g, tag) != neg;
}

/* One line: blanks are OR, commas AND. *too_long: it does not count. */
static bool old_line(struct go *g, const char *text, size_t len, bool *too_long)
{
	struct go_words clauses = { NULL, 0, 0 };
	bool any = false;
	int ops = -1;

	go_fields(g->a, text, len, &clauses);
	for (size_t i = 0; i < clauses.n; i++) {
		const char *s = clauses.items[i];
		bool all = true;

		for (;;) {
			size_t n = strcspn(s, ",");

			all = old_literal(g, arena_strndup(g->a, s, n)) && all;
			ops++;
			if (s[n] == '\0')
				break;
			s += n + 1;
		}
		any = any || all;
	}
	*too_long = ops > MAX_OLD;
	return clauses.n > 0 ? any : go_tag(g, "ignore");
}

/* The expression of a "// +build" line in [s, s+n), which is trimmed; NULL if it is none. */
static const char *plus_build(struct go *g, const char *line)
{
	const char *rest;

	if (!go_starts(line, "//"))
		return NULL;
	line = go_trim(g->a, line + 2, strlen(line + 2));
	if (!go_starts(line, "+build"))
		return NULL;
	rest = go_trim(g->a, line + 6, strlen(line + 6));
	return strlen(rest) == strlen(line + 6) && *rest != '\0' ? NULL : rest;
}

static bool is_go_build(struct go *g, const char *line)
{
	const char *rest = line + strlen("//go:build");

	return go_starts(line, "//go:build") &&
	       (*rest == '\0' || strlen(go_trim(g->a, rest, strlen(rest))) < strlen(rest));
}

/* ---- the head of a file ------------------------------------------------------------------------ */

struct head {
	size_t end;           /* where // +build lines end */
	const char *go_build; /* the line, trimmed */
	bool twice;
};

/* What of a line is outside of block comments. True: text that is no comment was found. */
static bool leaves_comments(const char *line, bool *in_block)
{
	while (*line != '\0') {
		const char *at;

		line += strspn(line, " \t\r\f\v");
		if (*in_block) {
			at = strstr(line, "*/");
			if (at == NULL)
				return false;
			*in_block = false;
			line = at + 2;
			line += strspn(line, " \t\r\f\v");
			continue;
		}
		if (*line == '\0' || go_starts(line, "//"))
			return false;
		if (!go_starts(line, "/*"))
			return true;
		*in_block = true;
		line += 2;
	}
	return false;
}

static void read_head(struct go *g, const char *s, size_t n, struct head *h)
{
	bool ended = false, in_block = false;

	for (size_t i = 0; i < n && !h->twice;) {
		const char *nl = memchr(s + i, '\n', n - i);
		size_t len = nl != NULL ? (size_t)(nl - s) - i : n - i;
		const char *line = go_trim(g->a, s + i, len);

		i += len + (nl != NULL);
		if (*line == '\0' && !ended) {
			h->end = i;
			continue;
		}
		if (!go_starts(line, "//"))
			ended = true;
		if (!in_block && is_go_build(g, line)) {
			h->twice = h->go_build != NULL;
			h->go_build = line;
		}
		if (leaves_comments(line, &in_block))
			return;
	}
}

static void check_old_lines(struct go *g, const char *s, size_t n, struct go_constraint *out)
{
	for (size_t i = 0; i < n;) {
		const char *nl = memchr(s + i, '\n', n - i);
		size_t len = nl != NULL ? (size_t)(nl - s) - i : n - i;
		const char *line = go_trim(g->a, s + i, len);
		const char *text = strstr(line, "+build") != NULL ? plus_build(g, line) : NULL;
		bool too_long;

		i += len + (nl != NULL);
		if (text == NULL || old_line(g, text, strlen(text), &too_long) || too_long)
			continue;
		out->build = false;
		if (out->line == NULL)
			out->line = line;
	}
}

void go_should_build(struct go *g, const char *s, size_t n, struct go_constraint *out)
{
	struct head h = { 0, NULL, false };
	const char *error = NULL, *text;

	*out = (struct go_constraint){ .build = true };
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0) {
		s += 3;
		n -= 3;
	}
	read_head(g, s, n, &h);
	if (h.twice) {
		out->error = "multiple lines";
		out->twice = true;
	} else if (h.go_build != NULL) {
		text = go_trim(g->a, h.go_build + 10, strlen(h.go_build + 10));
		out->build = eval(g, text, strlen(text), &error);
		if (error != NULL)
			out->error = error;
		if (!out->build)
			out->line = h.go_build;
	} else {
		check_old_lines(g, s, h.end, out);
	}
}

bool go_match_auto(struct go *g, const char *word)
{
	const char *error;
	bool too_long, v;

	if (strpbrk(word, "&|()") != NULL)
		return eval(g, word, strlen(word), &error);
	v = old_line(g, word, strlen(word), &too_long);
	return v && !too_long;
}

bool go_mentions(const char *line, const char *tag)
{
	size_t n = strlen(tag);

	for (const char *s = line; s != NULL && (s = strstr(s, tag)) != NULL; s += n)
		if ((s == line || !tag_char(s[-1])) && !tag_char(s[n]))
			return true;
	return false;
}
