/* table.c - see table.h. Open addressing, at most half full. */
#include "base/table.h"

#include <string.h>

struct table_slot {
	const char *name; /* NULL: free */
	uint32_t hash;
	void *value;
};

enum { FIRST_SLOTS = 256 };

void table_init(struct table *t, struct arena *a)
{
	*t = (struct table){ .a = a, .mask = FIRST_SLOTS - 1 };
	t->slots = ARENA_ARRAY(a, FIRST_SLOTS, struct table_slot);
}

static struct table_slot *find_slot(const struct table *t, const char *name, uint32_t hash)
{
	size_t i = hash & t->mask;

	while (t->slots[i].name != NULL &&
	       (t->slots[i].hash != hash || strcmp(t->slots[i].name, name) != 0))
		i = (i + 1) & t->mask;
	return &t->slots[i];
}

static void grow(struct table *t)
{
	struct table old = *t;

	t->mask = 2 * old.mask + 1;
	t->slots = ARENA_ARRAY(t->a, t->mask + 1, struct table_slot);
	for (size_t i = 0; i <= old.mask; i++)
		if (old.slots[i].name != NULL)
			*find_slot(t, old.slots[i].name, old.slots[i].hash) = old.slots[i];
}

void *table_get(const struct table *t, const char *name, uint32_t hash)
{
	return find_slot(t, name, hash)->value;
}

void table_put(struct table *t, const char *name, uint32_t hash, void *value)
{
	struct table_slot *s = find_slot(t, name, hash);

	if (s->name != NULL) {
		s->value = value;
		return;
	}
	*s = (struct table_slot){ name, hash, value };
	if (++t->n * 2 > t->mask)
		grow(t);
}
