/* home.h - the facts of one Python interpreter, from its files, without running it. */
#ifndef DLWHY_PYTHON_HOME_H
#define DLWHY_PYTHON_HOME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "object/store.h"
#include "python/system.h"
#include "source/source.h"

struct py_editable;

struct py_strings {
	const char **items;
	size_t n, cap;
};

/* What is asked for. */
struct py_ask {
	struct source *source;
	struct store *store;
	/* program, environment folder or version: "python3" (searched on PATH), "/x/bin/python", "/x/venv",
	 * "3.12"; NULL: python3, then python, on PATH */
	const char *python;
	/* NAME=VALUE, NULL-ended: PATH, HOME, PYTHONPATH, PYTHONHOME, … as they count */
	const char *const *environ;
	const char *cwd;        /* working folder of the process under study; NULL: the source's */
	const char *script_dir; /* sys.path[0]: the script's folder; NULL: as `python -c`, which is "" */
	bool isolated, no_site, no_user_site; /* -I, -S, -s */
};

/* One entry of sys.path and why it is there. */
struct py_path_entry {
	const char *dir;  /* as sys.path has it: absolute but for "" (the working folder) */
	const char *why;  /* "the working folder", "PYTHONPATH", "the standard library", "site-packages of
			     the virtual environment", "a line of /x/foo.pth", "the user's
			     site-packages", … */
	const char *from; /* the .pth file, or NULL */
	bool exists;
};

/* A line of a .pth file that Python executes. */
struct py_pth_import {
	const char *file, *line; /* "import _virtualenv" */
};

struct py_home {
	/* which program */
	const char *given;          /* as asked for */
	const char *executable;     /* sys.executable: absolute, links not resolved */
	const char *program;        /* the ELF file that runs in the end, links and shims (pyenv, wrapper
				       scripts) followed */
	const char *libpython;      /* the shared interpreter core, NULL: it is in the program */
	bool is_static;             /* the program has no PT_INTERP: it can open no extension */
	const char *implementation; /* "cpython", "pypy" (not followed), … */
	unsigned major, minor;
	const char *version;        /* "3.11.7", by the binary; "3.11" if that is all it says */
	const char *version_text;   /* sys.version: "3.11.7 (main, …) [GCC 12.2.0]"; NULL: unknown */
	unsigned hexversion;        /* 0 if unknown */
	bool debug, free_threaded;  /* Py_DEBUG ("d"), Py_GIL_DISABLED ("t") */
	const char *abiflags;       /* "", "d", "t", "td"; "m" before 3.8 */
	const char *multiarch;      /* "x86_64-linux-gnu", "x86_64-linux-musl" … */
	const char *cache_tag;      /* "cpython-311" */
	/* of extensions, in order: ".cpython-311-x86_64-linux-gnu.so", ".abi3.so", ".so" */
	struct py_strings suffixes;

	/* where */
	const char *prefix, *exec_prefix, *base_prefix, *base_exec_prefix;
	const char *venv;           /* folder of pyvenv.cfg, NULL */
	const char *conda;          /* prefix with conda-meta, NULL */
	bool debian;                /* dist-packages */
	bool system_site;           /* include-system-site-packages */
	const char *stdlib;         /* folder of os.py; NULL: not found */
	const char *purelib;        /* the first site-packages */
	const char *user_site;      /* where it would be, whether used or not */
	bool user_site_used;
	struct {
		struct py_path_entry *items;
		size_t n, cap;
	} path; /* sys.path after site */
	struct {
		struct py_pth_import *items;
		size_t n, cap;
	} imports; /* executed lines of .pth files, in order, each once */
	struct {
		struct py_strings names;
	} builtins; /* sys.builtin_module_names, from PyImport_Inittab in the file */
	/* names that are taken from the frozen modules in the binary; may be empty */
	struct py_strings frozen;
	struct {
		struct py_editable **items;
		size_t n, cap;
	} editables; /* finders of editable installations, followed by py_find */
	/* modules that executed lines of .pth files import to change the search in ways that are not
	 * followed: "_scipy_editable_loader" */
	struct py_strings hooks;
	const struct py_system *system;
	/* of another system (foreign.h): what is taken for granted of it, in words; NULL: it is here */
	const char *assumes;
	const char *machine;        /* platform.machine(); NULL: as multiarch says */
	const char *why;            /* how the interpreter was found, for a person */
	struct store *store;        /* as asked with: the finder lists folders through it */
	const char *cwd;            /* absolute: what "" in path means */
	const char *not_followed;   /* NULL, or why this interpreter cannot be followed: "PyPy", "a static
				       program, …", … */
};

/* Reads all that. E_IO with a clear message if there is no such interpreter, E_UNSUPPORTED if it stands
 * behind a script that is not understood. Allocates in a (under arena_run). */
enum dlwhy_code py_home_open(const struct py_ask *ask, struct arena *a, struct py_home *out,
			     struct dlwhy_error *err);
/* The interpreter alone, as it is started, behind scripts in front of it; NULL: there is none. */
const char *py_interpreter(const struct py_ask *ask, struct arena *a);
/* Other interpreters here (virtual environments beside the working folder, PATH, /usr/bin, /opt, pyenv,
 * conda), to say "not installed for this one, but for that one". At most `max` paths of programs. */
void py_home_others(const struct py_ask *ask, struct arena *a, size_t max, struct py_strings *out);

#endif
