/* live.c - what /proc says of a process: only opened for reading, never attached to, never stopped.
 *
 * A process that may not be looked at shows its name and its command line to everybody, and nothing
 * else. In between there is one whose files may be read while its memory may not (ptrace_scope).
 */
#include "machine/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/str.h"
#include "machine/machine.h"

#define MAX_TEXT ((size_t)64 << 20) /* of one file below /proc */
enum { PATH_SIZE = 4096 };

static const char *proc_path(struct arena *a, long pid, const char *name)
{
	return arena_printf(a, "/proc/%ld/%s", pid, name);
}

struct copying {
	struct arena *a;
	const char *bytes;
	size_t n;
	char *copy;
};

static void copy_bytes(void *ctx)
{
	struct copying *c = ctx;

	c->copy = arena_alloc(c->a, c->n + 1);
	memcpy(c->copy, c->bytes, c->n);
}

/* A file below /proc/N, NUL-ended in a: 0 or errno. */
static int read_text(struct arena *a, long pid, const char *name, char **out, size_t *n)
{
	struct copying c = { .a = a };
	char *bytes;
	int err = os_read_all(proc_path(a, pid, name), MAX_TEXT, &bytes, &c.n);

	*out = NULL;
	*n = 0;
	if (err != 0)
		return err;
	c.bytes = bytes;
	err = arena_run(a, copy_bytes, &c) == ARENA_OK ? 0 : ENOMEM;
	free(bytes);
	*out = c.copy;
	*n = c.n;
	return err;
}

static const char *read_link(struct arena *a, long pid, const char *name, int *err)
{
	char buf[PATH_SIZE];

	*err = os_readlink(proc_path(a, pid, name), buf, sizeof(buf));
	return *err == 0 ? arena_strdup(a, buf) : NULL;
}

/* ---- its file system ------------------------------------------------------------------------ */

static bool same_link(struct arena *a, long pid, const char *name)
{
	int err;
	const char *its = read_link(a, pid, name, &err);
	char mine[PATH_SIZE];

	return its != NULL &&
	       os_readlink(arena_printf(a, "/proc/self/%s", name), mine, sizeof(mine)) == 0 &&
	       strcmp(its, mine) == 0;
}

/* The same mounts and the same folder as root: then its paths are ours. */
static bool has_same_root(struct arena *a, long pid)
{
	struct os_stat its, mine;

	return same_link(a, pid, "ns/mnt") && os_stat(proc_path(a, pid, "root/"), true, &its) == 0 &&
	       os_stat("/", true, &mine) == 0 && its.dev == mine.dev && its.ino == mine.ino;
}

/* The kernel names files from the top of the mounts; a root below that (chroot) is cut off. */
static const char *inside_root(const char *root, const char *path)
{
	size_t n = strlen(root);

	if (strcmp(root, "/") == 0 || strncmp(path, root, n) != 0)
		return path;
	return path[n] == '/' ? path + n : path[n] == '\0' ? "/" : path;
}

static void cut_rows(struct live *l, const char *root)
{
	for (size_t i = 0; i < l->rows.n; i++)
		l->rows.items[i].path = inside_root(root, l->rows.items[i].path);
}

static void read_places(struct live *l, struct arena *a, const char **root)
{
	int err;
	const char *cwd = read_link(a, l->pid, "cwd", &err), *exe;

	*root = read_link(a, l->pid, "root", &err);
	if (*root == NULL)
		*root = "/";
	l->root = proc_path(a, l->pid, "root");
	l->same_root = has_same_root(a, l->pid);
	if (cwd != NULL && !str_ends(cwd, " (deleted)"))
		l->cwd = inside_root(*root, cwd);
	exe = read_link(a, l->pid, "exe", &err);
	l->exe_host = proc_path(a, l->pid, "exe");
	if (exe == NULL)
		return;
	l->exe_deleted = str_ends(exe, " (deleted)");
	if (l->exe_deleted)
		exe = arena_strndup(a, exe, strlen(exe) - strlen(" (deleted)"));
	l->exe = inside_root(*root, exe);
}

/* ---- its own words -------------------------------------------------------------------------- */

struct strings {
	const char **items;
	size_t n, cap;
};

/* Some programs write their state over their arguments and go on into the environment. */
static void read_environ(struct live *l, struct arena *a)
{
	struct strings list = { NULL, 0, 0 };
	char *text;
	size_t n;

	l->environ_err = read_text(a, l->pid, "environ", &text, &n);
	if (l->environ_err == 0) {
		for (size_t off = 0; off < n; off += strlen(text + off) + 1) {
			if (strchr(text + off, '=') != NULL)
				*ARENA_PUSH(a, &list) = text + off;
			else
				l->overwritten = true;
		}
	}
	*ARENA_PUSH(a, &list) = NULL;
	l->environ = list.items;
}

static void read_arguments(struct live *l, struct arena *a)
{
	char *text;
	size_t n;

	l->argv0 = "program";
	if (read_text(a, l->pid, "cmdline", &text, &n) == 0 && n > 0)
		l->argv0 = text;
	if (l->exe == NULL && l->argv0[0] == '/') {
		l->exe = l->argv0;
		l->exe_guessed = true;
	}
}

static void read_mappings(struct live *l, struct arena *a, const char *root)
{
	char *text;
	size_t n;

	l->maps_err = read_text(a, l->pid, "maps", &text, &n);
	if (l->maps_err != 0)
		return;
	live_parse_maps(text, a, &l->rows);
	cut_rows(l, root);
}

static void read_auxv(struct live *l, struct arena *a)
{
	char *bytes;

	l->auxv_err = read_text(a, l->pid, "auxv", &bytes, &l->auxv.n);
	l->auxv.p = (const unsigned char *)bytes;
}

/* ---- the way in ----------------------------------------------------------------------------- */

static int read_stat(long pid, struct live_stat *out)
{
	char path[64], *text;
	size_t n;
	int err;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	err = os_read_all(path, MAX_TEXT, &text, &n);
	if (err != 0)
		return err == ENOENT ? ESRCH : err;
	if (!live_parse_stat(text, out))
		err = EIO;
	free(text);
	return err;
}

bool live_is_same(const struct live *l)
{
	struct live_stat now;

	return read_stat(l->pid, &now) == 0 && now.started == l->stat.started &&
	       now.state != 'Z' && now.state != 'X';
}

int live_open(long pid, struct arena *a, struct live *out)
{
	const char *root;
	int err;

	memset(out, 0, sizeof(*out));
	out->pid = pid;
	if (pid <= 0)
		return ESRCH;
	err = read_stat(pid, &out->stat);
	if (err != 0)
		return err;
	if (out->stat.state == 'Z' || out->stat.state == 'X')
		return ECHILD;
	if (out->stat.kernel)
		return ENOEXEC;
	read_places(out, a, &root);
	read_arguments(out, a);
	read_environ(out, a);
	read_auxv(out, a);
	read_mappings(out, a, root);
	if (out->exe == NULL)
		return EACCES;
	return live_is_same(out) ? 0 : ESRCH;
}
