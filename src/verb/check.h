/* check.h - what the loader does with one file: the middle of the verb `check`, for those who ask about many. */
#ifndef DLWHY_VERB_CHECK_H
#define DLWHY_VERB_CHECK_H

#include "verb/session.h"

/* The answer about one file of the session, in a, which must be fresh: `target` as the result calls it, `path`
 * as the loader gets it (NULL: the target, by the rules of a command line), `flags` OPEN_*. The result lives
 * as long as a and the session. */
void check_file(struct dlwhy_session *s, struct arena *a, const char *target, const char *path,
		unsigned flags, struct dlwhy_result *out);

#endif
