/* link_macho.h - the command of ld64.lld, and the link that it makes. */
#ifndef DLWHY_BUILD_LINK_MACHO_H
#define DLWHY_BUILD_LINK_MACHO_H

#include "build/link_priv.h"

enum macho_input { MACHO_IN_FILE, MACHO_IN_FORCED, MACHO_IN_LIST, MACHO_IN_LIB, MACHO_IN_FRAMEWORK };

struct macho_op {
	enum macho_input kind;
	const char *name;
	size_t word;             /* its place in plan->words */
};

struct macho_line {
	struct {
		struct macho_op *items;
		size_t n, cap;
	} ops;
	struct link_texts dirs, frameworks; /* that are searched, below the roots; in order */
	struct link_texts roots;            /* -syslibroot */
	struct link_texts undefined, exported, dynamic; /* -u, -exported_symbol, -U */
	struct link_texts absent_dirs;      /* options that name folders that are not there */
	const char *arch, *platform, *minimum, *output, *entry, *undefined_treatment;
	bool dylib, bundle, all_load, dylibs_first, arch_errors, flat, no_system_dirs, dead_strip;
	bool demangle;
	const char *unknown, *info;
};

/* link_macho_line.c */
void link_macho_line(struct arena *a, struct source *source, const struct link_plan *plan,
		     struct macho_line *out);

/* link_macho.c: the whole link; l is made up to its lists. */
void link_macho_run(struct link *l);

#endif
