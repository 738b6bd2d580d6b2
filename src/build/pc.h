/* pc.h - .pc files, and what pkg-config would answer: pkgconf 1.8 is meant, which is Debian's. */
#ifndef DLWHY_BUILD_PC_H
#define DLWHY_BUILD_PC_H

#include <stdbool.h>

#include "build/go.h"

enum pc_fault_kind {
	PC_NOT_FOUND,          /* asked for by the user */
	PC_REQUIRED_NOT_FOUND, /* asked for by a .pc file */
	PC_VERSION,
	PC_CONFLICT,
	PC_UNREADABLE
};

struct pc_fault {
	enum pc_fault_kind kind;
	const char *name;      /* of the package at fault */
	const char *by;        /* who requires it; NULL: the user */
	const char *by_file;   /* its .pc file */
	const char *want, *have; /* ">= 2", "1.5" */
	const char *text;      /* the line that decides */
	bool is_private;       /* of Requires.private */
};

struct pc_package;

struct pc {
	struct arena *a;
	struct go *g;          /* for its source, its environment, its caps */
	struct go_words dirs;
	struct map packages;   /* name -> struct pc_package */
	const char *sysroot;
	struct { struct pc_fault *items; size_t n, cap; } faults;
	struct go_words lines; /* all that pkg-config prints of them */
	bool noticed;
	size_t visits;
	struct go_words files; /* .pc files that were read */
};

/* `program`: the name of the pkg-config that is asked ("aarch64-linux-gnu-pkg-config" has other folders). */
void pc_open(struct pc *p, struct go *g, const char *program);
void pc_close(struct pc *p);
/* Checks that all is there. False: p->faults. */
bool pc_solve(struct pc *p, const struct go_words *names, bool with_private);
void pc_cflags(struct pc *p, const struct go_words *names, struct go_words *out);
/* is_static: --static, which takes Libs.private and Requires.private too. */
void pc_libs(struct pc *p, const struct go_words *names, bool is_static, struct go_words *out);
/* rpmvercmp, as pkgconf compares. */
int pc_compare(const char *a, const char *b);

#endif
