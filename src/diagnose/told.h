/* told.h - facts that a text tells -> ranked findings.
 *
 * Words alone prove nothing: every finding here is `likely`. `candidates` says what could be looked at to
 * know more: the files, modules and commands that the text names.
 */
#ifndef DLWHY_DIAGNOSE_TOLD_H
#define DLWHY_DIAGNOSE_TOLD_H

#include "diagnose/diagnose.h"
#include "message/message.h"

enum told_kind {
	TOLD_FILE,   /* `name` does not load, or what it needs does not */
	TOLD_MODULE, /* `import name` does not work */
	TOLD_LINK    /* `command` does not link */
};

/* Something that can be looked at, for one finding. */
struct told_candidate {
	enum told_kind kind;
	const char *name;
	const struct msg_command *command; /* of TOLD_LINK, else NULL */
	size_t finding;                    /* number in diagnosis.findings */
};

struct told {
	struct diagnosis d;
	const struct msg_fact *decisive;   /* of the first finding, NULL if there is none */
	const struct msg_fact *const *facts; /* the decisive fact of each finding */
	const struct told_candidate *candidates;
	size_t ncandidates;
};

/* `source` may be NULL: nothing is asked of the machine. Allocates in a. */
void diagnose_told(const struct msg_facts *facts, struct source *source, struct arena *a, struct told *out);
/* The module of Python that the fact is about, or NULL: Perl, Lua and others have modules too. */
const char *told_python_module(const struct msg_fact *f);
/* What musl-gcc never has: the detail for a header of the kernel or of C++; NULL: it is neither. */
const char *told_musl_lacks(const char *header);
/* What to do where a look has shown that the fact is another cause: fills fixes of `f`, whose code, detail
 * and object are those that were found. None known: they stay. */
void told_ways(const struct msg_fact *fact, struct arena *a, struct dlwhy_finding *f);

#endif
