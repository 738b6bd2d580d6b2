/* pack.h - packages as file systems: where their files lie once they are installed or unpacked.
 *
 * A wheel, a zip file, a tar file or a conda package is a folder "FILE!" beside itself, on top of the system
 * below: "foo.whl!/numpy/_core.so" opens a member. All wheels of one pack lie in one imagined site-packages,
 * as pip would install them; what they put elsewhere (*.data/data, scripts) lies where it would from there.
 * Files of a Debian package lie at the root of the system below. An image has no system below: its layers,
 * one on top of the other, are all there is.
 *
 * Nothing is unpacked before somebody asks for it, and nothing is written.
 */
#ifndef DLWHY_SOURCE_PACK_H
#define DLWHY_SOURCE_PACK_H

#include "source/container.h"
#include "source/source.h"

enum pack_kind { PACK_WHEEL, PACK_ZIP, PACK_TAR, PACK_DEB, PACK_CONDA, PACK_IMAGE };
const char *pack_kind_id(enum pack_kind k); /* "wheel" */

struct pack_file {
	const char *name;    /* as the package calls it: "numpy/_core.so" */
	const char *path;    /* where it lies in the source; NULL: nowhere, see refused */
	const char *refused; /* a sentence */
	struct container *from;
	size_t member;
	unsigned package;    /* 0: of the one that was opened first, 1 …: of those added */
};

struct pack {
	enum pack_kind kind;
	const char *path;       /* as given */
	const char *base;       /* path of the folder that its names begin in: "foo.whl!"; "" for the root */
	struct source *source;  /* with its files; lives as long as the pack */
	const struct pack_file *files; /* regular files, and what was refused, in the order of the archive */
	size_t nfiles;
	const char *problem;    /* a sentence: why not all of it was read; NULL */
};

/* Does the name end as those of packages do? ("x.whl", "x.tar.gz") */
bool pack_is_name(const char *path);
/* The part of a target before "!/", if that is a file, in malloc'ed memory; NULL: it names no member. */
char *pack_of_member(struct source *s, const char *target);

/* Opens the package at `path` of `from` on top of the system `below`, which is no overlay. 0 and *out; or an
 * errno, EBADMSG if it is no package that can be read, ENOTSUP if it is one that is not known. */
int pack_open(struct source *from, struct source *below, const char *path, struct pack **out);
/* Puts the files of another package beside those of the first, as if both were installed. EINVAL: the two do
 * not go into one place. */
int pack_add(struct pack *p, struct source *from, const char *path);
/* Has one of its packages a file, link or folder at that path below base, none of the system below? */
bool pack_has(const struct pack *p, const char *name);
/* What was read of the archives so far need not stay in memory: it would count as this process's. */
void pack_rest(struct pack *p);
void pack_close(struct pack *p); /* NULL is fine */

#endif
