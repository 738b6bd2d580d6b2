/* d_import.h - what the families of findings about an import share. */
#ifndef DLWHY_DIAGNOSE_D_IMPORT_H
#define DLWHY_DIAGNOSE_D_IMPORT_H

#include "diagnose/common.h"
#include "diagnose/imported.h"

/* Each writes a draft if the exception is of its family. */
struct draft *import_shadow(struct diag *d, const struct py_exception *e);
/* A file of an extension module that was installed and is not there any more, and the same of exceptions that
 * were caught. */
struct draft *import_lost(struct diag *d, const struct py_exception *e);
void import_lost_swallowed(struct diag *d);
struct draft *import_circular(struct diag *d, const struct py_exception *e);
struct draft *import_not_found(struct diag *d, const struct py_exception *e);
/* A file of that module which this interpreter does not take: for another one, spelt otherwise; NULL. */
struct draft *import_near_miss(struct diag *d, const char *name);
/* keras without `name`, its backend. */
struct draft *import_backend(struct diag *d, const struct py_exception *e, const char *name);
/* No package brings it: a slip of the hand, a file of one's own. NULL: neither. */
struct draft *import_misspelt(struct diag *d, const char *name);
struct draft *import_own_file(struct diag *d, const struct py_exception *e, const char *name);
struct draft *import_name(struct diag *d, const struct py_exception *e);     /* cannot import name */
struct draft *import_no_init(struct diag *d, const struct native_load *l);
struct draft *import_numpy(struct diag *d, const struct py_exception *e);
struct draft *import_raised(struct diag *d, const struct py_exception *e);   /* whatever is left */
/* The findings about one load that failed, as they would be of check: the first of them, NULL. */
struct draft *import_native(struct diag *d, const struct native_load *l);
/* What was caught, and what the package is without. */
void import_swallowed(struct diag *d);

/* ---- helps ---------------------------------------------------------------------------------- */

/* A draft about the import itself, as sure as it can be. */
struct draft *import_draft(struct diag *d, enum cause cause, const char *detail);
/* The lines of the traceback as evidence, innermost first. */
void import_frames(struct diag *d, struct draft *dr, const struct py_exception *e);
/* A line of a source file without blanks at its ends; NULL if it cannot be read. */
const char *import_source_line(struct diag *d, const char *file, unsigned line);
/* The module of that name that was imported, NULL. */
const struct py_module_info *import_module_of(const struct imported *i, const char *name);
/* sys.path as a list. */
struct py_strings import_path(const struct diag *d);
/* Is there a module of that name, its packages included, for that interpreter? */
bool import_find(struct diag *d, struct py_finder *f, const struct py_home *h, const char *name,
		 struct py_spec *out);
/* "Python 3.11.2 (/usr/bin/python3)" */
const char *import_who(struct diag *d);
/* Does the standard library itself have it, not what is installed beside it? pip brings no part of that. */
bool import_in_stdlib(const struct py_home *h, const struct py_spec *s);
/* The module's part before the first dot. */
const char *import_top(struct arena *a, const char *name);
/* Is it known which distribution brings that module? */
bool import_is_distributed(const char *module);
/* What a person installs to get that module: "opencv-python" for cv2. */
const char *import_distribution(struct arena *a, const char *module);
/* The same, but NULL where nothing but the module's own name could be guessed. */
const char *import_known_distribution(struct arena *a, const char *module);
/* The version of the installed distribution that a module belongs to, NULL if unknown. */
const char *import_version(struct diag *d, const char *module);
/* "PY -m pip install WHAT" */
const char *import_pip(struct diag *d, const char *what);
/* "to make sure": dlwhy run -- PY -c 'import M'. */
void import_fix_run(struct diag *d, struct draft *dr);

#endif
