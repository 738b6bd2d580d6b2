/* loader.h - one model of a process and what a loader does to it.
 *
 *     outcome = loader_step(world, process, event)
 *
 * A world is immutable: the machine, its files, its loader. A process is built by events (start a
 * program, open a library) and belongs to one arena. What happened is kept in the process's trace:
 * every request, probe, choice and failure in the loader's order; sentences are printed from it.
 */
#ifndef DLWHY_LOADER_LOADER_H
#define DLWHY_LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/table.h"
#include "machine/live.h"
#include "machine/machine.h"
#include "object/store.h"

/* ---- the world ---------------------------------------------------------------------------- */

/* The loader's variables as the process under study would see them. */
struct loader_env {
	const char *library_path; /* LD_LIBRARY_PATH; NULL if unset */
	const char *preload;      /* LD_PRELOAD */
	const char *audit;        /* LD_AUDIT */
	bool bind_now;            /* LD_BIND_NOW is set and not empty */
	bool dynamic_weak;        /* LD_DYNAMIC_WEAK */
	const char *tunables;     /* GLIBC_TUNABLES */
	const char *path;         /* PATH, to find hosts and interpreters */
};

/* What the glibc.rtld.* tunables decide. */
struct tunables {
	bool old_sort;         /* dynamic_sort=1 */
	uint64_t tls_surplus;  /* bytes for later static TLS */
	uint64_t tls_optional; /* of these, for TLSDESC */
	int exec_stack;        /* execstack: 0 never, 1 as the program asks, 2 from the start */
};

/* Whose rules hold: one implementation of start and open each, over one model of a process. */
enum loader_kind { LOADER_GLIBC, LOADER_MUSL, LOADER_DYLD, LOADER_WINDOWS };
const char *loader_name(enum loader_kind k); /* "glibc" */

/* The Mac of a world of dyld. */
struct dyld_world {
	unsigned release;          /* major << 8 | minor */
	uint32_t cpu;              /* MACHO_ARM64, MACHO_X86_64: of the processes */
	/* The DYLD_*_PATH variables, NULL if unset. */
	const char *library_path, *framework_path, *fallback_library, *fallback_framework;
	const char *insert;        /* DYLD_INSERT_LIBRARIES */
};

struct windows_world;

struct world {
	enum loader_kind kind;
	struct store *store;
	struct source *source;
	bool is_host;              /* this machine, not a --root */
	uint16_t machine;          /* EM_* of the program's loader */
	bool is64, big_endian;
	uint32_t eflags;           /* of the program: some machines have several ABIs */
	const char *ld_path;       /* PT_INTERP: path of the loader */
	struct glibc_install install; /* of musl only found, version, version_from and dirs */
	struct musl_install musl;  /* LOADER_MUSL */
	const struct windows_world *windows; /* LOADER_WINDOWS: windows.h; else NULL */
	struct cpu cpu;
	struct ldcache *cache;     /* NULL: none usable */
	const char *cache_why;     /* why not, NULL if usable */
	const char *const *subdirs; /* see hwcaps_subdirs */
	size_t nsubdirs;
	struct loader_env env;
	uint32_t kernel;           /* 0x00MMmmpp, 0 unknown */
	uint64_t page;             /* bytes */
	uint64_t memory;           /* RAM and swap in bytes, 0 unknown */
	struct tunables tunables;  /* as GLIBC_TUNABLES sets them */
	struct tunables defaults;  /* as they are for a set-user-ID program */
	const char *assumes;       /* what a verdict in this world rests on, NULL if nothing */
	const struct dyld_world *dyld; /* LOADER_DYLD, else NULL: of the ELF facts above none counts then */
};

struct world_options {
	struct store *store;
	const char *const *environ; /* NAME=VALUE, NULL-ended: the environment under study */
	const char *cpu;            /* as --cpu, NULL: measured or assumed */
};

/* The world of programs whose PT_INTERP is ld_path (NULL: the usual one of glibc for the machine).
 * Whose loader it is, the file says, else its name. E_UNSUPPORTED if none is known for the machine.
 * Allocates in a. */
enum dlwhy_code world_init(struct world *w, const struct world_options *opt, uint16_t machine,
			   bool is64, bool big_endian, uint32_t eflags, const char *ld_path,
			   struct arena *a, struct dlwhy_error *err);

/* The same for macOS: release is "26", "15.4" (NULL: the newest that is known), cpu one of MACHO_*.
 * E_ARGUMENT: no such release. */
