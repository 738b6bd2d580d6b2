/* os_dir.h - what os_*.c share about folders. */
#ifndef DLWHY_BASE_OS_DIR_H
#define DLWHY_BASE_OS_DIR_H

#include <dirent.h>
#include <stddef.h>

/* Calls fn for each name in the folder but "." and "..", in byte order, and closes d. EFBIG and no call if
 * there are more than `most`: which of them the system lists first is chance. */
int os_read_dir(DIR *d, size_t most, void (*fn)(const char *name, void *ctx), void *ctx);

#endif
