/* elf_object.h - ELF files as a linker reads them: by section headers, the full symbol table, relocations.
 *
 * A struct elf_object borrows the bytes of the struct elf it is of. Every table is clamped to what the file
 * holds.
 */
#ifndef DLWHY_OBJECT_ELF_OBJECT_H
#define DLWHY_OBJECT_ELF_OBJECT_H

#include "object/elf.h"

struct elf_shdr {
	uint32_t name, type, link, info;
	uint64_t flags, addr, offset, size, entsize;
};

struct elf_object {
	const struct elf *e;
	struct view table;           /* section headers */
	uint64_t nsections;
	uint32_t entry;              /* bytes of a section header */
	struct view section_names;
	struct view symbols;         /* SHT_SYMTAB */
	uint64_t nsymbols, first_global;
	struct view strings;         /* of its names */
	struct view more_sections;   /* SHT_SYMTAB_SHNDX */
};

/* A symbol with the section it stands in. */
struct elf_object_sym {
	struct elf_sym s;
	const char *name;            /* never NULL */
	uint32_t section;            /* number of its section; 0 where it stands in none */
};

/* False: there are no section headers, or they do not lie in the file. Without a symbol table nsymbols
 * is 0. */
bool elf_object_open(const struct elf *e, struct elf_object *out);
bool elf_object_section(const struct elf_object *o, uint64_t i, struct elf_shdr *out);
const char *elf_object_section_name(const struct elf_object *o, const struct elf_shdr *h); /* never NULL */
/* The bytes of a section; empty for those without any, or outside the file. */
struct view elf_object_bytes(const struct elf_object *o, const struct elf_shdr *h);
bool elf_object_symbol(const struct elf_object *o, uint64_t i, struct elf_object_sym *out);
/* Relocations of a section of type SHT_REL or SHT_RELA. */
uint64_t elf_object_nrelocs(const struct elf_object *o, const struct elf_shdr *h);
bool elf_object_reloc(const struct elf_object *o, const struct elf_shdr *h, uint64_t i,
		      struct elf_rel *out);

#endif
