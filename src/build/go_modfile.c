/* go_modfile.c - go.mod and go.work, and the order of versions.
 *
 * Where upstream decides: golang.org/x/mod/modfile, golang.org/x/mod/semver, internal/gover.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "build/go_package.h"
#include "build/go_text.h"
#include "message/go_text.h"

enum { MAX_WORDS = 64, MAX_ROWS = 100000 };

/* ---- versions --------------------------------------------------------------------------------- */

static int compare_numbers(const char *a, size_t na, const char *b, size_t nb)
{
	int c;

	while (na > 1 && *a == '0') {
		a++;
		na--;
	}
	while (nb > 1 && *b == '0') {
		b++;
		nb--;
	}
	if (na != nb)
		return na < nb ? -1 : 1;
	c = memcmp(a, b, na);
	return c < 0 ? -1 : c > 0;
}

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

/* "1.21rc1" < "1.21" when both have no third number; "1.21.0" after the candidates. */
int go_compare_go(const char *a, const char *b)
{
	int c = 0;

	for (int i = 0; i < 2 && c == 0; i++) {
		size_t na = digits(a), nb = digits(b);

		c = compare_numbers(na > 0 ? a : "0", na > 0 ? na : 1, nb > 0 ? b : "0", nb > 0 ? nb : 1);
		a += na + (a[na] == '.' && i == 0);
		b += nb + (b[nb] == '.' && i == 0);
	}
	if (c != 0)
		return c;
	/* A language version ("1.21") comes before its candidates, those before the release "1.21.0". */
	int ka = *a == '\0' ? 0 : *a == '.' ? 2 : 1, kb = *b == '\0' ? 0 : *b == '.' ? 2 : 1;

	if (ka != kb)
		return ka < kb ? -1 : 1;
	if (ka == 2) {
		size_t na = digits(a + 1), nb = digits(b + 1);

		return compare_numbers(a + 1, na, b + 1, nb);
	}
	c = strcmp(a, b);
	return c < 0 ? -1 : c > 0;
}

static int compare_identifier(const char *a, size_t na, const char *b, size_t nb)
{
	bool num_a = na > 0 && digits(a) >= na, num_b = nb > 0 && digits(b) >= nb;
	int c;

	if (num_a && num_b)
		return compare_numbers(a, na, b, nb);
	if (num_a != num_b)
		return num_a ? -1 : 1;
	c = memcmp(a, b, na < nb ? na : nb);
	if (c == 0)
		return na < nb ? -1 : na > nb;
	return c < 0 ? -1 : 1;
}

static int compare_prerelease(const char *a, const char *b)
{
	if (*a != '-' || *b != '-')
		return *a == '-' ? -1 : *b == '-' ? 1 : 0;
	for (a++, b++;;) {
		size_t na = strcspn(a, ".+"), nb = strcspn(b, ".+");
		int c = compare_identifier(a, na, b, nb);

		if (c != 0)
			return c;
		a += na;
		b += nb;
		if (*a != '.' || *b != '.')
			return *a == '.' ? 1 : *b == '.' ? -1 : 0;
		a++;
		b++;
	}
}

int go_compare_semver(const char *a, const char *b)
{
	a += *a == 'v';
	b += *b == 'v';
	for (int i = 0; i < 3; i++) {
		size_t na = digits(a), nb = digits(b);
		int c = compare_numbers(na > 0 ? a : "0", na > 0 ? na : 1, nb > 0 ? b : "0", nb > 0 ? nb : 1);

		if (c != 0)
			return c;
		a += na;
		b += nb;
		a += *a == '.' && i < 2;
		b += *b == '.' && i < 2;
	}
	return compare_prerelease(a, b);
}

const char *go_escape(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 1), *p = out;

	for (; *s != '\0'; s++) {
		if (*s >= 'A' && *s <= 'Z') {
			*p++ = '!';
			*p++ = (char)(*s - 'A' + 'a');
		} else {
			*p++ = *s;
		}
	}
	return out;
}

/* ---- lines ------------------------------------------------------------------------------------ */

struct parser {
	struct go *g;
	struct go_modfile *m;
	const char *s, *end;
	uint32_t line;
	bool is_work;
	const char *block; /* the word before '(' */
};

