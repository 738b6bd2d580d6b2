/* makefile.h - the variable of a Makefile that a part of a command comes from. */
#ifndef DLWHY_REPAIR_MAKEFILE_H
#define DLWHY_REPAIR_MAKEFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/view.h"

struct makefile_edit {
	size_t line;      /* from 1 */
	const char *text; /* what it reads like then */
	const char *name; /* of the variable */
};

/* A command of the words `old` shall have the words `new` (both NULL-ended). Is there one variable whose
 * value stands in the old one, and in which alone they differ? Only plain assignments on one line count,
 * whose value has no reference to another variable; a variable that is assigned twice is not for sure, and
 * a word is not written that make or the shell would read as something else.
 * Allocates in a. */
bool makefile_find(struct view text, const char *const *old, const char *const *new, struct arena *a,
		   struct makefile_edit *out);

#endif
