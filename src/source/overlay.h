/* overlay.h - a source with files that are not there (yet) on top of another: a repair before it is done,
 * another version of a package.
 *
 * An overlay answers as the kernel would if its files were there: links in it are resolved with those
 * below, folders show what was put into them, what was taken away is absent. Devices and inode numbers of
 * its files are inventions that stay the same for as long as it lives. Fill it before the first question;
 * after that it may be asked from several threads.
 */
#ifndef DLWHY_SOURCE_OVERLAY_H
#define DLWHY_SOURCE_OVERLAY_H

#include "base/view.h"
#include "source/container.h"
#include "source/source.h"

/* An overlay over the files of `below`, which is none itself. Ended by source_free. NULL: no memory. */
struct source *source_overlay(struct source *below);
/* The same with nothing below: only what is put there is there. */
struct source *source_void(void);
/* A regular file. The bytes are borrowed, and `padded` of them are readable, zero behind bytes.n, up to the
 * end of the page. Each returns 0 or errno (ENOMEM; ENOTDIR, ENOENT for a path whose folder is none). */
int overlay_file(struct source *s, const char *path, struct view bytes, size_t padded, uint32_t mode);
/* A member of an archive, which is borrowed, in place of what may be there: unpacked when it is opened. */
int overlay_member(struct source *s, const char *path, struct container *c, size_t member, uint32_t mode);
/* Another name of the file that the overlay has at `other`. ENOENT if it has none. */
int overlay_hard_link(struct source *s, const char *path, const char *other);
/* Is it that member that one sees at `path`? */
bool overlay_shows(struct source *s, const char *path, const struct container *c, size_t member);
/* Has the overlay itself something of that name, which is not followed? */
bool overlay_has(struct source *s, const char *path);
int overlay_link(struct source *s, const char *path, const char *target);
int overlay_folder(struct source *s, const char *path, uint32_t mode);
int overlay_mode(struct source *s, const char *path, uint32_t mode);
int overlay_remove(struct source *s, const char *path);

#endif
