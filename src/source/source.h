/* source.h - a read-only view of a file system, answering as a kernel does.
 *
 * Paths given to a source are paths as the process under study would use them: absolute, or
 * relative to that process's working folder. Two kinds exist: the machine itself, and a folder that
 * is the root of another system (`--root`): absolute links stay inside it and ".." stops at its
 * top. A source keeps no results; object/store.h does.
 * All functions may be called from several threads at once.
 */
#ifndef DLWHY_SOURCE_SOURCE_H
#define DLWHY_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/os.h"

struct source;

struct source_file {
	struct os_stat st;
	struct os_mapping map; /* only for regular files; else empty */
	bool scarce; /* unpacked into memory: pages that nobody will read may be given back (os_give_back) */
};

/* The machine's own file system. `cwd`: the working folder that relative paths start from, NULL
 * for that of this process. NULL if there is no memory. */
struct source *source_host(const char *cwd);
/* The system below `root`. `cwd` is a path inside it, NULL for "/". */
struct source *source_root(const char *root, const char *cwd);
/* The same, but `root` is taken as it is written: for /proc/N/root, which is more than the link that
 * it looks like. */
struct source *source_below(const char *root, const char *cwd);
void source_free(struct source *s);

/* As stat(2) or lstat(2): 0 or errno. */
int source_stat(struct source *s, const char *path, bool follow, struct os_stat *out);
/* As open(2) for reading, then fstat, then the bytes of a regular file: 0 or errno. A folder or
 * device opens with an empty map. */
int source_open(struct source *s, const char *path, struct source_file *out);
void source_close(struct source_file *f);
/* As source_open, but a file of up to cap bytes is read into buf and has an empty map. *bytes: all of it. */
int source_read(struct source *s, const char *path, unsigned char *buf, size_t cap, struct source_file *out,
		struct view *bytes);
int source_readlink(struct source *s, const char *path, char *buf, size_t n);
/* The absolute path without links, "." and "..", malloc'ed in *out: 0 or errno. For a root the
 * result is a path inside it. */
int source_realpath(struct source *s, const char *path, char **out);
/* `path` made absolute with the working folder, links not resolved, malloc'ed. NULL: no memory. */
char *source_absolute(struct source *s, const char *path);
int source_list(struct source *s, const char *dir, void (*fn)(const char *name, void *ctx),
		void *ctx);
/* As os_list_types. */
int source_list_types(struct source *s, const char *dir,
		      void (*fn)(const char *name, enum os_type type, void *ctx), void *ctx);
int source_xattr(struct source *s, const char *path, const char *name, void *buf, size_t cap,
		 size_t *n);
int source_mount_flags(struct source *s, const char *path, bool *noexec, bool *nosuid);
/* The path on this machine that `path` means, malloc'ed, links resolved for a root. NULL if it
 * does not exist or there is no memory. */
char *source_host_path(struct source *s, const char *path);
/* True for the machine itself. */
bool source_is_host(const struct source *s);

#endif
