/* layer.h - what an overlay holds: files, links and folders by the path that a walk arrives at.
 *
 * Keys are paths of this machine without links, "." and "..": what resolve.c makes. Only names that were
 * put here are known; for all others a layer says that it does not know, and the kernel is asked. Immutable
 * once filled, then readable by several threads.
 */
#ifndef DLWHY_SOURCE_LAYER_H
#define DLWHY_SOURCE_LAYER_H

#include <stdbool.h>

#include "base/os.h"

enum layer_kind {
	LAYER_FILE,
	LAYER_LINK,
	LAYER_FOLDER,
	LAYER_GONE, /* taken away */
	LAYER_MODE  /* what lies below, with other permission bits */
};

struct layer_entry {
	enum layer_kind kind;
	struct os_stat st; /* not of LAYER_GONE; of LAYER_MODE only the mode */
	struct view bytes; /* LAYER_FILE, borrowed; of a member that is not unpacked yet only the size */
	size_t padded;
	struct container *from; /* LAYER_FILE: whose member it is, borrowed; NULL: of nobody's */
	size_t member;
	char *target; /* LAYER_LINK */
};

struct container;
struct layer;

struct layer *layer_new(void); /* NULL: no memory */
/* One with nothing below it: what it does not know is absent. */
struct layer *layer_new_alone(void);
bool layer_is_alone(const struct layer *l); /* l may be NULL */
void layer_free(struct layer *l);
/* Puts *e, of which `target` is copied, at `path`, in place of what was put there before. 0 or ENOMEM. A
 * file, link or folder gets a device and an inode number, unless it has one. */
int layer_put(struct layer *l, const char *path, const struct layer_entry *e);
/* NULL: not known. l may be NULL. */
const struct layer_entry *layer_find(const struct layer *l, const char *path);
/* As os_stat without following, os_readlink and os_list, but with what the layer knows. */
int layer_stat(const struct layer *l, const char *path, struct os_stat *out);
int layer_readlink(const struct layer *l, const char *path, char *buf, size_t n);
int layer_list(const struct layer *l, const char *dir, void (*fn)(const char *name, void *ctx), void *ctx);

#endif
