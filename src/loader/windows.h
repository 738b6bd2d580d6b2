/* windows.h - what the parts of the simulation of Windows' loader share.
 *
 * Windows is not at hand here: what it has itself comes from tables (machine/windows.h) and is an image
 * without a file. Where Windows decides: the Ldr functions of ntdll.dll, as Microsoft documents them
 * ("Dynamic- link library search order", "LoadLibraryEx") and as wine's conformance tests, which also run
 * on Windows, pin them down.
 */
#ifndef DLWHY_LOADER_WINDOWS_H
#define DLWHY_LOADER_WINDOWS_H

#include "loader/loader.h"
#include "machine/apiset.h"
#include "machine/windows.h"

/* Flags of LoadLibraryEx: those that choose the folders, and those with which nothing is loaded besides. */
enum {
	WIN_NO_REFERENCES = 0x1,
	WIN_AS_DATA = 0x2 | 0x20 | 0x40, /* a file to look at: of whichever machine */
	WIN_ALTERED_SEARCH_PATH = 0x8,
	WIN_SEARCH_DLL_DIR = 0x100,
	WIN_SEARCH_APPLICATION_DIR = 0x200,
	WIN_SEARCH_USER_DIRS = 0x400,
	WIN_SEARCH_SYSTEM32 = 0x800,
	WIN_SEARCH_DEFAULT_DIRS = 0x1000,
	WIN_SEARCH_ANY = 0x1f00
};

/* Where the files of Windows are, of which no file is at hand. */
#define WIN_SYSTEM_DIR "C:\\Windows\\System32\\"

/* How a load ends; NTSTATUS values. */
#define WIN_OK 0u
#define WIN_DLL_NOT_FOUND 0xc0000135u
#define WIN_ENTRYPOINT_NOT_FOUND 0xc0000139u
#define WIN_ORDINAL_NOT_FOUND 0xc0000138u
#define WIN_INVALID_IMAGE_FORMAT 0xc000007bu
#define WIN_INVALID_IMAGE_NOT_MZ 0xc000012fu
#define WIN_INVALID_IMAGE_PROTECT 0xc0000130u
#define WIN_INVALID_IMAGE_WIN_16 0xc0000131u
#define WIN_INVALID_FILE_FOR_SECTION 0xc0000020u
#define WIN_ACCESS_DENIED 0xc0000022u
#define WIN_FILE_IS_A_DIRECTORY 0xc00000bau
#define WIN_NAME_TOO_LONG 0xc0000106u
#define WIN_INVALID_PARAMETER 0xc000000du
#define WIN_SXS_CANT_GEN_ACTCTX 0xc0150002u

/* The process under study, as far as it is chosen and not simulated. Folders end with '/'. */
struct windows_world {
	const struct windows_release *release;
	bool vcredist;               /* all redistributables of Visual C++ are installed */
	uint16_t machine;            /* PE_AMD64 …: of the process */
	unsigned flags;              /* of the call that opens the target */
	const char *app_dir;         /* of the program; NULL: not known */
	const char *program;         /* its file, if no start is simulated; NULL: not here */
	const char *const *user_dirs; /* AddDllDirectory, in the order of the calls */
	size_t nuser_dirs;
	const char *set_dir;         /* SetDllDirectory: "" takes the working folder out; NULL: not called */
	unsigned default_flags;      /* SetDefaultDllDirectories; 0: not called */
	bool unsafe_search;          /* SafeDllSearchMode is 0 in the registry */
	bool whole_names;            /* names are as the caller wrote them: a relative one is no whole path */
	bool on_drive;               /* paths are those of that system, but for the letter of its drive */
	bool long_paths;             /* LongPathsEnabled is 1 in the registry */
	const char *const *path_dirs; /* PATH */
	size_t npath_dirs;
	const char *cwd;
	const char *system_dir;      /* System32 of a Windows that is at hand; NULL: by the tables */
	const char *windows_dir;     /* the folder above it, with system_dir */
	const struct apiset *contracts; /* its schema of API sets; NULL: by the tables */
	const char *const *present;  /* DLLs that the program has loaded already: names, or paths with '/' */
	size_t npresent;
	int python;                  /* 311: a Python 3.11 loads it; 0: no Python */
	/* Does the DLL of that Python, which is not here, lack a name? NULL: it has all. */
	bool (*python_lacks)(int python, const char *symbol);
};

/* A world with these rules. Everything that ww names lives as long as w. */
void world_windows(struct world *w, struct store *store, const struct windows_world *ww);

/* ---- windows_dirs.c ------------------------------------------------------------------------- */

