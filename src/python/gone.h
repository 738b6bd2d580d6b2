/* gone.h - what a package is without once it has caught an exception. */
#ifndef DLWHY_PYTHON_GONE_H
#define DLWHY_PYTHON_GONE_H

#include "python/import.h"

/* Names that the handler leaves unset, and the functions of the package that use them: as far as the
 * sources tell. Adds to *out. */
void py_gone(const struct py_import *im, const struct py_swallowed *s, struct arena *a,
	     struct py_strings *out);

#endif
