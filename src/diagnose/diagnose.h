/* diagnose.h - from what a loader did to what a person needs: ranked findings. */
#ifndef DLWHY_DIAGNOSE_DIAGNOSE_H
#define DLWHY_DIAGNOSE_DIAGNOSE_H

#include <dlwhy/dlwhy.h>

#include "loader/loader.h"
#include "watch/stack.h"

struct gpu;      /* machine/gpu.h */
struct imported; /* imported.h */

/* Where a library was that was closed. */
struct crash_closed {
	const char *path;
	uint64_t start, end;
};

struct diagnose_input {
	const struct world *world;
	const struct process *process; /* its trace; NULL if the kernel refused to start */
	const char *target;            /* as the user gave it */
	const char *target_path;       /* the file, NULL if none was found */
	bool is_program;
	const struct exec_result *exec; /* programs only, else NULL */
	const struct image *root;      /* the target's image, NULL if it was not mapped */
	const char *host;              /* who loads it, for a person */
	const char *host_assumes;      /* what the choice of the host rests on, NULL */
	size_t first_request;          /* in the trace: from there on it is about the target */
	struct store *store;           /* NULL: the world's; wanted where there is no world */
	const struct gpu *gpu;         /* what the machine has of them; NULL: to be looked up */
	bool code;                     /* look at the machine code as well */
	struct process *opener;        /* `process`, to ask it what dlopen would find; NULL: it is
					  not asked. Nothing of it is changed that counts */
	const struct imported *imported; /* of an import; NULL */
	const struct watch_stack *stack; /* it ran, and died there of a signal: that is to be
					  explained, and nothing else. `process` may be NULL */
	bool start_failed;             /* Windows: a DLL's own start is known to have failed (error 1114);
					  of a target that loads */
	bool exited_early;             /* it ran, and ended before its program began: the same */
	const struct crash_closed *closed;
	size_t nclosed;
};

struct diagnosis {
	const struct dlwhy_finding *const *findings; /* ranked: the first is the answer */
	size_t nfindings;
	enum dlwhy_certainty certainty;              /* of the verdict as a whole */
	const char *hint;                            /* a last line for a person, or NULL */
	const struct dlwhy_open *const *opens;       /* see dlwhy.h */
	size_t nopens;
};

/* How sure a verdict is of which nothing is to be explained. */
enum dlwhy_certainty diagnose_certainty(const struct diagnose_input *in);
/* Object ids in evidence are struct image.index. Allocates in a. */
void diagnose(const struct diagnose_input *in, struct arena *a, struct diagnosis *out);

#endif
