/* whohas.h - which library of this machine defines a symbol that nobody in the process defines?
 *
 * A bounded look into likely libraries: those of the process itself, those near the target and in
 * its Python environment, those in the folders that the loader searches. Bloom filters and hash
 * tables answer, so that thousands of files cost milliseconds once they were opened; the store
 * keeps them for all targets. Nothing is read before the first question.
 */
#ifndef DLWHY_DIAGNOSE_WHOHAS_H
#define DLWHY_DIAGNOSE_WHOHAS_H

#include "diagnose/common.h"

enum whohas_where {
	WHOHAS_LOADED,   /* in the process already, but perhaps not in the scope of who asks */
	WHOHAS_NEAR,     /* beside the target or another file of the process */
	WHOHAS_SITE,     /* in a package of the same Python environment */
	WHOHAS_SEARCHED, /* in a folder of LD_LIBRARY_PATH, of the cache, or a default one */
	WHOHAS_ELSEWHERE /* in a folder of /etc/ld.so.conf that the cache lacks, a usual place */
};

struct whohas_hit {
	const char *path;
	const char *soname;         /* NULL if it has none */
	const struct image *image;  /* WHOHAS_LOADED only, else NULL */
	const char *link;           /* "z": what -l finds it by in a searched folder; NULL */
	enum whohas_where where;
	bool searched;              /* a request for its file name (or SONAME) would find it */
	bool family;                /* names of that form are known to belong to it (symbols.def) */
	size_t libraries;           /* how many different libraries define the symbol, this one
				       included; the same in all hits. A large number means that
				       the name tells nothing about who was meant */
};

/* Libraries for the machine and class of the process that offer `symbol` in `version` (NULL:
 * without one), best first, at most `max` of them. 0 if there is none, if names of that form belong
 * to the program that loads (Python, Node), or if enough was asked in this diagnosis. What the hits
 * point to lives as long as the diagnosis. */
size_t whohas_symbol(struct diag *d, const char *symbol, const char *version,
		     struct whohas_hit *out, size_t max);

#endif
