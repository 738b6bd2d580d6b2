/* debian.h - which package has what one compiles and links with, or what a program loads, by name.
 *
 * The names are those of Debian 12 (debian_names.txt, which scripts/debian_names.py writes from the indexes
 * of its archive); its other releases and its children have most of them.
 */
#ifndef DLWHY_DIAGNOSE_DEBIAN_H
#define DLWHY_DIAGNOSE_DEBIAN_H

#include "base/arena.h"

enum debian_kind {
	DEBIAN_HEADER = 'h',     /* "openssl/ssl.h": as it is included */
	DEBIAN_LIBRARY = 'l',    /* "ssl": what follows -l */
	DEBIAN_PKG_CONFIG = 'p', /* "openssl": without .pc */
	DEBIAN_SONAME = 's'      /* "libssl.so.3": as the loader looks for it */
};

/* "libssl-dev", in a. NULL: none is known, or several have it. */
const char *debian_package(enum debian_kind kind, const char *name, struct arena *a);
/* Which package has that library for who loads it: "libz.so.1"; for "libz.so", which only those who compile
 * have, the package to compile with. NULL as above. */
const char *debian_package_to_load(const char *soname, struct arena *a);
/* The same library under another number, "libicuuc.so.72" for "libicuuc.so.66", and its package. NULL:
 * none. */
const char *debian_other_number(const char *soname, const char **package, struct arena *a);

#endif
