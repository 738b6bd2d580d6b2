/* place.h - what a path means to who asks about installations: an environment, a system, a folder, a wheel.
 */
#ifndef DLWHY_PACKAGE_PLACE_H
#define DLWHY_PACKAGE_PLACE_H

#include "package/package.h"

enum place_kind {
	PLACE_NONE,	   /* nothing that is installed */
	PLACE_ENVIRONMENT, /* a prefix with a Python: virtual environment, conda, /usr/local */
	PLACE_SITE,	   /* one folder of packages: site-packages, or of pip install --target */
	PLACE_SYSTEM,	   /* the root of a system with dpkg or apk; pip's packages in it count, too */
	PLACE_WHEEL	   /* a .whl file */
};

struct place_site {
	const char *dir;
	unsigned minor; /* of Python 3.minor by the folder's name; 0: it does not say */
};

struct place {
	enum place_kind kind;
	const char *dir;    /* absolute, without a slash at its end; of a wheel the file */
	const char *python; /* the environment's own interpreter, NULL */
	bool venv, conda, dpkg, apk;
	/* What its native files must be; machine 0: not known. */
	uint16_t machine;
	bool is64, big_endian, musl;
	struct {
		struct place_site *items;
		size_t n, cap;
	} sites;
};

/* Allocates in set->a; out->kind PLACE_NONE for a path that is not there either. */
void place_find(struct package_set *set, const char *path, struct place *out);
/* `path` is a folder inside a site-packages: the place is that, and the answer the folder, absolute. Else
 * NULL. */
const char *place_around(struct package_set *set, const char *path, struct place *out);
/* Why a path is none of them, for a person, and what would be. */
const char *place_refusal(struct package_set *set, const char *path);
/* Its packages: pip's without those that another of the databases has. */
void place_read(struct package_set *set, const struct place *place);

#endif
