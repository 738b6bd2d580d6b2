/* go_build.h - flags of the C compiler, and the command of the final link. */
#ifndef DLWHY_BUILD_GO_BUILD_H
#define DLWHY_BUILD_GO_BUILD_H

#include "build/go.h"

/* CGO_CFLAGS and its like, or the usual "-O2 -g". */
void go_env_flags(struct go *g, const char *name, struct go_words *out);

#endif
