/* elf_priv.h - what the elf*.c files share. Not for others. */
#ifndef DLWHY_OBJECT_ELF_PRIV_H
#define DLWHY_OBJECT_ELF_PRIV_H

#include "object/elf.h"

/* What elf.owned points to. */
struct elf_owned {
	struct elf_phdr *phdrs;
	struct elf_extent *extents;
	struct elf_need *needs;
};

/* Fills e->extents from e->phdrs. False if there is no memory. */
bool elf_map_segments(struct elf *e);
/* Reads the dynamic section that the program headers name. False if there is no memory. */
bool elf_read_dynamic(struct elf *e);

/* The number of symbols that the section header of type SHT_DYNSYM tells, 0 if there is none. */
uint64_t elf_section_dynsym_count(const struct elf *e);

/* x rounded up to a multiple of align, a power of two. Wraps to 0 behind the last multiple. */
static inline uint64_t elf_align_up(uint64_t x, uint64_t align)
{
	return (x + (align - 1)) & ~(align - 1);
}

/* A word of the file's class: an address, an offset, a size. */
static inline uint64_t elf_word(const struct elf *e, const unsigned char *p)
{
	return e->is64 ? load64(p, e->swap) : load32(p, e->swap);
}

#endif
