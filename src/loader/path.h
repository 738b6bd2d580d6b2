/* path.h - lists of folders: RPATH, RUNPATH, LD_LIBRARY_PATH, default folders; tokens in them. */
#ifndef DLWHY_LOADER_PATH_H
#define DLWHY_LOADER_PATH_H

#include "loader/loader.h"

enum dir_status { DIR_UNKNOWN, DIR_EXISTING, DIR_NONEXISTING };

/* _dl_dst_count: are there tokens that the loader knows? */
bool path_has_token(const struct world *w, const char *s);
/* _dl_dst_substitute. "" when a known token has no value, or AT_SECURE refuses it. */
const char *path_expand(struct process *p, struct image *im, const char *s);

/* Prepares a list; each does nothing when it is ready already. `none` means: no element. */
void path_init_system(struct process *p);
void path_init_env(struct process *p);
void path_init_image(struct process *p, struct image *im);

/* What a running process remembers of a folder: DIR_* for each sub-directory, or, where their number is
 * not that of the world, for the folder itself. */
void path_remember(struct process *p, const char *dir, const unsigned char *status, size_t n);

/* $ORIGIN of a library by the path that it was opened by: its folder, absolute, links kept. */
const char *path_origin(struct process *p, const char *path);

#endif
