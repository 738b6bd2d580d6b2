/* ext_constants.h - the read-only data of a native file of any system. */
#ifndef DLWHY_PYTHON_EXT_CONSTANTS_H
#define DLWHY_PYTHON_EXT_CONSTANTS_H

#include "object/elf.h"
#include "object/macho.h"
#include "object/pe.h"

/* One of them is not NULL. */
struct py_binary {
	const struct elf *elf;
	const struct pe *pe;
	const struct macho *macho;
};

/* As elf_each_constants: calls fn for each part until it returns true (then true). */
bool py_each_constants(const struct py_binary *b, bool (*fn)(void *ctx, struct view constants), void *ctx);

#endif
