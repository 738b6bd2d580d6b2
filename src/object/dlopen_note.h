/* dlopen_note.h - the libraries that a file says it opens at run time.
 *
 * The section .note.dlopen (owner "FDO", type 0x407c0c0a) holds JSON:
 *     [{"feature": "zstd", "description": "…", "priority": "suggested", "soname": ["libzstd.so.1"]}]
 * A list of several names means that the first one that is there is taken.
 * Source: UAPI group, "ELF dlopen metadata".
 */
#ifndef DLWHY_OBJECT_DLOPEN_NOTE_H
#define DLWHY_OBJECT_DLOPEN_NOTE_H

#include "base/arena.h"
#include "object/elf.h"

enum { DLOPEN_ENTRIES = 128, DLOPEN_NAMES = 16 };

struct dlopen_entry {
	const char *feature, *description, *priority; /* NULL if absent */
	const char *names[DLOPEN_NAMES];
	size_t nnames;                                /* never 0 */
};

/* The entries of all such notes of a file, in a; 0 if it has none that can be read. */
size_t dlopen_note_read(const struct elf *e, struct arena *a, const struct dlopen_entry **out);

#endif
