/* swift.h - enough of Swift's mangling for the names that people meet. */
#ifndef DLWHY_SYMBOL_SWIFT_H
#define DLWHY_SYMBOL_SWIFT_H

#include <stdbool.h>

#include "base/arena.h"

/* Does the name have one of Swift's prefixes ($s, $S, _$s, _T0 and kin)? */
bool swift_is_mangled(const char *name);
/* "Module.Type.member" in the arena; NULL for any form that is not surely understood. */
const char *swift_demangle(struct arena *a, const char *name);

#endif
