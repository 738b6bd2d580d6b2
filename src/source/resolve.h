/* resolve.h - paths walked component by component below a folder, as a kernel walks them for a
 * process whose root that folder is.
 *
 * Folders that have been walked are remembered, so a thousand probes in one folder cost one walk.
 * A resolver may be used by several threads; a place belongs to one.
 */
#ifndef DLWHY_SOURCE_RESOLVE_H
#define DLWHY_SOURCE_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/os.h"

enum {
	RESOLVE_PATH_MAX = 4096, /* PATH_MAX: a path with its NUL */
	RESOLVE_LINKS_MAX = 40   /* MAXSYMLINKS */
};

struct layer;
struct resolver;

/* Where a walk has come to: a path of this machine without links below the root. */
struct place {
	size_t root, n; /* bytes of `text` that are the root; bytes in use */
	char text[3 * RESOLVE_PATH_MAX];
};

/* `root` is a path of this machine without a final slash, "" for the machine itself. `layer`: what lies on
 * top of its files, NULL for nothing; it must outlive the resolver. NULL if the root is too long or there
 * is no memory. */
struct resolver *resolver_new(const char *root, const struct layer *layer);
/* Forgets the folders that were walked: the layer has changed. */
void resolver_forget(struct resolver *r);
/* The root as it was given. */
const char *resolver_root(const struct resolver *r);
void resolver_free(struct resolver *r);

/* Walks the absolute `path` to its end, through a final link if `follow` or if a slash ends it.
 * 0, *at and *st (lstat of it), or errno. */
int resolver_walk(struct resolver *r, const char *path, bool follow, struct place *at,
		  struct os_stat *st);
/* Walks to the folder of the last component and appends that without looking at it: it may be
 * absent or a link. Where the end of `path` says "folder" it is resolver_walk with follow. */
int resolver_parent(struct resolver *r, const char *path, struct place *at);

const char *place_host(const struct place *at);   /* the path on this machine */
const char *place_up(struct place *at);           /* that of its folder, to which it goes */
const char *place_inside(const struct place *at); /* the path below the root, from '/' */

#endif
