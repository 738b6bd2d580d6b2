/* report.h - what the printers of this folder share. */
#ifndef DLWHY_REPORT_REPORT_H
#define DLWHY_REPORT_REPORT_H

#include <dlwhy/dlwhy.h>

#include "base/buf.h"
#include "report/redact.h"

/* One call of dlwhy_print_result. */
struct report {
	const struct dlwhy_print *p;
	const struct redact *redact; /* NULL: nothing is replaced */
	struct buf b;                /* bytes not yet given to write */
	dlwhy_write *write;
	void *user;
	int err;                     /* first error of write, or ENOMEM */
};

/* Gives the buffer to write if it holds more than `above` bytes. */
void report_flush(struct report *o, size_t above);

void json_result(struct report *o, const struct dlwhy_result *r, size_t index);
void text_result(struct report *o, const struct dlwhy_result *r, size_t index);
void markdown_result(struct report *o, const struct dlwhy_result *r, size_t index);

/* ---- words.c: ids in words for people ----------------------------------------------------- */

const char *words_severity(enum dlwhy_severity s);   /* "error" */
const char *words_certainty(enum dlwhy_certainty c); /* "proved" */
/* "absent", "no such folder": the outcome id itself if it has no words. */
const char *words_outcome(const char *outcome);
/* Does the outcome say no more than that nothing is there? */
bool words_outcome_is_dull(const char *outcome);
/* "RPATH", "LD_LIBRARY_PATH", "default folders": where a rule looks. */
const char *words_rule(const char *rule);
/* "NOT FOUND": what a tree shows at the object of a finding. */
const char *words_mark(const char *code);

#endif
