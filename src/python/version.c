/* version.c - "3.12" and "3.12.1" in the place of a program: the interpreters of this machine, by their
 * versions. */
#include <stdlib.h>
#include <string.h>

#include "python/home_priv.h"

enum { CANDIDATES_MAX = 64 };

bool py_is_version(const char *s)
{
	unsigned dots = 0;

	if (*s < '1' || *s > '9')
		return false;
	for (const char *p = s; *p != '\0'; p++) {
		if (*p == '.' && p[1] >= '0' && p[1] <= '9')
			dots++;
		else if (*p < '0' || *p > '9')
			return false;
	}
	return dots > 0 && dots < 3;
}

/* "3.1" is no 3.11. */
static bool fits(const char *version, const char *wanted)
{
	size_t n = strlen(wanted);

	return strncmp(version, wanted, n) == 0 && (version[n] == '.' || version[n] == '\0');
}

/* Of two versions: is the first one newer? */
static bool is_newer(const char *a, const char *b)
{
	char *x = (char *)(uintptr_t)a, *y = (char *)(uintptr_t)b;

	while (*x != '\0' && *y != '\0') {
		unsigned long m = strtoul(x, &x, 10), n = strtoul(y, &y, 10);

		if (m != n)
			return m > n;
		x += *x == '.';
		y += *y == '.';
	}
	return *x != '\0';
}

/* What the file says that the program is; NULL if that is no Python. */
static const char *version_of(const struct home_ctx *c, const char *path)
{
	struct py_ask ask = *c->ask;
	struct py_home home = { 0 };
	struct home_ctx one = { .ask = &ask, .src = c->src, .store = c->store, .a = c->a, .h = &home,
				.cwd = c->cwd };
	struct dlwhy_error err;

	ask.python = path;
	if (py_find_program(&one, &err) != DLWHY_OK)
		return NULL;
	py_read_core(&one);
	return one.core.tag != NULL ? home.version : NULL;
}

static bool has_line(const char *list, const char *version)
{
	size_t n = strlen(version);

	for (const char *p = list; (p = strstr(p, version)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

const char *py_of_version(struct home_ctx *c, const char *wanted, const char **there)
{
	struct py_strings all = { NULL, 0, 0 };
	const char *best = NULL, *best_version = NULL;

	*there = "";
	py_home_others(c->ask, c->a, CANDIDATES_MAX, &all);
	for (size_t i = 0; i < all.n; i++) {
		const char *version = version_of(c, all.items[i]);

		if (version == NULL)
			continue;
		if (!has_line(*there, version))
			*there = arena_printf(c->a, "%s%s%s", *there, **there != '\0' ? ", " : "", version);
		if (fits(version, wanted) && (best == NULL || is_newer(version, best_version))) {
			best = all.items[i];
			best_version = version;
		}
	}
	return best;
}
