/* container.h - the members of an archive: what there is, and their bytes when somebody asks.
 *
 * Zip files are read by source/zip.h, at any place. Tar files and Unix archives, plain or packed by gzip, xz,
 * bzip2 or zstd, are read by libarchive from front to end: their list costs one pass over the packed bytes,
 * and so do members that are asked for in the archive's order.
 *
 * An archive is made by anybody. Names that lead outside, members that cannot be had, and links to elsewhere
 * are kept in the list with the reason in `refused`, so that somebody can be told. What grows without bounds
 * ends the reading: see enum container_limit.
 */
#ifndef DLWHY_SOURCE_CONTAINER_H
#define DLWHY_SOURCE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/os.h"
#include "base/view.h"

enum container_limit {
	CONTAINER_MEMBERS = 1 << 20,
	CONTAINER_NAME = 4096,  /* bytes of a name or of a link's target, with its NUL */
	CONTAINER_RATIO = 1100, /* bytes that one packed byte may become, once there are many */
	CONTAINER_HEAD = 20     /* bytes of container_member.head: what an ELF file is stands in them */
};
#define CONTAINER_MEMBER_MAX ((uint64_t)4 << 30)  /* bytes of a member that is unpacked */
#define CONTAINER_FREE ((uint64_t)256 << 20)      /* bytes that may come of anything */
#define CONTAINER_TOTAL_MAX ((uint64_t)256 << 30) /* bytes of all members */

enum member_kind { MEMBER_FILE, MEMBER_FOLDER, MEMBER_LINK, MEMBER_HARD_LINK, MEMBER_OTHER };

struct container_member {
	const char *raw;     /* its name as the archive has it */
	const char *name;    /* the same as a path below the top, without ".", ".." and '/' at its ends */
	const char *target;  /* of a link as it is written; of a hard link the name of another member */
	enum member_kind kind;
	uint64_t size;       /* bytes, as the archive says */
	uint32_t mode;       /* permission bits; 0: the archive tells none */
	bool has_mode;
	const char *refused; /* a sentence: why nothing is made of it; NULL */
	unsigned char head[CONTAINER_HEAD]; /* its first bytes; of zip members see container_head */
	uint8_t nhead;
	uint64_t place;      /* of zip.h's list, or in the stream */
};

struct container {
	const struct container_member *members; /* in the order of the archive; of a zip file, by name */
	size_t n;
	const char *format;  /* "zip", "tar", "ar" */
	const char *problem; /* a sentence: why the list is not all there is; NULL */
};

/* Lists what is in `bytes`, which are borrowed. `in_file`: they are a mapped file's, whose pages may be given
 * back. 0 and *out, ENOMEM, or EBADMSG if this is no archive that can be read. */
int container_open(struct view bytes, bool in_file, struct container **out);
void container_close(struct container *c); /* NULL is fine */
/* The first bytes of a member, at most CONTAINER_HEAD of them; how many. */
size_t container_head(struct container *c, size_t member, unsigned char *buf);
/* The bytes of a regular file, unpacked once and kept until container_close: the view is borrowed. From
 * several threads. 0, or errno: EBADMSG damaged, ENOKEY encrypted, EFBIG too large to be true, ENOMEM,
 * EIO. */
int container_bytes(struct container *c, size_t member, struct os_mapping *out);
/* The same where nobody asks what lies behind the last byte: in place, if it is not packed. */
int container_view(struct container *c, size_t member, struct view *out);
/* Bytes of memory that container_bytes takes meanwhile. */
uint64_t container_cost(const struct container *c, size_t member);
/* Why container_bytes gives that errno, in words. */
const char *container_why(int err);

#endif
