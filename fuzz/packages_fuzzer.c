/* packages_fuzzer.c - databases of packages of arbitrary bytes: dpkg's, conda's, apk's and pip's, and a
 * wheel.
 *
 * A byte of 1 ends a file: they are laid out in a temporary folder, which is then the root of a system.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diagnose/installed.h"
#include "diagnose/wheel.h"

#define MEMORY ((size_t)512 << 20)

static const char *const folders[] = {
	"",
	"/var",
	"/var/lib",
	"/var/lib/dpkg",
	"/var/lib/dpkg/info",
	"/etc",
	"/etc/dpkg",
	"/conda-meta",
	"/lib",
	"/lib/apk",
	"/lib/apk/db",
	"/lib/python3.11",
	"/lib/python3.11/site-packages",
	"/lib/python3.11/site-packages/a",
	"/lib/python3.11/site-packages/a-1.dist-info",
};
static const char *const files[] = {
	"/var/lib/dpkg/status",
	"/var/lib/dpkg/info/a.list",
	"/var/lib/dpkg/info/a.md5sums",
	"/var/lib/dpkg/diversions",
	"/etc/dpkg/dpkg.cfg",
	"/conda-meta/a-1-0.json",
	"/lib/apk/db/installed",
	"/lib/python3.11/site-packages/a-1.dist-info/RECORD",
	"/lib/python3.11/site-packages/a-1.dist-info/METADATA",
	"/lib/python3.11/site-packages/a-1.dist-info/direct_url.json",
	"/lib/python3.11/site-packages/a-1.dist-info/WHEEL",
	"/lib/python3.11/site-packages/a/m.cpython-311-x.so",
};
enum { FOLDERS = sizeof(folders) / sizeof(*folders), FILES = sizeof(files) / sizeof(*files) };

static char root[128];

static const char *path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s%s", root, name);
	return path;
}

static void clean(void)
{
	for (size_t i = 0; i < FILES; i++)
		(void)unlink(path_of(files[i]));
	for (size_t i = FOLDERS; i-- > 0;)
		(void)rmdir(path_of(folders[i]));
}

static int prepare(void)
{
	const char *tmp = getenv("TMPDIR");

	(void)snprintf(root, sizeof(root), "%s/packages-fuzz-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(root) == NULL)
		return -1;
	for (size_t i = 1; i < FOLDERS; i++)
		(void)mkdir(path_of(folders[i]), 0700);
	return atexit(clean);
}

static void write_file(const char *name, const uint8_t *data, size_t size)
{
	int fd = open(path_of(name), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

struct job {
	struct package_set set;
	struct wheel wheel;
	struct view bytes;
};

static void judge_place(struct job *j)
{
	struct audit_input in = { .set = &j->set, .threads = 1 };
	struct installed_input judged = { .set = &j->set };
	struct package_index index;
	struct leftover_list left;
	struct installed out;
	struct audit audit;
	struct place place;

	place_find(&j->set, "/", &place);
	place_read(&j->set, &place);
	audit_run(&in, &audit);
	package_index_make(&j->set, &index);
	leftover_find(&j->set, &place, &index, &left);
	judged.place = &place;
	judged.audit = &audit;
	judged.index = &index;
	judged.left = &left;
	diagnose_installed(&judged, &out);
	for (size_t i = 0; i < out.d.nfindings; i++)
		if (out.d.findings[i]->summary == NULL || strlen(out.d.findings[i]->summary) == 0)
			abort();
}

static void judge_wheel(struct job *j)
{
	struct audit_input in = { .set = &j->set, .threads = 1 };
	struct diagnosis d;

	wheel_read(&in, "/a-1-cp311-cp311-manylinux_2_17_x86_64.whl", j->bytes, &j->wheel);
	diagnose_wheel(&j->set, &j->wheel, &d);
}

static void run(void *ctx)
{
	struct job *j = ctx;

	if (j->bytes.n > 4 && memcmp(j->bytes.p, "PK", 2) == 0)
		judge_wheel(j);
	else
		judge_place(j);
}

static void lay_out(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < FILES; i++) {
		const uint8_t *end = size > 0 ? memchr(data, 1, size) : NULL;
		size_t n = end != NULL && i + 1 < FILES ? (size_t)(end - data) : size;

		write_file(files[i], data, n);
		data += n + (n < size ? 1 : 0);
		size -= n + (n < size ? 1 : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct job j = { .bytes = { data, size } };
	struct source *source;
	struct store *store;

	if (*root == '\0' && prepare() != 0)
		return 0;
	lay_out(data, size);
	source = source_root(root, NULL);
	store = source != NULL ? store_new(source) : NULL;
	j.set = (struct package_set){ .a = arena_new(MEMORY), .store = store };
	if (store != NULL && j.set.a != NULL)
		(void)arena_run(j.set.a, run, &j);
	wheel_close(&j.wheel);
	arena_free(j.set.a);
	store_free(store);
	source_free(source);
	return 0;
}
