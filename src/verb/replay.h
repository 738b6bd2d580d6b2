/* replay.h - a process that was watched, in the simulated loader: the same loads in the same order. */
#ifndef DLWHY_VERB_REPLAY_H
#define DLWHY_VERB_REPLAY_H

#include "verb/session.h"
#include "watch/records.h"
#include "watch/supervisor.h"

/* What became of a load, by what was seen and, where that leaves it open, by the simulation. ABSENT: it
 * failed because there is no such file. */
enum replay_outcome {
	REPLAY_LOADED, REPLAY_THERE, REPLAY_FAILED, REPLAY_ABSENT, REPLAY_CLOSED, REPLAY_UNKNOWN
};

struct replay {
	struct dlwhy_session s;       /* with the environment and the working folder of the process */
	struct source *source;        /* its own, or NULL: those of the session it came from */
	struct store *store;
	const struct watch_process *seen;
	const struct world *w;
	struct exec_result exec;
	struct arena *a;
	const char *why_not;          /* it cannot be simulated, in words; NULL */
};

/* `w`: whose entries are in the environment of the process. */
void replay_open(const struct dlwhy_session *s, const struct watch_process *seen,
		 const struct watch *w, struct arena *a, struct replay *r);
void replay_close(struct replay *r);
/* A fresh process that has done what came before load number n; `flags` for all of them. Of loads that
 * failed or were let go at once nothing is left. */
struct process *replay_until(const struct replay *r, size_t n, const enum replay_outcome *outcomes,
			     unsigned flags);
/* The whole process; what it lacks at its first calls stays in the trace. */
struct process *replay_lazily(const struct replay *r, const enum replay_outcome *outcomes);
/* Load number n itself, which is a dlopen. */
struct image *replay_load(const struct replay *r, struct process *p, size_t n, unsigned flags);
/* The image that the process knew by that link map; NULL: not known. */
struct image *replay_image(const struct replay *r, struct process *p, uint64_t cookie);
/* Follows the whole process without binding, fills `outcomes` (one for each load) and says in words
 * where the simulation and what was seen differ. */
struct replay_words {
	const char **items;
	size_t n, cap;
};
void replay_compare(const struct replay *r, enum replay_outcome *outcomes, struct replay_words *out);

#endif
