/* zip.h - zip archives, read in place by minizip: the list of members, and their bytes, which libdeflate
 * and zlib unpack.
 *
 * A struct zip borrows the bytes of the archive and is not changed by reading: several threads may read
 * members of one at the same time. Names are as the archive has them; they may hold anything.
 */
#ifndef DLWHY_SOURCE_ZIP_H
#define DLWHY_SOURCE_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

struct zip_member {
	const char *name;
	uint64_t place[2];     /* minizip's */
	uint64_t size, packed; /* bytes */
	uint32_t crc;
	uint16_t method;       /* 0 stored, 8 deflated */
	bool encrypted;
	uint32_t dos_date;
	uint32_t mode; /* Unix permissions and type, 0 if none are told */
};

struct zip {
	struct view bytes;
	struct zip_member *members; /* sorted by name */
	size_t n;
	bool usable; /* there is a list of members */
	bool cut;    /* the list ends before its end, or is too long */
	uint64_t largest; /* bytes of the largest member */
	bool in_file; /* set by who has mapped a file: pages that were unpacked are given back */
};

/* Allocates in a. Always fills *z. */
void zip_open(struct view bytes, struct arena *a, struct zip *z);
const struct zip_member *zip_find(const struct zip *z, const char *name); /* NULL if absent */
/* Number of the first member that is not before `name`. */
size_t zip_lower(const struct zip *z, const char *name);
/* Can what the archive says of its size be true? */
bool zip_is_possible(const struct zip_member *m);
/* Unpacks into buf, which has room for m->size + 1 bytes: 0, EBADMSG if the bytes are damaged (checksum,
 * length), ENOKEY if they are encrypted, ENOMEM, or EIO if they cannot be unpacked. */
int zip_read_into(const struct zip *z, const struct zip_member *m, void *buf);
/* Bytes that are in memory while it is unpacked: itself, and what it is unpacked from. */
uint64_t zip_cost(const struct zip *z, const struct zip_member *m);
/* The packed bytes, in place: 0, EBADMSG or EIO. */
int zip_raw(const struct zip *z, const struct zip_member *m, struct view *out);
/* The first bytes, at most n; *got of them. 0 or an errno as above. */
int zip_head(const struct zip *z, const struct zip_member *m, unsigned char *buf, size_t n, size_t *got);
/* Unpacks in pieces. */
int zip_each_piece(const struct zip *z, const struct zip_member *m, void (*fn)(void *ctx, struct view piece),
		   void *ctx);
/* The bytes of a member of at most `max` bytes, in a: 0 or an errno (EFBIG). */
int zip_read(const struct zip *z, const struct zip_member *m, struct arena *a, size_t max, struct view *out);

#endif
