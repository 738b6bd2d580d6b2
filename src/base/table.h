/* table.h - hash table from names to pointers, in an arena.
 *
 * Names are not copied, and the caller gives their hash: names out of object files have one already.
 * For keys that must be copied, or a table that must be freed: map.h.
 */
#ifndef DLWHY_BASE_TABLE_H
#define DLWHY_BASE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct table_slot;
struct table {
	struct arena *a;
	struct table_slot *slots;
	size_t n, mask; /* entries; slots - 1 */
};

void table_init(struct table *t, struct arena *a);
void *table_get(const struct table *t, const char *name, uint32_t hash); /* NULL if absent */
/* Sets name, which lives as long as the table, to value (not NULL), replacing an old one. */
void table_put(struct table *t, const char *name, uint32_t hash, void *value);

#endif
