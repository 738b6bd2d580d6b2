/* explain_look_answer.h - an answer of another question, beside what a text told. */
#ifndef DLWHY_VERB_EXPLAIN_LOOK_ANSWER_H
#define DLWHY_VERB_EXPLAIN_LOOK_ANSWER_H

#include "verb/explain_look.h"

/* What one question came to. */
struct look_reply {
	struct look_case *c;
	const struct dlwhy_finding *same; /* tells of the same thing; a copy */
	const char *other;                /* the summary of what is wrong instead, NULL */
	enum dlwhy_answer loads;          /* or links */
	bool links;                       /* it is an answer of link */
	bool failed;                      /* nothing could be analysed */
	const char *host;
	bool of_windows;   /* the text is one of Windows: it names the file that was asked for alone */
	bool read_as_told; /* of a bare name: who asked for it is not here */
};

/* Codes of a library that is not found. */
bool look_not_found(const char *code);
/* A dlwhy_on_result for a struct look_reply. */
int look_take(const struct dlwhy_result *r, size_t index, void *user);
/* Does the answer tell of the same thing? Then the case is settled. `what` was asked about. */
bool look_settle(struct look_case *c, const struct look_reply *n, const char *what);
/* Nobody told of the same thing: what was seen instead. */
void look_otherwise(struct look_case *c, const struct look_reply *n, const char *what);

#endif
