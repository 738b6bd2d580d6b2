/* os.h - everything that is asked of the operating system. os_*.c are its only callers.
 *
 * Functions return 0 or an errno value, as the system call gave it. Paths are relative to the
 * working folder of this process unless they begin with '/'.
 */
#ifndef DLWHY_BASE_OS_H
#define DLWHY_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum os_type { OS_REGULAR, OS_DIRECTORY, OS_SYMLINK, OS_CHAR_DEVICE, OS_OTHER };

struct os_stat {
	uint64_t dev, ino, size;
	uint64_t rdev;
	uint32_t mode; /* permission bits and set-id bits: mode & 07777 */
	uint32_t uid, gid;
	enum os_type type;
};

struct os_mapping {
	struct view bytes;    /* the file's bytes: n is its size when it was mapped */
	size_t padded;        /* bytes.n rounded up to the page: those past n read as zero */
	bool mapped;          /* from mmap, not malloc */
	bool borrowed;        /* somebody else's: os_unmap leaves it alone */
};

/* Of the st_mode that the system gives. */
enum os_type os_type_of(uint32_t mode);
/* The number of a device as os_stat has it, from the two that /proc shows. */
uint64_t os_device(uint32_t major, uint32_t minor);
int os_stat(const char *path, bool follow, struct os_stat *out);
/* open(2) for reading, non-blocking, close-on-exec: 0 and *fd, or errno. Says nothing of the
 * type. The caller closes with os_close. */
int os_open(const char *path, int *fd);
/* The same, but ELOOP if the last component of path is a symbolic link. */
int os_open_nofollow(const char *path, int *fd);
void os_close(int fd);
int os_fstat(int fd, struct os_stat *out);
/* Maps a regular file read-only and private. An empty file gives an empty mapping. */
int os_map(int fd, uint64_t size, struct os_mapping *out);
/* As os_map, but `size` bytes that may be written, for this process alone: those of the file (`fd` may be
 * shorter or longer; -1: no file), zero behind its end. What is not written costs no memory. */
int os_map_copy(int fd, uint64_t size, struct os_mapping *out);
/* `size` bytes of memory that may be written, zero, and those behind them up to the end of the page too. */
int os_map_memory(uint64_t size, struct os_mapping *out);
/* The whole pages of [p, p + n) are not needed any more: those of a file are read again if they are, those of
 * os_map_memory are zeros then. */
void os_give_back(const void *p, size_t n);
void os_unmap(struct os_mapping *m);
/* From now on a mapped file that shrinks reads as zeros instead of killing the process by
 * SIGBUS. Process-wide; for programs, not for libraries. os_shrank tells whether it happened. */
void os_guard_mappings(void);
bool os_shrank(void);

/* Target of a symbolic link, NUL-ended, in buf (size n, at least 2): 0, ENAMETOOLONG, errno. */
int os_readlink(const char *path, char *buf, size_t n);
/* Calls fn for each name in the folder but "." and "..", in byte order of the names. */
int os_list(const char *dir, void (*fn)(const char *name, void *ctx), void *ctx);
/* The same in no order; after EFBIG some were called for. `type`: OS_REGULAR or OS_DIRECTORY where the folder
 * says so by itself, else OS_OTHER: the file has to be asked. */
int os_list_types(const char *dir, void (*fn)(const char *name, enum os_type type, void *ctx), void *ctx);
/* Whole file in malloc'ed memory (freed by the caller), NUL-ended; for /proc and the like, whose
 * size is not known before. EFBIG above max bytes. */
int os_read_all(const char *path, size_t max, char **out, size_t *n);
/* pread(2) of up to n bytes at `off`: 0 and *got (fewer at the end of the file), or errno. */
int os_pread(int fd, uint64_t off, void *buf, size_t n, size_t *got);
/* Waits for about that many milliseconds. */
void os_pause(unsigned milliseconds);
/* Of a clock that only goes forward. */
uint64_t os_milliseconds(void);
/* An extended attribute of the file itself: 0 and *n bytes in buf, or errno. */
int os_xattr(const char *path, const char *name, void *buf, size_t cap, size_t *n);
/* Is the file system that holds path mounted noexec, nosuid? */
int os_mount_flags(const char *path, bool *noexec, bool *nosuid);
/* Advice alone: that memory, which begins and ends at a large page, will be used as a whole. */
void os_large_pages(void *p, size_t n);
/* The working folder, malloc'ed. NULL if it is unknown. */
char *os_getcwd(void);
const char *const *os_environ(void);
long os_page_size(void);
unsigned os_processors(void);
/* "5.10.0-…", malloc'ed; and the machine name ("x86_64"). NULL if unknown. */
char *os_kernel_release(void);
const char *os_auxv_platform(void); /* AT_PLATFORM or NULL */
uint64_t os_total_memory(void);     /* RAM and swap in bytes, 0 if unknown */
long os_pid(void);
uint32_t os_euid(void);
uint32_t os_egid(void);

#endif
