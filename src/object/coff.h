/* coff.h - COFF objects, import objects and the exports of DLLs: what a linker for Windows reads.
 *
 * Source: Microsoft's PE/COFF specification; weak externals and COMDAT sections as GNU tools write
 * them. Views borrow the file's bytes; every table is clamped to what the file holds.
 */
#ifndef DLWHY_OBJECT_COFF_H
#define DLWHY_OBJECT_COFF_H

#include "base/view.h"

enum { COFF_I386 = 0x14c, COFF_AMD64 = 0x8664, COFF_ARM64 = 0xaa64, COFF_ARMNT = 0x1c4 };
/* Storage classes and special section numbers of symbols. */
enum { COFF_EXTERNAL = 2, COFF_STATIC = 3, COFF_FILE = 103, COFF_WEAK = 105 };
enum { COFF_UNDEFINED = 0, COFF_ABSOLUTE = -1, COFF_DEBUG = -2 };
/* Flags of sections. */
enum { COFF_CODE = 0x20, COFF_INFO = 0x200, COFF_REMOVE = 0x800, COFF_COMDAT = 0x1000,
	COFF_DISCARDABLE = 0x2000000 };

struct coff {
	struct view file;
	uint16_t machine;
	bool wide;                   /* "bigobj": 32-bit numbers of sections */
	uint32_t nsections;
	struct view sections;        /* their headers */
	uint32_t nsymbols;           /* auxiliary entries counted */
	struct view symbols, strings;
};

struct coff_section {
	const char *name;            /* nname bytes, no NUL behind them */
	size_t nname;
	uint32_t size, offset, flags;
	uint32_t relocs, nrelocs;    /* where they begin */
	bool bare;                   /* no bytes in the file: .bss */
};

struct coff_symbol {
	const char *name;            /* nname bytes, no NUL behind them */
	size_t nname;
	uint32_t value;              /* of an undefined one its size: then it is common */
	int32_t section;             /* from 1, or one of the special numbers */
	uint16_t type;
	uint8_t storage, naux;
	struct view aux;             /* naux entries */
};

struct coff_reloc {
	uint32_t offset, symbol;
	uint16_t type;
};

/* False: no COFF object, or of a machine that is not known. */
bool coff_open(struct view file, struct coff *out);
/* Section number i, from 1. */
bool coff_section(const struct coff *c, uint32_t i, struct coff_section *out);
/* Symbol i; the next one is i + 1 + naux. */
bool coff_symbol(const struct coff *c, uint32_t i, struct coff_symbol *out);
bool coff_reloc(const struct coff *c, const struct coff_section *s, uint32_t i, struct coff_reloc *out);
/* The bytes of a section; empty if it has none in the file. */
struct view coff_bytes(const struct coff *c, const struct coff_section *s);
/* Does the symbol stand for its section, and tell by which rule it is kept once (1 to 6, 0: it is
 * kept)? Of an associative one (5) `follows` is the section that it goes with. */
bool coff_selection(const struct coff *c, const struct coff_symbol *s, uint8_t *selection, uint32_t *follows);

/* An import object: one symbol of a DLL, in a file of its own. */
struct coff_import {
	uint16_t machine;
	uint8_t type;                /* 0 code, 1 data, 2 constant */
	const char *symbol, *dll;
};
bool coff_import_open(struct view file, struct coff_import *out);

/* Names that a DLL exports. */
struct coff_exports {
	struct view file;
	uint16_t machine;
	struct view sections;
	uint32_t nsections;
	struct view names;           /* RVAs */
	uint32_t n;
};
/* False: no PE image. Without exports n is 0. */
bool coff_exports_open(struct view file, struct coff_exports *out);
const char *coff_export_name(const struct coff_exports *x, uint32_t i); /* NULL: it lies outside the file */

#endif