/* The folders of one search, in order. */
struct win_dir {
	enum load_rule rule;
	const char *dir;             /* NULL: the system folder, by the tables */
};
struct win_dirs {
	struct win_dir *items;
	size_t n, cap;
	const struct win_side_by_side *files; /* what assemblies redirect before that; NULL: nothing */
	bool any_machine;            /* the file is only looked at: the first of that name is taken */
};
/* Of a call of LoadLibraryEx with `name`; NULL: a program starts. WIN_OK, or why the call is refused. */
uint32_t win_search_dirs(struct process *p, unsigned flags, const char *name, struct win_dirs *out);
/* Is it a path from the top of a drive? */
bool win_is_whole(const char *path);

/* ---- windows_program.c ---------------------------------------------------------------------- */

/* The folder whose files come before all others: PROGRAM.exe.local, or the program's own if that is a file.
 * NULL: there is no such redirection, or a manifest rules it out. */
const char *win_redirection(struct process *p);
/* May paths have more than 259 characters? */
bool win_takes_long_paths(struct process *p);

/* ---- windows_search.c ----------------------------------------------------------------------- */


/* Where a request led. */
struct win_found {
	struct request *request;
	struct image *image;         /* loaded already, or one of Windows itself; else NULL */
	const struct store_entry *file; /* a file to be mapped, or that was refused; NULL */
	const char *path;            /* of the file */
	uint32_t status;             /* WIN_OK: `image` or `file` is it */
};
struct win_found win_find(struct process *p, struct image *from, const char *name,
			  const struct win_dirs *dirs);
/* Behind the last separator of either kind. */
const char *win_last_part(const char *path);
/* A name as the loader compares it: lower case, with an extension; no folder. In the arena. */
const char *win_base_name(struct arena *a, const char *name);
/* A new image that Windows or the program brings, by its base name. */
struct image *win_add_assumed(struct process *p, const char *base);
/* A file in a folder by its name, in whichever case: its path, or NULL. */
const char *win_path_in(struct process *p, const char *dir, const char *name);

/* ---- windows_sxs.c -------------------------------------------------------------------------- */

/* The files of side-by-side assemblies: a name, and the path that is taken for it. */
struct win_side_by_side {
	struct win_redirected {
		const char *base, *path;
	} *items;
	size_t n, cap;
};
/* Those of the assemblies that the manifest of an image asks for; *out is not touched if it asks for none.
 * False: an assembly is not there, and a failure is in the trace. */
bool win_assemblies(struct process *p, struct image *im, const struct win_side_by_side **out);

/* ---- windows_map.c -------------------------------------------------------------------------- */

/* May the file be mapped? WIN_OK, or why not. WIN_INVALID_IMAGE_FORMAT with *other set: it is whole, but for
 * another machine. */
uint32_t win_map(const struct process *p, const struct store_entry *en, bool *other);

/* ---- windows_bind.c ------------------------------------------------------------------------- */

/* Looks all imports of the image up; adds a failure for each that nobody exports. */
void win_bind(struct process *p, struct image *im, const struct win_dirs *dirs);
/* The same for what is looked up at the first call in the file that was found, which is not mapped: names
 * that lead on to other modules count as exported. */
void win_bind_delayed(struct process *p, struct image *im, const struct pe_import *import,
		      const struct win_found *found);
/* Each import of the image and the image that it was looked up in: see loader_each_binding. A number is
 * "#3". */
void win_each_binding(struct process *p, const struct image *im,
		      void (*fn)(void *ctx, const struct binding *b), void *ctx);

/* ---- windows.c ------------------------------------------------------------------------------ */

/* The next DLL that the image really imports from: an empty table of names loads nothing. *i counts on. The
 * k-th of them belongs to im->requests[k]. */
bool win_next_import(const struct image *im, size_t *i, struct pe_import *out);
/* Maps what `name` leads to, and all that it needs. NULL: it is not there; a failure is in the trace, as for
 * each need that is not. */
struct image *win_load(struct process *p, struct image *from, const char *name, const struct win_dirs *dirs);

/* ---- windows_init.c ------------------------------------------------------------------------- */

struct win_start {
	const struct image *image;
	const struct image *later;   /* it needs this one, which is initialised after it: a circle; NULL */
};
/* What is initialised when `root` is loaded, in that order: files alone, without those that the program had
 * loaded before. In the arena; how many. */
size_t win_init_order(const struct process *p, struct arena *a, const struct image *root,
		      const struct win_start **out);
/* Does code of the DLL run when it is loaded? */
bool win_has_start(const struct image *im);

/* ---- windows_text.c ------------------------------------------------------------------------- */

/* The error of LoadLibrary for a status: 126 for WIN_DLL_NOT_FOUND. */
unsigned win_error(uint32_t status);
/* Its English text: "The specified module could not be found."; a %1 stays. NULL: none is known. */
const char *win_error_text(unsigned error);
/* What the program that opens `target` says: by Python, by LoadLibrary, or the dialog of a start. */
const char *win_message(struct process *p, const char *target, bool start, const struct failure *f);

#endif
