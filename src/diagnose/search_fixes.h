/* search_fixes.h - what makes a library be found, and words about searches. */
#ifndef DLWHY_DIAGNOSE_SEARCH_FIXES_H
#define DLWHY_DIAGNOSE_SEARCH_FIXES_H

#include "diagnose/hunt.h"

/* Every place that was looked at, as evidence. */
void search_probes(struct diag *d, struct draft *dr, const struct request *rq);
/* ", which libb.so needs," or "". */
const char *needed_words(const struct diag *d, const struct image *from);
/* "its RUNPATH points into …, which exists only where it was built", and the element of the list;
 * NULL if no folder in the RUNPATH or RPATH of `im` is missing. */
const char *dead_runpath(struct diag *d, const struct image *im, const char **element);
/* Ways to have `hit` found when `from` (NULL: the caller) asks. */
void search_fixes(struct diag *d, struct draft *dr, const struct image *from,
		  const struct hit *hit);
/* Where a library of that name is known to come from. */
void search_fix_provider(struct diag *d, struct draft *dr, const char *name);
/* How to find out who has it. */
void search_fix_generic(struct diag *d, struct draft *dr, const char *name,
			const struct image *from);

#endif
