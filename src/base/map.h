/* map.h - hash table from byte strings to pointers. Keys are copied. Not locked. */
#ifndef DLWHY_BASE_MAP_H
#define DLWHY_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map_slot;
struct map {
	struct map_slot *slots;
	size_t n, mask; /* entries; slots - 1 (0 while empty) */
};

void map_init(struct map *m);
/* Frees the table and its keys; calls free_value on each value unless it is NULL. */
void map_free(struct map *m, void (*free_value)(void *));
void *map_get(const struct map *m, const void *key, size_t len); /* NULL if absent */
void *map_get_str(const struct map *m, const char *key);
/* Sets key to value (not NULL), replacing an old one. False if there is no memory. */
bool map_put(struct map *m, const void *key, size_t len, void *value);
bool map_put_str(struct map *m, const char *key, void *value);
/* The key bytes as the table keeps them (stable until map_free), NULL if absent. */
const char *map_key(const struct map *m, const char *key);
/* Visits all entries in no particular order. */
void map_each(const struct map *m, void (*fn)(const char *key, size_t len, void *value, void *ctx),
	      void *ctx);

#endif
