/* pid.h - the running process that a session is about (options.pid). */
#ifndef DLWHY_VERB_PID_H
#define DLWHY_VERB_PID_H

#include "verb/session.h"

struct session_process {
	struct live live;
	struct live_list list;
	bool has_list;            /* its memory could be read */
	const char *why;          /* why not, in words; NULL */
	const char *words;        /* "process 4711 (/usr/bin/foo)" */
	const struct world *world;
};

/* Reads what /proc says of process s->opt.pid, and makes its file system and its environment the
 * session's. Under arena_run of s->a. */
enum dlwhy_code pid_open(struct dlwhy_session *s, struct dlwhy_error *err);
/* With the store at hand: its program, its loader, and what its memory tells. */
enum dlwhy_code pid_read(struct dlwhy_session *s, struct dlwhy_error *err);
/* What a verdict about the target rests on, in words added to p->trace: that the process may read files
 * which this program may; and a hint for people where the name is another file here. */
void pid_finish(const struct dlwhy_session *s, struct process *p, const char *path,
		const char **hint);
/* Is what was read still to be trusted? False once a process whose own file system is looked at has
 * ended. */
bool pid_holds(const struct dlwhy_session *s);

#endif
