/* names.h - a growing list of names, in byte order when it is asked for. Its strings are its own. */
#ifndef DLWHY_BASE_NAMES_H
#define DLWHY_BASE_NAMES_H

#include <stddef.h>

struct names { /* begins as zeros */
	char **items;
	size_t n, cap;
};

int names_add(struct names *v, const char *name); /* 0 or ENOMEM */
void names_sort(struct names *v);
void names_free(struct names *v);

#endif
