/* prove_import.h - a predicted import beside a real one. */
#ifndef DLWHY_VERB_PROVE_IMPORT_H
#define DLWHY_VERB_PROVE_IMPORT_H

#include "verb/py_process.h"

/* Runs `import MODULE` in a child of that interpreter and fills r->proof; of *r everything else is
 * there already. Allocates in a. */
void prove_import(const struct py_process *pp, struct dlwhy_result *r, struct arena *a);

/* The same for the file at `path`, opened in a process that has imported the module first. */
void prove_after(const struct py_process *pp, struct dlwhy_result *r, const char *path, struct arena *a);

#endif
