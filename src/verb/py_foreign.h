/* py_foreign.h - a Python process of another system: its loader's world is made from what is known of it. */
#ifndef DLWHY_VERB_PY_FOREIGN_H
#define DLWHY_VERB_PY_FOREIGN_H

#include "verb/py_process.h"

/* Does the session ask for one (options.os)? */
bool pyp_is_foreign(const struct dlwhy_session *s);
/* Reads its facts into pp->home and makes pp->world and pp->p. */
enum dlwhy_code pyp_open_foreign(struct py_process *pp, struct dlwhy_error *err);
/* Before a file is opened: the search that applies to it. */
void pyp_before_load(struct py_process *pp, struct native_load *l);
/* A load has failed: takes back what only the interpreter, which is assumed, would have defined. True:
 * nothing is left, so it succeeds. */
bool pyp_assume_host(struct py_process *pp, struct native_load *l);
/* The error of a load that failed as ctypes shows it, its number and its exception's type, where they are not
 * the loader's. */
const char *pyp_ctypes_error(struct py_process *pp, const struct native_load *l, struct py_loaded *out);
/* struct py_host.search. */
void pyp_search(void *ctx, enum py_search what, const char *dir, unsigned flags);

#endif
