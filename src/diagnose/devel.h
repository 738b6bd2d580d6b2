/* devel.h - which package has what one compiles and links with, by name.
 *
 * The names are those of Debian 12 (debian_devel.txt, which scripts/debian_names.py writes from the indexes
 * of its archive); its other releases and its children have most of them.
 */
#ifndef DLWHY_DIAGNOSE_DEVEL_H
#define DLWHY_DIAGNOSE_DEVEL_H

#include "base/arena.h"

enum devel_kind {
	DEVEL_HEADER = 'h',    /* "openssl/ssl.h": as it is included */
	DEVEL_LIBRARY = 'l',   /* "ssl": what follows -l */
	DEVEL_PKG_CONFIG = 'p' /* "openssl": without .pc */
};

/* "libssl-dev", in a. NULL: none is known, or several have it. */
const char *devel_package(enum devel_kind kind, const char *name, struct arena *a);

#endif
