/* os_linux.c - what is asked of Linux. Nothing here may load code or data of the machine's
 * libraries (NSS, iconv, locales): the program is static and must work where they are broken. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* environ, CPU_ALLOC */
#endif
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/os_dir.h"

enum {
	LIST_MAX = 100000,   /* names in one folder */
	READ_FIRST = 4096,
	MEMINFO_MAX = 65536
};
#define SMALL_FILE ((uint64_t)16 << 10) /* of a file that is not worth a mapping */
#define COPY_MAX ((uint64_t)1 << 30) /* of a file that cannot be mapped */

/* ---- files -------------------------------------------------------------------------------- */

enum os_type os_type_of(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return OS_REGULAR;
	case S_IFDIR:
		return OS_DIRECTORY;
	case S_IFLNK:
		return OS_SYMLINK;
	case S_IFCHR:
		return OS_CHAR_DEVICE;
	default:
		return OS_OTHER;
	}
}

static void from_stat(const struct stat *st, struct os_stat *out)
{
	out->dev = st->st_dev;
	out->ino = st->st_ino;
	out->size = st->st_size < 0 ? 0 : (uint64_t)st->st_size;
	out->rdev = st->st_rdev;
	out->mode = st->st_mode & 07777;
	out->uid = st->st_uid;
	out->gid = st->st_gid;
	out->type = os_type_of(st->st_mode);
}

uint64_t os_device(uint32_t major_, uint32_t minor_)
{
	return makedev(major_, minor_);
}

int os_stat(const char *path, bool follow, struct os_stat *out)
{
	struct stat st;

	if ((follow ? stat(path, &st) : lstat(path, &st)) != 0)
		return errno;
	from_stat(&st, out);
	return 0;
}

static int open_with(const char *path, int flags, int *fd)
{
	do {
		*fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
	} while (*fd < 0 && errno == EINTR);
	return *fd < 0 ? errno : 0;
}

int os_open(const char *path, int *fd)
{
	return open_with(path, 0, fd);
}

int os_open_nofollow(const char *path, int *fd)
{
	return open_with(path, O_NOFOLLOW, fd);
}

void os_close(int fd)
{
	close(fd);
}

int os_fstat(int fd, struct os_stat *out)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return errno;
	from_stat(&st, out);
	return 0;
}

/* read(2) until n bytes or the end; an interrupted call goes on. */
static int read_upto(int fd, char *p, size_t n, size_t *got)
{
	*got = 0;
	while (*got < n) {
		ssize_t k = read(fd, p + *got, n - *got);

		if (k == 0)
			break;
		if (k > 0)
			*got += (size_t)k;
		else if (errno != EINTR)
			return errno;
	}
	return 0;
}

/* A file system without mmap: a copy with the same zeros behind the end. */
static int map_by_copy(int fd, struct os_mapping *out)
{
	char *p = malloc(out->padded);
	size_t got;
	int err;

	if (p == NULL)
		return ENOMEM;
	err = read_upto(fd, p, out->bytes.n, &got);
	if (err != 0) {
		free(p);
		return err;
	}
	memset(p + got, 0, out->padded - got);
	out->bytes.p = (unsigned char *)p;
	return 0;
}

static int map_bytes(int fd, struct os_mapping *out)
{
	void *p;
	int err;

	/* Taking a mapping away stops all threads for a moment; reading a few bytes does not. */
	if (out->bytes.n <= SMALL_FILE)
		return map_by_copy(fd, out);
	p = mmap(NULL, out->bytes.n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p != MAP_FAILED) {
		out->bytes.p = p;
		out->mapped = true;
		return 0;
	}
	err = errno;
	return out->bytes.n > COPY_MAX ? err : map_by_copy(fd, out);
}

int os_map(int fd, uint64_t size, struct os_mapping *out)
{
	size_t page = (size_t)os_page_size();
	int err;

	memset(out, 0, sizeof(*out));
	if (size == 0)
		return 0;
	if (size > SIZE_MAX - page)
		return EFBIG;
	out->bytes.n = (size_t)size;
	out->padded = (out->bytes.n + page - 1) / page * page;
	err = map_bytes(fd, out);
	if (err != 0)
		memset(out, 0, sizeof(*out));
	return err;
}

