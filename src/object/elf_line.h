/* elf_line.h - the line of the source behind a place in a relocatable object (DWARF .debug_line). */
#ifndef DLWHY_OBJECT_ELF_LINE_H
#define DLWHY_OBJECT_ELF_LINE_H

#include "object/elf_object.h"

struct elf_line {
	const char *folder;      /* of the compilation, NULL: not known */
	const char *dir;         /* of the file, NULL: that folder */
	const char *file;
	uint64_t line;
};

/* False: nothing is told of it. Versions 2 to 5, not compressed. */
bool elf_line_at(const struct elf_object *o, uint32_t section, uint64_t offset, struct elf_line *out);
/* The same for data: where the variable that stands there is declared (.debug_info). */
bool elf_line_of_data(const struct elf_object *o, uint32_t section, uint64_t offset, struct elf_line *out);

#endif
