/* debian.c - see debian.h. */
#include "diagnose/debian.h"

#include <string.h>

/* Lines "h openssl/<tab>libssl-dev", sorted by their bytes; a header that ends with '/' stands for all
 * below. */
extern const char debian_names_text[];
extern const unsigned long debian_names_text_size; /* without the NUL */

/* Bytes before the next c, which is there: not by strcspn, which a sanitizer lets look at all of the text. */
static size_t until(const char *s, char c)
{
	const char *end = debian_names_text + debian_names_text_size;
	const char *at = memchr(s, c, (size_t)(end - s));

	return (size_t)((at != NULL ? at : end) - s);
}

/* The line that holds the byte at `at`. */
static const char *line_start(const char *text, const char *at)
{
	while (at > text && at[-1] != '\n')
		at--;
	return at;
}

/* Does the line's name come before (-1), behind (1), or is it (0) this one of n bytes? */
static int compare(const char *line, enum debian_kind kind, const char *name, size_t n)
{
	size_t length;
	int order;

	if (line[0] != (char)kind)
		return line[0] < (char)kind ? -1 : 1;
	line += 2;
	length = until(line, '\t');
	order = memcmp(line, name, length < n ? length : n);
	if (order != 0)
		return order < 0 ? -1 : 1;
	/* A tab ends the name in the order of lines; no name holds a byte before it. */
	return length == n ? 0 : length < n ? -1 : 1;
}

/* The line of that name, or else the one that would follow it. */
static const char *line_at(enum debian_kind kind, const char *name, size_t n)
{
	const char *low = debian_names_text, *high = low + debian_names_text_size;

	while (low < high) {
		const char *line = line_start(low, low + (high - low) / 2);

		if (compare(line, kind, name, n) < 0)
			low = line + until(line, '\n') + 1;
		else
			high = line;
	}
	return low;
}

/* What follows the name in a line. */
static const char *package_in(const char *line, struct arena *a)
{
	const char *package = line + until(line, '\t') + 1;

	return arena_strndup(a, package, until(package, '\n'));
}

static const char *find(enum debian_kind kind, const char *name, size_t n, struct arena *a)
{
	const char *line = line_at(kind, name, n);

	return *line != '\0' && compare(line, kind, name, n) == 0 ? package_in(line, a) : NULL;
}

const char *debian_package(enum debian_kind kind, const char *name, struct arena *a)
{
	size_t n = strlen(name);
	const char *found = find(kind, name, n, a);

	for (; found == NULL && kind == DEBIAN_HEADER && n > 0; n--)
		if (name[n - 1] == '/')
			found = find(kind, name, n, a);
	return found;
}

const char *debian_package_to_load(const char *soname, struct arena *a)
{
	const char *found = debian_package(DEBIAN_SONAME, soname, a);
	size_t n = strlen(soname);

	if (found != NULL || n <= 6 || strncmp(soname, "lib", 3) != 0 || strcmp(soname + n - 3, ".so") != 0)
		return found;
	return find(DEBIAN_LIBRARY, soname + 3, n - 6, a);
}

const char *debian_other_number(const char *soname, const char **package, struct arena *a)
{
	const char *so = strstr(soname, ".so."), *line;
	size_t n = so != NULL ? (size_t)(so - soname) + 4 : 0;

	if (so == NULL)
		return NULL;
	line = line_at(DEBIAN_SONAME, soname, n);
	if (line[0] != DEBIAN_SONAME || strncmp(line + 2, soname, n) != 0)
		return NULL;
	*package = package_in(line, a);
	return arena_strndup(a, line + 2, until(line + 2, '\t'));
}
