/* dlwhy.h - why does this native library not load, and what makes it work?
 *
 * This header is the manual of libdlwhy. It is ordered by what a caller needs: options, a
 * session, a question, the answer, printing.
 *
 *     struct dlwhy_error err;
 *     struct dlwhy_options opt;
 *     dlwhy_options_init(&opt);
 *     struct dlwhy_session *s = dlwhy_session_new(&opt, &err);
 *     const char *files[] = { "libfoo.so" };
 *     dlwhy_check(s, files, 1, on_result, NULL, &err);
 *     dlwhy_session_free(s);
 *
 * Nothing that is examined is executed, unless `prove` is asked for or dlwhy_run is called. Nothing is
 * written to disk, but for a temporary folder while dlwhy_run has its command running, and by dlwhy_undo.
 *
 * Strings. All are NUL-ended and, when they come from a file, hold whatever bytes it holds: they
 * may be no UTF-8 and may contain control characters. The printers below escape them.
 *
 * Threads. A session may be used by one thread at a time; it starts threads of its own while
 * dlwhy_check runs and calls back from the calling thread only. Different sessions are independent.
 *
 * Errors. A broken library is no error: it is a finding, the product. Functions that can fail
 * return an enum dlwhy_code, 0 for success, and fill *err (which may be NULL). The library never
 * prints, never exits and keeps no global.
 *
 * Growth. Structures are only read by callers and only grow at their end; lists are arrays of
 * pointers. The structure that callers fill, dlwhy_options, says its size.
 */
#ifndef DLWHY_H
#define DLWHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define DLWHY_API __attribute__((visibility("default")))

/* ---- version ------------------------------------------------------------------------------ */

/* "0.1.0" of the library that is running. */
DLWHY_API const char *dlwhy_version(void);
/* "E_NO_MEMORY": the name of a code, for logs and JSON. */
DLWHY_API const char *dlwhy_code_name(enum dlwhy_code code);

/* ---- options ------------------------------------------------------------------------------ */

struct dlwhy_progress {
	const char *target;
	uint64_t files, nfiles;   /* done, of all */
	uint64_t bytes, nbytes;   /* read, of those that are known beforehand (0: none is) */
};

struct dlwhy_options {
	size_t size;              /* set by dlwhy_options_init */
	const char *root;         /* folder of another system, or an image of a container (`docker save`, OCI)
				     as a file; NULL for this machine */
	const char *program;      /* "auto" (NULL means the same), "none", or an executable's path */
	const char *loader;       /* "glibc", "musl": of the bare program; "dyld", "windows"; NULL: the one
				     that is there, and that of the system that the file is made for */
	const char *cpu;          /* "x86-64-v2" …, NULL: this processor */
	const char *const *env;   /* NAME=VALUE strings that are set, NULL-ended; NULL for none */
	bool clear_env;           /* start from an empty loader environment */
	long env_of_pid;          /* take the environment of that process, 0 for this one */
	bool no_bind;             /* stop after search and versions: the tree alone */
	bool bindings;            /* fill dlwhy_result.bindings */
	bool probes;              /* keep every probe, also of dependencies that were found */
	bool prove;               /* also open the file for real in a child process */
	unsigned threads;         /* 0: one per processor */
	bool code;                /* also look at the machine code: which instructions it has */
	bool no_explain;          /* the verdict and its message alone: no findings */
	long pid;                 /* as that running process would load it, 0 for none */
	const char *const *preload; /* as if LD_PRELOAD began with them, NULL-ended; NULL for none */
	bool global;              /* opened with RTLD_GLOBAL; else RTLD_LOCAL */
	const char *python;       /* the interpreter of dlwhy_import and of `after`: a program, its name, or
				     the folder of an environment; NULL: python3, then python, on PATH */
	const char *after;        /* dlwhy_check: in a Python process that has imported this module */
	bool no_look;             /* dlwhy_explain: the text alone, no file that it names is looked at */
	/* dlwhy_verify: how far it is, some times a second, from the thread that asked; or NULL */
	void (*progress)(const struct dlwhy_progress *p, void *user);
	void *progress_user;
	const char *const *with;  /* dlwhy_check of packages: other packages that are there too, NULL-ended */
	/* For files of macOS, which dyld loads: the release that is meant ("15.4"; NULL: the newest that is
	 * known), and the processor of its process ("arm64", "x86_64"; NULL: what the file has). */
	const char *macos, *arch;
	const char *windows;      /* dlwhy_check of files of Windows: the release that loads them ("7", "8.1",
				     "server2019"), with the redistributables of Visual C++ if
				     "+vcredist" is behind it, "+longpaths", "+unsafesearch"; NULL: "10" */
	/* dlwhy_import in a Python of another system ("windows", "macos"), of which `root` (or `python`) is a
	 * folder with its packages: an environment, or what `pip install --target --platform` makes. Nothing
	 * but its release need be known of that Python ("3.11"; NULL: as the files say). NULL: a Python that
	 * is here. */
	const char *os, *python_version;
	bool packages;            /* of check, import and run: say which package installed each object */
};
DLWHY_API void dlwhy_options_init(struct dlwhy_options *opt);

