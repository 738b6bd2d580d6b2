/* go_text.h - words, paths and files as cmd/go handles them. */
#ifndef DLWHY_BUILD_GO_TEXT_H
#define DLWHY_BUILD_GO_TEXT_H

#include "build/go.h"

void go_add(struct arena *a, struct go_words *l, const char *word);
void go_add_all(struct arena *a, struct go_words *l, const struct go_words *more);
bool go_has(const struct go_words *l, const char *word);
/* The words with a blank between them. */
const char *go_join_words(struct arena *a, const struct go_words *l, const char *between);

/* filepath.Clean and filepath.Join. */
const char *go_clean(struct arena *a, const char *path);
const char *go_join(struct arena *a, const char *dir, const char *name);
/* The same relative to the working folder if that is shorter (base.ShortPath). */
const char *go_short_path(const struct go *g, const char *path);
const char *go_dir(struct arena *a, const char *path);
const char *go_base(const char *path);
bool go_starts(const char *s, const char *prefix);
bool go_ends(const char *s, const char *suffix);
/* Is `path` the folder `prefix` or below it? Of import paths and of folders. */
bool go_has_prefix(const char *path, const char *prefix);

/* strings.Fields: at Unicode's white space, as far as it is ASCII or NEL, NBSP and the like. */
void go_fields(struct arena *a, const char *s, size_t n, struct go_words *out);
/* Bytes of the white-space rune at s, 0 if there is none. */
size_t go_space(const char *s, size_t n);
/* strings.TrimSpace: the part of [s, s+n). */
const char *go_trim(struct arena *a, const char *s, size_t n);
/* cmd/internal/quoted.Split. NULL, or the character whose string is not ended. */
const char *go_split_quoted(struct arena *a, const char *s, struct go_words *out);
/* go/build's splitQuoted, of #cgo lines. False: a quote is not closed. */
bool go_split_cgo(struct arena *a, const char *s, struct go_words *out);
/* strconv.Quote, as %q prints. */
const char *go_quote(struct arena *a, const char *s);
/* load.SafeArg */
bool go_safe_arg(const char *s);

/* The whole file, NUL-ended in the arena: its bytes may have NULs too. False: not there, no regular file,
 * or larger than the cap of all sources together. */
bool go_read(struct go *g, const char *path, struct view *out);
bool go_is_dir(const struct go *g, const char *path);
bool go_is_file(const struct go *g, const char *path);
/* exec.LookPath: NULL if it is not found. */
const char *go_look_path(const struct go *g, const char *file);

#endif
