/* ext_lost.h - extension modules that were installed and are gone. `site` is a folder of packages, `top` the
 * first name of a module in it. All is read once, and lives in the finder's arena. */
#ifndef DLWHY_PYTHON_EXT_LOST_H
#define DLWHY_PYTHON_EXT_LOST_H

#include "python/finder.h"

/* The folder (.dist-info) that says what the module was installed with, "" for none. */
const char *py_distribution_of(struct py_finder *f, const char *site, const char *top);
/* Full names of the extension modules that the lists of files of its distributions have, and that are not
 * there. */
const struct py_strings *py_ext_lost(struct py_finder *f, const char *site, const char *top);
/* Is the module of that full name one of them? */
bool py_ext_is_lost(struct py_finder *f, const char *site, const char *name);

#endif
