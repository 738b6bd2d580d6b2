/* prove.h - the verdict beside what the real loader does in a child process. */
#ifndef DLWHY_VERB_PROVE_H
#define DLWHY_VERB_PROVE_H

#include "verb/session.h"

/* Opens the target for real and fills r->proof; of *r everything else is there already. `path`: the
 * target as the loader gets it. `host_program`: the program whose process was simulated, NULL for
 * the bare one. `host_family`: "Python", "Perl", … of a plug-in, NULL if it is none. A program is
 * never run as far as its main. Allocates in a. */
void prove(struct dlwhy_session *s, struct dlwhy_result *r, const char *path,
	   const char *host_program, const char *host_family, bool is_program, struct arena *a);

#endif
