/* arena_text.c - strings that grow in an arena. */
#include <string.h>

#include "base/arena.h"

void arena_text_add(struct arena *a, struct arena_text *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(a, t) = s[i];
}

void arena_text_str(struct arena *a, struct arena_text *t, const char *s)
{
	arena_text_add(a, t, s, strlen(s));
}

const char *arena_text_end(struct arena *a, struct arena_text *t)
{
	*ARENA_PUSH(a, t) = '\0';
	t->n--;
	return t->items;
}
