/* symbol_near.h - what the findings about missing symbols share, and the sentences about what is
 * there instead. */
#ifndef DLWHY_DIAGNOSE_SYMBOL_NEAR_H
#define DLWHY_DIAGNOSE_SYMBOL_NEAR_H

#include "diagnose/common.h"
#include "diagnose/expected.h"
#include "diagnose/known.h"

/* Missing symbols of one object that are one finding. */
struct sym {
	struct diag *d;
	const struct failure *f; /* the first */
	const struct symbol_family *family;
	struct draft *dr;
	size_t n; /* symbols in the group */
	struct {
		const struct failure **items;
		size_t n, cap;
	} all;
	struct expected e;
};

/* The symbol in words: readable and short. The mangled name stands in the finding's `symbol`. */
const char *sym_named(const struct sym *s);
/* "it" or "them" */
const char *sym_them(const struct sym *s);
/* Writes the summary: "X needs S, and REST." */
void sym_say(struct sym *s, const char *rest);

/* The repair for two files of releases that do not fit together: the one that asks, and `with`. */
void sym_fix_releases(struct sym *s, const struct image *with);

/* What expected_find found is told; false: it found nothing that explains the absence. */
bool sym_from_near(struct sym *s);

#endif
