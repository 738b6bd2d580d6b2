/* system.c - what differs between the systems that CPython runs on, and the modules that it has on each. */
#include "python/system.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct py_system systems[] = {
	[PY_OS_LINUX] = { PY_OS_LINUX, "linux", "Linux", "linux", "posix", "posix", "posixpath", "Linux",
			  "ELF", "/", ":", "\n" },
	[PY_OS_MACOS] = { PY_OS_MACOS, "macos", "macOS", "darwin", "posix", "posix", "posixpath", "Darwin",
			  "", "/", ":", "\n" },
	[PY_OS_WINDOWS] = { PY_OS_WINDOWS, "windows", "Windows", "win32", "nt", "nt", "ntpath", "Windows",
			    "WindowsPE", "\\", ";", "\r\n" },
};

const struct py_system *py_system(enum py_os os)
{
	return &systems[os];
}

const struct py_system *py_system_named(const char *name)
{
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++)
		if (strcmp(systems[i].name, name) == 0)
			return &systems[i];
	return NULL;
}

/* ---- the standard library ------------------------------------------------------------------- */

enum where {
	ANY = 1u << PY_OS_LINUX | 1u << PY_OS_MACOS | 1u << PY_OS_WINDOWS,
	POSIX = 1u << PY_OS_LINUX | 1u << PY_OS_MACOS,
	LINUX = 1u << PY_OS_LINUX,
	MACOS = 1u << PY_OS_MACOS,
	WINDOWS = 1u << PY_OS_WINDOWS
};

struct row {
	const char *name;
	unsigned first, last; /* N of 3.N; 0: no end is known */
	unsigned where;
};

static const struct row rows[] = {
#define STDLIB(name, first, last, where) { name, first, last, where },
#include "python/stdlib.def"
#undef STDLIB
};
enum { NROWS = sizeof(rows) / sizeof(rows[0]) };

static int compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct row *)row)->name);
}

static const struct row *find(const char *fullname)
{
	return bsearch(fullname, rows, NROWS, sizeof(rows[0]), compare);
}

bool py_stdlib_has(const struct py_system *s, unsigned minor, const char *fullname)
{
	const struct row *r = find(fullname);

	return r != NULL && (r->where & 1u << s->os) != 0 && minor >= r->first &&
	       (r->last == 0 || minor <= r->last);
}

/* What lies in a package is listed behind it, though other names with the same beginning may come first. */
bool py_stdlib_is_package(const char *fullname)
{
	const struct row *r = find(fullname), *end = rows + NROWS;
	size_t n = strlen(fullname);

	for (; r != NULL && r < end && strncmp(r->name, fullname, n) == 0; r++)
		if (r->name[n] == '.')
			return true;
	return false;
}
