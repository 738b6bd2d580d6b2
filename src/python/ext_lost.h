/* ext_lost.h - extension modules that were installed and are gone. */
#ifndef DLWHY_PYTHON_EXT_LOST_H
#define DLWHY_PYTHON_EXT_LOST_H

#include "python/finder.h"

/* Adds the full names of the extension modules that RECORD in `folder` (a .dist-info) lists below `site`, its
 * parent, and that are not there. They live in the finder's arena. */
void py_ext_lost(struct py_finder *f, const char *site, const char *folder, struct py_strings *out);

#endif
