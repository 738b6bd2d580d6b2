/* ext_imports.h - modules that an extension's own code imports when it is initialised. */
#ifndef DLWHY_PYTHON_EXT_IMPORTS_H
#define DLWHY_PYTHON_EXT_IMPORTS_H

#include "python/ext_constants.h"
#include "python/import.h"

/* Full names of modules that are there and that the file of `module` names in its constants: as far as
 * its bytes tell, its init function imports them. Adds to *out. */
void py_ext_imports(const struct py_binary *e, const char *module, struct py_finder *f,
		    const struct py_home *home, struct source *src, struct arena *a,
		    struct py_inner_list *out);
/* The same of a library that came with an extension and was opened for it: whether it asks for NumPy. */
void py_ext_imports_beside(const struct py_binary *e, struct py_finder *f, const struct py_home *home,
			   struct arena *a, struct py_inner_list *out);

#endif
