/* buildfile.h - the lines of a CMakeLists.txt or a meson.build that say what a target is linked with.
 *
 * A command that does not link was written by CMake or meson; other words would link. What the description
 * must read like, and which command comes of it then, is told only where one call, all in plain words, is
 * known to be the one: the command that is foretold is what the simulation and the linker are asked about.
 */
#ifndef DLWHY_REPAIR_BUILDFILE_H
#define DLWHY_REPAIR_BUILDFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/view.h"

enum { BUILDFILE_LINES = 4 };

struct buildfile_line {
	size_t line;      /* from 1 */
	const char *text; /* what it reads like then, without its indentation */
	bool added;       /* it is a new one, behind that line, with its indentation */
};

struct buildfile_edit {
	struct buildfile_line lines[BUILDFILE_LINES];
	size_t n;                 /* 0: it is not for sure what they should be */
	const char *const *words; /* the command that is written then, NULL-ended */
	size_t at;                /* the line of the call, 0: there is none, or several could be meant */
	const char *call;         /* it, in words: "target_link_libraries(prog" */
};

/* What is asked. old and new: words of the commands, NULL-ended; all folders are absolute. */
struct buildfile_ask {
	struct view text;
	const char *target;
	const char *const *old, *const *new;
	const char *cwd;          /* where the command runs */
	const char *source, *build; /* the description's own folder, and the one that is built in for it */
	struct arena *a;
};

void buildfile_cmake(const struct buildfile_ask *q, struct buildfile_edit *out);
void buildfile_meson(const struct buildfile_ask *q, struct buildfile_edit *out);

/* ---- what both share: buildfile.c --------------------------------------------------------------------- */

enum { BUILDFILE_WORDS = 4096, BUILDFILE_INSERTS = 16 };

/* Where one is in the text, and in which line, from 1. */
struct buildfile_reader {
	const char *p, *end;
	size_t line;
};
void buildfile_go_to(struct buildfile_reader *r, const char *to);
/* A letter of names: ASCII, digits, "_". */
bool buildfile_is_name(char c);

/* How the words differ. */
struct buildfile_difference {
	bool only_more;   /* nothing is left out: `more` came */
	struct {
		const char *word;
		size_t at; /* the old word that it stands before */
	} more[BUILDFILE_INSERTS];
	size_t nmore;
	size_t from, to, nnew; /* old words [from, to) gave way to new ones [from, from + nnew) */
};

/* False: the new words are the old ones, or too many came. */
bool buildfile_compare(const char *const *old, const char *const *new, struct buildfile_difference *out);

/* A word that says what is linked, as it may stand in a description. */
struct buildfile_word {
	enum { BUILDFILE_FLAG, BUILDFILE_LIB, BUILDFILE_FOLDER, BUILDFILE_FILE } kind;
	const char *word; /* in the command that comes of it: folders and files are absolute */
	const char *text; /* the flag, the library's name, or the path within `base` */
	enum { BUILDFILE_ROOT, BUILDFILE_SOURCE, BUILDFILE_BUILD } base;
};

/* False: it is no such word, or none that could be written plainly. */
bool buildfile_word(const struct buildfile_ask *q, const char *word, struct buildfile_word *out);

/* The old words with `n` of them at `from` replaced by others. */
const char *const *buildfile_words(struct arena *a, const char *const *old, size_t from, size_t n,
				   const char *const *with, size_t nwith);
size_t buildfile_count(const char *const *words);

/* The lines that differ; the texts have as many. out->n is 0 where more than BUILDFILE_LINES do. */
void buildfile_lines(struct arena *a, struct view old, const char *new, struct buildfile_edit *out);

#endif
