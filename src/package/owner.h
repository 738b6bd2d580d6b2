/* owner.h - who owns a file: an index over packages that were read, and a look-up for one path. */
#ifndef DLWHY_PACKAGE_OWNER_H
#define DLWHY_PACKAGE_OWNER_H

#include "base/table.h"
#include "package/place.h"

struct package_owner {
	struct package_owner *next; /* another package that lists the same path */
	const struct package *p;
	const struct package_file *f;
	const struct place *place; /* of package_owner_find; else NULL */
};

struct package_index {
	struct table files; /* path -> struct package_owner */
};

/* Of all files of the set, in its arena. */
void package_index_make(const struct package_set *set, struct package_index *out);
const struct package_owner *package_index_find(const struct package_index *x, const char *path);

/* Who owns the file at `path` of this source? Looks into the environment that it lies in, then into the
 * system's database; reads no more of them than that takes. NULL: nobody that is known. Allocates in a. */
const struct package_owner *package_owner_find(struct store *store, struct arena *a, const char *path);

/* The same for some paths: each list of files is read once for all of them, when the first one needs it. */
struct package_owners;
struct package_owners *package_owners_new(struct store *store, struct arena *a,
					  const struct package_paths *paths);
/* `path`: one of them. */
const struct package_owner *package_owners_find(struct package_owners *w, const char *path);

/* The command that installs exactly this version of a package again, NULL-ended; its last word names the
 * package. `place`: where it is installed. NULL: there is none (code that lies elsewhere, a version that is
 * not known). */
const char *const *package_reinstall_command(struct package_set *set, const struct package *p,
					     const struct place *place);
/* The command that installs by pip or uv what `more` (NULL-ended: options and requirements) says, NULL-ended.
 * `p`: a package that is to be replaced, whose installer is taken; NULL for none. */
const char *const *package_install_command(struct package_set *set, const struct package *p,
					   const struct place *place, const char *const *more);
/* For those who change a file of a package of pip's: its RECORD as it must be when the file at `path` has
 * this hash and size; *record is where it belongs. False: the package has no such list, or not that file. */
bool package_record_edit(struct package_set *set, const struct package *p, const char *path,
			 const unsigned char sha256[32], uint64_t size, const char **record,
			 struct view *out);
/* "torch 2.1.0+cu121 is not on the usual index": what else the command needs, or NULL. */
const char *package_reinstall_note(struct arena *a, const struct package *p);

#endif
