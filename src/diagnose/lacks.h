/* lacks.h - would a copy of a library do, or is it of another release? */
#ifndef DLWHY_DIAGNOSE_LACKS_H
#define DLWHY_DIAGNOSE_LACKS_H

#include "diagnose/common.h"

/* How many names `from` wants that belong to `library`, as far as names tell (symbols.def), and
 * that neither `copy` nor anything loaded defines; *first is one of them. */
size_t lacks_symbols(const struct diag *d, const struct image *from, const char *library,
		     const struct elf *copy, const char **first);

#endif
