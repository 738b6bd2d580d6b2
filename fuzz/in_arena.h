/* in_arena.h - targets that work in an arena of their own, which is gone after each input. */
#ifndef DLWHY_FUZZ_IN_ARENA_H
#define DLWHY_FUZZ_IN_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

/* The start of what a target works on. */
struct in_arena {
	struct arena *a;
	struct view bytes;
};

/* run(job) with at most `memory` bytes; a job begins with a struct in_arena. That it wants more is an answer,
 * too. */
static inline int in_arena(void *job, const uint8_t *data, size_t size, size_t memory,
			   void (*run)(void *job))
{
	struct in_arena *j = job;

	*j = (struct in_arena){ arena_new(memory), { data, size } };
	if (j->a != NULL)
		(void)arena_run(j->a, run, job);
	arena_free(j->a);
	return 0;
}

#endif
