/* transaction.h - changes that are done as a whole or not at all, and can be taken back later.
 *
 *     change_facts(&list, i, folder, a, &facts)
 *                                    while a plan is made: what should a person know, may it be done?
 *     transaction_recover(&meta, …)  at the start of every verb that repairs, before it looks at files: what
 *                                    a process left that was killed is finished or taken back
 *     transaction_apply(&meta, …)    does it: all changes are done and id says how to take them back, or
 *                                    everything is as it was
 *     transaction_undo(&meta, id, …) puts back bytes, mode, owner, times and links
 *
 * Whatever happens, a kill of the process or of the machine included, each file is the old one or the
 * new one, and the next transaction_recover brings all of them to the same side. A file is never written
 * in place: its successor is made beside it and renamed over it, so a file that is shared by hard links
 * (the caches of uv and conda) or mapped by a program that runs is not touched.
 * docs/internals/repair.md, "Transactions", tells how.
 *
 * One transaction at a time works in a folder of journals; a second waits a moment and is then told who
 * is there. No function here prints or keeps anything between calls. All of them bear with an arena that
 * is out of memory by themselves (TRANSACTION_NO_MEMORY); it must then be freed, like after arena_run.
 */
#ifndef DLWHY_REPAIR_TRANSACTION_H
#define DLWHY_REPAIR_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/os.h"
#include "repair/change.h"

/* ---- what can go wrong ------------------------------------------------------------------------- */

enum transaction_code {
	TRANSACTION_OK = 0,
	TRANSACTION_REFUSED,    /* it may not or cannot be done here: nothing was touched */
	TRANSACTION_CHANGED,    /* a file is not the one that was planned with, or left: all is as it was */
	TRANSACTION_BUSY,       /* another dlwhy is at work: nothing was touched */
	TRANSACTION_NO_SUCH,    /* no transaction of that id, or none that can be undone */
	TRANSACTION_FAILED,     /* something went wrong on the way, and everything is as it was */
	TRANSACTION_UNFINISHED, /* went wrong and could not be taken back now: transaction_recover will */
	TRANSACTION_NO_MEMORY   /* everything is as it was */
};

struct transaction_error {
	enum transaction_code code;
	int sys_errno;          /* 0 if no system call failed */
	char message[1024];     /* one sentence for a person without its full stop; names the file */
};

/* ---- what a change would meet ------------------------------------------------------------------ */

/* The file that a plan was made with. To be the same file later means all of it, but for the times of
 * folders. `there` false: nothing was there. */
struct change_seen {
	bool there;
	uint64_t dev, ino, size;
	int64_t mtime, ctime;           /* seconds */
	uint32_t mtime_ns, ctime_ns;
};

/* How what was there before is kept. */
enum change_keep {
	CHANGE_KEEP_NOTHING,  /* nothing was there, or the journal says it all (a link, a mode, a folder) */
	CHANGE_KEEP_LINK,     /* the old file itself, by another name: undo gives that very file back */
	CHANGE_KEEP_PATCHES,  /* on another file system than the journal: the bytes that were there before */
	CHANGE_KEEP_COPY      /* the same, for a file that is replaced or removed: a copy */
};

struct change_facts {
	const char *refused;    /* why it would not be done, a sentence for a person; NULL: it would */
	bool needs_root;        /* it would be done for the superuser (`refused` is set) */
	const char *real;       /* the path without links in its folders, NULL if there is no such folder */
	const char *link;       /* what `path` is a symbolic link to, NULL: it is none */
	struct change_seen seen;
	struct os_stat old;     /* if seen.there */
	uint64_t names;         /* hard links to the file; more than 1: the others keep what it is */
	bool read_only;         /* the file system is mounted so */
	bool immutable;         /* the file or its folder (chattr +i, +a) */
	bool capabilities, acl; /* it has them, and keeps them */
	enum change_keep keep;  /* as far as can be told before: of the journals in `folder` */
};

/* Of change number i; those before it count where they make its folder. Looks, and changes nothing.
 * `folder` is transaction_folder(), or NULL. PATCH, WRITE and MODE want the file itself: a path whose
 * last component is a symbolic link is refused, and `link` says where it leads. Folders on the way may
 * be links, unless these belong to somebody else than root, this user, or the owner of what they lead
 * to. CHANGE_RUN has the facts of argv[0]. TRANSACTION_OK, also for what is refused, or
 * TRANSACTION_NO_MEMORY. */
