/* finding_copy.h - findings of another question, kept behind its end. */
#ifndef DLWHY_VERB_FINDING_COPY_H
#define DLWHY_VERB_FINDING_COPY_H

#include <dlwhy/dlwhy.h>

#include "base/arena.h"

/* A finding of a result that will go away; what it says of r's objects it says of their paths. r NULL: its
 * objects are kept as well. Allocates in a. */
struct dlwhy_finding *finding_copy(struct arena *a, const struct dlwhy_result *r,
				   const struct dlwhy_finding *f);
/* The same of one way out. */
const struct dlwhy_fix *fix_copy(struct arena *a, const struct dlwhy_fix *f);

#endif
