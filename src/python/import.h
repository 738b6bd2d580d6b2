/* import.h - what `import MODULE` does, step by step, without running Python.
 *
 *     py_import_new -> py_import_startup -> py_import_module … -> results in the importer
 *
 * The sources are read and evaluated with whatever can be known; what cannot is "unknown", and a branch
 * on something unknown is taken as a possibility: what happens there is marked `maybe` and proves nothing.
 * Native files are opened through the host's load(): the caller simulates them in one process.
 */
#ifndef DLWHY_PYTHON_IMPORT_H
#define DLWHY_PYTHON_IMPORT_H

#include "python/ahead.h"
#include "python/find.h"
#include "python/home.h"

struct py_place {            /* a line of Python source; file NULL: nobody's, the command line */
	const char *file;
	unsigned line;
	const char *in;      /* module or function name, for a traceback: "<module>", "load" */
};

enum py_load_kind {
	PY_LOAD_EXTENSION,   /* import: path has a '/', RTLD_NOW | RTLD_LOCAL unless sys.setdlopenflags */
	PY_LOAD_CTYPES       /* ctypes.CDLL and its like; tf.load_op_library */
};

struct py_load {
	enum py_load_kind kind;
	const char *path;    /* as dlopen gets it; NULL: dlopen(NULL) */
	const char *module;  /* of an extension: full name */
	const char *init;    /* "PyInit_foo"; NULL for ctypes */
	bool global, lazy;
	unsigned search;     /* of ctypes on Windows: the flags of LoadLibraryEx */
	const char *path_variable; /* PATH at that moment; NULL: it is not known */
	const char *cwd;     /* the working folder, if the sources chose it; else NULL */
	bool maybe;          /* behind a condition that is not known */
	struct py_place by;
};

enum py_load_result {
	PY_LOAD_OK,
	PY_LOAD_ERROR,       /* error: the dlerror text */
	PY_LOAD_NO_INIT,     /* loaded, but has no init function */
	PY_LOAD_DEATH,       /* the process ends there; error: how, in words */
	PY_LOAD_UNKNOWN      /* cannot be said */
};

/* An import by native code. */
struct py_inner {
	const char *name;    /* full */
	bool sure;           /* nobody catches what goes wrong with it */
	bool lost;           /* it was installed, and its file is gone */
	const char *instead; /* text of the ImportError that is raised then; NULL: as it comes */
};

struct py_inner_list {
	struct py_inner *items;
	size_t n, cap;
};

struct py_loaded {
	enum py_load_result result;
	const char *error;
	const char *type;    /* of the exception that it becomes; NULL: ImportError, of ctypes OSError */
	unsigned winerror;   /* PY_LOAD_ERROR on Windows: the number; 0: it has none */
	void *handle;        /* for symbol() */
	const char *path;    /* of ctypes: as the loader has it; NULL: not known */
	/* Modules that the extension's own code imports when it is initialised, as far as its bytes
	 * tell; may be empty. */
	struct py_inner_list imports;
	struct py_strings needs; /* the libraries that it was linked with and that came along with it */
};

/* What sources do to the search for DLLs on Windows. */
enum py_search {
	PY_SEARCH_ADD,       /* AddDllDirectory(dir); NULL: it is not known */
	PY_SEARCH_SET,       /* SetDllDirectory(dir); NULL takes the last one back */
	PY_SEARCH_DEFAULT    /* SetDefaultDllDirectories(flags) */
};

struct py_host {
	void *ctx;
	void (*load)(void *ctx, const struct py_load *what, struct py_loaded *out);
	/* Would dlsym find it? 1 yes, 0 no, -1 unknown. */
	int (*symbol)(void *ctx, void *handle, const char *name);
	/* ctypes.util.find_library("z") -> "libz.so.1" or NULL. */
	const char *(*find_library)(void *ctx, const char *name);
	void (*search)(void *ctx, enum py_search what, const char *dir, unsigned flags); /* NULL elsewhere */
};

/* An exception as Python would show it. */
struct py_exception {
	const char *type;            /* "ImportError", "ModuleNotFoundError", "OSError", "SystemExit", … */
	const char *message;         /* str(e); NULL: not known */
	bool exact;                  /* every part of the message is known */
	const char *name, *path;     /* attributes of an ImportError, or NULL */
	const struct py_exception *cause;   /* __cause__, or the __context__ that is shown */
	bool explicit_cause;         /* "raise … from …" */
	const struct py_place *frames;      /* outermost first, as a traceback lists them */
	size_t nframes;
	bool from_load;              /* it, or what it was raised for, began with a native file */
	struct py_load load;         /* that file */
	bool maybe;
	const char *why;             /* what it is about, where its own text is not known; or NULL */
};

enum py_module_state { PY_MODULE_LOADING, PY_MODULE_LOADED, PY_MODULE_FAILED };

struct py_module_info {
	const char *name;
	struct py_spec spec;
	struct py_place by;          /* who imported it first */
	bool maybe;                  /* only behind a condition that is not known */
	enum py_module_state state;
	size_t depth;
	size_t end;                  /* modules[own index … end) were begun while it was loading */
	struct py_strings needs;     /* of an extension: see struct py_loaded */
	unsigned conditions;         /* how many conditions that are not known stand before it */
	struct view text;            /* of a source, once it was read */
};

/* An exception that the sources catch: the import goes on, something is missing. */
struct py_swallowed {
	struct py_exception e;
	struct py_place at;          /* the handler */
	bool warned;                 /* its text is given to warnings.warn, logging or print */
};

/* Something that reading cannot follow. */
struct py_gap {
	const char *what;            /* "exec of text that is not known", "an import hook", … */
	struct py_place at;
};

struct py_import {
	const struct py_home *home;
	struct py_finder *finder;
	struct py_host host;
	struct arena *a;
	struct { struct py_module_info **items; size_t n, cap; } modules; /* in order */
	struct { struct py_swallowed *items; size_t n, cap; } swallowed;
	struct { struct py_gap *items; size_t n, cap; } gaps;
	bool died;                   /* a load ended the process: nothing after it happened */
	bool limited;                /* a budget ran out: what came after was not followed */
	bool unread;                 /* a source that runs for certain could not be read: Python
					may refuse it */
	bool doubted;                /* what is not believed to raise may do so after all */
	const char *doubt;           /* what that is, with its place: the first; NULL */
	struct py_eval *eval;        /* the evaluator's own state */
};

struct py_import_options {
	const char *const *environ;  /* what os.environ holds */
	const char *const *argv;     /* sys.argv, NULL-ended; NULL: ["-c"] */
	const char *cwd;
	struct source *source;       /* for os.path.exists and the like */
	struct py_ahead *ahead;      /* reads sources ahead, NULL for nobody */
};

/* The home, finder, host and options must outlive it. */
struct py_import *py_import_new(const struct py_home *home, struct py_finder *finder,
				const struct py_host *host,
				const struct py_import_options *opt, struct arena *a);
/* Has the sources read ahead that an import of the module will want, if there is somebody for it. */
void py_import_ahead(struct py_import *im, const char *module);
/* What the interpreter imports before the first line of a program: encodings, site, lines of .pth files,
 * sitecustomize. */
void py_import_startup(struct py_import *im);
/* `import a.b.c`. NULL: it imports; else the exception that ends it. The modules stay for the next call. */
const struct py_exception *py_import_module(struct py_import *im, const char *name);
/* Runs a statement as `python -c TEXT` would ("import x; x.y()"). */
const struct py_exception *py_import_statement(struct py_import *im, const char *text);

#endif
