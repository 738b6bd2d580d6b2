/* undo.h - a failed dlopen leaves nothing of itself in the process. */
#ifndef DLWHY_LOADER_UNDO_H
#define DLWHY_LOADER_UNDO_H

#include "loader/loader.h"

/* What a process was. Used again and again: its memory grows to the largest need. */
struct loader_mark {
	struct process p;
	struct image *images; /* copies of the first p.images.n ones */
	size_t cap;
};

/* Keeps what `p` is now. */
void loader_mark(const struct process *p, struct loader_mark *m);
/* Makes p that again: what was opened since the mark is gone. The trace stays. To be called after a
 * loader_open that returned NULL, if the process lives on. */
void loader_undo(struct process *p, const struct loader_mark *m);

#endif
