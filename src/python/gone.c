/* gone.c - what a package is without once it has caught an exception. */
#include "python/gone.h"

void py_gone(const struct py_import *im, const struct py_swallowed *s, struct arena *a,
	     struct py_strings *out)
{
	(void)im;
	(void)s;
	(void)a;
	(void)out;
}
