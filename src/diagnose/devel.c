/* devel.c - see devel.h. */
#include "diagnose/devel.h"

#include <string.h>

/* Lines "h openssl/<tab>libssl-dev", sorted by their bytes; a header that ends with '/' stands for all
 * below. */
extern const char debian_devel_text[];

/* The line that holds the byte at `at`. */
static const char *line_start(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/* Does the line's name come before (-1), behind (1), or is it (0) this one of n bytes? */
static int compare(const char *line, enum devel_kind kind, const char *name, size_t n)
{
	size_t length;
	int order;

	if (line[0] != (char)kind)
		return line[0] < (char)kind ? -1 : 1;
	line += 2;
	length = strcspn(line, "\t");
	order = memcmp(line, name, length < n ? length : n);
	if (order != 0)
		return order < 0 ? -1 : 1;
	/* A tab ends the name in the order of lines; no name holds a byte before it. */
	return length == n ? 0 : length < n ? -1 : 1;
}

static const char *find(enum devel_kind kind, const char *name, size_t n, struct arena *a)
{
	const char *low = debian_devel_text, *high = low + strlen(low);

	while (low < high) {
		const char *line = line_start(low, low + (high - low) / 2), *tab = strchr(line, '\t');
		int order = tab != NULL ? compare(line, kind, name, n) : 1;

		if (order == 0)
			return arena_strndup(a, tab + 1, strcspn(tab + 1, "\n"));
		if (order < 0)
			low = tab + strcspn(tab, "\n") + 1;
		else
			high = line;
	}
	return NULL;
}

const char *devel_package(enum devel_kind kind, const char *name, struct arena *a)
{
	size_t n = strlen(name);
	const char *found = find(kind, name, n, a);

	for (; found == NULL && kind == DEVEL_HEADER && n > 0; n--)
		if (name[n - 1] == '/')
			found = find(kind, name, n, a);
	return found;
}