int os_map_copy(int fd, uint64_t size, struct os_mapping *out)
{
	size_t page = (size_t)os_page_size(), all, have;
	struct stat st = { .st_size = 0 };
	void *p, *q;

	memset(out, 0, sizeof(*out));
	if (fd >= 0 && fstat(fd, &st) != 0)
		return errno;
	if (size == 0 || size > SIZE_MAX / 2 || st.st_size < 0)
		return EINVAL;
	all = ((size_t)size + page - 1) / page * page;
	have = (uint64_t)st.st_size < size ? (size_t)st.st_size : (size_t)size;
	p = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	q = p;
	if (have > 0)
		q = mmap(p, have, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd, 0);
	if (q == MAP_FAILED) {
		int err = errno;

		munmap(p, all);
		return err;
	}
	if (have < (size_t)st.st_size) /* the page at the new end shows more of the file */
		memset((unsigned char *)p + size, 0, all - (size_t)size);
	*out = (struct os_mapping){ .bytes = { p, (size_t)size }, .padded = all, .mapped = true };
	return 0;
}

int os_map_memory(uint64_t size, struct os_mapping *out)
{
	size_t page = (size_t)os_page_size(), all;
	void *p;

	memset(out, 0, sizeof(*out));
	if (size == 0)
		return 0;
	if (size > SIZE_MAX / 2)
		return EFBIG;
	all = ((size_t)size + page - 1) / page * page;
	p = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return errno;
	*out = (struct os_mapping){ .bytes = { p, (size_t)size }, .padded = all, .mapped = true };
	return 0;
}

void os_give_back(const void *p, size_t n)
{
	uintptr_t page = (uintptr_t)os_page_size();
	uintptr_t from = ((uintptr_t)p + page - 1) & ~(page - 1), to = ((uintptr_t)p + n) & ~(page - 1);

	if (from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

void os_unmap(struct os_mapping *m)
{
	if (m->mapped)
		munmap((void *)(uintptr_t)m->bytes.p, m->bytes.n);
	else if (!m->borrowed)
		free((void *)(uintptr_t)m->bytes.p);
	memset(m, 0, sizeof(*m));
}

/* ---- mapped files that shrink ------------------------------------------------------------- */

/* The only state of the process that is kept: a handler has no other place for it. */
static atomic_bool shrank;

/* Puts zeros where the file ended, so that the faulting load goes on. Only calls that are safe in
 * a handler of a fault. Anything else than "past the end of the file" dies as it would have. They
 * may be written: the log of a run is, by both sides. */
static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	uintptr_t page = (uintptr_t)os_page_size();
	uintptr_t at = (uintptr_t)info->si_addr & ~(page - 1);
	int saved = errno;

	(void)context;
	if (info->si_code == BUS_ADRERR &&
	    mmap((void *)at, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		    MAP_FAILED)
		atomic_store(&shrank, true);
	else
		signal(sig, SIG_DFL); /* the load is tried again and is fatal then */
	errno = saved;
}

void os_guard_mappings(void)
{
	struct sigaction act;

	memset(&act, 0, sizeof(act));
	act.sa_sigaction = on_sigbus;
	act.sa_flags = SA_SIGINFO;
	sigemptyset(&act.sa_mask);
	sigaction(SIGBUS, &act, NULL);
}

bool os_shrank(void)
{
	return atomic_load(&shrank);
}

/* ---- links, folders, attributes ----------------------------------------------------------- */

int os_readlink(const char *path, char *buf, size_t n)
{
	ssize_t k = readlink(path, buf, n);

	if (k < 0)
		return errno;
	if ((size_t)k >= n)
		return ENAMETOOLONG;
	buf[k] = '\0';
	return 0;
}

int os_list(const char *dir, void (*fn)(const char *name, void *ctx), void *ctx)
{
	DIR *d = opendir(dir);

	return d != NULL ? os_read_dir(d, LIST_MAX, fn, ctx) : errno;
}

static enum os_type type_in_folder(const struct dirent *e)
{
	return e->d_type == DT_REG ? OS_REGULAR : e->d_type == DT_DIR ? OS_DIRECTORY : OS_OTHER;
}

int os_list_types(const char *dir, void (*fn)(const char *name, enum os_type type, void *ctx), void *ctx)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;
	int err;

	if (d == NULL)
		return errno;
	errno = 0;
	while (n <= LIST_MAX && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (n++ < LIST_MAX)
			fn(e->d_name, type_in_folder(e), ctx);
		errno = 0;
	}
	err = n > LIST_MAX ? EFBIG : errno;
	closedir(d);
	return err;
}

/* Reads up to max + 1 bytes, so that the caller sees one too many. */
static int read_growing(int fd, size_t max, char **out, size_t *n)
{
	size_t cap = 0, got = 0;
	char *p = NULL;
	int err = 0;

	*n = 0;
	while (err == 0 && *n == cap && cap <= max) {
		size_t more = cap == 0 ? READ_FIRST : cap * 2;
		char *q;

		if (more > max + 1)
			more = max + 1;
		q = realloc(p, more + 1);
		if (q == NULL) {
			err = ENOMEM;
			break;
		}
		p = q;
		cap = more;
		err = read_upto(fd, p + *n, cap - *n, &got);
		*n += got;
	}
	*out = p;
	return err;
}

int os_read_all(const char *path, size_t max, char **out, size_t *n)
{
	int fd, err = os_open(path, &fd);

	*out = NULL;
	*n = 0;
	if (err != 0)
		return err;
	if (max > SIZE_MAX / 4)
		max = SIZE_MAX / 4;
	err = read_growing(fd, max, out, n);
	close(fd);
	if (err == 0 && *n > max)
		err = EFBIG;
	if (err != 0) {
		free(*out);
		*out = NULL;
		*n = 0;
		return err;
	}
	(*out)[*n] = '\0';
	return 0;
}

int os_pread(int fd, uint64_t off, void *buf, size_t n, size_t *got)
{
	*got = 0;
	while (*got < n) {
		/* Addresses of a process reach beyond what a signed offset names. */
		ssize_t k = pread(fd, (char *)buf + *got, n - *got, (off_t)(off + *got));

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0 && *got == 0)
			return errno;
		if (k <= 0)
			break;
		*got += (size_t)k;
	}
	return 0;
}

