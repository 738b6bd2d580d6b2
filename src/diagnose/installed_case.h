/* installed_case.h - what the d_installed*.c share: one package under judgement, its files by what is wrong.
 */
#ifndef DLWHY_DIAGNOSE_INSTALLED_CASE_H
#define DLWHY_DIAGNOSE_INSTALLED_CASE_H

#include "diagnose/common.h"
#include "diagnose/installed.h"

struct file_list {
	const struct audit_file **items;
	size_t n, cap;
};

struct inst {
	struct diag d;
	const struct installed_input *in;
	struct installed *out;
	struct arena *a;
	size_t order;
	size_t left_out; /* findings beyond what a list holds */
};

/* The files of one package by what is wrong with them. */
struct inst_files {
	struct file_list broken;  /* machine code that is not what it must be; text that is empty or zeros */
	struct file_list swapped; /* whole machine code, but another one */
	struct file_list lost;	  /* code that is not there */
	struct file_list lost_other; /* data that is not there */
	struct file_list lost_docs;  /* documentation and tests that are not there */
	struct file_list edited;     /* sources that were changed */
	struct file_list touched;    /* other files that were changed */
	struct file_list taken;	     /* that another package has written its own over */
	struct file_list foreign;    /* machine code for another machine or system */
	size_t fitting;		     /* machine code for this one */
	size_t unreadable;
	size_t present, absent; /* of those outside of the database itself */
};

/* d_installed.c */
struct draft *inst_draft(struct inst *t, struct installed_package *ip, enum cause cause, const char *detail,
			 enum dlwhy_severity severity, const char *object);
/* "numpy 1.26.4" */
const char *inst_name(struct inst *t, const struct package *p);
/* The path as the package has it: relative to site-packages or the prefix. */
const char *inst_path(struct inst *t, const struct package *p, const char *path);
/* A path that the package has, as it is, and up to some more of the list. */
void inst_evidence(struct inst *t, struct draft *dr, const struct file_list *l);
/* " and 3 more files"; "" for n < 2. */
const char *inst_more(struct inst *t, size_t n);
void inst_fix_reinstall(struct inst *t, struct draft *dr, struct installed_package *ip);
void inst_fix_remove(struct inst *t, struct draft *dr, const char *path, const char *says);
/* What is the matter with one file, in words: "is cut off: 12 of 345 bytes". */
const char *inst_file_words(struct inst *t, const struct audit_file *f);

/* d_installed_sort.c */
void inst_sort(struct inst *t, const struct installed_package *ip, struct inst_files *out);
bool inst_is_code(const char *path);

/* d_installed_mix.c: two versions, files over each other, what was left behind. */
void inst_doubles(struct inst *t);
void inst_taken(struct inst *t, struct installed_package *ip, const struct inst_files *f);
void inst_leftovers(struct inst *t);
/* Is it conda's, and has pip put another version over it? Then that is all there is to say. */
bool inst_pip_over_conda(struct inst *t, struct installed_package *ip, const struct inst_files *f);

/* d_installed_fit.c: is it for this Python and this machine? */
void inst_fit(struct inst *t, struct installed_package *ip, const struct inst_files *f);

#endif
