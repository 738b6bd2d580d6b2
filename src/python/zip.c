/* zip.c - zip files on a path. */
#include "python/zip.h"

#include <errno.h>
struct py_zip { const char *path; };
struct py_zip *py_zip_open(struct store *s, struct arena *a, const char *path)
{
	struct py_zip *z = ARENA_NEW(a, struct py_zip);
	(void)s;
	z->path = path;
	return z;
}
bool py_zip_usable(const struct py_zip *z) { return z == NULL; }
const char *py_zip_path(const struct py_zip *z) { return z->path; }
bool py_zip_has(const struct py_zip *z, const char *member) { (void)z; (void)member; return false; }
bool py_zip_has_folder(const struct py_zip *z, const char *name, struct store *s, const char *stdlib)
{ (void)z; (void)name; (void)s; (void)stdlib; return false; }
bool py_zip_pyc_fits(const struct py_zip *z, struct arena *a, const char *pyc, const char *py,
		     unsigned minor)
{ (void)z; (void)a; (void)pyc; (void)py; (void)minor; return true; }
int py_zip_read(const struct py_zip *z, struct arena *a, const char *member, struct view *out)
{ (void)z; (void)a; (void)member; *out = (struct view){0,0}; return ENOENT; }
