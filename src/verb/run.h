/* run.h - what the parts of the verb `run` share.
 *
 *     run_prepare -> the command -> run_follow -> run_explain -> run_result
 *
 * All of it lives in run.a, and all but the command itself runs under arena_run.
 */
#ifndef DLWHY_VERB_RUN_H
#define DLWHY_VERB_RUN_H

#include "diagnose/diagnose.h"
#include "verb/replay.h"
#include "verb/session.h"
#include "watch/supervisor.h"

enum {
	RUN_STATUS_LAZY = 127, /* of a program that calls a function that nobody has */
	RUN_MAX_EXPLAINED = 8  /* failures, and deaths, that are explained */
};

/* A load that failed. */
struct failed {
	size_t process, load;     /* places in run.log and in its loads */
	size_t order;
	bool absent;              /* there is no file of that name */
	bool survived;            /* what the command is about began only after it */
	bool optional;            /* absent, and the program went on */
	bool lazy;                /* a function was called that nobody defines */
	bool crash;               /* a signal ended the process */
	bool early;               /* it exited before its program began, all being loaded */
	struct dlwhy_result *r;   /* once it is explained */
};

struct run {
	struct dlwhy_session *s;
	const char *const *argv;
	struct arena *a;
	struct watch *watch;      /* NULL: not watched */
	int watch_err;
	const char *const *env;
	struct os_command_end end;
	struct watch_log log;
	struct replay *replays;   /* one for each process of the log; zero: not simulated */
	enum replay_outcome **outcomes;
	struct replay_words *differences;
	struct {
		struct failed *items;
		size_t n, cap;
	} failed;
	struct {
		struct dlwhy_result **items;
		size_t n, cap;
	} dead;                   /* processes that died of a signal, the one that matters most first */
	struct exec_result exec;  /* of the command itself */
	const char *program;      /* its path */
	struct dlwhy_run basic;   /* how it ended, whatever else can be said */
	struct dlwhy_result r;
	struct dlwhy_error err;
};

/* ---- run_before.c ------------------------------------------------------------------------- */

/* Finds the command, makes the folder of the agent, and the environment. */
void run_prepare(struct run *run);
/* Programs that could not be watched, and why. */
const char *run_why_not(struct run *run);
void run_find_unseen(struct run *run, struct dlwhy_run *out);

/* ---- run_failed.c ------------------------------------------------------------------------- */

/* Is it the command itself, not one of its children? */
bool run_is_command(const struct run *run, const struct watch_process *p);
bool run_went_well(const struct run *run);
/* Does the processes again that something failed in, and finds what that was. */
void run_follow(struct run *run);

/* ---- run_explain.c ------------------------------------------------------------------------ */

/* Explains what run_follow has found, what matters most first. */
void run_explain(struct run *run);
/* The kernel did not start the command. */
void run_explain_exec(struct run *run);

/* ---- run_death.c -------------------------------------------------------------------------- */

void run_explain_deaths(struct run *run);
/* Of a command that died while nobody could look: a last line. */
void run_explain_unread(struct run *run);

/* ---- run_result.c ------------------------------------------------------------------------- */

/* How it ended, and each process with its loads. */
void run_fill(struct run *run);

#endif