/* The first line that go has no use for; it begins with its place. */
__attribute__((format(printf, 2, 3))) static void fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->m->error != NULL)
		return;
	va_start(ap, fmt);
	p->m->error = arena_vprintf(p->g->a, fmt, ap);
	va_end(ap);
}
#define AT(p) go_short_path((p)->g, (p)->m->file), (p)->line

static const char *string_word(struct parser *p, const char **s, const char *end)
{
	char quote = **s;
	const char *from = *s + 1, *at = from;

	while (at < end && *at != quote)
		at += quote == '"' && *at == '\\' && at + 1 < end ? 2 : 1;
	if (at >= end) {
		fail(p, GO_TEXT_MOD_STRING, AT(p));
		*s = end;
		return "";
	}
	*s = at + 1;
	return arena_strndup(p->g->a, from, (size_t)(at - from));
}

/* The words of one line without its comment; '(' and ')' and "=>" are words. */
static void split_line(struct parser *p, const char *s, const char *end, struct go_words *out, bool *indirect)
{
	*indirect = false;
	while (s < end && out->n < MAX_WORDS) {
		size_t n = 0;

		if (*s == ' ' || *s == '\t' || *s == '\r' || *s == ',') {
			s++;
			continue;
		}
		if (end - s >= 2 && s[0] == '/' && s[1] == '/') {
			const char *c = go_trim(p->g->a, s + 2, (size_t)(end - s - 2));

			*indirect = strcmp(c, "indirect") == 0 || go_starts(c, "indirect;");
			return;
		}
		if (*s == '"' || *s == '`') {
			go_add(p->g->a, out, string_word(p, &s, end));
			continue;
		}
		if (strchr("()[]", *s) != NULL) {
			go_add(p->g->a, out, arena_strndup(p->g->a, s++, 1));
			continue;
		}
		while (s + n < end && strchr(" \t\r,()[]\"`", s[n]) == NULL &&
		       !(s + n + 1 < end && s[n] == '/' && s[n + 1] == '/'))
			n++;
		if (n == 0)
			n = 1;
		go_add(p->g->a, out, arena_strndup(p->g->a, s, n));
		s += n;
	}
}

static bool is_go_version(const char *s)
{
	size_t n = digits(s);

	if (n == 0 || s[n] != '.' || digits(s + n + 1) == 0)
		return false;
	s += n + 1 + digits(s + n + 1);
	if (*s == '.')
		return digits(s + 1) > 0 && s[1 + digits(s + 1)] == '\0';
	if (go_starts(s, "rc") || go_starts(s, "beta"))
		s += *s == 'r' ? 2 : 4;
	return digits(s) == strlen(s);
}

static void add_require(struct parser *p, const struct go_words *w, size_t from, bool indirect, bool exclude)
{
	struct go_require *r;

	if (w->n != from + 2) {
		fail(p, GO_TEXT_MOD_REQUIRE, AT(p), exclude ? "exclude" : "require");
		return;
	}
	if (w->items[from + 1][0] != 'v') {
		fail(p, GO_TEXT_MOD_VERSION, AT(p), exclude ? "exclude" : "require", w->items[from],
		     w->items[from + 1]);
		return;
	}
	if (p->m->require.n + p->m->exclude.n > MAX_ROWS)
		return;
	r = exclude ? ARENA_PUSH(p->g->a, &p->m->exclude) : ARENA_PUSH(p->g->a, &p->m->require);
	*r = (struct go_require){ w->items[from], w->items[from + 1], indirect, p->line };
}

static void add_replace(struct parser *p, const struct go_words *w, size_t from)
{
	struct go_replace *r;
	size_t arrow = from;

	while (arrow < w->n && strcmp(w->items[arrow], "=>") != 0)
		arrow++;
	if (arrow == w->n || arrow - from < 1 || arrow - from > 2 || w->n - arrow < 2 || w->n - arrow > 3) {
		fail(p, GO_TEXT_MOD_REPLACE, AT(p));
		return;
	}
	if (p->m->replace.n > MAX_ROWS)
		return;
	r = ARENA_PUSH(p->g->a, &p->m->replace);
	r->path = w->items[from];
	r->version = arrow - from == 2 ? w->items[from + 1] : NULL;
	r->to = w->items[arrow + 1];
	r->to_version = w->n - arrow == 3 ? w->items[arrow + 2] : NULL;
	r->base = p->m->dir;
	r->line = p->line;
	if (r->to_version == NULL && r->to[0] != '.' && r->to[0] != '/')
		fail(p, GO_TEXT_MOD_FOLDER, AT(p));
}

