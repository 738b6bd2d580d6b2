/* needs.h - what an object needs, breadth first, and the order in which it is set up. */
#ifndef DLWHY_LOADER_NEEDS_H
#define DLWHY_LOADER_NEEDS_H

#include "loader/loader.h"

/* _dl_map_object_deps: maps all that `root` needs, in breadth-first order, behind `preloads`; fills
 * root->list and root->init_order. False if something fatal is missing; the walk then goes on all
 * the same, to name everything that is missing, but nothing may be concluded from the lists. */
bool needs_map(struct process *p, struct image *root, struct image *const *preloads,
	       size_t npreloads, unsigned mode);

#endif
