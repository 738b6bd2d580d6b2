/* attach.h - a process as it runs: what both ways of building it share. */
#ifndef DLWHY_LOADER_ATTACH_H
#define DLWHY_LOADER_ATTACH_H

#include "loader/loader.h"

struct attach {
	struct process *p;
	const struct live *l;
	const struct live_list *list; /* NULL: its memory cannot be read */
	const char *why;              /* why not */
	uint64_t base;                /* load address of the loader, 0: unknown */
	unsigned said;                /* files that were named in what is assumed */
	size_t compared;     /* names of files so far: see attach.c */
};

/* The file that is mapped there, and what became of it on disk; NULL if there is none, or none that
 * can be read. */
const struct store_file *attach_file(struct attach *at, const struct live_row *row,
				     enum image_disk *disk);
/* As if it had been there for long. */
void attach_settle(struct attach *at, struct image *im);
/* Each DT_NEEDED of each image, answered by who is there. `by_file`: also by file names, where it is
 * not known what an image was asked by. */
void attach_needs(struct attach *at, bool by_file);
/* Without its memory: a start as it would be now, and what is mapped besides. */
struct process *attach_by_maps(struct attach *at, const struct world *w, struct arena *a);

#endif
