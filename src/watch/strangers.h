/* strangers.h - descendants of a command that have no agent: programs with rights of their own, static
 * ones, those of another C library. */
#ifndef DLWHY_WATCH_STRANGERS_H
#define DLWHY_WATCH_STRANGERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STRANGERS = 16, KNOWN = 4096, STRANGER_PATH = 256 };

struct watch_stranger {
	uint32_t pid;
	char path[STRANGER_PATH]; /* of its program; "" if that may not be known */
};

struct strangers {
	struct watch_stranger found[STRANGERS];
	size_t n;
	uint32_t known[KNOWN];   /* processes with an agent, each at a place that follows from its number */
};

/* That process has an agent. */
void strangers_know(struct strangers *s, uint32_t pid);
/* Looks at what runs below process `pid` now. Those that end between two looks are not seen. */
void strangers_look(struct strangers *s, long pid);

#endif
