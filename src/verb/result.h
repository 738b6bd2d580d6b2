/* result.h - from a simulated process to the public result. */
#ifndef DLWHY_VERB_RESULT_H
#define DLWHY_VERB_RESULT_H

#include "diagnose/diagnose.h"
#include "verb/session.h"

/* Fills the objects (one per image, id = image.index) and, if asked for, the bindings. */
void result_objects(struct dlwhy_result *r, const struct dlwhy_options *opt, struct process *p,
		    const struct image *target, struct arena *a);
/* Fills findings, certainty, what it rests on, and the hint if there is none yet. */
void result_findings(struct dlwhy_result *r, const struct dlwhy_options *opt,
		     const struct diagnose_input *in, struct arena *a);
/* The failure that ends the load; NULL: it does not end. */
const struct failure *result_failure(const struct process *p);

#endif
