/* go_line.h - the final link of a Go build: who links, with which objects, in which order. */
#ifndef DLWHY_BUILD_GO_LINE_H
#define DLWHY_BUILD_GO_LINE_H

#include "build/go.h"
#include "build/go_object.h"

struct go_link {
	bool external;         /* does a C linker take part? */
	const char *why;       /* in words, why or why not */
	bool impossible;       /* -linkmode=internal, and a package cannot be: a problem was added */
	bool cxx;              /* the driver is CXX */
	const char *driver;    /* as written: may have arguments */
	struct { struct go_package **items; size_t n, cap; } packages; /* with cgo, in the linker's order */
	struct { struct go_object *items; size_t n, cap; } objects;
	struct go_words before; /* words before the objects */
	struct go_words after; /* and behind them */
	const char *output;    /* path of what comes out */
	const char *mode;      /* "exe", "pie", "c-shared", "plugin", "c-archive" */
	struct go_words exports; /* C names of //export */
};

/* Of a package that is a program; of another one the trial link of cgo packages. */
void go_line(struct go *g, struct go_link *out);
/* Names that each C object defines and uses: go_symbols.c. `number` is of the next object. */
void go_symbols(struct go *g, struct go_package *p, size_t *number, struct go_link *out);
/* Definitions in a preamble that goes into two objects. */
void go_preamble_twice(struct go *g);

#endif
