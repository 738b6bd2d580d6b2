/* os_place.c - files by a folder that is open and a name in it. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* statx, O_PATH, O_NOATIME */
#endif
#include "base/os_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/names.h"
#include "base/os_dir.h"

enum { LINKS_MAX = 40 };

static struct os_time time_of(const struct statx_timestamp *t)
{
	return (struct os_time){ t->tv_sec, t->tv_nsec };
}

int os_facts_at(int dir, const char *name, struct os_facts *out)
{
	struct statx x;

	memset(out, 0, sizeof(*out));
	if (statx(dir, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name == '\0' ? AT_EMPTY_PATH : 0),
		  STATX_BASIC_STATS, &x) != 0)
		return errno;
	out->type = os_type_of(x.stx_mode);
	out->dev = makedev(x.stx_dev_major, x.stx_dev_minor);
	out->ino = x.stx_ino;
	out->size = x.stx_size;
	out->nlink = x.stx_nlink;
	out->mode = x.stx_mode & 07777u;
	out->uid = x.stx_uid;
	out->gid = x.stx_gid;
	out->atime = time_of(&x.stx_atime);
	out->mtime = time_of(&x.stx_mtime);
	out->ctime = time_of(&x.stx_ctime);
	out->immutable = (x.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
	return 0;
}

/* ---- walking a path -------------------------------------------------------------------------- */

struct walk {
	int dir;                    /* O_PATH, the folder reached so far */
	char real[OS_PATH_MAX];     /* its path */
	char rest[2 * OS_PATH_MAX]; /* what is still to be walked */
	unsigned links;
	struct {                    /* a link whose owner is neither root nor this user */
		bool seen;
		uint32_t uid;
		char path[OS_PATH_MAX];
	} odd;
};

static int step_into(struct walk *w, const char *name, int fd)
{
	size_t n = strlen(w->real);

	if (strcmp(name, "..") == 0) {
		char *slash = strrchr(w->real, '/');

		*(slash == w->real ? slash + 1 : slash) = '\0';
	} else if (snprintf(w->real + n, sizeof(w->real) - n, "%s%s", n > 1 ? "/" : "", name) >=
		   (int)(sizeof(w->real) - n)) {
		close(fd);
		return ENAMETOOLONG;
	}
	close(w->dir);
	w->dir = fd;
	return 0;
}

/* Puts the target of a link before what is still to be walked. */
static int follow_link(struct walk *w, const char *name, int fd, uint32_t owner)
{
	char target[OS_PATH_MAX], joined[2 * OS_PATH_MAX];
	ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	close(fd);
	if (n < 0)
		return errno;
	target[n] = '\0';
	if (++w->links > LINKS_MAX)
		return ELOOP;
	if (owner != 0 && owner != geteuid()) {
		if (w->odd.seen && w->odd.uid != owner)
			return EXDEV;
		w->odd.seen = true;
		w->odd.uid = owner;
		if (snprintf(w->odd.path, sizeof(w->odd.path), "%s/%s", w->real, name) >= OS_PATH_MAX)
			return ENAMETOOLONG;
	}
	if (snprintf(joined, sizeof(joined), "%s/%s", target, w->rest) >= (int)sizeof(joined))
		return ENAMETOOLONG;
	memcpy(w->rest, joined, strlen(joined) + 1);
	if (target[0] != '/')
		return 0;
	fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	close(w->dir);
	w->dir = fd;
	memcpy(w->real, "/", 2);
	return 0;
}

/* Takes the next component from the rest. False at its end. */
static bool next_name(struct walk *w, char *name, int *err)
{
	char *p = w->rest + strspn(w->rest, "/");
	size_t n = strcspn(p, "/");

	*err = n >= OS_NAME_MAX ? ENAMETOOLONG : 0;
	if (n == 0 || *err != 0)
		return false;
	memcpy(name, p, n);
	name[n] = '\0';
	memmove(w->rest, p + n, strlen(p + n) + 1);
	return true;
}

