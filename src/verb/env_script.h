/* env_script.h - scripts that begin with "#!/usr/bin/env NAME": what env starts. */
#ifndef DLWHY_VERB_ENV_SCRIPT_H
#define DLWHY_VERB_ENV_SCRIPT_H

#include "verb/session.h"

struct env_script {
	const char *name;  /* of the program, as env was given it; NULL: env was not followed */
	const char *line;  /* a second line that env prints when it does not find it, NULL */
};

/* If *x ends in env, started by the #! line of a script, it goes on to the program that env starts:
 * *x is then what the kernel makes of that, or holds the words of env if there is none. */
void env_script_follow(struct dlwhy_session *s, struct arena *a, struct exec_result *x,
		       struct env_script *out);

#endif