enum dlwhy_code world_init_dyld(struct world *w, const struct world_options *opt, const char *release,
				uint32_t cpu, struct arena *a, struct dlwhy_error *err);
/* Can that be simulated: is it a release of macOS from 12 on? */
bool dyld_release_of(const char *text, unsigned *out);

static inline int world_minor(const struct world *w)
{
	return w->install.minor;
}

/* ---- processes ---------------------------------------------------------------------------- */

enum load_rule {
	RULE_NONE,
	RULE_LOADED,       /* a loaded object answers to that name */
	RULE_SONAME,       /* a loaded object has that SONAME */
	RULE_SAME_FILE,    /* the file found is loaded already (device and inode) */
	RULE_RPATH,
	RULE_LD_LIBRARY_PATH,
	RULE_RUNPATH,
	RULE_CACHE,
	RULE_DEFAULT_DIR,
	RULE_PATH,         /* the name has a '/' */
	RULE_PROGRAM,      /* started by the kernel */
	RULE_INTERPRETER,  /* PT_INTERP */
	RULE_PATH_FILE,    /* musl: a folder of its path file */
	RULE_LIBC,         /* musl: the name or the file is a C library's, and it is the one there */
	RULE_DYLD_LIBRARY_PATH,
	RULE_DYLD_FRAMEWORK_PATH,
	RULE_DYLD_FALLBACK, /* DYLD_FALLBACK_*_PATH, or the folders that stand for it */
	RULE_CRYPTEX,      /* dyld: below the cryptex of the system */
	RULE_LOADER_PATH,  /* @loader_path */
	RULE_EXECUTABLE_PATH, /* @executable_path */
	RULE_INSTALL_NAME, /* dyld: a loaded image has that install name or path */
	RULE_SHARED_CACHE, /* dyld: the system's libraries, which are no files */
	RULE_API_SET,      /* Windows, from here on: a contract that it knows */
	RULE_KNOWN_DLL,    /* only ever taken from the system folder */
	RULE_SIDE_BY_SIDE, /* the folder of an assembly that a manifest asks for */
	RULE_DLL_DIR,      /* the folder of the DLL that is opened */
	RULE_APPLICATION_DIR, /* the folder of the program */
	RULE_USER_DIR,     /* AddDllDirectory */
	RULE_SYSTEM_DIR,
	RULE_WINDOWS_DIR,
	RULE_WORKING_DIR,
	RULE_PATH_VARIABLE, /* PATH */
	RULE_SET_DIR,       /* SetDllDirectory */
	RULE_DOT_LOCAL,     /* PROGRAM.exe.local */
	RULE_COUNT
};
const char *load_rule_id(enum load_rule r); /* "ld-library-path" */

enum probe_outcome {
	PROBE_TAKEN,
	PROBE_ABSENT,
	PROBE_UNREADABLE,
	PROBE_NOT_A_DIRECTORY,
	PROBE_SYMLINK_LOOP,
	PROBE_NAME_TOO_LONG,
	PROBE_OPEN_FAILED,
	PROBE_NO_DIRECTORY,   /* the folder itself is not there */
	PROBE_WRONG_CLASS,    /* skipped: 32 against 64 bit */
	PROBE_WRONG_MACHINE,  /* skipped */
	PROBE_WRONG_ABI_NOTE, /* skipped, glibc up to 2.35 */
	PROBE_TOO_SHORT,      /* these four end the search */
	PROBE_NOT_ELF,
	PROBE_IS_DIRECTORY,
	PROBE_BAD_HEADER,
	PROBE_STALE_CACHE,    /* the cache lists it, the file is gone */
	PROBE_NOT_LISTED,     /* the cache does not list the name; path is the cache's */
	PROBE_NODEFLIB,       /* refused: DF_1_NODEFLIB */
	PROBE_SECURE,         /* refused: set-user-ID program */
	PROBE_NOT_REGULAR,
	PROBE_NOT_MACHO,      /* these to PROBE_NO_PROGRAM are dyld's, and no bad file ends its search */
	PROBE_WRONG_PLATFORM, /* for iOS and the like */
	PROBE_WRONG_TYPE,     /* a bundle as a dependency, a program as a library */
	PROBE_BAD_SIGNATURE,  /* unsigned on arm64, or of another team */
	PROBE_RELATIVE,       /* a relative path in a hardened program */
	PROBE_NO_PROGRAM,     /* @executable_path, and which program it is, is not known */
	PROBE_NOT_PE,         /* ends the search, as a bad header of a PE file does */
	PROBE_COUNT
};
const char *probe_outcome_id(enum probe_outcome o); /* "wrong-class" */

