/* elf_empty.h - a shared library that has a name and nothing else: it stands for one that must be there and
 * cannot be read. */
#ifndef DLWHY_OBJECT_ELF_EMPTY_H
#define DLWHY_OBJECT_ELF_EMPTY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

enum { ELF_EMPTY_SIZE = 4096, ELF_EMPTY_NAME = 256 };

/* Writes it to buf, which has ELF_EMPTY_SIZE bytes and is zero. False: the name is too long. */
bool elf_empty(unsigned char *buf, uint16_t machine, bool is64, bool big_endian, uint32_t flags,
	       const char *soname, struct view *out);

#endif