enum transaction_code change_facts(const struct change_list *list, size_t i, const char *folder,
				   struct arena *a, struct change_facts *out);

/* ---- doing it ----------------------------------------------------------------------------------- */

/* Where the journals are: $XDG_STATE_HOME/dlwhy/undo, else $HOME/.local/state/dlwhy/undo. `env` is
 * NAME=VALUE, NULL-ended. NULL if neither is an absolute path: then nothing can be done that could be
 * undone. */
const char *transaction_folder(const char *const *env, struct arena *a);

enum { TRANSACTION_ID = 24 };   /* bytes of an id with its NUL: digits */

struct transaction_meta {
	const char *folder;             /* of the journals; made with mode 0700 if it is not there */
	const char *const *command;     /* that asked for it, as typed, NULL-ended */
	const char *title;              /* what it does, one line for a person */
	const char *const *env;         /* for commands that are run, NULL-ended */
	const volatile int *stop;       /* not 0: a command is ended, which then has failed; NULL */
	unsigned seconds;               /* that a command may take, 0: an hour */
	unsigned wait_ms;               /* for another dlwhy, 0: two seconds */
	size_t memory;                  /* that it may take itself, 0: as usual */
};

/* Does all of it, in order. `seen` has an entry for each change (from change_facts; CHANGE_RUN: not
 * looked at), or is NULL: whatever is there is taken. On TRANSACTION_OK the id is in `id`. After
 * TRANSACTION_FAILED nothing is left but, if a command was run, its output: see the message. */
enum transaction_code transaction_apply(const struct transaction_meta *m, const struct change_list *list,
					const struct change_seen *seen, char id[TRANSACTION_ID],
					struct transaction_error *err);
/* Takes it back. id NULL: the last one that was not taken back; `done` has its id then, also after a refusal.
 * TRANSACTION_CHANGED: the message names the first file that is not as it was left. */
enum transaction_code transaction_undo(const struct transaction_meta *m, const char *id,
				       char done[TRANSACTION_ID], struct transaction_error *err);

/* What transaction_recover did, in words, one sentence each; in the caller's arena. */
struct transaction_recovered {
	const char *const *says;
	size_t n;
	bool stuck; /* not all could be taken back: somebody else had changed a file since */
};
/* Finishes or takes back what a process left behind that was killed. Without such a thing it takes no lock
 * and writes nothing, also where there is no folder of journals. */
enum transaction_code transaction_recover(const struct transaction_meta *m, struct arena *a,
					  struct transaction_recovered *out, struct transaction_error *err);

/* ---- looking ------------------------------------------------------------------------------------- */

enum transaction_state {
	TRANSACTION_BEGUN,   /* at work, or killed on the way there */
	TRANSACTION_DONE,
	TRANSACTION_UNDOING, /* at work, or killed on the way back */
	TRANSACTION_UNDONE,
	TRANSACTION_STUCK,   /* could not be taken back whole: somebody else changed a file meanwhile */
	TRANSACTION_DAMAGED  /* its journal cannot be read */
};

struct transaction_step {
	enum change_kind kind;
	const char *path;       /* CHANGE_RUN: NULL */
	bool was_there;         /* something was at path before */
	const char *link;       /* CHANGE_LINK: where to */
	const char *const *argv; /* CHANGE_RUN, NULL-ended */
	enum change_keep keep;
	const char *changed;    /* why it cannot be taken back now, a sentence; NULL: it can. Filled for one
				   transaction that was asked for by id */
};

struct transaction_info {
	const char *id;
	enum transaction_state state;
	int64_t time, undone;   /* seconds since 1970; undone 0: it was not */
	const char *version;    /* of dlwhy */
	const char *title;
	const char *const *command;  /* NULL-ended */
	const struct transaction_step *steps;
	size_t nsteps;
	uint64_t kept;          /* bytes on disk that keep what was there before */
	const char *damage;     /* TRANSACTION_DAMAGED: what is wrong with the journal */
};

struct transaction_list {
	const struct transaction_info *items; /* oldest first */
	size_t n;
};

/* All of them, or the one of that id; id "" is the last that can be undone. Changes nothing and takes no
 * lock. No folder of journals: an empty list. */
enum transaction_code transaction_list(const char *folder, const char *id, struct arena *a,
				       struct transaction_list *out, struct transaction_error *err);

#endif
