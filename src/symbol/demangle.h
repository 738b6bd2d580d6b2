/* demangle.h - names that compilers made, as people wrote them: C++, Rust, Swift.
 *
 * Names come from hostile files. A C++ name of more than 1,024 letters exceeds the recursion limit of
 * libiberty, a longer Rust or Swift name than 4 KiB is not looked at, nor is one that tame.h warns of;
 * and a result of more than 32 KiB is none: half a name is another name. All of these give NULL, as
 * what is not understood does; the caller shows the name as it is.
 */
#ifndef DLWHY_SYMBOL_DEMANGLE_H
#define DLWHY_SYMBOL_DEMANGLE_H

#include <stdbool.h>

#include "base/arena.h"

enum language { LANG_NONE, LANG_CXX, LANG_RUST, LANG_SWIFT };

/* The language whose compiler makes such names. It looks at the form alone: the name may turn out
 * not to be well-formed. LANG_NONE for a plain name. */
enum language demangle_language(const char *name);
/* The full form: C++ with parameters, and with the return type where the name has it (templates);
 * Rust with the hashes that tell builds of a crate apart; Swift as demangle_short. In the arena.
 * NULL: not mangled, or not understood. */
const char *demangle(struct arena *a, const char *name);
/* The same as linkers print it: no Swift; GNU ld and gold leave the hashes of Rust out. */
const char *demangle_as_linker(struct arena *a, const char *name, bool hashes);
/* The qualified name alone: no parameters, no return type, no Rust hash. Template arguments of more
 * than 24 letters are shown as "<…>". "vtable for X" and the like stay. In the arena; NULL as
 * above. */
const char *demangle_short(struct arena *a, const char *name);

#endif
