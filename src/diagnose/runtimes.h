/* runtimes.h - copies of one runtime in a process, and who is bound to one that is not its own. */
#ifndef DLWHY_DIAGNOSE_RUNTIMES_H
#define DLWHY_DIAGNOSE_RUNTIMES_H

#include "diagnose/common.h"

enum { MAX_COPIES = 8 /* of one runtime, that are told; nobody has more by intent */ };

enum { NOTHING = DLWHY_NOTE + 1 }; /* a severity: not worth a word */

struct family {
	const char *id;             /* "openmp" */
	const char *one, *several;  /* "OpenMP runtime" */
	int differing;              /* severity of two copies, enum dlwhy_severity or NOTHING */
	int whole;                  /* severity of an object bound wholly to another copy */
	const char *names;          /* patterns of its interface; "" none, NULL any */
	const char *release_mark;   /* what stands before the release in a file's name, NULL */
	const char *harm, *across;  /* what goes wrong, in words */
	const char *advice;
};

/* One image that is, or contains, a copy. */
struct copy {
	const struct image *im;
	const char *kind;    /* "of GCC" */
	const char *exports; /* the function that shows it; NULL: known by its SONAME */
	const char *release; /* "11", NULL if the name does not tell */
	int alike;           /* severity of two of this kind and release */
	const char *harm;    /* what two of this kind do, NULL: what the family says */
	bool contains;       /* more than the runtime: it was linked in, and is exported */
};

/* An object that was made for one copy, and whose references lead to another. */
struct crossing {
	const struct image *im;
	const struct copy *own, *other;
	size_t across, home;     /* references bound to `other` and to `own` */
	const char *examples[3]; /* of those bound to `other` */
	size_t nexamples;
	bool torn;               /* some lead to the one and some to the other */
};

struct conflict {
	const struct family *family;
	const char *soname;      /* of a family without a name: the SONAME that all have */
	struct {
		struct copy *items;
		size_t n, cap;
	} copies;
	struct {
		struct crossing *items;
		size_t n, cap;
	} crossings;
	int together;            /* severity of their being together */
	int severity;            /* of all: enum dlwhy_severity or NOTHING */
	const char *harm;        /* what goes wrong, in words: by what decided the severity */
};

/* An object that gets memory from one definer and gives it back to another. */
struct torn_heap {
	const struct image *im, *getter, *giver;
	const char *get, *give;  /* "malloc", "free" */
	const char *words;       /* "malloc and free" */
	size_t others;           /* further objects that are bound the same way */
	int severity;
};

/* Calls fn for each family of which the process has several copies, and which is worth a word. */
void runtimes_each_conflict(struct diag *d, void (*fn)(struct diag *d, const struct conflict *c));
/* Calls fn for each pair of functions that is torn, with the first object for which it is. */
void runtimes_each_torn_heap(struct diag *d, void (*fn)(struct diag *d, const struct torn_heap *h));
/* The finding of d_conflict.c about it. */
void conflict_write(struct diag *d, const struct conflict *c);

#endif
