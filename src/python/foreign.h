/* foreign.h - a Python of another system, as far as a folder with its packages tells.
 *
 * The folder is an environment (of venv, conda or python.org's installer) or a bare site-packages, as
 * `pip install --target DIR --platform win_amd64 --only-binary=:all:` makes it. Of an interpreter that is not
 * in it the release is all that is wanted; its standard library is assumed by a table of names.
 */
#ifndef DLWHY_PYTHON_FOREIGN_H
#define DLWHY_PYTHON_FOREIGN_H

#include "python/home.h"

struct py_foreign {
	const struct py_system *system;
	const char *version;         /* "3.11", "3.11.4"; NULL: as the files say */
	const char *dir;             /* the folder, as the source has it */
	const char *machine;         /* "arm64", "x86_64"; NULL: as the packages say */
};

/* Is it a release that can be asked for? *minor: N of 3.N. */
bool py_foreign_version(const char *text, unsigned *minor);
/* The facts of that interpreter, as py_home_open gives them. E_ARGUMENT with a clear message if there is no
 * such folder, or nothing in it says which release it is for. Allocates in a (under arena_run). */
enum dlwhy_code py_home_foreign(const struct py_ask *ask, const struct py_foreign *what, struct arena *a,
				struct py_home *out, struct dlwhy_error *err);

#endif
