/* mangled.h - just enough of the Itanium C++ mangling to compare names. */
#ifndef DLWHY_DIAGNOSE_MANGLED_H
#define DLWHY_DIAGNOSE_MANGLED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Length of the part of a mangled name that names the function, without its parameters: the names
 * of namespaces, class and function up to the closing 'E' or an ABI tag. 0 if the name is not
 * mangled or has template arguments in that part. */
size_t mangled_name_part(const char *name);
/* "tensorflow::OpKernel::name" for a mangled name; NULL if it is none or not that simple. */
const char *mangled_readable(struct arena *a, const char *name);
/* Does a type of the new std::string ABI of GCC 5 stand in it? */
bool mangled_is_cxx11(const char *name);

#endif
