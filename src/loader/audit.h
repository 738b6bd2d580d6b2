/* audit.h - LD_AUDIT: libraries that watch the loader. */
#ifndef DLWHY_LOADER_AUDIT_H
#define DLWHY_LOADER_AUDIT_H

#include "loader/loader.h"

/* What a start says of the entries of LD_AUDIT that cannot serve; an entry that can makes the
 * verdict rest on what it does. */
void audit_all(struct process *p);

#endif
