/* pip_record.h - RECORD, the list of files of an installed wheel: a CSV file of path, hash and size.
 * https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
#ifndef DLWHY_PACKAGE_PIP_RECORD_H
#define DLWHY_PACKAGE_PIP_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"
#include "base/digest.h"

struct record_row {
	const char *path;	   /* as written: relative to site-packages, with '/' */
	enum digest_kind digest;   /* DIGEST_NONE: no hash, or none that is known */
	const unsigned char *hash; /* digest_size(digest) bytes, or NULL */
	bool has_size;
	uint64_t size;
	struct view text; /* the row in the file, its line's end included */
};

/* Reads the next row off *rest; false at the end. Rows without a path are passed over; *bad is set for what
 * no CSV reader takes (a quote that does not end, a NUL) and for a field that says nothing (a hash of the
 * wrong length, a size that is none). Allocates in a. */
bool record_next(struct arena *a, struct view *rest, struct record_row *row, bool *bad);

/* A RECORD in which `path` (as a row has it) has this SHA-256 and size; everything else stays as it is, byte
 * by byte. A path that is not there gets a row at the end. Allocates in a. For those who change an installed
 * file: who asks later whether it was damaged finds it in order. */
struct view package_record_updated(struct arena *a, struct view record, const char *path,
				   const unsigned char sha256[32], uint64_t size);

#endif
