/* run_crash.h - the verb `run`: a process that was seen while it died. */
#ifndef DLWHY_VERB_RUN_CRASH_H
#define DLWHY_VERB_RUN_CRASH_H

#include "verb/replay.h"
#include "watch/supervisor.h"

/* A process of the run, as far as it is known. */
struct run_dead {
	const struct watch_crash *crash;   /* with a stack */
	const struct watch_process *seen;  /* NULL: no agent was in it */
	const struct replay *replay;       /* NULL: it cannot be simulated */
	const enum replay_outcome *outcomes;
};

/* Why it died, and what it had loaded. */
struct dlwhy_result *run_crash_explain(const struct dlwhy_session *s, const struct run_dead *dead,
				       struct arena *a);

#endif
