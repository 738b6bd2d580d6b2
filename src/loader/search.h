/* search.h - from a name to a file: _dl_map_object and what it calls. */
#ifndef DLWHY_LOADER_SEARCH_H
#define DLWHY_LOADER_SEARCH_H

#include "loader/loader.h"

enum {
	SEARCH_SECURE = 1, /* __RTLD_SECURE: an LD_PRELOAD entry of a set-user-ID program */
	SEARCH_DLOPEN = 2, /* __RTLD_DLOPEN: also for what the opened object needs */
	SEARCH_CALLER = 4, /* the requester only lends its folders (__RTLD_CALLMAP) */
	SEARCH_START = 8   /* before main: an executable stack is allowed */
};

/* _dl_map_object: the image that `name`, asked for by `from` (NULL: nobody), leads to: one that is
 * loaded already, or a new one at the end of the process's list. On failure NULL, and a failure in
 * the trace. *out (may be NULL) gets the request as it was recorded. */
struct image *search_map(struct process *p, struct image *from, const char *name, unsigned mode,
			 struct request **out);

/* The search of search_map without what follows it: see loader_look. */
bool search_look(struct process *p, struct image *from, const char *name, struct would_open *out);
/* Parts that the search of every loader has. */

/* What an open that fails with `err` makes of a candidate. */
enum probe_outcome search_outcome(int err);
/* A candidate more, whose path has n bytes. */
void search_count(struct process *p, size_t n);
/* Has the process asked for more candidates than are worth looking at? Then that is noted. */
bool search_exhausted(struct process *p);
/* A new request of `from` at the end of the trace. */
struct request *search_request(struct process *p, struct image *from, const char *name);

#endif
