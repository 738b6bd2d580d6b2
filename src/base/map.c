/* map.c - hash table from byte strings to pointers: open addressing, linear probing, no removal.
 *
 * A slot keeps the hash, so that a probe that does not match touches no other memory.
 */
#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { FIRST_SLOTS = 16 };

struct map_slot {
	uint64_t hash;
	char *key;   /* NULL: the slot is free */
	size_t len;
	void *value;
};

void map_init(struct map *m)
{
	memset(m, 0, sizeof(*m));
}

void map_free(struct map *m, void (*free_value)(void *))
{
	for (size_t i = 0; m->slots != NULL && i <= m->mask; i++) {
		if (m->slots[i].key == NULL)
			continue;
		if (free_value != NULL)
			free_value(m->slots[i].value);
		free(m->slots[i].key);
	}
	free(m->slots);
	map_init(m);
}

/* The slot of the key, or the free one where it would go. The table is never full. */
static struct map_slot *find(const struct map *m, const void *key, size_t len, uint64_t hash)
{
	size_t i = (size_t)hash & m->mask;

	for (;; i = (i + 1) & m->mask) {
		struct map_slot *s = &m->slots[i];

		if (s->key == NULL)
			return s;
		if (s->hash == hash && s->len == len &&
		    (len == 0 || memcmp(s->key, key, len) == 0))
			return s;
	}
}

static struct map_slot *find_used(const struct map *m, const void *key, size_t len)
{
	struct map_slot *s;

	if (m->n == 0)
		return NULL;
	s = find(m, key, len, XXH3_64bits(key, len));
	return s->key != NULL ? s : NULL;
}

void *map_get(const struct map *m, const void *key, size_t len)
{
	struct map_slot *s = find_used(m, key, len);

	return s != NULL ? s->value : NULL;
}

void *map_get_str(const struct map *m, const char *key)
{
	return map_get(m, key, strlen(key));
}

const char *map_key(const struct map *m, const char *key)
{
	struct map_slot *s = find_used(m, key, strlen(key));

	return s != NULL ? s->key : NULL;
}

static void reinsert(struct map *m, const struct map_slot *old)
{
	size_t i = (size_t)old->hash & m->mask;

	while (m->slots[i].key != NULL)
		i = (i + 1) & m->mask;
	m->slots[i] = *old;
}

/* Keeps a quarter of the slots free. */
static bool make_room(struct map *m)
{
	size_t slots = m->slots == NULL ? 0 : m->mask + 1;
	struct map grown = *m;

	if (m->n < slots / 4 * 3)
		return true;
	if (slots > SIZE_MAX / 2)
		return false;
	slots = slots == 0 ? FIRST_SLOTS : slots * 2;
	grown.slots = calloc(slots, sizeof(*grown.slots));
	if (grown.slots == NULL)
		return false;
	grown.mask = slots - 1;
	for (size_t i = 0; m->slots != NULL && i <= m->mask; i++) {
		if (m->slots[i].key != NULL)
			reinsert(&grown, &m->slots[i]);
	}
	free(m->slots);
	*m = grown;
	return true;
}

static char *copy_key(const void *key, size_t len)
{
	char *p = len == SIZE_MAX ? NULL : malloc(len + 1);

	if (p == NULL)
		return NULL;
	if (len > 0)
		memcpy(p, key, len);
	p[len] = '\0';
	return p;
}

bool map_put(struct map *m, const void *key, size_t len, void *value)
{
	uint64_t hash = XXH3_64bits(key, len);
	struct map_slot *s;

	if (!make_room(m))
		return false;
	s = find(m, key, len, hash);
	if (s->key == NULL) {
		s->key = copy_key(key, len);
		if (s->key == NULL)
			return false;
		s->hash = hash;
		s->len = len;
		m->n++;
	}
	s->value = value;
	return true;
}

bool map_put_str(struct map *m, const char *key, void *value)
{
	return map_put(m, key, strlen(key), value);
}

void map_each(const struct map *m, void (*fn)(const char *key, size_t len, void *value, void *ctx),
	      void *ctx)
{
	for (size_t i = 0; m->slots != NULL && i <= m->mask; i++) {
		const struct map_slot *s = &m->slots[i];

		if (s->key != NULL)
			fn(s->key, s->len, s->value, ctx);
	}
}