/* ---- session ------------------------------------------------------------------------------ */

struct dlwhy_session; /* parsed files and facts of one machine or root, shared by all questions */

/* Copies what it needs of *opt. NULL and *err on failure. */
DLWHY_API struct dlwhy_session *dlwhy_session_new(const struct dlwhy_options *opt,
						  struct dlwhy_error *err);
DLWHY_API void dlwhy_session_free(struct dlwhy_session *s); /* NULL is fine */

/* For programs, not for libraries: from now on, a file that shrinks while it is being read gives
 * an error for that target instead of killing the process. Installs a SIGBUS handler. */
DLWHY_API void dlwhy_guard_mappings(void);

/* ---- questions ---------------------------------------------------------------------------- */

struct dlwhy_cause;
struct dlwhy_result;
/* Called once per target, in the order given; the result lives until the callback returns.
 * A return value other than 0 ends the call early. */
typedef int dlwhy_on_result(const struct dlwhy_result *result, size_t index, void *user);

/* What would the real loader do with each target? A target is a path, or a name without '/' that
 * is searched as dlopen would unless it exists in the working folder. A package (a wheel; a zip, tar, deb or
 * conda file; an image of a container) gives one result with `members`, one for each native file in it, each
 * judged as if the package were installed or unpacked; "PACKAGE!/path/in/it" is one file of it. */
DLWHY_API enum dlwhy_code dlwhy_check(struct dlwhy_session *s, const char *const *targets,
				      size_t ntargets, dlwhy_on_result *on_result, void *user,
				      struct dlwhy_error *err);

/* What would `import MODULE` do in a fresh interpreter? Each module gets a process of its own; nothing
 * is run. A name is dotted: "scipy.linalg". */
DLWHY_API enum dlwhy_code dlwhy_import(struct dlwhy_session *s, const char *const *modules,
				       size_t nmodules, dlwhy_on_result *on_result, void *user,
				       struct dlwhy_error *err);
/* Runs a command once, with its loader watched, and says afterwards what failed to load in it and in what
 * it started. argv is NULL-ended; its first word is searched on PATH. The command shares all open files,
 * its terminal and its signals are left alone, and its environment is that of this process, with one
 * entry in LD_AUDIT. One result: result->run says how it ended. A program without fault has no finding.
 * This is the only question that runs what it is about. Not while other threads of the caller run. */
