/* damage.h - files that are shorter than their segments: where does the process die? */
#ifndef DLWHY_LOADER_DAMAGE_H
#define DLWHY_LOADER_DAMAGE_H

#include "loader/facts.h"

/* The number of the first relocation, counted over REL, RELA and PLT without the leading relative
 * ones, whose target lies in a page behind the end of the file: the loader writes there and dies
 * of SIGBUS. Relative ones, which come first, count as 0. UINT64_MAX if there is none; always so
 * for a file that is complete. */
uint64_t damage_first_write(const struct object_facts *facts);
/* After everything is relocated: does the first constructor lie behind the end of the file? */
bool damage_in_constructor(const struct elf *e);

#endif
