/* zip.h - zip files on a path, as zipimport reads them. */
#ifndef DLWHY_PYTHON_ZIP_H
#define DLWHY_PYTHON_ZIP_H

#include "base/arena.h"
#include "base/view.h"
#include "object/store.h"

struct py_zip;

/* Never NULL; see py_zip_usable. */
struct py_zip *py_zip_open(struct store *s, struct arena *a, const char *path);
bool py_zip_usable(const struct py_zip *z);
const char *py_zip_path(const struct py_zip *z);
bool py_zip_has(const struct py_zip *z, const char *member);
/* Is it a folder there, with an entry of its own, or, if `implicit`, without? */
bool py_zip_has_folder(const struct py_zip *z, struct arena *a, const char *name, bool implicit);
/* Would zipimport of Python 3.minor take the bytecode, or go on to the source beside it? */
bool py_zip_pyc_fits(const struct py_zip *z, struct arena *a, const char *pyc, const char *py,
		     unsigned minor);
/* The bytes of a member: 0, or an errno. */
int py_zip_read(const struct py_zip *z, struct arena *a, const char *member, struct view *out);

#endif
