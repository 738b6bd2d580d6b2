/* imported.h - what a simulated `import` did, for the families that explain it. */
#ifndef DLWHY_DIAGNOSE_IMPORTED_H
#define DLWHY_DIAGNOSE_IMPORTED_H

#include <dlwhy/dlwhy.h>

#include "loader/loader.h"
#include "python/import.h"

/* A native file that Python opened, and what came of it. */
struct native_load {
	struct py_load what;
	enum py_load_result result;
	const char *error;           /* dlerror(), or how the process ends; NULL */
	struct image *image;         /* NULL: it was never mapped */
	struct failure_list failures; /* of this load alone */
	size_t first_request;        /* its requests in the trace: [first_request, end_request) */
	size_t end_request;
	size_t first_image;          /* images from that one on are of this load */
	const struct process *then;  /* refused: the process as it was when it failed; else NULL */
};

struct imported {
	const struct py_import *im;
	const struct py_home *home;
	const struct py_ask *ask;
	const char *module;          /* that was asked for */
	const struct py_exception *e; /* that ends it, NULL */
	const struct native_load *const *loads; /* in order */
	size_t nloads;
	const struct native_load *decisive; /* the load that e began with, or that ended the process */
	size_t startup;              /* modules that the interpreter itself began with */
	bool before;                 /* it is what came before the target: see options.after */
};

/* How sure it is at best what an import does, and what that rests on (NULL: proved). */
enum dlwhy_certainty imported_certainty(const struct imported *i, const char **assumes);

#endif
