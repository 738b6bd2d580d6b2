/* shorten.h - the qualified name alone, out of what libiberty prints. */
#ifndef DLWHY_SYMBOL_SHORTEN_H
#define DLWHY_SYMBOL_SHORTEN_H

#include "base/arena.h"

/* Template arguments of more letters than this become "…". */
#define SHORTEN_ARGUMENTS 24

/* What is left of a demangled C++ or Rust name without parameters, return type and long template
 * arguments. What cannot be taken apart stays as it is. In the arena. */
const char *shorten_cxx(struct arena *a, const char *text);
const char *shorten_rust(struct arena *a, const char *text);

#endif
