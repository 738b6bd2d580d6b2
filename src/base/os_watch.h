/* os_watch.h - a command that runs as if nobody were there, and what is needed to watch it.
 *
 * os_child.h runs programs within limits and catches what they print. Here it is the other way
 * round: the command keeps the terminal, the open files, the signals and the time that it would
 * have without us.
 */
#ifndef DLWHY_BASE_OS_WATCH_H
#define DLWHY_BASE_OS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* ---- a folder of one's own ----------------------------------------------------------------- */

/* Makes a new folder in `parent`, for this user alone, from whose files programs may be mapped.
 * 0 and its path in buf, or errno: EACCES if the file system is mounted noexec. */
int os_private_folder(const char *parent, char *buf, size_t n);
/* Everybody who knows its name may enter it, nobody else may list it. */
int os_open_to_others(const char *path);
int os_make_folder(const char *path);
int os_make_link(const char *target, const char *path);
/* A new file: ENOSPC and the like are told, not left for later. */
int os_write_new(const char *path, struct view bytes);
/* The folder with what it holds, as far as that is files, links and folders of files. */
void os_remove_folder(const char *path);
void os_remove_file(const char *dir, const char *name);
/* The same, however deep. Only for what this program has made itself. */
void os_remove_tree(const char *path);
/* The folder stays, and the file `keep` in it (NULL: none). */
void os_empty_tree(const char *path, const char *keep);

/* ---- memory that others have mapped too -------------------------------------------------------- */

struct os_shared {
	unsigned char *p; /* NULL: none */
	size_t n;
	int fd;
};

/* A new file of n bytes, mapped; everybody who can reach it may write to it if `others`. */
int os_shared_new(const char *path, size_t n, bool others, struct os_shared *out);
/* Makes sure that the file system has the first n bytes: writing to them cannot fail later. */
int os_shared_reserve(struct os_shared *s, size_t from, size_t n);
void os_shared_free(struct os_shared *s);
/* Wakes up who waits for the word at p to change. */
void os_wake(uint32_t *p);

/* ---- the command --------------------------------------------------------------------------------- */

struct os_command {
	const char *const *argv; /* NULL-ended; the first word is searched on PATH as a shell does */
	const char *const *env;  /* NAME=VALUE, NULL-ended */
	/* Called every few hundredths of a second while it runs, and once at its end; NULL: not. */
	void (*tick)(void *ctx);
	void *ctx;
};

struct os_command_end {
	long pid;
	int failed;  /* errno of an exec that failed, 0 */
	int signal;  /* that killed it, 0: it exited */
	int status;  /* of its exit */
	bool dumped; /* it left a core file */
};

/* Runs it to its end. It shares all open files with this process. Meanwhile the keys that interrupt a
 * terminal are left to it alone, and a request to end (SIGTERM, SIGHUP) is handed on to it. 0, or the
 * errno of a fork that failed. Not to be called by two threads at once. */
int os_command_run(const struct os_command *c, struct os_command_end *end);
/* Ends this process as `sig` ends one, without a core file of its own. Returns if it cannot. */
void os_die_by(int sig);

/* Calls fn for each process that `pid` has started and that runs, as far as /proc tells. */
void os_each_child(long pid, void (*fn)(long child, void *ctx), void *ctx);

/* ---- a thread that is about to die ------------------------------------------------------------- */

/* Begins to trace thread `tid`, which goes on. 0 or errno: EPERM. */
int os_trace_begin(long tid);
/* Waits until signal `sig` is about to be delivered to it, and lets others pass. ETIMEDOUT; ESRCH if it
 * has ended, which is left to be seen by os_command_run if it is the thread `child`. */
int os_trace_wait(long tid, long child, int sig, unsigned milliseconds);
/* Delivers `sig` (0: none) and leaves it alone. */
void os_trace_end(long tid, int sig);

#endif
