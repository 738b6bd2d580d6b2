/* os_place.h - files by a folder that is open and a name in it: what a repair looks at before it writes.
 *
 * A path may lead elsewhere between two looks at it, a folder that is open does not. So a path is walked
 * once, each link in it being seen and judged, and what is done afterwards is done in the folder that
 * was found. Nothing here follows a link in the last component. All functions return 0 or errno.
 */
#ifndef DLWHY_BASE_OS_PLACE_H
#define DLWHY_BASE_OS_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/os.h"

enum { OS_PATH_MAX = 4096, OS_NAME_MAX = 256 }; /* bytes, with the NUL */

struct os_time {
	int64_t s;
	uint32_t ns;
};

struct os_facts {
	enum os_type type;
	uint64_t dev, ino, size, nlink;
	uint32_t mode, uid, gid;  /* mode & 07777 */
	struct os_time atime, mtime, ctime;
	bool immutable;           /* chattr +i or +a */
};

/* Of the file `name` in folder `dir`; "" is the folder itself. */
int os_facts_at(int dir, const char *name, struct os_facts *out);

/* The folder of an absolute path, opened for reading, and its path without links in real (OS_PATH_MAX
 * bytes). EXDEV: a link on the way belongs to neither root, this user nor the owner of the folder, and
 * so may be a trap; `real` has that link's path then. */
int os_open_folder(const char *path, int *fd, char *real);
/* The folder that holds the last component of `path`, which is copied to name (OS_NAME_MAX bytes). EINVAL: no
 * absolute path, or it ends in nothing that could be a name. */
int os_open_place(const char *path, int *fd, char *real, char *name);

/* For reading. The time of its last access stays, where the system allows that. */
int os_open_at(int dir, const char *name, int *fd);
int os_folder_at(int dir, const char *name, int *fd);
int os_readlink_at(int dir, const char *name, char *buf, size_t n);
/* Calls fn for each name but "." and "..", in byte order. EFBIG: more than `most`. */
int os_names(int dir, size_t most, void (*fn)(const char *name, void *ctx), void *ctx);

/* Names of extended attributes, each NUL-ended, one behind the other. 0 bytes where there are none. */
int os_xattr_names(int fd, char *buf, size_t cap, size_t *n);
int os_xattr_get(int fd, const char *name, void *buf, size_t cap, size_t *n);

/* Is the file system of that file mounted read-only? */
bool os_is_read_only(int fd);
/* May this user make and take away names in that folder, run that file, is it in that group? */
bool os_may_write(int folder);
bool os_may_run(int dir, const char *name);
bool os_in_group(uint32_t gid);
/* n bytes that nobody can guess. */
int os_random(void *buf, size_t n);
/* Seconds since 1970. */
int64_t os_now(void);

#endif
