/* bind.h - relocation: every reference of an image against its real scope. */
#ifndef DLWHY_LOADER_BIND_H
#define DLWHY_LOADER_BIND_H

#include "loader/loader.h"

/* _dl_relocate_object: looks up what the image refers to, in the loader's order; failures in the
 * trace. `lazy`: entries of DT_JMPREL are put off if the object allows it; those that nobody
 * defines are then failures with `lazy` set. False if a failure is fatal at once. */
bool bind_image(struct process *p, struct image *im, bool lazy, bool startup);

#endif