struct image;

struct probe {
	enum load_rule rule;
	enum probe_outcome outcome;
	int err;                  /* errno of the open, 0 if it opened */
	struct image *of;         /* whose RPATH or RUNPATH it is, NULL if of nobody */
	const char *written;      /* element of the list as written, NULL if there is no list */
	const char *path;         /* the candidate; for PROBE_NO_DIRECTORY the folder */
	const char *says;         /* dyld: its own word for the outcome; else NULL */
	const struct store_entry *entry; /* NULL if it was not opened */
};

struct probe_list {
	struct probe *items;
	size_t n, cap;
};

/* One request: an image (or the program under study) asked for a name. */
struct request {
	const char *name;         /* as written */
	const char *asked;        /* with tokens expanded */
	struct image *from;       /* NULL: the kernel, or the caller of dlopen outside any image */
	struct image *to;         /* NULL: failed */
	enum load_rule rule;
	struct image *rule_of;
	size_t probe0, nprobes;   /* range in trace.probes */
	bool optional;            /* DT_AUXILIARY, LD_PRELOAD: a failure is not one of the whole */
	bool preload, filter;
	bool delay;               /* Windows: only loaded at the first call of a function */
	bool found_other_class;
	bool failed;
	const struct store_entry *shadowed; /* see loader_shadowed */
};

struct search_list {
	struct image **v;
	size_t n;
};

/* One element of a list of folders to search. */
struct search_dir {
	const char *written;      /* as it stands in the list */
	const char *dir;          /* expanded, with a final '/'; "" is the working folder */
	unsigned char *status;    /* per sub-directory: see path.c */
};
struct dir_list {
	bool ready, none;
	struct search_dir **v;
	size_t n;
	enum load_rule rule;
	struct image *of;
};

enum image_kind { IMAGE_PROGRAM, IMAGE_LIBRARY, IMAGE_LOADER, IMAGE_VDSO };

/* What became of the file of an image since a running process mapped it. */
enum image_disk { DISK_SAME, DISK_REPLACED, DISK_DELETED };

/* One object in a process: glibc's struct link_map, musl's struct dso. */
struct image {
	size_t index;             /* place in the process's list */
	enum image_kind kind;
	const struct store_file *file; /* NULL: the assumed bare program, or the vdso */
	const struct object_facts *facts; /* derived facts, NULL while there is no file */
	struct bound *bound;      /* who its references are bound to: see bind.c */
	const char *name;         /* l_name: the path as opened; "" for the program */
	const char *real_path;    /* path of the program's file; else name */
	const char *soname;
	const char **names;       /* further names that it was asked by */
	size_t nnames;
	struct image *requester;  /* first to ask for it by DT_NEEDED; NULL for roots */
	const struct image *led_for; /* Windows: who imports through the forwarder that brought it; NULL */
	const struct request *request; /* how it came here; NULL for assumed ones */
	const char *origin;       /* $ORIGIN; NULL: unknown */
	struct dir_list rpath, runpath;
	struct image **needed;    /* direct needs that were found, in file order */
	size_t nneeded;
	const struct request **requests; /* all requests of this image, in file order */
	size_t nrequests;
	struct search_list list;  /* closure in breadth-first order; roots only */
	struct image **init_order; /* sorted closure (relocation goes from its end); roots only */
	const struct search_list *scopes[4];
	size_t nscopes;
	bool relocated, versions_checked, global, visited, is_host;
	bool tls_placed;          /* has a place in the static TLS area */
	bool tls_dynamic;         /* used from elsewhere already: it can get none any more */
	bool later;               /* of a running process: opened after its start */
	enum image_disk disk;     /* of a running process: is its file still what it was? */
	unsigned mark, walked;    /* of needs.c: in the list; its needs are mapped */
	struct musl_image *musl;  /* what musl's loader keeps besides: musl.h; else NULL */
	struct dyld_image *dyld;  /* what dyld keeps besides: dyld.h; else NULL */
};

/* ---- failures ----------------------------------------------------------------------------- */

