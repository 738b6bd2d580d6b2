/* change.h - what a repair changes, as data: the plan's steps before anything is done.
 *
 * A list of changes is made from findings, shown to a person, simulated through an overlay
 * (source/overlay.h) and only then handed to a transaction (transaction.h), which is the one place that
 * writes. A change says the state that is to be, never how to get there; what was there before is the
 * transaction's to find and to keep.
 *
 * Paths are absolute and of this machine. Changes of one plan are done in order; a path is in one change
 * only, but for CHANGE_MODE. All strings and bytes are borrowed from the arena that made the plan.
 */
#ifndef DLWHY_REPAIR_CHANGE_H
#define DLWHY_REPAIR_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum change_kind {
	CHANGE_PATCH,  /* a regular file keeps its bytes but for some places, and may grow or shrink */
	CHANGE_WRITE,  /* a regular file has exactly these bytes; it may be new */
	CHANGE_LINK,   /* a symbolic link to `target`; nothing, or a symbolic link, is there now */
	CHANGE_FOLDER, /* a folder; if there is one already, nothing is to be done */
	CHANGE_MODE,   /* permission bits of a file or folder */
	CHANGE_REMOVE, /* a file or link is gone */
	CHANGE_RUN     /* a command is run, and what it changes below `covers` can be put back */
};

/* Bytes that stand at `offset` of the new file. */
struct patch {
	uint64_t offset;
	struct view bytes;
};

struct change {
	enum change_kind kind;
	const char *path;             /* NULL for CHANGE_RUN */
	/* CHANGE_PATCH: sorted, none overlaps another. What they leave out is the old file's, or zero
	 * behind its end. `size` is the new length. */
	const struct patch *patches;
	size_t npatches;
	uint64_t size;
	struct view bytes;            /* CHANGE_WRITE */
	const char *target;           /* CHANGE_LINK */
	uint32_t mode;                /* CHANGE_MODE, and of what is new: CHANGE_WRITE, CHANGE_FOLDER */
	const char *const *argv;      /* CHANGE_RUN: NULL-ended, argv[0] absolute */
	const char *const *covers;    /* CHANGE_RUN: files and folders that it may change, NULL-ended */
};

/* One or more changes that belong together. */
struct change_list {
	const struct change *items;
	size_t n;
};

#endif
