/* macho.h - Mach-O files: slices of universal files, load commands, sections, symbols, relocations, exports.
 *
 * Source: Apple's <mach-o/loader.h>, <mach-o/fat.h>, <mach-o/nlist.h>, <mach-o/reloc.h>. A struct macho
 * borrows the bytes of the file; tables are clamped to what it holds, and a command that does not fit
 * ends the list.
 */
#ifndef DLWHY_OBJECT_MACHO_H
#define DLWHY_OBJECT_MACHO_H

#include "base/view.h"

enum { MACHO_I386 = 7, MACHO_ARM = 12, MACHO_PPC = 18, MACHO_X86_64 = 0x01000007, MACHO_ARM64 = 0x0100000c,
       MACHO_ARM64_32 = 0x0200000c, MACHO_PPC64 = 0x01000012 };
/* Types of files. */
enum { MACHO_OBJECT = 1, MACHO_EXECUTE = 2, MACHO_DYLIB = 6, MACHO_BUNDLE = 8, MACHO_DYLIB_STUB = 9 };
/* Load commands that are looked at, without the bit that says "required". */
enum { MACHO_LC_SEGMENT = 1, MACHO_LC_SYMTAB = 2, MACHO_LC_LOAD_DYLIB = 0xc, MACHO_LC_ID_DYLIB = 0xd,
       MACHO_LC_LOAD_WEAK_DYLIB = 0x18, MACHO_LC_SEGMENT_64 = 0x19, MACHO_LC_RPATH = 0x1c,
       MACHO_LC_REEXPORT_DYLIB = 0x1f, MACHO_LC_DYLD_INFO = 0x22, MACHO_LC_UPWARD_DYLIB = 0x23,
       MACHO_LC_MIN_MACOS = 0x24, MACHO_LC_MIN_IOS = 0x25, MACHO_LC_LINKER_OPTION = 0x2d,
       MACHO_LC_MIN_TVOS = 0x2f, MACHO_LC_MIN_WATCHOS = 0x30, MACHO_LC_BUILD_VERSION = 0x32,
       MACHO_LC_EXPORTS_TRIE = 0x33 };
/* Platforms of a build version; 7, 8 and 9 are the simulators of 2, 3 and 4. */
enum { MACHO_MACOS = 1, MACHO_IOS, MACHO_TVOS, MACHO_WATCHOS, MACHO_BRIDGEOS, MACHO_CATALYST, MACHO_IOS_SIM,
       MACHO_TVOS_SIM, MACHO_WATCHOS_SIM, MACHO_DRIVERKIT };

struct macho {
	struct view file;            /* of the slice */
	bool is64, swap;
	uint32_t cpu, subtype, type, flags;
	uint32_t ncommands;          /* as the header has it */
	struct view commands;
	const char *id;              /* LC_ID_DYLIB, NULL */
	uint32_t platform;           /* of the first version command; 0: none */
	uint32_t minimum;            /* X << 16 | Y << 8 | Z */
	struct view symbols, strings;
	uint32_t nsymbols;
	struct view exports;         /* the trie; n 0: none */
	bool has_exports;            /* a command tells of a trie, empty or not */
};

/* ---- universal files ------------------------------------------------------------------------- */

struct macho_fat {
	struct view file;
	bool wide;                   /* 64-bit offsets */
	uint32_t n;                  /* slices, as far as their table is there */
};
struct macho_slice {
	uint32_t cpu, subtype;
	uint64_t offset, size;
};
bool macho_fat_open(struct view file, struct macho_fat *out);
/* i may be f->n: the slice behind the stated ones, which dyld takes if it is for arm64. */
bool macho_fat_slice(const struct macho_fat *f, uint32_t i, struct macho_slice *out);

/* ---- one file -------------------------------------------------------------------------------- */

/* False: no Mach-O header. */
bool macho_open(struct view file, struct macho *out);

struct macho_command {
	uint32_t command;            /* without the bit "required" */
	bool required;               /* a loader that does not know it refuses the file */
	struct view bytes;           /* all of it */
};
/* The command at *at, which begins as 0 and moves on. False at the end. */
bool macho_command(const struct macho *m, size_t *at, struct macho_command *out);
/* The string of a command whose offset stands at `field`; NULL: none that ends inside. */
const char *macho_command_string(const struct macho *m, const struct macho_command *c, size_t field);

struct macho_section {
	const char *segment, *name;  /* 16 bytes at most, `nsegment` and `nname` of them */
	size_t nsegment, nname;
	uint64_t address, size;
	uint32_t offset, relocs, nrelocs, flags;
};
/* Section number i of the file, from 1, as symbols count them. */
bool macho_section(const struct macho *m, uint32_t i, struct macho_section *out);

struct macho_symbol {
	const char *name;            /* never NULL */
	uint8_t type, section;
	uint16_t desc;
	uint64_t value;
};
enum { MACHO_N_STAB = 0xe0, MACHO_N_PEXT = 0x10, MACHO_N_TYPE = 0xe, MACHO_N_EXT = 1 };
enum { MACHO_N_UNDF = 0, MACHO_N_ABS = 2, MACHO_N_SECT = 0xe, MACHO_N_INDR = 0xa };
enum { MACHO_N_WEAK_REF = 0x40, MACHO_N_WEAK_DEF = 0x80 };
bool macho_symbol(const struct macho *m, uint32_t i, struct macho_symbol *out);

struct macho_reloc {
	uint32_t address, symbol;    /* symbol: of an external one its number, else a section's */
	bool external, scattered;
	uint8_t type, length;
};
bool macho_reloc(const struct macho *m, const struct macho_section *s, uint32_t i, struct macho_reloc *out);

/* Calls fn for each exported name, until it returns true. False: the trie is damaged. */
typedef bool macho_on_export(void *ctx, const char *name, uint64_t flags);
bool macho_each_export(const struct macho *m, macho_on_export *fn, void *ctx);
enum { MACHO_EXPORT_WEAK = 4, MACHO_EXPORT_REEXPORT = 8 };
/* Does the trie export that name? A look-up goes down one path, as the loader's does. */
struct macho_export {
	uint64_t flags;
	uint64_t ordinal;            /* of a re-export: the library that has it, from 1 */
	const char *imported;        /* of a re-export: its name there; NULL: the same */
	size_t looked;               /* bytes of the trie that were looked at, found or not */
};
bool macho_find_export(const struct macho *m, const char *name, struct macho_export *out);

/* A number of seven bits a byte, least first, at *at, which moves on. False: it does not end in v. */
bool macho_uleb(struct view v, size_t *at, uint64_t *out);

/* "x86_64", "arm64e"; NULL: not known. */
const char *macho_cpu_name(uint32_t cpu, uint32_t subtype);

#endif
