/* go_object.h - ELF files that stand for what a Go build would have made: objects for the link, and the
 * program or library that comes out of it, as far as a linker and a loader look at them.
 */
#ifndef DLWHY_BUILD_GO_OBJECT_H
#define DLWHY_BUILD_GO_OBJECT_H

#include "build/go.h"

struct go_symbol {
	const char *name;
	const char *from;      /* undefined: the function that uses it; NULL: none is named */
	bool is_variable;
	uint32_t line;         /* of the definition, in its source; 0: not known */
};
struct go_symbols {
	struct go_symbol *items;
	size_t n, cap;
};

/* An object of one source. */
struct go_object {
	const char *file;      /* its name: "000001.o" */
	const char *source;    /* STT_FILE: "main.cgo2.c" */
	const char *package;   /* import path */
	struct go_symbols defined, undefined;
};

/* The bytes of a relocatable file for that GOARCH; n 0: not known how. */
struct view go_object_bytes(struct arena *a, const char *goarch, const struct go_object *o);
bool go_object_knows(const char *goarch);

/* What is linked in the end. */
struct go_image {
	const char *interp;    /* NULL: a library */
	const char *soname;    /* NULL: none */
	struct go_words needed;
	const char *runpath;   /* as it would be, $ORIGIN already replaced; NULL */
	bool is_rpath;         /* DT_RPATH */
	bool now;              /* BIND_NOW */
	struct go_symbols undefined, defined;
};
struct view go_image_bytes(struct arena *a, const char *goarch, const struct go_image *im);

#endif
