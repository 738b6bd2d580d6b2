/* installed.h - which package each file of a process was installed by: for results that programs read. */
#ifndef DLWHY_VERB_INSTALLED_H
#define DLWHY_VERB_INSTALLED_H

#include "verb/session.h"

/* Fills package_kind, package_name and package_version of the objects of these results, if options.packages
 * asks for it. The lists of packages are read once for all of them. What is in no list that is known, and
 * everything if memory ends, stays as it was. *a, NULL at first, is made when it is needed: the results point
 * into it. */
void installed_name(struct dlwhy_session *s, struct arena **a, struct dlwhy_result *const *results, size_t n);

#endif
