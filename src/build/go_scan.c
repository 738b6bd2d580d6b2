/* go_scan.c - the words of a Go source, with their places. Bytes beyond ASCII count as letters. */
#include "build/go_scan.h"

#include <string.h>

void go_scan_init(struct go_scan *sc, const char *s, size_t n)
{
	sc->start = sc->p = sc->line_start = s;
	sc->end = s + n;
	sc->line = 1;
	if (n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		sc->start = sc->p = sc->line_start = s + 3;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void new_line(struct go_scan *sc)
{
	sc->line++;
	sc->line_start = sc->p + 1;
}

static void skip_space(struct go_scan *sc)
{
	for (; sc->p < sc->end; sc->p++) {
		if (*sc->p == '\n')
			new_line(sc);
		else if (*sc->p != ' ' && *sc->p != '\t' && *sc->p != '\r' && *sc->p != '\f')
			return;
	}
}

static void line_comment(struct go_scan *sc)
{
	const char *nl = memchr(sc->p, '\n', (size_t)(sc->end - sc->p));

	sc->p = nl != NULL ? nl : sc->end;
}

/* Up to and with `stop` of n bytes; lines are counted. False: it is not there. */
static bool until(struct go_scan *sc, const char *stop, size_t n)
{
	for (; sc->p < sc->end; sc->p++) {
		if ((size_t)(sc->end - sc->p) >= n && memcmp(sc->p, stop, n) == 0) {
			sc->p += n;
			return true;
		}
		if (*sc->p == '\n')
			new_line(sc);
	}
	return false;
}

static bool quoted(struct go_scan *sc, char quote)
{
	for (; sc->p < sc->end && *sc->p != '\n'; sc->p++) {
		if (*sc->p == '\\' && sc->p + 1 < sc->end && sc->p[1] != '\n')
			sc->p++;
		else if (*sc->p == quote) {
			sc->p++;
			return true;
		}
	}
	return false;
}

static void number(struct go_scan *sc)
{
	while (sc->p < sc->end && (is_letter(*sc->p) || is_digit(*sc->p) || *sc->p == '.'))
		sc->p++;
}

/* The token that begins at sc->p, which is not at the end. */
static void token(struct go_scan *sc, struct go_token *t)
{
	char c = *sc->p, next = sc->p + 1 < sc->end ? sc->p[1] : '\0';

	if (is_letter(c)) {
		t->kind = GO_IDENT;
		while (sc->p < sc->end && (is_letter(*sc->p) || is_digit(*sc->p)))
			sc->p++;
	} else if (is_digit(c) || (c == '.' && is_digit(next))) {
		t->kind = GO_NUMBER;
		number(sc);
	} else if (c == '/' && next == '/') {
		t->kind = GO_COMMENT_TOKEN;
		line_comment(sc);
	} else if (c == '/' && next == '*') {
		t->kind = GO_COMMENT_TOKEN;
		sc->p += 2;
		t->broken = !until(sc, "*/", 2);
	} else if (c == '`') {
		t->kind = GO_STRING;
		sc->p++;
		t->broken = !until(sc, "`", 1);
	} else if (c == '"' || c == '\'') {
		t->kind = c == '"' ? GO_STRING : GO_CHAR;
		sc->p++;
		t->broken = !quoted(sc, c);
	} else {
		t->kind = GO_OP;
		sc->p++;
		if ((c == ':' || c == '=' || c == '!' || c == '<' || c == '>') && next == '=')
			sc->p++;
	}
}

void go_scan_next(struct go_scan *sc, struct go_token *t)
{
	skip_space(sc);
	*t = (struct go_token){ .kind = GO_EOF, .s = sc->p, .line = sc->line };
	t->col = (uint32_t)(sc->p - sc->line_start) + 1;
	if (sc->p < sc->end)
		token(sc, t);
	t->n = (size_t)(sc->p - t->s);
	t->end_line = sc->line;
}

bool go_token_is(const struct go_token *t, const char *word)
{
	return strlen(word) == t->n && memcmp(t->s, word, t->n) == 0;
}
