/* installer.h - what the settings of pip and of uv say about where packages come from, and where they go:
 * files of the machine, of the user, of the environment and of the project, and variables. Nothing is run.
 */
#ifndef DLWHY_PACKAGE_INSTALLER_H
#define DLWHY_PACKAGE_INSTALLER_H

#include "package/package.h"

/* A value, and who says so: "PIP_NO_INDEX", "/etc/pip.conf". value NULL: nobody sets it. */
struct installer_value {
	const char *value, *by;
};

struct installer_settings {
	struct installer_value elsewhere; /* value: the setting that leads elsewhere ("target") */
	struct installer_value index;     /* the address of the index, if it is another than PyPI */
	struct installer_value no_index;  /* no index is asked at all */
	struct installer_value offline;   /* nothing is fetched (uv) */
	struct {
		const char **items; /* paths and addresses, relative paths made absolute */
		size_t n, cap;
	} links; /* where else packages are looked for */
};

struct installer_question {
	bool uv;
	bool isolated;              /* pip --isolated: neither variables nor files of the user */
	const char *const *environ; /* NULL-ended */
	const char *prefix;         /* of the environment */
};

/* All strings in set->a. */
void installer_settings(struct package_set *set, const struct installer_question *q,
			struct installer_settings *out);

#endif
