/* records.h - what the agents wrote, as processes and what happened in each.
 *
 * A process is one program: exec begins a new one under the same number. One that was forked has its
 * parent's events up to then before its own.
 */
#ifndef DLWHY_WATCH_RECORDS_H
#define DLWHY_WATCH_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/view.h"

/* How a process came to its end, as far as was seen. */
enum watch_ending {
	WATCH_UNKNOWN,  /* killed, or ended without a word to its loader (_exit), or still running */
	WATCH_EXIT,     /* in order: the loader was told */
	WATCH_EXEC,     /* it became another program */
	WATCH_CRASH     /* by a signal that was seen */
};

/* One object in the memory of a process. */
struct watch_mapped {
	uint64_t cookie;        /* its link map */
	uint64_t address;       /* where it was loaded, minus what its file says */
	const char *name;       /* as the loader calls it; "" for the program */
	uint32_t space;         /* namespace */
	bool closed;
};

/* One request to load: the start of a program, or a dlopen. */
struct watch_load {
	const char *name;       /* as asked for; NULL: the start */
	uint64_t by;            /* cookie of who asked, 0 unknown */
	uint32_t tid;
	size_t object0;         /* the first of process.objects that it brought */
	size_t nobjects;
	size_t order;           /* of its last record, over all processes */
	bool finished;          /* the loader came to the point where all is mapped */
	bool undone;            /* all that it brought was closed at once: it failed, or was let go */
	const char *last;       /* name that was searched for last, NULL if none */
	uint64_t last_by;
	const char *cwd;        /* where its name begins, if that is a relative path; else NULL */
	/* musl only: the call itself was seen. */
	bool called, ended, succeeded;
	uint32_t mode;
	uint64_t call;
};

struct watch_process {
	uint32_t pid, parent;   /* as they see themselves */
	unsigned bits;          /* 32, 64 */
	const char *exe;        /* NULL: not known */
	const char *cwd;        /* the working folder, when it counted last; NULL: not known */
	const char **argv;      /* NULL-ended */
	size_t argc;
	struct {
		const char **items; /* NAME=VALUE: those that loaders look at */
		size_t n, cap;
	} env;
	struct {
		struct watch_mapped *items;
		size_t n, cap;
	} objects;
	struct {
		struct watch_load *items;
		size_t n, cap;
	} loads;
	bool forked;            /* it never became another program */
	bool began;             /* the program's own code was reached */
	enum watch_ending ending;
	int signal;             /* WATCH_CRASH */
	uint64_t fault, pc;
	size_t begun, order;    /* of its first and its last record, over all processes */
	/* While the log is read. */
	bool busy;              /* something is being loaded */
	struct watch_process *next;
};

struct watch_log {
	struct {
		struct watch_process **items; /* in the order in which they were seen first */
		size_t n, cap;
	} processes;
	size_t damaged;         /* records that made no sense */
	struct watch_process **by_pid; /* heads of lists, while the log is read; NULL before */
};

/* Believes nothing of what it reads. Objects in folder `own` are our own and left out. Strings and lists are
 * in a. */
void watch_read(struct view bytes, const char *own, struct arena *a, struct watch_log *out);
/* A process that left no record: it never came so far. */
struct watch_process *watch_add(struct watch_log *log, uint32_t pid, struct arena *a);
/* The object of that link map in p, NULL if there is none. */
const struct watch_mapped *watch_by_cookie(const struct watch_process *p, uint64_t cookie);

#endif
