/* tame.h - names that would keep libiberty busy for hours, or empty its stack, are told beforehand.
 *
 * libiberty limits its depth, not its work: a name of a hundred letters may ask for 2^30 steps that
 * print nothing. What prints is stopped by its callback; these find the rest.
 */
#ifndef DLWHY_SYMBOL_TAME_H
#define DLWHY_SYMBOL_TAME_H

#include <stdbool.h>

/* Is the C++ name ("_Z…") well-formed to its end, and read and printed with work in proportion to
 * its text? libiberty's tree of it is made and looked at. Also false if there is no memory. */
bool tame_cxx(const char *name);
/* Is the Rust name ("_R…", "_ZN…17h…E") short of tricks that take work and print nothing? Whether
 * it is well-formed is not looked at. */
bool tame_rust(const char *name);

#endif
