/* version.h - are the versions there that an object asks for? */
#ifndef DLWHY_LOADER_VERSION_H
#define DLWHY_LOADER_VERSION_H

#include "loader/loader.h"

/* _dl_check_map_versions for one image: failures in the trace; at a start also the warnings.
 * False if a failure is fatal for the open or start. */
bool version_check(struct process *p, struct image *im, bool startup);

#endif
