/* editable.h - modules of editable installations, whose places stand in a file beside a .pth file. */
#ifndef DLWHY_PYTHON_EDITABLE_H
#define DLWHY_PYTHON_EDITABLE_H

#include "base/view.h"
#include "python/home.h"

struct py_mapping {
	const char *name;         /* of a module */
	struct py_strings places;
};

struct py_mappings {
	struct py_mapping *items;
	size_t n, cap;
};

/* One finder. */
struct py_editable {
	const char *file;
	const char *placeholder;  /* what it appends to sys.path, NULL: nothing */
	bool placeholder_always;  /* in every namespace, not only in those without a folder */
	struct py_mappings mapping, namespaces;
};

/* What the finder installs that an executed line of a .pth file in `dir` imports: false if the line does
 * not look like that of an editable installation. *out is NULL if it is one of those that are not followed;
 * *name is its module. */
bool py_editable_read(struct store *s, struct arena *a, const char *dir, const char *line,
		      struct py_editable **out, const char **name);
const struct py_mapping *py_mapping_find(const struct py_mappings *m, const char *name);

#endif
