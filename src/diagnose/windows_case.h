/* windows_case.h - what the families of findings about files of Windows share. */
#ifndef DLWHY_DIAGNOSE_WINDOWS_CASE_H
#define DLWHY_DIAGNOSE_WINDOWS_CASE_H

#include "diagnose/common.h"
#include "loader/windows.h"

/* A failure that is being written. */
struct win_case {
	struct diag *d;
	const struct failure *f;
	size_t i;                 /* its number in the trace */
	const struct request *rq; /* NULL: none */
	const struct image *from; /* who asked; NULL: nobody but the caller */
	const char *name;         /* as asked */
	const char *base;         /* as the loader compares it */
	struct draft *dr;
};

/* A draft with its object, who needs it, and what Windows says. */
struct draft *win_begin(struct win_case *k, enum cause cause, const char *object);
/* ", which liba.dll needs," or "". */
const char *win_needed_words(const struct win_case *k);
/* The last part of a path of either kind. */
const char *win_word(const char *path);
/* "Windows 8" for the first client that is not older; "a newer Windows". */
const char *win_release_words(uint16_t major, uint16_t minor, uint32_t build);
/* "x64", "x86", "arm64": of the process, in names of installers. */
const char *win_arch_word(const struct diag *d);
/* "Python 3.11" of the process. */
const char *win_python_words(const struct diag *d);

/* d_windows_missing.c: a DLL that is nowhere where Windows looks. */
void win_missing(struct win_case *k);
/* A side-by-side assembly that is not there. */
void win_no_assembly(struct win_case *k);
/* d_windows_call.c: what is refused before a file is looked at. */
void win_bad_call(struct win_case *k);
bool win_long_path(struct win_case *k);
void win_long_name(struct win_case *k);
/* windows_places.c: files of that name near those that were loaded, where Windows does not look. Paths, in
 * the arena. */
size_t win_places(struct diag *d, const char *base, const char ***out);
/* The same in the whole folder of packages that `path` is in (else in the folder of `path`). */
size_t win_copies(struct diag *d, const char *path, const char *base, const char ***out);

#endif
