/* plan_pip.h - packages of Python that a plan installs: the command, what it may change, and, where the wheel
 * is at hand, what will be there afterwards. */
#ifndef DLWHY_REPAIR_PLAN_PIP_H
#define DLWHY_REPAIR_PLAN_PIP_H

#include "repair/plan.h"

struct pip_want {
	const char *requirement; /* "numpy==1.26.4", or a name alone */
	const char *wheel;	 /* the file that this will be; NULL: it is not known */
};

struct pip_install {
	const char *const *argv;   /* NULL-ended, argv[0] absolute */
	const char *const *covers; /* what it may change, NULL-ended */
	struct change_list brings; /* what it will leave: of wheels that are at hand */
	const char *unseen;	   /* why that is not all; NULL */
	const char *not_now;	   /* what is set so that it would fail or go elsewhere, a sentence; NULL */
	const char *note;	   /* which index is asked, NULL */
	const char *refused;	   /* why dlwhy does not do it itself, NULL */
};

/* Installs for the interpreter at `python`. What wheels hold is unpacked into memory until in->files is
 * freed. Allocates in in->a. */
void plan_pip(const struct plan_input *in, const char *python, const struct pip_want *wants, size_t n,
	      struct pip_install *out);

#endif
