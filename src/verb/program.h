/* program.h - which program is meant by --program? */
#ifndef DLWHY_VERB_PROGRAM_H
#define DLWHY_VERB_PROGRAM_H

#include "verb/session.h"

/* The path of the program `name`: itself with a '/'; else a file of the working folder, or the first
 * of that name on PATH of the environment under study; itself if there is none. */
const char *program_named(struct dlwhy_session *s, const char *name, struct arena *a);
/* What a script that begins with "#!/usr/bin/env NAME" starts in the end; other paths as they are. */
const char *program_behind_env(struct dlwhy_session *s, const char *path, struct arena *a);

#endif
