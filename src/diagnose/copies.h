/* copies.h - other copies of a library that was found: which there are, and why none was taken. */
#ifndef DLWHY_DIAGNOSE_COPIES_H
#define DLWHY_DIAGNOSE_COPIES_H

#include "diagnose/common.h"

struct copy {
	const char *path;
	const struct store_file *file;
	const char *why; /* why the loader did not take it, in words that stand behind a colon */
};

struct copies {
	struct copy *items;
	size_t n, cap;
};

/* Copies for the machine of the process that answer to `name` and are not `taken`, which `asker`
 * got for that name: in the folders that are searched, near the process, in its environment and in
 * well-known others. Near ones first, each file once, at most 16. Allocates in d->a. */
void copies_of(struct diag *d, const char *name, const struct image *asker,
	       const struct image *taken, struct copies *out);

#endif
