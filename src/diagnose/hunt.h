/* hunt.h - looking for a library where the loader does not look.
 *
 * A bounded look at likely places: beside the target and the other files of the process, in the
 * folders that packages use, behind the loader's cache and its configuration. Each folder is
 * listed once for a diagnosis.
 */
#ifndef DLWHY_DIAGNOSE_HUNT_H
#define DLWHY_DIAGNOSE_HUNT_H

#include "diagnose/common.h"

enum hit_where {
	HIT_CONF,    /* in a folder of /etc/ld.so.conf, but not in the cache */
	HIT_BESIDE,  /* beside the target, or in its ../lib, or a *.libs folder near it */
	HIT_SITE,    /* in the Python package that is known to bring it */
	HIT_LOADED,  /* beside another file of the process */
	HIT_CACHE,   /* the loader's cache lists it, for another machine or elsewhere */
	HIT_SUB,     /* in a folder below a default one */
	HIT_USUAL    /* in one of the usual places outside the system's folders */
};

enum hit_kind {
	HIT_EXACT,   /* a file of that very name */
	HIT_ALIAS,   /* another file name, but its SONAME is the name wanted */
	HIT_SKEW     /* the same library in another version */
};

struct hit {
	const char *path;
	const struct store_entry *entry;
	enum hit_where where;
	enum hit_kind kind;
	bool searched;   /* lies in a folder that the loader did search */
	bool usable;     /* an ELF library for the machine of the process */
};

struct hits {
	struct hit *items;
	size_t n, cap;
};

/* Finds files for the request's name. Best first: usable ones, exact names, near places. At most
 * 16. `rq` may be NULL (then `name` alone counts). */
void hunt_library(struct diag *d, const char *name, const struct request *rq, struct hits *out);

/* The places near the target and the process, then the usual ones: number i, NULL behind the last.
 * *where (may be NULL) says what kind of place it is. */
const char *hunt_place(struct diag *d, size_t i, enum hit_where *where);

#endif
