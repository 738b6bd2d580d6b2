/* ldconf_fuzzer.c - loader configurations of arbitrary bytes that include each other.
 *
 * A byte of 1 ends a file: the first is /etc/ld.so.conf, the next ones are /etc/d/1.conf,
 * /etc/d/2.conf and /etc/d/2/3. They lie in a temporary folder.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine/machine.h"

#define MEMORY ((size_t)64 << 20)

static const char *const folders[] = {"", "/a", "/b", "/etc", "/etc/d", "/etc/d/2"};
static const char *const files[] = {"/etc/ld.so.conf", "/etc/d/1.conf", "/etc/d/2.conf",
				    "/etc/d/2/3"};
enum { FOLDERS = sizeof(folders) / sizeof(*folders), FILES = sizeof(files) / sizeof(*files) };

static char root[128];
static struct source *source;

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s%s", root, name);
	return path;
}

static void clean(void)
{
	source_free(source);
	for (size_t i = 0; i < FILES; i++)
		(void)unlink(path_of(files[i]));
	for (size_t i = FOLDERS; i-- > 0;)
		(void)rmdir(path_of(folders[i]));
}

static int prepare(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(root, sizeof(root), "%s/ldconf-fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(root) == NULL)
		return -1;
	for (size_t i = 1; i < FOLDERS; i++)
		(void)mkdir(path_of(folders[i]), 0700);
	source = source_root(root, NULL);
	return atexit(clean);
}

static void write_file(const char *name, const uint8_t *data, size_t size)
{
	int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

static void read_conf(void *ctx)
{
	const char *const *dirs;
	size_t n;

	ldconf_read(source, "/etc/ld.so.conf", ctx, &dirs, &n);
	for (size_t i = 0; i < n; i++) {
		if (strlen(dirs[i]) == 0)
			abort();
	}
	/* There are five folders, each of which counts once. */
	if (n > FOLDERS)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a;

	if (source == NULL && (prepare() != 0 || source == NULL))
		return 0;
	for (size_t i = 0; i < FILES; i++) {
		const uint8_t *end = size > 0 ? memchr(data, 1, size) : NULL;
		size_t n = end != NULL && i + 1 < FILES ? (size_t)(end - data) : size;

		write_file(files[i], data, n);
		data += n + (n < size ? 1 : 0);
		size -= n + (n < size ? 1 : 0);
	}
	a = arena_new(MEMORY);
	if (a != NULL)
		(void)arena_run(a, read_conf, a);
	arena_free(a);
	return 0;
}