enum failure_kind {
	FAIL_NOT_FOUND,       /* nothing usable found */
	FAIL_WRONG_CLASS,     /* the same, one candidate had the other class */
	FAIL_CANDIDATE,       /* a candidate whose header ends the search */
	FAIL_MAP,             /* a candidate that cannot be mapped as it is */
	FAIL_EXEC_STACK,
	FAIL_TOKEN,           /* $ORIGIN and the like where they are refused */
	FAIL_VERSION,         /* version not defined by its provider */
	FAIL_VERSION_RECORD,  /* unsupported record version */
	FAIL_RELR_MARKER,     /* DT_RELR without GLIBC_ABI_DT_RELR */
	FAIL_ISA,             /* the ISA note asks for more than the processor has */
	FAIL_SYMBOL,
	FAIL_RELOC_TYPE,
	FAIL_STATIC_TLS,
	FAIL_IFUNC,           /* IFUNC of a program that is not relocated yet */
	FAIL_ASSERTION,       /* the loader's own assertion: text on stderr, exit 127 */
	FAIL_SIGNAL,          /* death by a signal, without a word */
	FAIL_EXEC,            /* the kernel does not start the program */
	FAIL_AUDIT
};

struct failure {
	enum failure_kind kind;
	const char *object;       /* OBJ of the text; "" if none */
	const char *string;       /* STRING of the text; NULL for a signal */
	int err;                  /* errno whose text follows, 0 none */
	const char *occasion;     /* NULL: "error while loading shared libraries" */
	const char *message;      /* dlerror() text, or the line printed at start; NULL if none */
	uint32_t status;          /* Windows: NTSTATUS; 0 in a failure means error 216 */
	int exit_status;          /* of a start that fails: 127, 126, 1; 128 + signal */
	int signal;               /* FAIL_SIGNAL */
	bool lazy;                /* only strikes when the function is first called */
	bool fatal;               /* cannot be caught: kills the process that calls dlopen */
	struct image *image;      /* the object that it is about (with the reference) */
	struct image *provider;   /* versions: who was expected to define; TLS: who defines */
	const struct request *request;       /* search failures */
	const struct store_entry *candidate; /* the file that was refused */
	const char *symbol, *version, *version_file;
	uint32_t reloc_type;
	uint64_t wanted, available; /* TLS, file sizes: bytes */
	const char *assumes;      /* what it rests on, NULL: proved */
};

struct failure_list {
	struct failure *items;
	size_t n, cap;
};
struct request_list {
	struct request **items;
	size_t n, cap;
};
struct line_list {
	const char **items;
	size_t n, cap;
};
struct image_list {
	struct image **items;
	size_t n, cap;
};

struct trace {
	struct probe_list probes;
	struct request_list requests;
	struct failure_list failures; /* in the loader's order: the first is what it would say */
	struct line_list lines;       /* what a start prints besides, warnings included */
	const char *assumes;          /* NULL, or what the verdict rests on */
};

struct process {
	const struct world *w;
	struct arena *a;
	struct trace trace;
	struct image_list images;
	struct image_list relocated;  /* in the order of their relocation */
	struct table names;           /* name -> first image that answers to it: see process.c */
	struct image *program, *loader, *vdso, *libc;
	struct search_list global;    /* the global scope */
	size_t global_cap;
	bool secure;                  /* AT_SECURE */
	const struct tunables *tunables;
	const char *argv0;
	struct dir_list env_dirs, system_dirs;
	struct search_dir **dirs;     /* all folders ever named */
	size_t ndirs, dirs_cap;
	struct line_list late_dirs;   /* of a running process: folders that came too late for it */
	uint64_t tls_used, tls_size, tls_align, tls_optional; /* static TLS area, bytes */
	struct table *uniques;        /* see bindings.c */
	bool stack_exec;
	int err;                      /* errno as the loader would see it */
	bool cache_read;
	uint64_t search_cost;         /* grows with each candidate: see search.c */
	size_t nstarted;              /* musl: images that were there when main began */
	struct dyld_process *dyld;    /* dyld.h; else NULL */
	bool redirection_known;       /* Windows: see win_redirection */
	const char *redirection;
};

/* Derived facts of one file (references, versions, hashes): shared by all processes. */
struct object_facts;

/* ---- events ------------------------------------------------------------------------------- */

/* OPEN_PARALLEL: the event may use several threads, because nobody else does. */
enum { OPEN_LAZY = 1, OPEN_GLOBAL = 2, OPEN_NO_BIND = 4, OPEN_PARALLEL = 8 };

