/* go_scan.h - the words of a Go source, with their places. */
#ifndef DLWHY_BUILD_GO_SCAN_H
#define DLWHY_BUILD_GO_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum go_token_kind { GO_EOF, GO_IDENT, GO_STRING, GO_CHAR, GO_NUMBER, GO_OP, GO_COMMENT_TOKEN };

struct go_token {
	enum go_token_kind kind;
	const char *s;         /* in the source */
	size_t n;
	uint32_t line, col;    /* from 1; columns are bytes */
	uint32_t end_line;
	bool broken;           /* a string or comment without its end */
};

struct go_scan {
	const char *start, *p, *end;
	const char *line_start;
	uint32_t line;
};

/* A byte order mark at the beginning is skipped. */
void go_scan_init(struct go_scan *sc, const char *s, size_t n);
/* The next token, comments included. At the end GO_EOF, again and again. */
void go_scan_next(struct go_scan *sc, struct go_token *t);
bool go_token_is(const struct go_token *t, const char *word);

#endif
