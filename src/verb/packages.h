/* packages.h - the verb `check` for packages, and for files in them. */
#ifndef DLWHY_VERB_PACKAGES_H
#define DLWHY_VERB_PACKAGES_H

#include "verb/session.h"

/* Is the target a package ("foo.whl"), or a file in one ("foo.whl!/x.so")? */
bool packages_is_target(struct dlwhy_session *s, const char *target);
/* The answer, which is handed over. 0, or what on_result returned. */
int packages_check(struct dlwhy_session *s, const char *target, size_t index, dlwhy_on_result *on_result,
		   void *user);

#endif