void os_pause(unsigned milliseconds)
{
	struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

	(void)nanosleep(&t, NULL);
}

uint64_t os_milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int os_xattr(const char *path, const char *name, void *buf, size_t cap, size_t *n)
{
	ssize_t k = getxattr(path, name, buf, cap);

	*n = k < 0 ? 0 : (size_t)k;
	return k < 0 ? errno : 0;
}

int os_mount_flags(const char *path, bool *noexec, bool *nosuid)
{
	struct statvfs v;

	*noexec = *nosuid = false;
	if (statvfs(path, &v) != 0)
		return errno;
	*noexec = (v.f_flag & ST_NOEXEC) != 0;
	*nosuid = (v.f_flag & ST_NOSUID) != 0;
	return 0;
}

/* ---- this process and this machine -------------------------------------------------------- */

void os_large_pages(void *p, size_t n)
{
	madvise(p, n, MADV_HUGEPAGE);
}

char *os_getcwd(void)
{
	return getcwd(NULL, 0);
}

const char *const *os_environ(void)
{
	return (const char *const *)environ;
}

long os_page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* The processors that this process may run on, not those of the machine: a job limited to two
 * must not start sixty threads. */
unsigned os_processors(void)
{
	for (int max = 1024; max <= 1 << 20; max *= 4) {
		cpu_set_t *set = CPU_ALLOC((size_t)max);
		size_t size = CPU_ALLOC_SIZE((size_t)max);
		int count = 0, err;

		if (set == NULL)
			return 1;
		err = sched_getaffinity(0, size, set) == 0 ? 0 : errno;
		if (err == 0)
			count = CPU_COUNT_S(size, set);
		CPU_FREE(set);
		if (err != EINVAL) /* EINVAL: the kernel's set is larger than ours */
			return count > 0 ? (unsigned)count : 1;
	}
	return 1;
}

char *os_kernel_release(void)
{
	struct utsname u;

	return uname(&u) == 0 ? strdup(u.release) : NULL;
}

const char *os_auxv_platform(void)
{
	return (const char *)getauxval(AT_PLATFORM);
}

/* The value of a line "Name:   123 kB" in bytes, 0 if there is none. */
static uint64_t meminfo(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	unsigned long long kib = 0;

	if (at == NULL || (at != text && at[-1] != '\n'))
		return 0;
	for (at += strlen(name); *at == ' '; at++)
		;
	for (; *at >= '0' && *at <= '9' && kib < UINT64_MAX / 20480; at++)
		kib = kib * 10 + (unsigned)(*at - '0');
	return kib * 1024;
}

uint64_t os_total_memory(void)
{
	uint64_t total;
	char *text;
	size_t n;

	if (os_read_all("/proc/meminfo", MEMINFO_MAX, &text, &n) != 0)
		return 0;
	total = meminfo(text, "MemTotal:") + meminfo(text, "SwapTotal:");
	free(text);
	return total;
}

long os_pid(void)
{
	return getpid();
}

uint32_t os_euid(void)
{
	return geteuid();
}

uint32_t os_egid(void)
{
	return getegid();
}
