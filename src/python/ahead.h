/* ahead.h - a second thread that reads and parses the sources of modules before the evaluator wants them.
 *
 * It follows the import statements that stand in the sources, in their order, and guesses: what the evaluator
 * never asks for was read in vain, and what it asks for first it reads itself. So the answer is the same with
 * it and without it, whichever of the two is faster.
 *
 *     py_ahead_new -> py_ahead_start -> py_ahead_take, py_ahead_give … -> py_ahead_stop -> py_ahead_free
 */
#ifndef DLWHY_PYTHON_AHEAD_H
#define DLWHY_PYTHON_AHEAD_H

#include "python/ast.h"
#include "python/find.h"

struct py_ahead;
struct py_inner_list;

/* It may take so many bytes. NULL: there is no memory, or only one processor. */
struct py_ahead *py_ahead_new(size_t cap);
/* Begins with what `import module` wants. All that it is given must outlive py_ahead_stop. */
void py_ahead_start(struct py_ahead *h, const struct py_home *home, struct source *src,
		    const struct py_names *names, const char *module);
/* The parsed source at that path, perhaps only its outline (py_parse_rest), once: from now on the caller's,
 * and what it took of memory is counted in a. Waits for it if it is just being read. NULL: the caller has
 * to read it, and nobody else will. */
struct py_source *py_ahead_take(struct py_ahead *h, const char *path, struct arena *a);
/* What py_ext_imports says of that extension, in the same way. */
const struct py_inner_list *py_ahead_inner(struct py_ahead *h, const char *path, const struct elf *e,
					   const char *module, struct arena *a);
/* The evaluator has read the source of that module itself: what it imports is wanted next. Allocates in a;
 * all of it outlives py_ahead_stop. */
void py_ahead_give(struct py_ahead *h, const struct py_spec *spec, const struct py_source *s,
		   struct arena *a);
/* How many files it is done with: for tests. */
size_t py_ahead_done(struct py_ahead *h);
/* What was read stays where it is until py_ahead_free. Both take NULL and may be called at any time. */
void py_ahead_stop(struct py_ahead *h);
void py_ahead_free(struct py_ahead *h);

#endif
