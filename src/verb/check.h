/* check.h - what the loader does with one file: the middle of the verb `check`, for those who ask about
 * many. */
#ifndef DLWHY_VERB_CHECK_H
#define DLWHY_VERB_CHECK_H

#include "verb/session.h"

struct check_ask {
	const char *target; /* as the result calls it */
	const char *path;   /* as the loader gets it */
	const char *before; /* path of a library that the process has opened before, NULL */
	bool alone;         /* nobody else asks meanwhile: threads may be used */
};

/* The answer about one file of the session, in a. The result lives as long as a and the session. */
void check_file(struct dlwhy_session *s, struct arena *a, const struct check_ask *ask,
		struct dlwhy_result *out);

#endif
