/* result.h - from a simulated process to the public result. */
#ifndef DLWHY_VERB_RESULT_H
#define DLWHY_VERB_RESULT_H

#include "base/map.h"
#include "diagnose/diagnose.h"
#include "verb/session.h"

/* Fills the objects (one per image, id = image.index) and, if asked for, the bindings. */
void result_objects(struct dlwhy_result *r, const struct dlwhy_options *opt, struct process *p,
		    const struct image *target, struct arena *a);
/* Fills findings, certainty, what it rests on, and the hint if there is none yet. */
void result_findings(struct dlwhy_result *r, const struct dlwhy_options *opt,
		     const struct diagnose_input *in, struct arena *a);
/* With options.no_bind: what a success then rests on. */
void result_unbound(struct dlwhy_result *r, const struct dlwhy_options *opt, struct arena *a);
/* The failure that ends the load; NULL: it does not end. */
const struct failure *result_failure(const struct process *p);
/* Results that are kept: begins as zeros with an arena; the texts are freed by map_free. */
struct result_keep {
	struct arena *a;
	struct map texts;
};
/* The same answer in k->a, for as long as that and the session live: of a check of a file. */
void result_copy(struct result_keep *k, const struct dlwhy_result *r, struct dlwhy_result *out);

#endif
