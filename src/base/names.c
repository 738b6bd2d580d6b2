/* names.c - see names.h. */
#include "base/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int names_add(struct names *v, const char *name)
{
	if (v->n == v->cap) {
		size_t cap = v->cap == 0 ? 64 : v->cap * 2;
		char **items = realloc(v->items, cap * sizeof(*items));

		if (items == NULL)
			return ENOMEM;
		v->items = items;
		v->cap = cap;
	}
	v->items[v->n] = strdup(name);
	if (v->items[v->n] == NULL)
		return ENOMEM;
	v->n++;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *v)
{
	if (v->n > 1)
		qsort(v->items, v->n, sizeof(*v->items), by_bytes);
}

void names_free(struct names *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct names){ NULL, 0, 0 };
}
