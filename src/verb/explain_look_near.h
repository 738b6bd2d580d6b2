/* explain_look_near.h - the files around here, for a failed build of which no command is known.
 *
 *   near_walk      the working folder and what is below it, up to a limit    explain_look_walk.c
 *   near_library   why -lNAME was not found                                  explain_look_lib.c
 *   near_symbol    who has a symbol that was not found                       explain_look_symbol.c
 *   near_input     what is wrong with an input that was refused              explain_look_input.c
 *   near_source    which source or header it is about                        explain_look_source.c
 */
#ifndef DLWHY_VERB_EXPLAIN_LOOK_NEAR_H
#define DLWHY_VERB_EXPLAIN_LOOK_NEAR_H

#include "object/store.h"
#include "verb/explain_look.h"

enum {
	NEAR_FOLDERS = 64,
	NEAR_DEPTH = 4,
	NEAR_FILES = 4000,
	NEAR_FEW = 64, /* among more, an empty file has nothing to do with it */
	NEAR_OPENED = 200,          /* of which as many are read */
	NEAR_SOURCE_BYTES = 1 << 20 /* of a source */
};

struct near_file {
	const char *path; /* "lib/libx.so", relative to the working folder */
	const char *base;
	const char *folder; /* "lib", "." */
};

struct near_files {
	struct near_file *items;
	size_t n, cap;
	bool cut; /* there is more than was looked at */
};

void near_walk(struct look *l, struct near_files *out);
bool near_is_library(const char *base); /* by its name: shared, archive, import library */
bool near_is_object(const char *base);
bool near_is_source(const char *base);
bool near_is_header(const char *base);

/* Each changes c's finding and settles it, if it finds something. */
void near_library(struct look_case *c, const struct near_files *files);
void near_symbol(struct look_case *c, const struct near_files *files);
void near_source(struct look_case *c, const struct near_files *files);
void near_input(struct look_case *c, const struct near_files *files);

/* What was found here says more than the text: another code, detail, object (NULL: as it was). The finding
 * is then `predicted`: nobody knows that the build ran here. */
struct near_found {
	const char *code, *detail, *object, *summary;
	bool weak; /* no more likely than it was: it rests on what is not there */
};
void near_settle(struct look_case *c, const struct near_found *found, const char *path, const char *says);
/* What is to be done instead of what was to be done about a file that is nowhere. command may be NULL. */
void near_fix(struct look_case *c, const char *kind, const char *says, const char *command);

#endif
