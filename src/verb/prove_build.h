/* prove_build.h - a build asked for real: `go build`, or the command of a link, into a folder of our own. */
#ifndef DLWHY_VERB_PROVE_BUILD_H
#define DLWHY_VERB_PROVE_BUILD_H

#include "verb/session.h"

struct built {
	bool asked, works;   /* works: if it was asked */
	const char *by;	     /* "go build" */
	const char *message; /* what it said, where it does not work */
	const char *why_not; /* it was not asked, or what it says is no answer */
};

/* Builds the package with these arguments of go build. Nothing is fetched, and no file of the module
 * changes. Allocates in a. */
void prove_go_build(struct dlwhy_session *s, const char *package, const char *const *args, struct arena *a,
		    struct built *out);
/* Links with these words. */
void prove_link(struct dlwhy_session *s, const char *const *words, struct arena *a, struct built *out);

#endif
