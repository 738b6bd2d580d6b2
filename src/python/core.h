/* core.h - tables in the file that holds an interpreter, read through its relocations: tables.c. */
#ifndef DLWHY_PYTHON_CORE_H
#define DLWHY_PYTHON_CORE_H

#include "object/elf.h"
#include "python/home_priv.h"

enum { PY_PT_LOAD = 1, PY_PF_X = 1, PY_PF_W = 2 };

struct py_slot {
	uint64_t at, value;
};

struct py_tables {
	const struct elf *elf;
	struct arena *a;
	struct elf_hash hash;
	struct py_slot *slots; /* words that a relocation fills, by rising address */
	size_t n;
};

void py_tables_open(struct py_tables *t, const struct elf *e, struct arena *a);
/* Py_Version, which Python has from 3.11 on; else 0. */
unsigned py_tables_version(const struct py_tables *t);
/* The names in PyImport_Inittab, sorted as sys.builtin_module_names is. */
void py_tables_builtins(const struct py_tables *t, struct py_strings *out);
/* _PyImport_DynLoadFiletab, which begins with that string; nothing if it is not found. */
void py_tables_endings(const struct py_tables *t, const char *first, struct py_strings *out);
void py_tables_frozen(const struct py_tables *t, unsigned minor, struct py_strings *out);

#endif
