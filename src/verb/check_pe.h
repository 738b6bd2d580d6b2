/* check_pe.h - `check` for files of Windows: they are judged as Windows would load them, on any host. */
#ifndef DLWHY_VERB_CHECK_PE_H
#define DLWHY_VERB_CHECK_PE_H

#include "verb/session.h"

/* Is the target judged by Windows' rules: a PE file, or something else under the name of one? Under the
 * name of a library of this system (for_elf) it is not: then Linux was meant. en: the target if it could be
 * named by a path, else NULL. */
bool check_pe_takes(const struct dlwhy_session *s, const char *path, bool for_elf,
		    const struct store_entry *en);
/* Judges it; flags: OPEN_*. False: the program that was named cannot load it, see *err. */
bool check_pe(struct dlwhy_session *s, const char *path, const struct store_entry *en, unsigned flags,
	      struct dlwhy_result *r, struct arena *a, struct dlwhy_error *err);

#endif