static void set_go(struct parser *p, const struct go_words *w, size_t from)
{
	if (p->m->go != NULL)
		fail(p, GO_TEXT_MOD_GO_TWICE, AT(p));
	else if (w->n != from + 1)
		fail(p, GO_TEXT_MOD_GO_WORDS, AT(p));
	else if (!is_go_version(w->items[from]))
		fail(p, GO_TEXT_MOD_GO, AT(p), w->items[from]);
	else {
		p->m->go = w->items[from];
		p->m->go_line = p->line;
	}
}

/* w[0] is the verb, or that of the block. */
static void directive(struct parser *p, const char *verb, const struct go_words *w, size_t from,
		      bool indirect)
{
	if (strcmp(verb, "require") == 0 && !p->is_work)
		add_require(p, w, from, indirect, false);
	else if (strcmp(verb, "exclude") == 0 && !p->is_work)
		add_require(p, w, from, false, true);
	else if (strcmp(verb, "replace") == 0)
		add_replace(p, w, from);
	else if (strcmp(verb, "go") == 0)
		set_go(p, w, from);
	else if (strcmp(verb, "toolchain") == 0 && w->n == from + 1)
		p->m->toolchain = w->items[from];
	else if (strcmp(verb, "module") == 0 && !p->is_work) {
		if (p->m->module != NULL)
			fail(p, GO_TEXT_MOD_MODULE_TWICE, AT(p));
		else if (w->n != from + 1)
			fail(p, GO_TEXT_MOD_MODULE, AT(p));
		else
			p->m->module = w->items[from];
	} else if (strcmp(verb, "use") == 0 && p->is_work && w->n == from + 1) {
		go_add(p->g->a, &p->m->use, w->items[from]);
	} else if (strcmp(verb, "ignore") == 0 && w->n == from + 1) {
		go_add(p->g->a, &p->m->ignore, w->items[from]);
	} else if (strcmp(verb, "godebug") != 0 && strcmp(verb, "retract") != 0 &&
		   strcmp(verb, "tool") != 0) {
		fail(p, GO_TEXT_MOD_DIRECTIVE, AT(p), verb);
	}
}

static void line(struct parser *p, const char *s, const char *end)
{
	struct go_words w = { NULL, 0, 0 };
	bool indirect;

	split_line(p, s, end, &w, &indirect);
	if (w.n == 0)
		return;
	if (p->block != NULL) {
		if (strcmp(w.items[0], ")") == 0)
			p->block = NULL;
		else
			directive(p, p->block, &w, 0, indirect);
		return;
	}
	if (w.n >= 2 && strcmp(w.items[1], "(") == 0) {
		p->block = w.items[0];
		if (w.n >= 3 && strcmp(w.items[2], ")") == 0)
			p->block = NULL;
		return;
	}
	directive(p, w.items[0], &w, 1, indirect);
}

struct go_modfile *go_modfile_read(struct go *g, const char *path)
{
	struct parser p = { .g = g };
	struct view v;

	if (!go_read(g, path, &v))
		return NULL;
	p.m = ARENA_NEW(g->a, struct go_modfile);
	p.m->file = path;
	p.m->dir = go_dir(g->a, path);
	p.is_work = strcmp(go_base(path), "go.work") == 0;
	p.s = (const char *)v.p;
	p.end = p.s + v.n;
	while (p.s < p.end && p.m->error == NULL) {
		const char *nl = memchr(p.s, '\n', (size_t)(p.end - p.s));
		const char *end = nl != NULL ? nl : p.end;

		p.line++;
		line(&p, p.s, end);
		p.s = nl != NULL ? nl + 1 : p.end;
	}
	if (p.block != NULL && p.m->error == NULL)
		fail(&p, GO_TEXT_MOD_BLOCK, AT(&p));
	return p.m;
}
