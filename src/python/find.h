/* find.h - where the import system finds a module: importlib's PathFinder, FileFinder and zipimport. */
#ifndef DLWHY_PYTHON_FIND_H
#define DLWHY_PYTHON_FIND_H

#include "python/home.h"

enum py_spec_kind {
	PY_SPEC_MISSING,
	PY_SPEC_BUILTIN,
	PY_SPEC_FROZEN,     /* only where its source is not found in the standard library */
	PY_SPEC_SOURCE,     /* origin: the .py file */
	PY_SPEC_BYTECODE,   /* origin: a .pyc without source */
	PY_SPEC_EXTENSION,  /* origin: the shared object */
	PY_SPEC_NAMESPACE,  /* no origin; locations */
	PY_SPEC_ASSUMED     /* of a standard library that is not here: by the table of its names */
};

struct py_spec {
	enum py_spec_kind kind;
	const char *name;           /* full name */
	const char *origin;         /* path; for a member of a zip file "/x/a.zip/pkg/mod.py" */
	const char *zip, *member;   /* of a member of a zip file, else NULL */
	bool is_package;
	struct py_strings locations; /* submodule_search_locations of a package */
	size_t entry;               /* index in the path list where it was found */
	const char *frozen_name;
};

/* A file with that module's name that the search passed over, and why: evidence for special causes. */
struct py_near {
	const char *path;
	const char *why;            /* "built for CPython 3.12 (cpython-312)", "built for another platform
				       (darwin)", "for Windows", "for musl", "for a debug build", "a folder
				       without __init__.py", "differs in upper and lower case" */
	const char *tag;            /* "cpython-312-x86_64-linux-gnu" or NULL */
};

enum { PY_SOURCE_MAX = 64 << 20 /* bytes of one source file */ };

struct py_finder;

/* Keeps lists of folders, so a session of thousands of look-ups reads each folder once. The home must be
 * one that py_home_open has filled. */
struct py_finder *py_finder_new(const struct py_home *h, struct source *src, struct arena *a);
/* `path`: the package's __path__, or sys.path (top level) as it is now. Built-in and frozen modules come
 * first, the finders of editable installations last. Origins are absolute: a relative entry counts from
 * the home's working folder. */
void py_find(struct py_finder *f, const char *fullname, const struct py_strings *path,
	     struct py_spec *out);
/* Files that have the name, in path's folders, and are no module for this interpreter. */
void py_find_near(struct py_finder *f, const char *fullname, const struct py_strings *path, size_t max,
		  struct py_near *out, size_t *n);
/* The text of a module's source; the view lives as long as the finder. 0 or errno. */
int py_find_source(struct py_finder *f, const struct py_spec *spec, struct view *out);

#endif
