/* pynames.h - what the names of Python's C API tell of the Python that a module was built for. */
#ifndef DLWHY_DIAGNOSE_PYNAMES_H
#define DLWHY_DIAGNOSE_PYNAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct pyname {
	const char *name;
	unsigned first; /* N of the first Python 3.N that exports it; 0: the oldest one known does */
	unsigned last;  /* N of the last one; 0: the newest one known does */
};
/* The row of a name that not every Python 3 exports; NULL. */
const struct pyname *pyname_find(const char *name);
/* All rows, sorted by name as strcmp does. */
const struct pyname *pyname_rows(size_t *n);

/* N of the Python 3.N since which the name belongs to the stable ABI; 0: it does not. */
unsigned pyname_stable(const char *name);

/* What all names that a module asks for in vain tell together. Zeroed to begin with. */
struct pyspan {
	struct pyname first; /* the name that came last, name NULL if none tells */
	struct pyname last;  /* the name that went first, name NULL if none tells */
	const char *build;   /* "a debug build of Python"; NULL */
	const char *build_name; /* the name that tells it */
};
void pyspan_add(struct pyspan *s, const char *name);
/* "Python 3.9 or later", "a debug build of Python"; NULL if that would not explain why Python
 * 3.`runs` lacks the names (runs 0: its release is not known). In a. */
const char *pyspan_built_for(struct arena *a, const struct pyspan *s, unsigned runs);

struct diag;
/* N of the Python 3.N in the process; 0: there is none, or no name tells. In d_python.c. */
unsigned python_running(const struct diag *d);

#endif
