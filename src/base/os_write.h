/* os_write.h - everything that a repair asks the system to change. os_write.c is the only caller of
 * these calls.
 *
 * Names are in folders that are open (os_place.h) and no link in a last component is followed. All functions
 * return 0 or errno, and go on after an interruption.
 *
 * A test program may define os_write_gate, which is then asked before each call: it can make the call
 * fail, make a write short, or end the process there. No other program has it: what is not defined at the
 * link is a constant, so there is nothing in the program that an attacker could set.
 */
#ifndef DLWHY_BASE_OS_WRITE_H
#define DLWHY_BASE_OS_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/os_place.h"
#include "base/view.h"

/* `call` is the name of the system call, `what` a name that it is about or "". n: bytes of a write, to be
 * lowered at will, else NULL. 0: go on; else the errno that the call fails with. */
int os_write_gate(const char *call, const char *what, size_t *n)
	__attribute__((weak, visibility("hidden")));

/* ---- content ---------------------------------------------------------------------------------- */

/* A new file, for this user alone, open for reading and writing. EEXIST if there is anything of that name. */
int os_new_at(int dir, const char *name, int *fd);
/* The same, but an old one will do. */
int os_new_or_old_at(int dir, const char *name, int *fd);
int os_pwrite(int fd, struct view bytes, uint64_t off);
/* The first n bytes of one file into another, new one: shared blocks where the file system can do that. */
int os_copy(int from, int to, uint64_t n);
/* The same where the file system can share blocks of files, else nothing. n: all bytes of `from`. */
int os_share(int from, int to, uint64_t n, bool *shared);
/* Room for n bytes from the begin of a new file, which has that size then; 0 also where none can be had. */
int os_reserve(int fd, uint64_t n);
/* What is written there may go to the disk now: os_sync has less to wait for. Fails silently. */
void os_sync_soon(int fd, uint64_t off, uint64_t n);
int os_set_size(int fd, uint64_t size);
/* A file or folder: what was done to it survives a loss of power. */
int os_sync(int fd);

/* All that was done to the file system which that file lies on. */
int os_sync_all(int fd);

/* ---- names ------------------------------------------------------------------------------------ */

/* replace false: EEXIST if `to` is there. */
int os_rename_at(int dir, const char *from, int todir, const char *to, bool replace);
int os_link_at(int dir, const char *from, int todir, const char *to);
int os_symlink_at(const char *target, int dir, const char *name);
int os_unlink_at(int dir, const char *name);
int os_rmdir_at(int dir, const char *name);
int os_mkdir_at(int dir, const char *name, uint32_t mode);

/* ---- attributes ------------------------------------------------------------------------------- */

int os_set_mode(int fd, uint32_t mode);
/* Also of a file that may not be opened; not of a symbolic link (ELOOP). */
int os_set_mode_at(int dir, const char *name, uint32_t mode);
int os_set_owner(int fd, uint32_t uid, uint32_t gid);
int os_set_owner_at(int dir, const char *name, uint32_t uid, uint32_t gid);
int os_set_times(int fd, struct os_time atime, struct os_time mtime);
int os_set_times_at(int dir, const char *name, struct os_time atime, struct os_time mtime);
int os_xattr_set(int fd, const char *name, struct view value);
int os_xattr_remove(int fd, const char *name);

/* ---- who is at work ---------------------------------------------------------------------------- */

/* For this open file and what inherits it, alone. EWOULDBLOCK: somebody else has it. */
int os_lock(int fd);

#endif
