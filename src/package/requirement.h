/* requirement.h - what a package says that it needs: "numpy<2,>=1.23.5; python_version <= '3.11'".
 * https://packaging.python.org/en/latest/specifications/dependency-specifiers/ (PEP 508) */
#ifndef DLWHY_PACKAGE_REQUIREMENT_H
#define DLWHY_PACKAGE_REQUIREMENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/view.h"

struct requirement {
	const char *name, *extras; /* extras: "a,b", "" if there are none */
	const char *specifiers;	   /* of versions, "" for any */
	const char *url;	   /* "name @ URL", NULL */
	const char *marker;	   /* behind the semicolon, NULL */
};

/* False: it is none. Allocates in a. */
bool requirement_read(struct arena *a, const char *text, struct requirement *out);

/* What markers ask for. */
struct marker_values {
	const char *python;  /* "3.11" */
	const char *machine; /* "x86_64" */
	const char *extra;   /* "" for none */
};

enum marker_answer { MARKER_NO, MARKER_YES, MARKER_BAD /* it cannot be read */ };

/* A marker of Linux and CPython. Allocates in a. */
enum marker_answer marker_holds(struct arena *a, const char *marker, const struct marker_values *v);

struct requirements {
	struct requirement *items;
	size_t n, cap;
};
/* The lines "Requires-Dist" of a METADATA. Those that cannot be read are left out. Allocates in a. */
void requirements_of(struct arena *a, struct view metadata, struct requirements *out);

#endif
