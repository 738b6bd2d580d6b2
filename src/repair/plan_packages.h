/* plan_packages.h - plans and the databases of packages: what is installed again, what RECORD says
 * afterwards. */
#ifndef DLWHY_REPAIR_PLAN_PACKAGES_H
#define DLWHY_REPAIR_PLAN_PACKAGES_H

#include "repair/plan.h"

struct reinstall {
	const char *const *argv;   /* NULL-ended, argv[0] absolute */
	const char *const *covers; /* what it may change, NULL-ended */
	const char *not_now;       /* what is set so that it would fail or go elsewhere, a sentence; NULL */
	const char *note;          /* which index is asked, NULL */
	const char *refused;       /* why dlwhy does not do it itself, NULL */
};

/* Installing the package again that owns `path`, in exactly its version. Allocates in in->a. */
void plan_reinstall(const struct plan_input *in, const char *path, struct reinstall *out);

/* The path of a program as the shell would find it. NULL: nobody has it. */
const char *plan_program(const struct plan_input *in, const char *name);

/* Where an installed file is written down: the RECORD of its wheel, and its path in there. */
struct record_place {
	const char *file, *row;
};
/* False: no wheel owns the file. */
bool plan_record(const struct plan_input *in, const char *path, struct record_place *out);
/* The text of RECORD with the hash and the size of these bytes in that row. */
struct view plan_record_with(const struct plan_input *in, struct view record, const char *row,
			     struct view bytes);

#endif
