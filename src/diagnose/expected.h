/* expected.h - who should have defined a missing symbol, and what it has that is nearly that.
 *
 * Of the libraries that may be asked, the one that defines most names of the same namespace (or
 * with the same beginning) is who was expected to define it.
 */
#ifndef DLWHY_DIAGNOSE_EXPECTED_H
#define DLWHY_DIAGNOSE_EXPECTED_H

#include "diagnose/common.h"
#include "symbol/near.h"

struct expected {
	const char *family;           /* "tsl", "ucnv_": what such names have in common; NULL */
	const struct image *provider; /* NULL: nobody has enough of them */
	size_t names;                 /* of the family that it defines */
	struct near near;             /* to the first missing symbol; kind NEAR_NONE: none */
	const struct image *near_in;  /* who has it */
	size_t asked;                 /* missing symbols that were looked at, at most MAX_ASKED */
	size_t alike;                 /* of these: differ as the first does, the first included */
	size_t otherwise;             /* of these: are there in another form */
	const char *release;          /* the namespace "lts_20230125" of the first that nobody has
					 anything of, while there is … */
	const char *release_there;    /* … this one in its place; both NULL if it is not so */
};

/* `missing` are failures of one image, the first being the one that is told. */
void expected_find(struct diag *d, const struct failure *const *missing, size_t n,
		   struct expected *out);

/* May `who` ask `what` for symbols? */
bool in_scope_of(const struct image *who, const struct image *what);

#endif