/* A fresh process that has started `program` (a path; NULL: a bare program that has nothing but
 * libc), named argv0. Failures are in the trace. With OPEN_NO_BIND it stops after the version
 * checks. */
struct process *loader_start(const struct world *w, struct arena *a, const char *program,
			     const char *argv0, bool secure, unsigned flags);
/* dlopen(file, flags) called by the program. The image, or NULL with failures in the trace. */
struct image *loader_open(struct process *p, const char *file, unsigned flags);
/* The same, called by code of `by`, whose folders count for a name without '/'. */
struct image *loader_open_by(struct process *p, struct image *by, const char *file, unsigned flags);

/* A running process as it is now. `l`: what /proc says of it; `list`: what its loader wrote, NULL if
 * that could not be read, and then `why` in words. What had to be assumed is in the trace. */
struct process *loader_attach(const struct world *w, struct arena *a, const struct live *l,
			      const struct live_list *list, const char *why);
/* For requests of the trace from number `from` on, the first one of an open, that an object of the
 * host answered by its name: the file that a search would have found instead is kept in .shadowed, if
 * its bytes are others. Not for names with '/'. */
void loader_shadowed(struct process *p, size_t from);
/* What dlopen(name) by `from` would find: the search alone, nothing is mapped. The process is the
 * same afterwards, but for what it has learned of folders and names. */
struct would_open {
	const char *path;     /* of the file, NULL unless found */
	enum load_rule rule;
	bool other_class;     /* a file for the other word size was passed over */
};
enum look_answer { LOOK_FOUND, LOOK_ABSENT, LOOK_UNKNOWN /* not for this kind of loader */ };
enum look_answer loader_look(struct process *p, struct image *from, const char *name,
			     struct would_open *out);

/* What stands behind them, by the world's kind: glibc.c, musl.c, dyld.c, windows.c. */
struct process *glibc_start(const struct world *w, struct arena *a, const char *program,
			    const char *argv0, bool secure, unsigned flags);
struct image *glibc_open(struct process *p, const char *file, unsigned flags);
struct image *glibc_open_by(struct process *p, struct image *by, const char *file, unsigned flags);
struct process *windows_start(const struct world *w, struct arena *a, const char *program,
			      const char *argv0, bool secure, unsigned flags);
struct image *windows_open(struct process *p, const char *file, unsigned flags);
struct process *musl_start(const struct world *w, struct arena *a, const char *program,
			   const char *argv0, bool secure, unsigned flags);
struct image *musl_open(struct process *p, const char *file, unsigned flags);
struct process *dyld_start(const struct world *w, struct arena *a, const char *program, const char *argv0,
			   bool secure, unsigned flags);
struct image *dyld_open_by(struct process *p, struct image *by, const char *file, unsigned flags);

/* Who an image's reference binds to, for --bindings. fn gets each reference of `im` in the order
 * of its relocations. */
struct binding {
	const char *symbol, *version;
	struct image *to;             /* NULL: nobody */
	const char *to_version;
	bool weak, lazy, copy, tls;
};
void loader_each_binding(struct process *p, struct image *im,
			void (*fn)(void *ctx, const struct binding *b), void *ctx);

/* Names of undefined, non-weak references of an object that the object itself does not define:
 * to know the family of a plug-in. fn returns true to stop. */
void loader_each_undefined(const struct store_file *f, bool (*fn)(void *ctx, const char *name),
			  void *ctx);

/* What execve and then a shell make of starting `path`. */
struct exec_result {
	int err;                      /* 0: the kernel starts it */
	const char *why;              /* for a person, NULL if err is 0 */
	const char *message;          /* "FILE: cannot execute: required file not found" */
	int status;                   /* 126, 127 */
	const struct store_entry *file;   /* the ELF file in the end, scripts followed */
	const char *interpreter;      /* PT_INTERP or #! line that decides, or NULL */
	const char *script_chain[5];  /* scripts on the way */
	size_t nscripts;
	bool is_static;               /* no PT_INTERP: no loader takes part */
};
void exec_simulate(struct store *s, const char *path, struct arena *a, struct exec_result *out);

/* AT_SECURE for a program: set-id bits or file capabilities, and whose. NULL if not secure, else
 * the reason in words. */
const char *exec_secure(struct store *s, const struct store_entry *file, struct arena *a);

#endif
