/* installed.h - from the files of installed packages to what a person needs: which are damaged, and what to
 * do. */
#ifndef DLWHY_DIAGNOSE_INSTALLED_H
#define DLWHY_DIAGNOSE_INSTALLED_H

#include "diagnose/diagnose.h"
#include "package/audit.h"
#include "package/leftover.h"

struct installed_input {
	const struct place *place;
	struct package_set *set;
	const struct audit *audit;
	const struct package_index *index;
	const struct leftover_list *left;
};

enum installed_state { INSTALLED_FINE, INSTALLED_NOTED, INSTALLED_WARNED, INSTALLED_DAMAGED };

/* What is said of one package. */
struct installed_package {
	const struct package *p;
	size_t from, n; /* its files in audit->items */
	enum installed_state state;
	bool folded;		      /* another finding tells of it */
	const char *const *reinstall; /* argv, NULL-ended; NULL: there is none */
};

struct installed {
	struct installed_package *packages; /* all that were judged */
	size_t npackages;
	size_t unreadable; /* files that may not be read here */
	struct diagnosis d;
	/* Commands that install all damaged packages again, for a shell. */
	const char **commands;
	size_t ncommands;
};

/* Allocates in in->set->a. */
void diagnose_installed(const struct installed_input *in, struct installed *out);

#endif
