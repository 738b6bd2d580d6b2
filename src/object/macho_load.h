/* macho_load.h - what a Mach-O file tells the loader: libraries, folders, versions, signature.
 *
 * Source: Apple's <mach-o/loader.h>; which commands count, and how, is what dyld4 makes of them (dyld's
 * common/MachOFile.cpp and mach_o/). Strings are the file's own; lists are in the caller's arena.
 */
#ifndef DLWHY_OBJECT_MACHO_LOAD_H
#define DLWHY_OBJECT_MACHO_LOAD_H

#include "base/arena.h"
#include "object/macho.h"

/* One library that the file is linked with. The i-th (from 1) is the one that ordinal i means. */
struct macho_need {
	const char *name;            /* never NULL */
	bool weak, reexport, upward, delayed;
	uint32_t current, compatible; /* X << 16 | Y << 8 | Z */
};

/* LC_BUILD_VERSION or LC_VERSION_MIN_*. */
struct macho_version {
	uint32_t platform, minimum, sdk;
};
enum { MACHO_VERSIONS_MAX = 4 };

struct macho_load {
	struct macho m;
	struct macho_need *needs;
	size_t nneeds;
	const char **rpaths;
	size_t nrpaths;
	struct macho_version versions[MACHO_VERSIONS_MAX];
	size_t nversions;
	const unsigned char *uuid;   /* 16 bytes; NULL: none */
	size_t nids;                 /* LC_ID_DYLIB commands */
	struct view bind, weak_bind, lazy_bind; /* of LC_DYLD_INFO */
	bool has_info;
	struct view fixups;          /* LC_DYLD_CHAINED_FIXUPS */
	bool has_fixups;
	uint32_t first_undefined, nundefined; /* LC_DYSYMTAB: in the symbol table */
	bool has_signature;
	uint32_t signature, nsignature; /* offset in the slice, bytes */
	bool encrypted;              /* a cryptid that is not 0: its code cannot be read */
	bool restricted;             /* has a section __RESTRICT,__restrict */
	uint32_t unknown, unknown_at; /* a required command that no loader knows, and its number; 0: none */
	const char *cut_segment;     /* a segment whose bytes end behind the file's end, NULL */
	size_t ncut;                 /* length of its name */
	uint64_t cut_end;            /* where its bytes would end, in the slice */
	bool broken_commands;        /* the commands do not fit into their space */
};

/* False: no Mach-O header. */
bool macho_load_open(struct view slice, struct arena *a, struct macho_load *out);
/* Its version for a platform, NULL if it has none for that. */
const struct macho_version *macho_version_for(const struct macho_load *l, uint32_t platform);
/* The highest SDK among them, 0: unknown. */
uint32_t macho_sdk(const struct macho_load *l);
/* "macOS", "iOS"; a simulator's is "iOS-simulator". NULL: not known. */
const char *macho_platform_name(uint32_t platform);

#endif
