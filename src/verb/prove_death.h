/* prove_death.h - what a real open changes in a result, beside the proof itself. */
#ifndef DLWHY_VERB_PROVE_DEATH_H
#define DLWHY_VERB_PROVE_DEATH_H

#include "verb/prove_ask.h"

/* The file would load, and code of it ended the process: that becomes the first finding, and the
 * verdict rests on leaving it aside. Returns it in words. */
const char *prove_death(struct dlwhy_result *r, const struct heard *h, struct arena *a);
/* Nothing is proved any more if the real thing says otherwise. */
void prove_refuted(struct dlwhy_result *r, struct arena *a);

#endif
