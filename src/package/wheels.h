/* wheels.h - wheels that lie on this machine, ready to be installed: which are there, which fit a Python, and
 * which go together with what is installed. Nothing is fetched, and of each wheel its list of members and its
 * METADATA alone are read. */
#ifndef DLWHY_PACKAGE_WHEELS_H
#define DLWHY_PACKAGE_WHEELS_H

#include "source/zip.h"
#include "package/place.h"
#include "package/requirement.h"
#include "package/wheel_tag.h"

struct at_hand {
	const char *path, *dir; /* dir: the folder, as installers are told it */
	const char *name, *version;
	struct wheel_tag tag;
	bool read;		      /* the rest is known */
	struct requirements requires; /* all of them, whatever their markers say */
};

struct wheels {
	struct package_set *set; /* what is installed; its arena and its files are used */
	struct {
		struct at_hand **items;
		size_t n, cap;
	} all;
	struct requirements **asked; /* of each installed package, NULL until it is read */
};

/* Adds the wheels of a folder. False: there is no such folder. */
bool wheels_add(struct wheels *w, const char *dir);

/* For whom a wheel must be made. */
struct wheel_home {
	unsigned minor; /* of Python 3.minor; 0: not known, any is taken */
	uint16_t machine;
	bool is64, musl;
	unsigned libc_major, libc_minor; /* of glibc; 0: not known */
};
bool at_hand_fits(const struct at_hand *h, const struct wheel_home *home);

/* Those of one project that fit, the nearest to `version` first (by how many of them lie between); NULL: the
 * newest first, pre-releases last. Of one version the first that was found. NULL-ended. */
const struct at_hand *const *wheels_of(struct wheels *w, const char *name, const struct wheel_home *home,
				       const char *version);

struct wheel_choice {
	struct {
		const struct at_hand **items; /* the first was asked for, the others are what it needs */
		size_t n, cap;
	} wheels;
	const char *lacks; /* what it needs and is neither installed nor at hand: "numpy<2"; NULL */
	const char *breaks; /* a package that is installed and asks for another version: "keras 3.8 asks for
			       numpy>=1.26"; NULL */
};
/* What has to be installed with it, so that what it asks for is there: the newest that fits of each, without
 * trying another way if that comes to no end. */
void wheels_choose(struct wheels *w, const struct at_hand *first, const struct wheel_home *home,
		   struct wheel_choice *out);

/* What an installed package of w->set asks for of another project: the requirement, whatever its marker says;
 * NULL. */
const struct requirement *wheels_asked(struct wheels *w, const struct package *p, const char *name);
/* The installed package of that name, NULL. */
const struct package *package_named(const struct package_set *set, const char *name);

#endif
