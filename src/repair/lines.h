/* lines.h - edits of lines in sources: what a text reads like with one line changed, or one more. */
#ifndef DLWHY_REPAIR_LINES_H
#define DLWHY_REPAIR_LINES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/view.h"

/* Line number `line` (from 1) reads `with` then. Its indentation, its end, and, where both are #cgo lines,
 * what stands around that (the marks of a comment) stay. NULL and *out in a, or why it cannot be. */
const char *lines_replaced(struct view text, size_t line, const char *with, struct arena *a,
			   struct view *out);
/* One more line behind that one, which ends as that one does. */
const char *lines_with_line(struct view text, size_t line, const char *more, struct arena *a,
			    struct view *out);
/* A comment with this #cgo line directly above the line `import "C"`, whose line end it takes. */
const char *lines_with_cgo(struct view text, const char *cgo, struct arena *a, struct view *out);

#endif
