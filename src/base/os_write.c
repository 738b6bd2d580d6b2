/* os_write.c - the calls that change something on disk, each behind a gate that only tests have. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* renameat2, copy_file_range, fallocate */
#endif
#include <limits.h>
#include "base/os_write.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { PIECE = 64 << 10, COPY_AT_ONCE = 1 << 30 };

static int gate(const char *call, const char *what, size_t *n)
{
	return os_write_gate != NULL ? os_write_gate(call, what, n) : 0;
}

/* The call behind its gate, again after an interruption: 0 or errno. */
#define CALL(name, what, expression)                                                               \
	({                                                                                         \
		int err_ = gate(name, what, NULL);                                                 \
		if (err_ == 0)                                                                     \
			do                                                                         \
				err_ = (expression) == 0 ? 0 : errno;                              \
			while (err_ == EINTR);                                                     \
		err_;                                                                              \
	})

/* ---- content ---------------------------------------------------------------------------------- */

static int open_new(int dir, const char *name, int flags, int *fd)
{
	int err = gate("openat", name, NULL);

	*fd = -1;
	if (err != 0)
		return err;
	do {
		*fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | flags, 0600);
	} while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? errno : 0;
}

int os_new_at(int dir, const char *name, int *fd)
{
	return open_new(dir, name, O_EXCL, fd);
}

int os_new_or_old_at(int dir, const char *name, int *fd)
{
	return open_new(dir, name, O_NONBLOCK, fd);
}

int os_pwrite(int fd, struct view bytes, uint64_t off)
{
	while (bytes.n > 0) {
		size_t n = bytes.n;
		int err = gate("pwrite", "", &n);
		ssize_t k;

		if (err != 0)
			return err;
		k = pwrite(fd, bytes.p, n, (off_t)off);
		if (k < 0 && errno != EINTR)
			return errno;
		if (k == 0)
			return EIO;
		if (k > 0) {
			bytes.p += k;
			bytes.n -= (size_t)k;
			off += (uint64_t)k;
		}
	}
	return 0;
}

/* By reading and writing, from `off` on. */
static int copy_pieces(int from, int to, uint64_t off, uint64_t n)
{
	unsigned char piece[PIECE];

	while (off < n) {
		size_t want = n - off < sizeof(piece) ? (size_t)(n - off) : sizeof(piece), got;
		int err = os_pread(from, off, piece, want, &got);

		if (err == 0 && got == 0)
			err = EIO; /* it has become shorter */
		if (err == 0)
			err = os_pwrite(to, (struct view){ piece, got }, off);
		if (err != 0)
			return err;
		off += got;
	}
	return 0;
}

static bool is_unable(int err)
{
	return err == ENOSYS || err == EXDEV || err == EINVAL || err == EOPNOTSUPP || err == EBADF ||
	       err == ETXTBSY;
}

int os_share(int from, int to, uint64_t n, bool *shared)
{
	struct stat st;
	int err = fstat(from, &st) != 0 ? errno : 0;

	*shared = false;
	if (err != 0 || n == 0 || (uint64_t)st.st_size != n)
		return err;
	err = gate("ioctl", "FICLONE", NULL);
	*shared = err == 0 && ioctl(to, FICLONE, from) == 0;
	return err;
}

/* Writing into room that is there already costs less, and a disk that is full says so at once. */
int os_reserve(int fd, uint64_t n)
{
	int err;

	if (n == 0 || n > INT64_MAX)
		return 0;
	err = CALL("fallocate", "", fallocate(fd, 0, 0, (off_t)n));
	return err == ENOSYS || err == EOPNOTSUPP ? 0 : err;
}

void os_sync_soon(int fd, uint64_t off, uint64_t n)
{
	if (gate("sync_file_range", "", NULL) == 0)
		(void)sync_file_range(fd, (off_t)off, (off_t)n, SYNC_FILE_RANGE_WRITE);
}

int os_copy(int from, int to, uint64_t n)
{
	uint64_t off = 0;
	bool shared;
	int err = os_share(from, to, n, &shared);

	if (err == 0 && shared)
		return 0;
	if (err == 0)
		err = os_reserve(to, n);
	while (err == 0 && off < n) {
		uint64_t left = n - off;
		size_t want = left < COPY_AT_ONCE ? (size_t)left : COPY_AT_ONCE;
		off_t in = (off_t)off, out = (off_t)off;
		ssize_t k;

		err = gate("copy_file_range", "", &want);
		if (err != 0)
			return err;
		k = copy_file_range(from, &in, to, &out, want, 0);
		if (k > 0)
			off += (uint64_t)k;
		else if (k == 0 || is_unable(errno))
			return copy_pieces(from, to, off, n);
		else if (errno != EINTR)
			err = errno;
	}
	return err;
}

