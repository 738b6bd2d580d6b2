/* segment.h - can the file that was found be mapped as its program headers say? */
#ifndef DLWHY_LOADER_SEGMENT_H
#define DLWHY_LOADER_SEGMENT_H

#include "loader/loader.h"

/* What stops `en`, asked for as `asked`, from becoming an image (mode: SEARCH_*), in the order of
 * _dl_map_object_from_fd. NULL if nothing does; else a failure in the trace. May make the stack of
 * the process executable. */
struct failure *segment_check(struct process *p, const struct store_entry *en, const char *asked,
			      unsigned mode);
/* Does the object want an executable stack? */
bool segment_wants_exec_stack(const struct elf *e);
/* A death by `sig` while the loader works on `file`: recorded in the trace. */
struct failure *fail_signal(struct process *p, int sig, const struct store_file *file,
			    struct image *im);

#endif
