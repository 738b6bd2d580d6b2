/* link_case.h - what the d_link*.c share: the link that is explained, and questions about it.
 *
 * A finding is about one thing that is wrong; further complaints of the linker about the same thing become
 * evidence of it.
 */
#ifndef DLWHY_DIAGNOSE_LINK_CASE_H
#define DLWHY_DIAGNOSE_LINK_CASE_H

#include "build/link.h"
#include "diagnose/common.h"

struct lk {
	struct diag d;
	const struct link *l;
	struct arena *a;
	struct {
		struct lk_folder *items;
		size_t n, cap;
	} folders;               /* that were looked through for a symbol or a library */
	bool folders_made;
	size_t opened;           /* files that were opened in them */
};

/* ---- drafts ------------------------------------------------------------------------------------------ */

/* A draft for the complaint; its words are the first evidence. */
struct draft *lk_draft(struct lk *k, enum cause cause, const char *detail, const struct link_trouble *t);
/* The draft that already says this of that object; NULL. */
struct draft *lk_same(struct lk *k, enum cause cause, const char *detail, const char *object);
void lk_text(struct lk *k, struct draft *dr, const struct link_trouble *t);

/* ---- words ------------------------------------------------------------------------------------------- */

/* "main.c", "lib/libseed.a(seed.o)": the object as its user knows it. */
const char *lk_object(struct lk *k, const struct link_object *o);
/* A symbol in words, short. */
const char *lk_symbol(struct lk *k, const char *symbol);
/* "x86_64" of the output. */
const char *lk_machine(struct lk *k);
/* The command with `words` (quoted as for a shell) put before word number `at` (n: behind the last). */
const char *lk_command_with(struct lk *k, size_t at, const char *words);
/* The same with word `from` moved behind word `to`. */
const char *lk_command_moved(struct lk *k, size_t from, size_t to);
/* The same with word `at` replaced. */
const char *lk_command_changed(struct lk *k, size_t at, const char *word);
/* The word of the command that is "-lNAME" or the file itself; SIZE_MAX: none. */
size_t lk_word_of_lib(struct lk *k, const char *lib);
size_t lk_word_of_file(struct lk *k, const char *path);
/* The last word that names an object, a source or a library. */
size_t lk_last_input(struct lk *k);
struct fix *lk_fix(struct lk *k, struct draft *dr, const char *kind, const char *says, const char *command);
bool lk_has_option(struct lk *k, const char *option);

/* ---- who has it: d_link_who.c ------------------------------------------------------------------------ */

enum lk_hit_kind { LK_LIBRARY, LK_ARCHIVE, LK_OBJECT_FILE, LK_SOURCE };

struct lk_hit {
	enum lk_hit_kind kind;
	const char *path;
	const char *shown;       /* how to name it: its SONAME for a system library, else the path */
	const char *lib;         /* what -l finds it by, NULL */
	const char *dir;         /* its folder */
	bool searched;           /* that folder is searched anyway */
	bool system;
};
/* Who near the command, or in the folders that are searched, defines the symbol? */
bool lk_who_has(struct lk *k, const char *symbol, struct lk_hit *out);
/* Does the shared object define it; in which version? Hidden: only in its full symbol table. */
bool lk_dso_defines(const struct elf *e, const char *symbol);
bool lk_dso_hides(struct lk *k, const struct elf *e, const char *symbol);
bool lk_archive_defines(struct lk *k, const struct link_archive *ar, const char *symbol);
/* Folders where libraries of this command may lie: those of -L, their neighbours, those of the project. */
struct lk_folder {
	const char *path;
	bool searched, system;
};
void lk_folders(struct lk *k);

/* ---- families ---------------------------------------------------------------------------------------- */

void d_link_lib(struct lk *k, const struct link_trouble *t);     /* -lX is not found */
void d_link_file(struct lk *k, const struct link_trouble *t);    /* an input is not there */
void d_link_input(struct lk *k, const struct link_trouble *t);   /* an input that cannot be used */
void d_link_needed(struct lk *k, const struct link_trouble *t);  /* DT_NEEDED is not found */
void d_link_symbol(struct lk *k, const struct link_trouble *t);  /* undefined */
bool d_link_macho(struct lk *k, const struct link_trouble *t);   /* false: as with other linkers */
void d_link_defined(struct lk *k, const struct link_trouble *t); /* twice, hidden, not PIC, versions */

#endif
