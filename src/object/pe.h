/* pe.h - PE images (.dll, .pyd, .exe) as the loader of Windows reads them.
 *
 * Sources: Microsoft's PE/COFF specification; for what the loader does with fields that contradict each
 * other, wine's loader and its conformance tests, which also run on Windows. coff.h reads what linkers read.
 *
 * A struct pe is immutable once pe_open has returned and borrows the file's bytes. Nothing is copied: tables
 * are read in place, and each walk has a bound. An RVA is an address from the begin of the image.
 */
#ifndef DLWHY_OBJECT_PE_H
#define DLWHY_OBJECT_PE_H

#include "base/arena.h"
#include "base/view.h"

enum { PE_I386 = 0x14c, PE_ARMNT = 0x1c4, PE_IA64 = 0x200, PE_AMD64 = 0x8664, PE_ARM64 = 0xaa64 };
/* Data directories. */
enum { PE_DIR_EXPORT, PE_DIR_IMPORT, PE_DIR_RESOURCE, PE_DIR_EXCEPTION, PE_DIR_CERTIFICATE, PE_DIR_RELOC,
	PE_DIR_DEBUG, PE_DIR_TLS = 9, PE_DIR_CONFIG, PE_DIR_BOUND, PE_DIR_IAT, PE_DIR_DELAY, PE_DIR_CLR,
	PE_NDIRS = 16 };
/* Subsystems that are told apart. */
enum { PE_NATIVE = 1, PE_GUI = 2, PE_CONSOLE = 3 };

/* Why no loader of Windows takes it, in the order in which it looks. */
enum pe_defect {
	PE_OK,
	PE_SHORT,        /* ends inside of its headers, or is empty */
	PE_NO_MZ,        /* STATUS_INVALID_IMAGE_NOT_MZ */
	PE_NO_SIGNATURE, /* no "PE" where the first header points to: STATUS_INVALID_IMAGE_PROTECT */
	PE_WIN16,        /* "NE": a program for 16-bit Windows */
	PE_BAD_OPTIONAL, /* the second header is not one of PE32 or PE32+ */
	PE_CUT           /* the file ends before a section that its table promises */
};

struct pe_dir {
	uint32_t rva, size;
};

struct pe {
	struct view file;
	enum pe_defect defect;       /* if not PE_OK, what was not reached is zero */
	uint16_t machine;            /* PE_I386 …: as the header says */
	bool is64;                   /* PE32+ */
	bool is_dll;
	bool chpe;                   /* hybrid: ARM64EC with machine AMD64, ARM64X with machine ARM64 */
	bool relocs_stripped;        /* it can be loaded at its own address only */
	bool has_signature;          /* Authenticode bytes are there; nobody verified them */
	bool has_clr, il_only;       /* .NET; without code of a processor */
	bool has_tls_callbacks;
	uint8_t linker_major, linker_minor; /* 14.40: of Visual C++; others number theirs in other ways */
	uint16_t os_major, os_minor; /* that it says it was made for */
	uint16_t subsystem_major, subsystem_minor; /* and the oldest that it runs on */
	uint16_t subsystem, dll_flags;
	uint16_t dependent_flags;    /* LOAD_LIBRARY_SEARCH_* for its own imports, 0: none are set */
	uint64_t image_base;
	uint32_t image_size, headers_size, entry, timestamp;
	struct view sections;        /* their headers, 40 bytes each */
	uint32_t nsections;
	uint64_t end_wanted;         /* where the last byte of a section is said to be in the file */
	struct pe_dir dirs[PE_NDIRS];
};

/* Reads the headers. False: no PE file in any sense (then *out only has `file` and `defect`). */
bool pe_open(struct view file, struct pe *out);
/* The first section of that name (at most eight letters), as far as the file has it. False: there is none. */
bool pe_section(const struct pe *e, const char *name, struct view *out);
/* The bytes at an address as far as they lie in one section of the file; empty if there are none. */
struct view pe_at(const struct pe *e, uint32_t rva);
/* The NUL-ended string at an address, at most 4096 bytes long; NULL if there is none. */
const char *pe_string(const struct pe *e, uint32_t rva);

/* ---- imports: pe_import.c ------------------------------------------------------------------- */

/* One DLL that an image imports from. */
struct pe_import {
	const char *dll;             /* as written; NULL: its name lies outside the file */
	bool delay;                  /* only loaded at the first call */
	bool bound;                  /* addresses were filled in by a tool: they count as hints only */
	struct view thunks;          /* what it imports: entries of 4 or 8 bytes */
	uint64_t base;               /* is taken off addresses in thunks: old delay tables */
	size_t n;                    /* entries up to the zero */
};
/* What is imported: a name or a number. */
struct pe_symbol {
	const char *name;            /* NULL: by number, or its name lies outside of the file */
	bool by_number;
	uint16_t number;             /* the ordinal; with a name its hint */
};
/* The i-th DLL imported at start, or (delay) at the first call; false behind the last. */
bool pe_import(const struct pe *e, bool delay, size_t i, struct pe_import *out);
bool pe_import_symbol(const struct pe *e, const struct pe_import *from, size_t i, struct pe_symbol *out);

/* ---- exports: pe_export.c ------------------------------------------------------------------- */

struct pe_exports {
	const struct pe *e;
	const char *name;            /* what the DLL calls itself; NULL */
	uint32_t base;               /* the first ordinal */
	uint32_t nfunctions, nnames; /* what the file holds of them */
	struct view functions, names, ordinals;
};
struct pe_export {
	const char *name;            /* NULL: by number alone */
	uint32_t ordinal, rva;
	const char *forward;         /* "module.name", "module.#3"; NULL: it is here */
};
/* False: it exports nothing. */
bool pe_exports(const struct pe *e, struct pe_exports *out);
/* The i-th name; rva 0: its function lies outside of the file. */
bool pe_export_at(const struct pe_exports *x, uint32_t i, struct pe_export *out);
/* As the loader looks: by bisection over names that shall be in order, by ordinal directly. */
bool pe_export_find(const struct pe_exports *x, const char *name, struct pe_export *out);
bool pe_export_number(const struct pe_exports *x, uint32_t ordinal, struct pe_export *out);

/* ---- resources: pe_resource.c --------------------------------------------------------------- */

enum { PE_RT_VERSION = 16, PE_RT_MANIFEST = 24 };
/* The bytes of the resource of a type that has that number; of the first one for UINT32_MAX. False: there is
 * none. */
bool pe_resource(const struct pe *e, uint32_t type, uint32_t number, struct view *out);
/* The file version of the version resource. */
bool pe_file_version(const struct pe *e, uint16_t out[4]);

/* "x64", "x86", "ARM64", …; "an unknown machine (0x1234)" in the arena. ARM64EC and ARM64X are told. */
const char *pe_machine_words(struct arena *a, const struct pe *e);
/* The EM_* number of the processor whose code it holds; 0 if there is none. */
uint16_t pe_machine_em(uint16_t machine);

#endif
