/* macho_import.h - which symbols a Mach-O file asks for, and of which of its libraries. */
#ifndef DLWHY_OBJECT_MACHO_IMPORT_H
#define DLWHY_OBJECT_MACHO_IMPORT_H

#include "object/macho_load.h"

/* Ordinals that are no number of a library. */
enum { MACHO_FROM_SELF = 0, MACHO_FROM_MAIN = -1, MACHO_FROM_ANYONE = -2, MACHO_FROM_WEAK = -3 };

struct macho_import {
	const char *name;            /* with its underscore */
	int32_t ordinal;             /* from 1: the library; else one of the above */
	bool weak;                   /* it may be missing */
	bool lazy;                   /* bound at its first call, where the loader may put it off */
};

/* Calls fn for each import in the order in which dyld binds them, until it returns true: of chained fixups
 * their table, else of the bind opcodes, the lazy and the weak ones, else of the symbol table. One that
 * stands several times in a row comes once. False: what tells of them is damaged. */
typedef bool macho_on_import(void *ctx, const struct macho_import *i);
bool macho_each_import(const struct macho_load *l, macho_on_import *fn, void *ctx);

#endif
