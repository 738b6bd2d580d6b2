/* ar.h - archives of object files: members and index, of GNU, BSD and thin form.
 *
 * Sources: the common format of ar(5), the System V and 4.4BSD variants, GNU's thin archives. An archive
 * borrows the file's bytes. Nothing is trusted: a member that does not lie inside the file ends the list.
 */
#ifndef DLWHY_OBJECT_AR_H
#define DLWHY_OBJECT_AR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum ar_index_form {
	AR_NO_INDEX,
	AR_INDEX_SYSV,   /* member "/": 32-bit numbers, big-endian */
	AR_INDEX_SYSV64, /* member "/SYM64/" */
	AR_INDEX_BSD     /* member "__.SYMDEF": pairs of 32-bit numbers, order of the machine */
};

struct ar {
	struct view file;
	bool thin;
	struct view names;           /* member "//": long names */
	enum ar_index_form form;
	struct view entries;         /* offsets of members (SYSV), or pairs (BSD) */
	struct view strings;         /* names of the symbols */
	uint64_t nsymbols;           /* clamped to the bytes that exist */
	bool swapped;                /* BSD: numbers are big-endian */
	uint64_t first;              /* header of the first real member */
};

struct ar_member {
	const char *name;            /* nname bytes, no NUL behind them */
	size_t nname;
	uint64_t header;             /* offset of its header: what the index refers to */
	uint64_t offset, size;       /* its bytes in the archive; of a thin one only size counts */
	bool outside;                /* a member of a thin archive: a file of its own */
	bool complete;               /* its bytes are all there */
};

/* False: no archive. */
bool ar_open(struct view file, struct ar *out);
/* The member at *at, and *at moved behind it; begin with ar.first. False at the end. */
bool ar_next(const struct ar *ar, uint64_t *at, struct ar_member *out);
/* The bytes of a member that lies in the archive, as far as they are there. */
struct view ar_bytes(const struct ar *ar, const struct ar_member *m);

/* Walks the index: symbol number i and the header of its member. `walk` begins as zero. */
struct ar_walk {
	uint64_t i, name;
};
bool ar_index_next(const struct ar *ar, struct ar_walk *walk, const char **symbol, uint64_t *header);

#endif
