/* dyld.h - what the families of findings about dyld share. */
#ifndef DLWHY_DIAGNOSE_DYLD_H
#define DLWHY_DIAGNOSE_DYLD_H

#include "diagnose/common.h"
#include "loader/dyld.h"

/* Failure i of a process of dyld, by its kind. */
void d_dyld(struct diag *d, size_t i);
/* What no failure tells: images that were built for a newer macOS than the one that is meant. */
void d_dyld_images(struct diag *d);

/* A name that led to no file: nothing was there, or what was there is refused. */
void dyld_search(struct diag *d, const struct failure *f);
void dyld_symbol(struct diag *d, const struct failure *f);
/* A file whose pages are not those that were signed. */
void dyld_pages(struct diag *d, const struct failure *f);
/* A program that dyld refuses for its load commands. */
void dyld_program(struct diag *d, const struct failure *f);
/* A draft about the file that a probe refused. */
struct draft *dyld_refused(struct diag *d, const struct failure *f, const struct probe *p);

/* All places that were looked at, as evidence. */
void dyld_probes(struct diag *d, struct draft *dr, const struct request *rq);
/* "codesign --force --sign - FILE", as the last command of a fix. */
void dyld_sign(struct diag *d, struct fix *fix, const char *path);

/* The formula of Homebrew in whose folder that name lies; NULL. */
const char *dyld_formula(struct arena *a, const char *name);

/* A file of that name near the target or another file of the process that this dyld would take; NULL. */
const char *dyld_hunt(struct diag *d, const char *name);

#endif
