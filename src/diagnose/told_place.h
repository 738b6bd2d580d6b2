/* told_place.h - names of files in what linkers say. */
#ifndef DLWHY_DIAGNOSE_TOLD_PLACE_H
#define DLWHY_DIAGNOSE_TOLD_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

bool told_ends_with(const char *s, const char *suffix); /* s may be NULL */
/* Do s[0, n) end as sources and headers do? */
bool told_is_source(const char *s, size_t n);
/* The object and the source in a place, NULL where it names none. */
void told_split_place(struct arena *a, const char *place, const char **object, const char **source);
/* The name by which a person knows what stands there: not that of a file which the compiler made for a
 * moment. */
const char *told_file_of_place(struct arena *a, const char *place);

#endif