static int walk_on(struct walk *w)
{
	char name[OS_NAME_MAX];
	int err;

	while (next_name(w, name, &err)) {
		struct stat st;
		int fd;

		if (strcmp(name, ".") == 0)
			continue;
		fd = openat(w->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return errno;
		if (fstat(fd, &st) != 0) {
			err = errno;
			close(fd);
			return err;
		}
		if (S_ISLNK(st.st_mode)) {
			err = follow_link(w, name, fd, st.st_uid);
		} else if (S_ISDIR(st.st_mode)) {
			err = step_into(w, name, fd);
		} else {
			close(fd);
			err = ENOTDIR;
		}
		if (err != 0)
			return err;
	}
	return err;
}

/* A link of somebody else may lead only to what is theirs. */
static int judge_links(const struct walk *w)
{
	struct stat st;

	if (!w->odd.seen)
		return 0;
	if (fstat(w->dir, &st) != 0)
		return errno;
	return st.st_uid == w->odd.uid ? 0 : EXDEV;
}

int os_open_folder(const char *path, int *fd, char *real)
{
	struct walk w = { .real = "/" };
	int err;

	*fd = -1;
	real[0] = '\0';
	if (path[0] != '/')
		return EINVAL;
	if (strlen(path) >= OS_PATH_MAX)
		return ENAMETOOLONG;
	memcpy(w.rest, path, strlen(path) + 1);
	w.dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (w.dir < 0)
		return errno;
	err = walk_on(&w);
	if (err == 0)
		err = judge_links(&w);
	memcpy(real, err == EXDEV && w.odd.seen ? w.odd.path : w.real, OS_PATH_MAX);
	if (err == 0) {
		/* what only names a folder cannot be synced */
		*fd = openat(w.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		err = *fd < 0 ? errno : 0;
	}
	close(w.dir);
	return err;
}

int os_open_place(const char *path, int *fd, char *real, char *name)
{
	const char *slash = strrchr(path, '/');
	size_t n;
	char folder[OS_PATH_MAX];

	*fd = -1;
	real[0] = '\0';
	if (path[0] != '/' || slash == NULL)
		return EINVAL;
	if (slash[1] == '\0' || strcmp(slash + 1, ".") == 0 || strcmp(slash + 1, "..") == 0)
		return EINVAL;
	n = (size_t)(slash - path);
	if (strlen(slash + 1) >= OS_NAME_MAX || n >= sizeof(folder))
		return ENAMETOOLONG;
	memcpy(name, slash + 1, strlen(slash + 1) + 1);
	memcpy(folder, n == 0 ? "/" : path, n == 0 ? 1 : n);
	folder[n == 0 ? 1 : n] = '\0';
	return os_open_folder(folder, fd, real);
}

/* ---- what is there --------------------------------------------------------------------------- */

static int open_at(int dir, const char *name, int flags, int *fd)
{
	do {
		*fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
	} while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? errno : 0;
}

int os_open_at(int dir, const char *name, int *fd)
{
	int err = open_at(dir, name, O_NOATIME, fd);

	return err == EPERM ? open_at(dir, name, 0, fd) : err;
}

int os_folder_at(int dir, const char *name, int *fd)
{
	return open_at(dir, name, O_DIRECTORY, fd);
}

int os_readlink_at(int dir, const char *name, char *buf, size_t n)
{
	ssize_t k = readlinkat(dir, name, buf, n);

	if (k < 0)
		return errno;
	if ((size_t)k >= n)
		return ENAMETOOLONG;
	buf[k] = '\0';
	return 0;
}

static int read_names(DIR *d, size_t most, struct names *v)
{
	const struct dirent *e;
	int err = 0;

	errno = 0;
	while (err == 0 && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			err = v->n >= most ? EFBIG : names_add(v, e->d_name);
		if (err == 0)
			errno = 0;
	}
	return err != 0 ? err : errno;
}

int os_read_dir(DIR *d, size_t most, void (*fn)(const char *name, void *ctx), void *ctx)
{
	struct names v = { NULL, 0, 0 };
	int err = read_names(d, most, &v);

	closedir(d);
	names_sort(&v);
	for (size_t i = 0; err == 0 && i < v.n; i++)
		fn(v.items[i], ctx);
	names_free(&v);
	return err;
}

int os_names(int dir, size_t most, void (*fn)(const char *name, void *ctx), void *ctx)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;
	DIR *d;

	if (fd < 0)
		return errno;
	d = fdopendir(fd);
	if (d != NULL)
		return os_read_dir(d, most, fn, ctx);
	err = errno;
	close(fd);
	return err;
}

int os_xattr_names(int fd, char *buf, size_t cap, size_t *n)
{
	ssize_t k = flistxattr(fd, buf, cap);

	*n = k < 0 ? 0 : (size_t)k;
	return k >= 0 || errno == ENOTSUP || errno == ENOSYS ? 0 : errno;
}

int os_xattr_get(int fd, const char *name, void *buf, size_t cap, size_t *n)
{
	ssize_t k = fgetxattr(fd, name, buf, cap);

	*n = k < 0 ? 0 : (size_t)k;
	return k < 0 ? errno : 0;
}

bool os_is_read_only(int fd)
{
	struct statvfs v;

	return fstatvfs(fd, &v) == 0 && (v.f_flag & ST_RDONLY) != 0;
}

bool os_may_write(int folder)
{
	return faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0;
}

bool os_may_run(int dir, const char *name)
{
	return faccessat(dir, name, X_OK, AT_EACCESS) == 0;
}

bool os_in_group(uint32_t gid)
{
	gid_t groups[1024];
	int n = getgroups((int)(sizeof(groups) / sizeof(groups[0])), groups);

	for (int i = 0; i < n; i++)
		if (groups[i] == gid)
			return true;
	return gid == getegid();
}

int os_random(void *buf, size_t n)
{
	return getrandom(buf, n, 0) == (ssize_t)n ? 0 : EIO;
}

int64_t os_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}
