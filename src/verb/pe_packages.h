/* pe_packages.h - what Python packages do for the search of their DLLs on Windows, as far as files tell. */
#ifndef DLWHY_VERB_PE_PACKAGES_H
#define DLWHY_VERB_PE_PACKAGES_H

#include "verb/pe_host.h"

/* Adds folders (user_dirs) and modules loaded before (present) to the host of the module at `path`. */
void pe_packages(struct dlwhy_session *s, const char *path, const struct store_entry *en, struct arena *a,
		 struct pe_host *h);
/* "/x/" of "/x/y" and of "/x/y/"; "" of "y". */
const char *pe_parent(struct arena *a, const char *path);
/* The folder (with a final '/') of the package that brings the file; NULL: no Python package does. */
const char *pe_package_of(struct store *store, const char *path, struct arena *a);

#endif
