/* link.h - from what a linker would say to what a person needs. */
#ifndef DLWHY_DIAGNOSE_LINK_H
#define DLWHY_DIAGNOSE_LINK_H

#include "build/link.h"
#include "diagnose/diagnose.h"

/* Findings about the link, ranked. Allocates in a. */
void diagnose_link(const struct link *l, struct arena *a, struct diagnosis *out);
/* What the verdict rests on besides the files; NULL: nothing. */
const char *link_assumes(const struct link *l);
/* A driver or compiler gave up: findings of its text are told, and they are no guess here; a finding is made
 * where the text gave none. */
void diagnose_link_failure(const struct link_plan *plan, struct arena *a,
			   const struct dlwhy_finding *const **findings, size_t *n);

#endif
