/* hwcaps.h - which glibc-hwcaps names are usable; for the search and for the cache. */
#ifndef DLWHY_MACHINE_HWCAPS_H
#define DLWHY_MACHINE_HWCAPS_H

#include <stddef.h>
#include <stdint.h>

#include "machine/machine.h"

enum { HWCAPS_MAX_ACTIVE = 8 };

struct hwcaps_name {
	uint16_t machine;
	int level; /* of struct cpu, at least */
	int since; /* glibc 2.since knows it */
	const char *name;
};

/* Fills out with the usable names, best first; returns their number. None before 2.33. */
size_t hwcaps_active(int glibc_minor, const struct cpu *cpu, const char *out[HWCAPS_MAX_ACTIVE]);
/* The platform name that glibc 2.minor uses; NULL if there is none. */
const char *hwcaps_platform(int glibc_minor, const struct cpu *cpu);

#endif
