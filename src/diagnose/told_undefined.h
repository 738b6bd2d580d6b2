/* told_undefined.h - what the name of a symbol tells that the linker finds no definition of. */
#ifndef DLWHY_DIAGNOSE_TOLD_UNDEFINED_H
#define DLWHY_DIAGNOSE_TOLD_UNDEFINED_H

#include "diagnose/told_case.h"

/* Fills in the detail and the library, as far as the name tells. */
void told_undefined(struct told_case *c, struct msg_fact *f);
/* Gives those of frameworks, as MSG_FLAG, the options for all of them. */
void told_undefined_frameworks(struct told_case *c);
/* Which of several undefined symbols stands for them: smaller is better. */
int told_undefined_order(const struct told_case *c, const struct msg_fact *f);

/* The framework of macOS that a symbol is of (without the underscore of Mach-O); NULL: none is known. */
const char *told_undefined_framework(const char *symbol);

/* Whose `symbol`, with its version or without, is by its name; NULL: not known. */
const char *told_undefined_library(struct arena *a, const char *symbol);

#endif
