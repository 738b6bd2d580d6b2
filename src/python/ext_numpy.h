/* ext_numpy.h - an extension that was built against NumPy 1, where NumPy 2 is. */
#ifndef DLWHY_PYTHON_EXT_NUMPY_H
#define DLWHY_PYTHON_EXT_NUMPY_H

#include "object/elf.h"
#include "python/find.h"

/* The exception that the init function of such a file raises. */
struct ext_clash {
	const char *type, *message;
};

/* Does the file ask for the C interface of NumPy 1 alone, as far as its constants tell? */
bool ext_numpy_old(const struct elf *e, struct ext_clash *out);
/* Is the numpy that this interpreter would import one of release 2 or later? */
bool ext_numpy_is_new(struct py_finder *f, const struct py_home *home, struct arena *a);

#endif
