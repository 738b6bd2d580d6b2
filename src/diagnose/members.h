/* members.h - which files of a process belong to what is asked about. */
#ifndef DLWHY_DIAGNOSE_MEMBERS_H
#define DLWHY_DIAGNOSE_MEMBERS_H

#include "diagnose/common.h"

/* Is it the target, or a library that came with it: neither of the program that loads it, nor out
 * of one of the loader's default folders? */
bool is_member(const struct diag *d, const struct image *im);

#endif
