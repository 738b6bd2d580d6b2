/* native.h - which files of a package are for a loader, by their names and first bytes. */
#ifndef DLWHY_VERB_NATIVE_H
#define DLWHY_VERB_NATIVE_H

#include "source/pack.h"

enum native { NATIVE_NONE, NATIVE_ELF, NATIVE_PE, NATIVE_MACHO };

/* Whose loader loads or starts it? A library by its name that is none by its bytes is what a loader would
 * stumble over, and counts. From several threads. */
enum native native_of(const struct pack_file *f);
/* The machine of an ELF file, 0 if its first bytes do not tell. */
uint16_t native_machine(const struct pack_file *f, bool *is64);

#endif
