/* text.h - what the printers for people share: cleaned strings, styled lines, sections.
 *
 * A section is a list of finished lines, so that the answer can be made to fit a screen before
 * anything is printed. All of it lives in one arena.
 */
#ifndef DLWHY_REPORT_TEXT_H
#define DLWHY_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "report/report.h"

enum style { PLAIN, BOLD, RED, YELLOW, GREEN, DIM };

enum { MARGIN = 2, DEEPER = 4 }; /* columns that a section, and a part of it, is indented by */

struct line {
	const char *s;
	size_t cols; /* columns that it takes, without colours */
};
struct lines {
	struct line *items;
	size_t n, cap;
};

struct text {
	struct arena *a;
	const struct dlwhy_result *r;
	const struct redact *redact;
	struct buf line, tmp, tmp2; /* the line being made; scratch */
	size_t cols;
	size_t width;
	bool color, verbose;
};

/* s, redacted and escaped for terminals. Lives in the arena. NULL gives "". */
const char *text_clean(struct text *t, const char *s);
/* The same of the last component of a path. */
const char *text_base(struct text *t, const char *path);
/* How object number id is called: its file name, or who the program is. */
const char *text_object(struct text *t, int32_t id);

/* The parts of a line, from left to right. s is clean already. */
void text_add(struct text *t, enum style style, const char *s);
void text_pad(struct text *t, size_t cols); /* blanks up to that column, at least one */
void text_end(struct text *t, struct lines *out);
/* A whole line. */
void text_line(struct text *t, struct lines *out, size_t indent, enum style style, const char *s);
/* s, which is clean, broken at blanks; the first row goes on behind what the line has already, the
 * others are indented. Not more than `max` rows: what is left is cut off with "…". */
void text_wrap(struct text *t, struct lines *out, size_t indent, size_t max, const char *s);
/* s, which is clean, in at most `cols` columns: cut in its middle, since a path says most at both
 * ends. */
const char *text_fit(struct text *t, const char *s, size_t cols);
/* The same for a sentence: its end is cut off, at a blank. */
const char *text_begin(struct text *t, const char *s, size_t cols);
/* Rows on the screen that the lines take. */
size_t text_rows(const struct text *t, const struct lines *l);

/* ---- sections ----------------------------------------------------------------------------- */

/* where.c: the places where a name was looked for, folders merged unless verbose. At most `max`
 * lines. */
void where_lines(struct text *t, const struct dlwhy_need *need, size_t indent, size_t max,
		 struct lines *out);
/* Every probe on a line of its own. */
void where_all(struct text *t, const struct dlwhy_need *need, const char *prefix,
	       struct lines *out);
/* "RUNPATH of liba.so" */
const char *where_label(struct text *t, const char *rule, int32_t of);

/* tree.c: the dependency tree from the target: all of it, or only the branches that fail. */
void tree_lines(struct text *t, bool all, struct lines *out);
/* How many libraries the target needs, directly or not. */
size_t tree_libraries(struct text *t);

/* The parts of a finding, for text.c and markdown.c. */
const struct dlwhy_need *text_missing_need(const struct text *t, const struct dlwhy_finding *f,
					   const struct dlwhy_object **by);
void text_evidence(struct text *t, const struct dlwhy_finding *f, size_t max, struct lines *out);
void text_bindings(struct text *t, struct lines *out);
/* The target as it is called in the first line: "./libfoo.so", "import numpy". */
const char *text_target(struct text *t);
/* "The loader says", or "The shell says" of what the kernel does not start. */
const char *text_who_says(const struct text *t);
/* "proved (glibc 2.36, x86_64, judged in a bare program)" */
const char *text_certainty(struct text *t, const struct dlwhy_finding *f);
/* "does not load", "starts here": what follows the name of the target, with its style. */
const char *text_verdict(const struct dlwhy_result *r, enum style *style);

/* python.c: is it the answer to an import? The others are for results that have `python`. */
bool python_is_import(const struct dlwhy_result *r);
/* "imports: 120 modules, 3 native files" */
const char *python_counts(struct text *t);
/* The end of the traceback, as predicted; nothing if there is none. */
void python_says(struct text *t, struct lines *out);
/* Everything that it caught, opened and imported. */
void python_lists(struct text *t, struct lines *out);
/* The first things that the package is without, NULL if nothing is known of. */
const char *python_gone(struct text *t);
/* A sentence about what reading could not follow, NULL. */
const char *python_not_followed(struct text *t);

/* text_env.c */
bool text_is_env(const struct dlwhy_result *r);
void text_env_lines(struct text *t, struct lines *out);

/* text_fix.c: plans, and what became of one; nothing for other questions. */
void text_fix_lines(struct text *t, struct lines *out);

/* text_link.c: of a link. */
bool text_is_link(const struct dlwhy_result *r);
const char *text_link_verdict(const struct dlwhy_result *r, enum style *style);
const char *text_link_certainty(struct text *t);
void text_link_says(struct text *t, struct lines *out);
/* What the loader says of a start or load that fails: text.c. */
void text_loader_says(struct text *t, struct lines *out);
/* text_told.c: of a text that was explained. */
const char *text_told_verdict(const struct dlwhy_result *r, enum style *style);
/* What fails, because of what: the first finding of a text. */
void text_told_answer(struct text *t, const struct dlwhy_finding *f, size_t max, struct lines *out);
/* "likely: the text alone tells of it" */
const char *text_told_certainty(struct text *t);
/* The decisive words, and where they stand. */
void text_told_lines(struct text *t, struct lines *out);

/* text_verify.c: of installed packages. */
bool text_is_verify(const struct dlwhy_result *r);
const char *text_verify_verdict(struct text *t, enum style *style);
/* The whole answer; `finding` writes all of one finding, for -v. */
void text_verify_lines(struct text *t, void (*finding)(struct text *t, size_t i, struct lines *out),
		       struct lines *out);
/* "1.5 GB" */
const char *text_bytes(struct text *t, uint64_t n);
/* text_package.c: of a package: `answer` writes the one about a file of it, which t->r is then. */
bool text_is_package(const struct dlwhy_result *r);
void text_package_lines(struct text *t, void (*answer)(struct text *t, struct lines *out), struct lines *out);
/* text_undo.c: what has been changed, or was just undone: the whole answer. */
void text_undo_lines(struct text *t, struct lines *out);

/* text_run.c: of a run. */
const char *text_run_verdict(struct text *t, enum style *style);
/* What else there is to say of it: other failures, differences, with -v every load. */
void text_run_lines(struct text *t, struct lines *out);

/* Starts and ends the state; fn fills lines in between. False: no memory. */
bool text_run(struct report *o, const struct dlwhy_result *r,
	      void (*fn)(struct text *t, struct lines *out, void *ctx), void *ctx,
	      bool color, bool verbose);

#endif
