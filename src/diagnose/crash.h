/* crash.h - a process that died of a signal: its stack beside the simulated process. */
#ifndef DLWHY_DIAGNOSE_CRASH_H
#define DLWHY_DIAGNOSE_CRASH_H

#include "diagnose/runtimes.h"

enum { CRASH_OBJECTS = 16 /* objects on the stack that are asked about */ };

/* Two objects on the stack that were built against different things. */
enum split_kind {
	SPLIT_NONE,
	SPLIT_NEEDS,   /* against two releases of one library, by their needs */
	SPLIT_BOUND,   /* the same symbol leads each to another copy */
	SPLIT_CXX11,   /* by their C++ strings */
	SPLIT_NUMPY    /* by the numpy that they expect */
};
struct split {
	enum split_kind kind;
	const struct image *x, *y;   /* x is nearer to the crash */
	const struct image *zx, *zy; /* what each was built against or is bound to; may be NULL */
	const char *what;            /* "libz": for a sentence */
	const char *examples[3];     /* symbols that lead across */
	size_t nexamples, across;
};

/* One object on the stack gets memory from one definer, and another, or itself, gives it back to a
 * second one. */
struct torn {
	const struct watch_bound *got, *given; /* malloc for the one, free for the other; NULL: nothing is
						  torn */
};

struct crash {
	const struct watch_stack *s;
	const struct image **images; /* of each frame; NULL: none is known */
	size_t top;                  /* first frame of any object; nframes: there is none */
	size_t where;                /* first frame that is not of the C or C++ library */
	size_t caller;               /* the next one of another object; nframes: none */
	const struct image *objects[CRASH_OBJECTS]; /* on the stack, each once, without those */
	size_t nobjects;
	/* What is said of several copies of one runtime, if one of them is on the stack. */
	const struct conflict *conflict;
	struct torn heap;
	struct split split;
};

/* ---- crash.c ------------------------------------------------------------------------------ */

void crash_read(struct diag *d, const struct watch_stack *s, struct crash *out);
/* Is it the C library, the loader or a C++ library: what every stack has? */
bool crash_is_plumbing(const struct watch_frame *f);
/* Does a frame above number `below` have that symbol? Its number, SIZE_MAX if none has. */
size_t crash_find(const struct crash *c, size_t below, const char *const *symbols);
/* "libx.so", "libx.so (in f)", "an address where no file is mapped": a frame for a sentence. */
const char *crash_place(struct diag *d, const struct watch_frame *f);
const char *crash_path(const struct crash *c, size_t frame); /* NULL if it is of no file */
/* "SIGSEGV, address 0x8: a null pointer was followed". */
const char *crash_words(struct diag *d, const struct crash *c);

/* ---- crash_builds.c ------------------------------------------------------------------------- */

void crash_find_split(struct diag *d, const struct crash *c, struct split *out);

#endif
