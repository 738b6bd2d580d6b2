/* process.h - images of a process and the names that they answer to. */
#ifndef DLWHY_LOADER_PROCESS_H
#define DLWHY_LOADER_PROCESS_H

#include "loader/loader.h"

struct process *process_new(const struct world *w, struct arena *a, const char *argv0);

/* One more thing that the verdict rests on besides files and rules; a text of static storage or of
 * the process's arena. */
void process_assume(struct process *p, const char *what);
/* Appends an image of `file` (NULL: assumed) opened as `name`. */
struct image *process_add_image(struct process *p, enum image_kind kind,
				const struct store_file *file, const char *name);
/* The first image in list order that answers to name: by a recorded name, or by its SONAME (then
 * the name is recorded, and *by_soname set). NULL if none does. */
struct image *process_find(struct process *p, const char *name, bool *by_soname);
/* One more name that an image answers to. */
void process_add_name(struct process *p, struct image *im, const char *name);
/* Makes the table of names anew from the list of images, some of which are gone. */
void process_rename(struct process *p);
/* _dl_name_match_p: by a recorded name only. */
bool image_has_name(const struct image *im, const char *name);
/* The image of that file, NULL if it is not loaded. The program and ld.so never match: the loader
 * does not know their device and inode. */
struct image *process_find_file(struct process *p, const struct store_file *file);
/* Takes `im` into the global scope if it is not there. */
void process_make_global(struct process *p, struct image *im);
/* How messages call an image: its name, or argv[0] for the program (DSO_FILENAME). */
const char *image_display(const struct process *p, const struct image *im);

#endif