int os_set_size(int fd, uint64_t size)
{
	if (size > INT64_MAX)
		return EFBIG;
	return CALL("ftruncate", "", ftruncate(fd, (off_t)size));
}

int os_sync(int fd)
{
	int err = CALL("fsync", "", fsync(fd));

	return err == EINVAL || err == ENOSYS ? 0 : err; /* a file system that has nothing to sync */
}

int os_sync_all(int fd)
{
	return CALL("syncfs", "", syncfs(fd));
}

/* ---- names ------------------------------------------------------------------------------------ */

/* For file systems that cannot rename without replacing. */
static int rename_to_free(int dir, const char *from, int todir, const char *to)
{
	struct stat st;

	if (fstatat(todir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EEXIST;
	return renameat(dir, from, todir, to) == 0 ? 0 : errno;
}

int os_rename_at(int dir, const char *from, int todir, const char *to, bool replace)
{
	int err = gate("renameat", to, NULL);

	if (err != 0)
		return err;
	if (replace)
		return renameat(dir, from, todir, to) == 0 ? 0 : errno;
	if (renameat2(dir, from, todir, to, RENAME_NOREPLACE) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS ? rename_to_free(dir, from, todir, to) : errno;
}

int os_link_at(int dir, const char *from, int todir, const char *to)
{
	return CALL("linkat", to, linkat(dir, from, todir, to, 0));
}

int os_symlink_at(const char *target, int dir, const char *name)
{
	return CALL("symlinkat", name, symlinkat(target, dir, name));
}

int os_unlink_at(int dir, const char *name)
{
	return CALL("unlinkat", name, unlinkat(dir, name, 0));
}

int os_rmdir_at(int dir, const char *name)
{
	return CALL("rmdir", name, unlinkat(dir, name, AT_REMOVEDIR));
}

int os_mkdir_at(int dir, const char *name, uint32_t mode)
{
	return CALL("mkdirat", name, mkdirat(dir, name, mode));
}

/* ---- attributes ------------------------------------------------------------------------------- */

int os_set_mode(int fd, uint32_t mode)
{
	return CALL("fchmod", "", fchmod(fd, mode));
}

int os_set_mode_at(int dir, const char *name, uint32_t mode)
{
	char path[64];
	struct stat st;
	int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	/* What only names a file cannot be given to fchmod, but has a name of its own in /proc. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = fstat(fd, &st) != 0 ? errno : S_ISLNK(st.st_mode) ? ELOOP : 0;
	if (err == 0)
		err = CALL("fchmodat", name, chmod(path, mode));
	if (err == ENOENT)
		err = CALL("fchmodat", name, fchmodat(dir, name, mode, 0));
	close(fd);
	return err;
}

int os_set_owner(int fd, uint32_t uid, uint32_t gid)
{
	return CALL("fchown", "", fchown(fd, uid, gid));
}

int os_set_owner_at(int dir, const char *name, uint32_t uid, uint32_t gid)
{
	return CALL("fchownat", name, fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW));
}

static void times_of(struct os_time atime, struct os_time mtime, struct timespec t[2])
{
	t[0] = (struct timespec){ .tv_sec = atime.s, .tv_nsec = (long)atime.ns };
	t[1] = (struct timespec){ .tv_sec = mtime.s, .tv_nsec = (long)mtime.ns };
}

int os_set_times(int fd, struct os_time atime, struct os_time mtime)
{
	struct timespec t[2];

	times_of(atime, mtime, t);
	return CALL("futimens", "", futimens(fd, t));
}

int os_set_times_at(int dir, const char *name, struct os_time atime, struct os_time mtime)
{
	struct timespec t[2];

	times_of(atime, mtime, t);
	return CALL("utimensat", name, utimensat(dir, name, t, AT_SYMLINK_NOFOLLOW));
}

int os_xattr_set(int fd, const char *name, struct view value)
{
	return CALL("fsetxattr", name, fsetxattr(fd, name, value.p, value.n, 0));
}

int os_xattr_remove(int fd, const char *name)
{
	return CALL("fremovexattr", name, fremovexattr(fd, name));
}

/* ---- who is at work ---------------------------------------------------------------------------- */

int os_lock(int fd)
{
	return CALL("flock", "", flock(fd, LOCK_EX | LOCK_NB));
}
