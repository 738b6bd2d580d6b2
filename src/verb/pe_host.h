/* pe_host.h - which process loads a file of Windows, as far as files tell: Python and its folders, or a
 * program of which nothing is known. */
#ifndef DLWHY_VERB_PE_HOST_H
#define DLWHY_VERB_PE_HOST_H

#include "loader/windows.h"
#include "verb/session.h"

struct pe_host {
	struct windows_world world;
	const char *words;       /* "Python 3.11 on Windows 10", for a person */
	const char *assumes;     /* NULL, or what the choice rests on */
	unsigned load_flags;     /* Python's for extension modules; 0: it is none */
};

/* The process that loads the file at `path` (en: what is there, may be NULL). */
void pe_host_find(struct dlwhy_session *s, const char *path, const struct store_entry *en, bool is_program,
		  struct arena *a, struct pe_host *out);
/* A process of Python `version` (311) as it is before anything is imported. dir: the folder with python.exe,
 * with a final '/'; NULL: it is not here. */
void pe_host_python(struct dlwhy_session *s, int version, const char *dir, uint16_t machine, struct arena *a,
		    struct pe_host *out);
/* The version of Python that loads an extension module or a DLL of a package, by its name, its imports and
 * the modules beside it: 311; 300: any (the stable ABI); 0: it is neither. */
int pe_python_version(struct store *store, const char *path, const struct store_entry *en, struct arena *a);

/* Folders of a PATH as Windows writes it, parted by ';'; NULL: it is not known. */
void pe_host_path(struct windows_world *w, const char *path, struct arena *a);

#endif
