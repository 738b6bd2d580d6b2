/* ext_lost.h - extension modules that were installed and are gone. */
#ifndef DLWHY_PYTHON_EXT_LOST_H
#define DLWHY_PYTHON_EXT_LOST_H

#include "python/finder.h"

/* Full names of the extension modules that RECORD in `folder` (a .dist-info) lists below `site`, its parent,
 * and that are not there. Read once for each folder; the finder's own. */
const struct py_strings *py_ext_lost(struct py_finder *f, const char *site, const char *folder);

#endif