DLWHY_API enum dlwhy_code dlwhy_run(struct dlwhy_session *s, const char *const *argv,
				    dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* What does a text tell of: an error message, a traceback, a build log? `read` gives its next bytes: at most
 * n into buf, 0 at its end, -1 with errno set if it fails. `name` is for people: "-", "build.log". One
 * result: findings, the first is the answer; without options.no_look the files it names
 * are looked at where they are here, and a compiler of the system that it shows in a link is asked as
 * dlwhy_link asks it. */
typedef int64_t dlwhy_read(void *buf, size_t n, void *user);
DLWHY_API enum dlwhy_code dlwhy_explain(struct dlwhy_session *s, const char *name, dlwhy_read *read,
					void *read_user, dlwhy_on_result *on_result, void *user,
					struct dlwhy_error *err);
/* Will this compiler or linker command link, and what will its linker say first? argv is NULL-ended. The
 * linker is not run. The compiler is asked for its plan (-###), and where the command has sources, to compile
 * them into a temporary folder that is removed. Relative names are of the working folder. One result. */
DLWHY_API enum dlwhy_code dlwhy_link(struct dlwhy_session *s, const char *const *argv,
				     dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* The same for the Go package in a folder or at an import path ("." , "./cmd/x"): its #cgo lines, what
 * they name, and what the program or library will need when it starts. build_args: what go build would get
 * ("-buildmode=c-shared", "-tags=x"), NULL-ended, or NULL. Nothing of Go is run; the compiler driver is
 * asked for its plan as above. `loads`: does what comes out start, or load if it is a library? One result. */
DLWHY_API enum dlwhy_code dlwhy_link_go(struct dlwhy_session *s, const char *package,
					const char *const *build_args, dlwhy_on_result *on_result,
					void *user, struct dlwhy_error *err);
/* What would make it work? Asks what dlwhy_check (DLWHY_FIX_FILE), dlwhy_import (DLWHY_FIX_MODULE) or
 * dlwhy_explain (DLWHY_FIX_TEXT, of `read`) would answer, and tries ways out in a file system that is only
 * thought of. One result, that of the question, with plans. Nothing is changed unless request->apply names
 * a plan and request->confirm, if there is one, returns true for it: then the plan is done as one
 * transaction, proved by the real loader, and taken back at once if that says no. result->applied tells. */
enum dlwhy_fix_kind { DLWHY_FIX_FILE, DLWHY_FIX_MODULE, DLWHY_FIX_TEXT, DLWHY_FIX_LINK, DLWHY_FIX_GO };
struct dlwhy_plan;
struct dlwhy_fix_request {
	size_t size;              /* sizeof of this structure */
	enum dlwhy_fix_kind kind;
	const char *target;       /* a path, a module's name, the name of a text, a Go package */
	dlwhy_read *read;         /* DLWHY_FIX_TEXT */
	void *read_user;
	int apply;                /* number of a plan, 0 for none */
	bool (*confirm)(const struct dlwhy_plan *plan, void *user); /* NULL: yes */
	void *confirm_user;
	const char *const *command; /* as typed, for the journal; NULL-ended, or NULL */
	const char *const *wheels; /* folders with wheels that may be installed, NULL-ended, or NULL; those of
				      PIP_FIND_LINKS are looked at, too */
	const char *const *args; /* DLWHY_FIX_LINK: the command; DLWHY_FIX_GO: arguments of go build, or NULL;
				    NULL-ended */
	const volatile int *stop; /* once this is not 0 whatever runs is ended, and what was done is taken
				     back; NULL */
};
DLWHY_API enum dlwhy_code dlwhy_fix(struct dlwhy_session *s, const struct dlwhy_fix_request *request,
				    dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* Are the packages that are installed in a place as they were installed? A target is an environment (its
 * folder or its interpreter), a folder of packages (site-packages, pip install --target), the root of a
 * system with dpkg or apk, or a wheel. Every file is read and compared with what RECORD, conda-meta, dpkg's
 * or apk's database says. result->verify tells what was looked at. */
DLWHY_API enum dlwhy_code dlwhy_verify(struct dlwhy_session *s, const char *const *targets, size_t ntargets,
				       dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* Makes a Python environment that is proved to work: by the interpreter's own venv, with packages that
 * pip or uv installs; each native file is judged, and each package imported for real. If a step fails
 * nothing is left. One result: result->env tells. This writes below `dir` alone, and runs what pip and
 * the packages run. */
struct dlwhy_env_request {
	size_t size;                 /* sizeof of this structure */
	const char *dir;             /* a folder that is not there, or empty */
	const char *const *packages; /* as pip takes them ("numpy", "torch==2.5.1"), NULL-ended */
	const char *like;            /* an environment whose packages it gets in the same versions; NULL */
	void (*progress)(const char *says, void *user); /* NULL: in silence */
	void *progress_user;
	const volatile int *stop; /* once this is not 0 nothing more is begun, and nothing is left; NULL */
};
DLWHY_API enum dlwhy_code dlwhy_env_create(struct dlwhy_session *s, const struct dlwhy_env_request *request,
					   dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* What dlwhy has changed on this machine, and taking it back. First of all whatever an earlier process left
 * half done, because it was killed, is finished or taken back; with id NULL and no `list` that was the last
 * one, and nothing else is done. Then `list` lists all transactions;
 * otherwise the one of `id` is shown, or the last that can be undone if id is NULL. With `apply`, and if
 * confirm is NULL or returns true for it, it is undone: bytes, modes, owners, times and links are as
 * they were, or nothing is changed and result->error says why. One result: result->undo.
 * DLWHY_E_ARGUMENT in its error: there is no such transaction. The journals are those of the environment
 * of the session (XDG_STATE_HOME, HOME). */
struct dlwhy_transaction;
struct dlwhy_undo_request {
	size_t size;              /* sizeof of this structure */
	const char *id;           /* or NULL */
	bool list, apply;
	bool (*confirm)(const struct dlwhy_transaction *t, void *user); /* NULL: yes */
	void *confirm_user;
};
DLWHY_API enum dlwhy_code dlwhy_undo(struct dlwhy_session *s, const struct dlwhy_undo_request *request,
				     dlwhy_on_result *on_result, void *user, struct dlwhy_error *err);
/* For programs: ends this process by that signal, as the command ended. Returns if it cannot. */
DLWHY_API void dlwhy_die_by(int signal);

/* ---- answers ------------------------------------------------------------------------------ */

enum dlwhy_answer { DLWHY_NO = 0, DLWHY_YES = 1, DLWHY_UNKNOWN = 2 };

/* How sure a statement is. proved: follows from bytes and probes read here, by rules tested against
 * that real loader. predicted: rests on an assumption that is named. likely: a rule of thumb. */
enum dlwhy_certainty { DLWHY_PROVED, DLWHY_PREDICTED, DLWHY_LIKELY };

enum dlwhy_severity { DLWHY_ERROR, DLWHY_WARNING, DLWHY_NOTE };

struct dlwhy_platform {
	const char *os;             /* "linux", "macos", "windows" */
	const char *loader;         /* "glibc", "musl", "dyld", "windows", "none" */
	const char *loader_version; /* "2.36", "macOS 15.4", of Windows its release ("10"); NULL if unknown */
	const char *machine;        /* "x86_64", NULL if unknown */
};

/* One place where a file was looked for, in the loader's order. */
struct dlwhy_probe {
	const char *rule;      /* "runpath", "ld-library-path", …: see docs/schema-1.json */
	const char *path;      /* the candidate as the loader would open it */
	const char *outcome;   /* "taken", "absent", "wrong-class", … */
	const char *directory; /* the element of the list as written, NULL if there is no list */
	int32_t of;            /* id of the object whose RPATH or RUNPATH it is, -1 if none */
};

struct dlwhy_need {
	const char *name;      /* as written in the file */
	int32_t to;            /* id of the object it leads to, -1 if it is missing */
	const char *when;      /* "start", "open"; "delay": at the first call only */
	const char *rule;      /* how it was found, NULL if it was not */
	int32_t rule_of;       /* id of the object whose list it was, -1 if none */
	const struct dlwhy_probe *const *probes;
	size_t nprobes;        /* kept for missing ones, and for all with options.probes */
};

struct dlwhy_object {
	int32_t id;
	const char *path;      /* as the loader names it; NULL for a program that is only assumed */
	const char *soname;    /* NULL if it has none */
	const char *package_kind, *package_name, *package_version; /* NULL if unknown */
	const struct dlwhy_need *const *needs;
	size_t nneeds;
	bool by_host;          /* belongs to the program that loads, not to the target */
	bool unloaded;         /* of an import: mapped for an open that failed, and gone again */
};

/* A library that a file says it opens by name at run time (dlopen), and what that would find. */
struct dlwhy_open {
	const char *name;        /* as the file has it */
	int32_t from;            /* id of the object that says so */
	const char *by;          /* "note": its .note.dlopen; "string": its read-only data */
	const char *priority;    /* of the note: "required", "recommended", "suggested", or NULL */
	const char *feature, *description; /* of the note, or NULL */
	const char *path;        /* of the file that would be opened, NULL: none is found */
	const char *rule;        /* how it is found, NULL if it is not */
	bool alternative;        /* another name for the one before it: one of them is enough */
};

struct dlwhy_evidence {
	const char *kind;      /* "probe", "bytes", "symbol", "version", "text", "fact" */
	int32_t object;        /* id, -1 if none */
	const char *path;      /* NULL if none */
	int64_t offset, size;  /* bytes in that file, -1 if none */
	int64_t line;          /* -1 if none */
	const char *value;     /* NULL if none */
	const char *says;      /* what it shows, in words */
	const char *demangled; /* kind "symbol": value as people wrote it, or NULL */
};

/* One step of a way out that dlwhy can do itself, as data. What path, name and value are is said by op:
 *   set-runpath, set-rpath  path: an ELF file; value: the whole list
 *   remove-paths            path: an ELF file that shall have neither
 *   add-needed, remove-needed, replace-needed   path: an ELF file; name: what goes; value: what comes
 *   set-soname, set-interpreter, clear-exec-stack   path: an ELF file; value
 *   link                    path: a symbolic link that shall be; value: where it leads
 *   mode                    path: a file or folder; value: "a+r", "a+x"
 *   unix-lines              path: a text whose lines end as on Windows
 *   ldconfig                the loader's cache is made anew; value: a folder that it shall know, or NULL
 *   path-file               value: a folder that musl's path file shall name; path: that file
 *   env-first, env-without  name: a variable that holds a list; value: an element that comes first, or goes
 *   env-set, env-unset      name, value: of a variable
 *   drop-setting            path: a file that puts the element `value` into the list `name`, and shall not
 *   activate                path: a script of an environment that shall put `value` first in the list `name`
 *   wrapper                 path: a new script that starts `name` with `value` first in LD_LIBRARY_PATH
 *   reinstall               path: a damaged file, whose package is installed again as it is
 *   edit-line               path: a text; name: the number of a line; value: what it shall read
 *   add-line                path: a text; name: the number of the line that `value` comes behind
 *   cgo-line                path: a Go source; value: a line for the comment above its import "C"
 *   link-command            value: the command that links, as a shell would have it
 *   pip-install             value: what pip shall install; path: the interpreter of the environment;
 *                           name: the wheel that this will be, or NULL */
struct dlwhy_edit {
	const char *op, *path, *name, *value;
};

struct dlwhy_fix {
	int n;
	const char *kind, *risk, *says;
	const char *const *commands;
	size_t ncommands;
	const char *const *files;
	size_t nfiles;
	const struct dlwhy_edit *const *edits; /* none: a person must do it */
	size_t nedits;
};

struct dlwhy_also { /* another reading of the same failure */
	const char *code, *detail, *object;
};

struct dlwhy_finding {
	const char *code;      /* a cause of docs/causes/, "missing-library" */
	const char *detail;    /* a refinement, or NULL */
	enum dlwhy_severity severity;
	enum dlwhy_certainty certainty;
	const char *fingerprint; /* the same on every machine for the same finding */
	const char *object;    /* what it is about: a path or a name, or NULL */
	const char *needed_by; /* path of the object that asked for it, or NULL */
	const char *const *chain; /* from the program or target down to needed_by */
	size_t nchain;
	const char *symbol;    /* or NULL */
	const char *summary;   /* one sentence for a person */
	const char *assumes;   /* what `predicted` rests on, NULL if proved */
	const struct dlwhy_evidence *const *evidence;
	size_t nevidence;
	const struct dlwhy_fix *const *fixes;
	size_t nfixes;
	const struct dlwhy_also *const *also;
	size_t nalso;
	const char *demangled; /* symbol as people wrote it (C++, Rust, Swift), or NULL */
	const char *package_kind, *package_name, *package_version; /* that it is about, NULL if of none */
};

struct dlwhy_binding { /* one reference of one object */
	int32_t from;          /* object id */
	const char *symbol, *version; /* version NULL if none is asked for */
	int32_t to;            /* object id, -1 if nobody defines it */
	const char *to_version; /* of the definition, NULL if it has none */
	bool weak, lazy, copy, tls;
};

struct dlwhy_proof { /* options.prove */
	bool done;             /* false: it could not be tried; says tells why */
	bool agrees;
	const char *real;      /* what the real loader said, NULL if it loaded */
	const char *says;
	const char *died;      /* it was found and bound, and code of it then ended the process: how; or NULL.
				  The first finding tells of it */
};

/* ---- answers about Python ------------------------------------------------------------------ */

/* A line of Python source. file NULL: the command line. */
struct dlwhy_place {
	const char *file;
	int64_t line;          /* -1 if none */
	const char *in;        /* "<module>" or the function's name, or NULL */
};

/* An exception as Python would show it. */
struct dlwhy_exception {
	const char *type;      /* "ImportError" */
	const char *message;   /* str(e), NULL: not known */
	const char *text;      /* how a traceback ends: "ImportError: No module …" */
	bool exact;            /* every part of the message is known */
	bool maybe;            /* behind a condition that could not be decided */
	const char *name, *path; /* attributes of an ImportError, or NULL */
	const struct dlwhy_place *const *traceback; /* outermost first */
	size_t ntraceback;
	const struct dlwhy_exception *cause; /* "the direct cause of", or "during the handling of" */
	bool explicit_cause;   /* raise … from … */
};

struct dlwhy_module {
	const char *name;      /* full name */
	const char *kind;      /* "source", "extension", "builtin", "frozen", "bytecode", "namespace",
				  "missing" */
	const char *origin;    /* its file, or NULL */
	struct dlwhy_place by; /* who imported it first */
	bool maybe;            /* only behind a condition that could not be decided */
	bool failed;           /* an exception ended it */
};

/* A native file that Python opened, in order. */
struct dlwhy_native {
	const char *path;      /* as dlopen gets it, NULL: dlopen(NULL) */
	const char *kind;      /* "extension", "ctypes" */
	const char *module;    /* full name of an extension, or NULL */
	struct dlwhy_place by;
	const char *outcome;   /* "loaded", "refused", "no-init", "death", "unknown" */
	const char *message;   /* dlerror(), or how the process ends; NULL */
	bool maybe;
	int32_t object;        /* id in objects, -1 if it is not there */
};

/* An exception that the sources catch: the import goes on, something is missing. */
struct dlwhy_swallowed {
	const struct dlwhy_exception *exception;
	struct dlwhy_place at; /* the handler */
	bool warned;           /* its text is printed or logged */
	const char *native;    /* the native file that it began with, or NULL */
	const char *const *gone; /* "tensorflow_io.experimental.serial.…": what the package is without */
	size_t ngone;
};

struct dlwhy_gap { /* what could not be followed */
	const char *what;
	struct dlwhy_place at;
};

struct dlwhy_python {
	const char *executable;     /* sys.executable */
	const char *program;        /* the ELF file that runs */
	const char *implementation; /* "cpython" */
	const char *version;        /* "3.11.2" */
	const char *prefix;         /* sys.prefix */
	const char *why;            /* how the interpreter was found */
	const char *module;         /* that is imported */
	const struct dlwhy_exception *exception; /* that ends the import, or NULL */
	bool died;                  /* the process ends inside a native file */
	bool limited;               /* too large: what came after was not followed */
	size_t nmodules, nnatives, nswallowed, nnot_followed, npath;
	const struct dlwhy_module *const *modules; /* in the order they were begun */
	const struct dlwhy_native *const *natives;
	const struct dlwhy_swallowed *const *swallowed;
	const struct dlwhy_gap *const *not_followed;
	const char *const *path;    /* sys.path */
	size_t nstartup;            /* the first modules: what every start of the interpreter imports */
};

/* ---- the answer about one target ----------------------------------------------------------- */

/* ---- answers of dlwhy_run -------------------------------------------------------------------- */

struct dlwhy_run_load { /* one request of a process that was watched, in order */
	const char *name;      /* as asked for; NULL: the start of the program */
	const char *by;        /* path of the object that asked, or NULL */
	const char *outcome;   /* "loaded", "there-already", "failed", "closed" (let go at once), "unknown" */
	const char *message;   /* what the loader said of it, NULL */
	const char *const *objects; /* paths that it brought into the process */
	size_t nobjects;
};

struct dlwhy_run_process {
	int64_t pid, parent;   /* as they see themselves */
	const char *program;   /* path; NULL if it is not known */
	const char *const *argv;
	size_t nargv;
	const char *ending;    /* "exit", "exec", "signal", "unknown" */
	int signal;            /* 0 if none was seen */
	bool forked;           /* a copy of its parent, no program of its own */
	bool started;          /* its own code was reached */
	const struct dlwhy_run_load *const *loads;
	size_t nloads;
	const char *const *differences; /* where the simulation says otherwise, in words */
	size_t ndifferences;
	bool compared;         /* with the simulation */
};

struct dlwhy_run {
	int exit_status;       /* -1 if a signal ended it or it was not started */
	int signal;            /* that ended it, 0 if none */
	const char *signal_name; /* "SIGSEGV", NULL */
	bool found;            /* there is such a command */
	bool started;
	bool watched;          /* false: nothing was seen; why_not tells why */
	const char *why_not;   /* also why a part was not seen; or NULL */
	const struct dlwhy_run_process *const *processes; /* those with a watched loader, in order */
	size_t nprocesses;
	size_t lost;           /* records for which there was no room */
	const char *const *unseen; /* programs that were started and could not be watched, and why: as far as
				      they ran long enough to be noticed */
	size_t nunseen;
};

/* ---- answers of dlwhy_env_create ---------------------------------------------------------------- */

struct dlwhy_env_module {
	const char *package, *module;
	bool works;            /* it was imported for real */
	const char *message;   /* the exception's text, or how the process ended; NULL */
};

struct dlwhy_env {
	const char *dir, *python;
	const char *installer;       /* "pip", "uv" */
	bool made;                   /* false: nothing is left */
	uint64_t npackages;          /* that are installed */
	uint64_t nfiles, nfailing;   /* native files; of these nothing loads, whatever was imported before */
	const char *const *failing;  /* their paths */
	size_t nlisted;
	const struct dlwhy_env_module *const *modules; /* of the packages that were asked for */
	size_t nmodules;
	const char *activate;        /* what to type, for the shell of this user */
	const char *failed;          /* which step failed, in words; NULL */
};

/* ---- answers of dlwhy_fix -------------------------------------------------------------------- */

struct dlwhy_plan {
	int n;                 /* its number: 1 is the first */
	const char *kind;      /* that of the fix it begins with: "set-runpath", "link", … */
	const char *risk;      /* "low", "medium", "high" */
	const char *says;      /* what changes and why it helps, one sentence */
	const char *removes;   /* fingerprint of the finding that it removes */
	const struct dlwhy_edit *const *edits; /* in order */
	size_t nedits;
	const char *const *files;    /* that would be changed, made or removed */
	size_t nfiles;
	const char *const *commands; /* what a person could type instead */
	size_t ncommands;
	const char *const *notes;    /* what one should know before: a sentence each */
	size_t nnotes;
	enum dlwhy_answer works;     /* in the simulation. UNKNOWN: it cannot be simulated */
	const char *then;            /* what fails next, where it does not work; NULL */
	bool same_command;           /* the command works as it is, with no variable to be set */
	bool can_apply;
	const char *why_not;         /* if not */
};

struct dlwhy_applied {
	int n;                 /* number of the plan */
	const char *id;        /* for undo; NULL: nothing was done, or it was taken back */
	bool works;            /* it was done, and nothing says that it does not help */
	bool rolled_back;      /* it was done, and taken back */
	const char *says;      /* in words */
	const char *message;   /* what the real loader or the build said, lines, NULL */
};

/* ---- answers of dlwhy_undo ------------------------------------------------------------------- */

struct dlwhy_transaction_step {
	const char *change;    /* "patch", "write", "link", "folder", "mode", "remove", "run" */
	const char *path;      /* NULL for "run" */
	bool was_there;        /* something was at path before */
	const char *const *argv; /* of "run" */
	size_t nargv;
	const char *changed;   /* why it cannot be undone now, in words; NULL: it can, or nobody looked */
};

struct dlwhy_transaction {
	const char *id;        /* a number */
	/* "done", "undone", "begun", "undoing", "damaged"; "stuck": somebody else had changed a file
	 * when it was taken back, which was left */
	const char *state;
	int64_t time, undone;  /* seconds since 1970; undone 0: it was not */
	const char *version;   /* of dlwhy */
	const char *title;     /* what it was for */
	const char *const *command; /* that was typed */
	size_t ncommand;
	const struct dlwhy_transaction_step *const *steps; /* in the order in which they were done */
	size_t nsteps;
	uint64_t kept;         /* bytes on disk that keep what was there before */
	const char *damage;    /* "damaged": what is wrong with its journal; NULL */
};

struct dlwhy_undo {
	const char *const *recovered; /* what was found half done, and what became of it, a sentence each */
	size_t nrecovered;
	const struct dlwhy_transaction *const *transactions; /* of a list: oldest first */
	size_t ntransactions;
	bool list;
	bool done;             /* it has been undone now */
};

/* ---- answers of dlwhy_explain ---------------------------------------------------------------- */

struct dlwhy_told { /* what of the text was read */
	uint64_t bytes, lines;
	const char *speaker;   /* who says the decisive words: "glibc", "ld.bfd", …; NULL: nobody known */
	const char *text;      /* the decisive words, or NULL */
	int64_t line;          /* where they stand, -1 */
	size_t nfacts;         /* sentences that were recognised */
	bool cut;              /* more was recognised than is kept */
	const char *looked;    /* what was looked at on this machine, in words, or NULL */
	const char *asked;     /* "check", "import": the question whose answer is the first finding; NULL */
	const char *asked_about; /* its target */
	const char *asked_python, *asked_after; /* options of that question, or NULL */
};

/* ---- answers of dlwhy_verify ----------------------------------------------------------------- */

struct dlwhy_verified_package {
	const char *kind;      /* "pip", "conda", "dpkg", "apk", "wheel" */
	const char *name, *version; /* version NULL if unknown */
	const char *state;     /* "damaged", "suspect" (warnings), "noted" */
	const char *record;    /* where it is written down, or NULL */
	const char *const *reinstall; /* argv of a command that installs exactly this again */
	size_t nreinstall;     /* 0: there is none */
};

struct dlwhy_verify {
	const char *kind;      /* "environment", "folder", "system", "wheel" */
	const char *place;     /* path */
	uint64_t npackages, nfiles, bytes; /* looked at; bytes: that were read */
	uint64_t ndamaged, nsuspect; /* packages with an error; with a warning and no error */
	uint64_t unreadable;   /* files that may not be read here: nothing is said of them */
	const struct dlwhy_verified_package *const *packages; /* those that are not as they must be */
	size_t nlisted;
	const char *const *commands; /* that install all damaged packages again, for a shell */
	size_t ncommands;
};

/* A package whose files were judged. */
struct dlwhy_package {
	const char *kind;      /* "wheel", "zip", "tar", "deb", "conda", "image" */
	const char *name, *version, *tag; /* of a wheel, by its name; else NULL */
	uint64_t nfiles;       /* files in it */
	uint64_t nnative;      /* of these, judged: as many as members */
	uint64_t nothers;      /* native files for other systems or machines, which were not */
};

struct dlwhy_result {
	const char *verb;      /* "check", "import" */
	const char *target;    /* as given */
	struct dlwhy_platform platform;
	enum dlwhy_answer loads;
	enum dlwhy_certainty certainty;
	const struct dlwhy_error *error; /* NULL; else nothing could be analysed */
	const char *loader_message;      /* NULL unless loads is DLWHY_NO; NULL for a death without words */
	const char *const *loader_lines; /* the other lines of a start-up */
	size_t nloader_lines;
	const struct dlwhy_finding *const *findings; /* the first is the answer */
	size_t nfindings;
	const struct dlwhy_object *const *objects;   /* index = id */
	size_t nobjects;
	const struct dlwhy_binding *const *bindings;
	size_t nbindings;
	const struct dlwhy_result *const *members;   /* of a package; none for a single file */
	size_t nmembers;
	bool is_program;       /* started, not opened by dlopen */
	const char *host;      /* who loads it, for a person: "a bare program", "/usr/bin/python3" */
	int32_t target_object; /* id of the target in objects, -1 if it was never reached */
	const char *hint;      /* a last line for a person, or NULL */
	const struct dlwhy_proof *proof; /* NULL unless asked for */
	const char *assumes;   /* what a verdict that is not proved rests on, NULL if proved */
	const struct dlwhy_open *const *opens; /* by name at run time, as far as files tell */
	size_t nopens;
	const struct dlwhy_python *python; /* of an import, and of a check with options.after; or NULL */
	const struct dlwhy_run *run; /* of dlwhy_run, else NULL */
	enum dlwhy_answer links; /* of dlwhy_link, dlwhy_link_go */
	const char *linker_message; /* first error as the linker prints it; NULL unless links is DLWHY_NO */
	const struct dlwhy_told *told; /* of dlwhy_explain, else NULL */
	const char *const *linker_lines; /* of dlwhy_link: what the linker prints, as far as it is known */
	size_t nlinker_lines;
	const char *question;  /* of dlwhy_fix: "check", "import", "explain": what was asked; else NULL */
	const struct dlwhy_plan *const *plans; /* of dlwhy_fix: the first is the best */
	size_t nplans;
	const struct dlwhy_applied *applied; /* of dlwhy_fix with `apply`, else NULL */
	const struct dlwhy_verify *verify; /* of dlwhy_verify, else NULL */
	const struct dlwhy_env *env; /* of dlwhy_env_create, else NULL */
	const struct dlwhy_undo *undo; /* of dlwhy_undo, else NULL */
	const struct dlwhy_package *package; /* of a check of a package, else NULL */
	bool unbound;          /* options.no_bind: `loads` says nothing of symbols */
	const struct dlwhy_cause *cause; /* of a question about a cause: its code is the target; else NULL */
};

/* ---- printing ----------------------------------------------------------------------------- */

enum dlwhy_format { DLWHY_TREE, DLWHY_JSON, DLWHY_JSONL, DLWHY_MARKDOWN };

struct dlwhy_print {
	size_t size;           /* set by dlwhy_print_init */
	enum dlwhy_format format;
	bool color;
	bool verbose;          /* every object and every probe */
	bool redact;           /* replace user, host and home folder by placeholders */
	unsigned width;        /* columns of the terminal, 0 for 100 */
	size_t ntargets;       /* how many results will follow: JSON of several is one document */
};
DLWHY_API void dlwhy_print_init(struct dlwhy_print *p);

/* Where printed bytes go. Returns 0, or an errno value that ends the printing. */
typedef int dlwhy_write(const char *bytes, size_t n, void *user);

/* Prints result number `index` of p->ntargets. Call with rising index, once each. Returns 0 or
 * what `write` returned, or ENOMEM. */
DLWHY_API int dlwhy_print_result(const struct dlwhy_print *p, const struct dlwhy_result *result,
				 size_t index, dlwhy_write *write, void *user);
/* The JSON schema of all machine-readable output, a NUL-ended text. */
DLWHY_API const char *dlwhy_schema(void);

/* ---- catalogue ---------------------------------------------------------------------------- */

struct dlwhy_cause {
	const char *code, *title;
	enum dlwhy_severity severity;
	const char *meaning;   /* one line */
	const char *never;     /* what never to do */
	const char *page;      /* all that there is to know of it, in Markdown */
};
/* Cause number i, NULL behind the last. */
DLWHY_API const struct dlwhy_cause *dlwhy_cause_at(size_t i);
DLWHY_API const struct dlwhy_cause *dlwhy_cause_find(const char *code);

/* Name number i of the processors that options.cpu takes, NULL behind the last. */
DLWHY_API const char *dlwhy_cpu_name(size_t i);

#ifdef __cplusplus
}
#endif

#endif
