/* supervisor.h - one run of a command under the eyes of the agent.
 *
 *     watch_new -> watch_command -> watch_read(watch_bytes()) -> watch_free
 *
 * The agent lies in a folder of its own while the command runs, in a form for each class of programs.
 * Processes that die by a signal are looked at before they do: see agent.c.
 */
#ifndef DLWHY_WATCH_SUPERVISOR_H
#define DLWHY_WATCH_SUPERVISOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/os_watch.h"
#include "base/view.h"
#include "watch/stack.h"
#include "watch/strangers.h"

struct watch;

/* A process that was seen while it died. */
struct watch_crash {
	uint32_t pid, tid;
	int signal;
	uint64_t address, pc; /* of the fault, as the signal says */
	int trace_err;        /* 0: it could be looked at; else errno of what failed */
	const struct watch_stack *stack; /* NULL: not known */
};

/* `parents`: folders in which a folder may be made, the best first, NULL-ended. NULL and *err, an errno
 * value, if none will do. */
struct watch *watch_new(const char *const *parents, int *err);
void watch_free(struct watch *w); /* NULL is fine */
const char *watch_folder(const struct watch *w);
/* What LD_AUDIT must begin with. */
const char *watch_audit(const struct watch *w);
/* What LD_PRELOAD must begin with for programs of musl. Those of glibc that they start get a library
 * that does nothing. */
const char *watch_preload(const struct watch *w);
/* Runs the command; the folder is gone when this returns. As os_command_run. */
int watch_command(struct watch *w, const char *const *argv, const char *const *env,
		  struct os_command_end *end);
/* What the agents wrote, and how many records were lost for want of room. */
struct view watch_bytes(const struct watch *w);
uint32_t watch_lost(const struct watch *w);
/* Programs that ran below the command without an agent in them, or just before they got one. */
size_t watch_strangers(const struct watch *w, const struct watch_stranger **out);
size_t watch_crashes(const struct watch *w, const struct watch_crash **out);

#endif
