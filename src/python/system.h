/* system.h - what differs between the systems that CPython runs on, as far as imports are concerned. */
#ifndef DLWHY_PYTHON_SYSTEM_H
#define DLWHY_PYTHON_SYSTEM_H

#include <stdbool.h>

enum py_os { PY_OS_LINUX, PY_OS_MACOS, PY_OS_WINDOWS };

struct py_system {
	enum py_os os;
	const char *name;        /* of options and results: "linux", "macos", "windows" */
	const char *words;       /* for a person: "Windows" */
	const char *platform;    /* sys.platform */
	const char *os_name;     /* os.name */
	const char *os_module;   /* the built-in module behind os: "posix", "nt" */
	const char *path_module; /* os.path: "posixpath", "ntpath" */
	const char *uname;       /* platform.system() */
	const char *format;      /* platform.architecture()[1] */
	const char *sep, *pathsep, *linesep;
};

const struct py_system *py_system(enum py_os os);
/* By its name in options; NULL: there is none of that name. */
const struct py_system *py_system_named(const char *name);

/* Does the standard library of Python 3.minor for that system have the module? By a table: stdlib.def. */
bool py_stdlib_has(const struct py_system *s, unsigned minor, const char *fullname);
bool py_stdlib_is_package(const char *fullname);

#endif
