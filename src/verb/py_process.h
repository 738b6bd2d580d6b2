/* py_process.h - a Python process that imports: its interpreter, its loader, its native files. */
#ifndef DLWHY_VERB_PY_PROCESS_H
#define DLWHY_VERB_PY_PROCESS_H

#include "diagnose/imported.h"
#include "loader/undo.h"
#include "verb/session.h"

struct pe_host; /* pe_host.h */
struct family;  /* host.h */

struct py_process {
	struct dlwhy_session *s;
	struct arena *a;
	unsigned flags;              /* OPEN_NO_BIND, OPEN_PARALLEL: of every load */
	struct py_ask ask;
	struct py_home home;
	struct py_finder *finder;
	struct py_ahead *ahead;      /* NULL: sources are read when they are wanted */
	const struct world *world;
	struct process *p;
	bool starts;                 /* the interpreter itself does; else its failures are in p's trace */
	struct loader_mark mark;
	struct {
		struct native_load **items;
		size_t n, cap;
	} loads;
	struct imported done;        /* what pyp_import left */
	int new_numpy;               /* is NumPy 2 there? -1 not asked yet */
	const char *words;           /* who imports, for a person; NULL: as home says */
	/* of another system's Python: py_foreign.c */
	struct pe_host *windows;     /* what pp->world is made of; NULL */
	const struct family *family; /* of macOS: what its programs define is taken for granted; NULL */
	struct py_strings folders;   /* os.add_dll_directory, in order */
	bool folders_unknown;        /* and one whose name is not known */
};

/* Reads the interpreter's facts and starts it. Allocates in a (under arena_run); what it keeps of
 * *out is the caller's, at that very place. */
enum dlwhy_code pyp_open(struct dlwhy_session *s, struct arena *a, unsigned flags,
			 struct py_process *out, struct dlwhy_error *err);
/* Imports a module in it; once. */
void pyp_import(struct py_process *pp, const char *module);

/* py_loads.c: the host that opens native files in pp->p. */
struct py_host pyp_host(struct py_process *pp);
/* ctypes.util.find_library of a world, from its loader's cache. Allocates in a. */
const char *pyp_find_library(const struct world *w, const char *name, struct arena *a);

/* py_result.c: the public form of it. `shown`: the process that the result's objects are of. */
const struct dlwhy_python *pyp_result(const struct py_process *pp, const struct process *shown,
				      struct arena *a);

#endif
