/* redact.h - takes out of a report what tells whose machine it is. */
#ifndef DLWHY_REPORT_REDACT_H
#define DLWHY_REPORT_REDACT_H

#include <stddef.h>

#include "base/buf.h"

enum { REDACT_WORDS = 8 };

/* What is replaced: a home folder by "~", other people's homes by "/home/USER", words by USER or
 * HOST. Words are compared without regard to case, between characters that are no letters or
 * digits. */
struct redact {
	char *home; /* without a final '/', or NULL */
	struct {
		char *word;
		const char *by;
	} words[REDACT_WORDS];
	size_t nwords;
};

/* The facts of this process and machine. 0 or ENOMEM. */
int redact_init(struct redact *r);
/* The facts given, each of which may be NULL. 0 or ENOMEM. */
int redact_init_with(struct redact *r, const char *home, const char *user, const char *host);
void redact_free(struct redact *r);

/* Appends s with replacements. */
void redact_add(const struct redact *r, struct buf *b, const char *s);

#endif
