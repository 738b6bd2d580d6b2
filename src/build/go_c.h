/* go_c.h - C texts that a Go package has: preambles, .c files, headers. Nothing is compiled. */
#ifndef DLWHY_BUILD_GO_C_H
#define DLWHY_BUILD_GO_C_H

#include "build/go.h"

/* ---- declarations at the top of a C text: go_c.c ------------------------------------------------ */

enum go_c_kind { GO_C_FUNCTION, GO_C_VARIABLE, GO_C_DECLARED, GO_C_CALLED };

struct go_c_decl {
	const char *name;
	uint32_t line;         /* in the text, from 1 */
	enum go_c_kind kind;   /* defined, declared alone, called in a body */
	bool is_local;         /* static, or inline without extern */
	const char *in;        /* GO_C_CALLED: the function whose body it is, NULL */
};
struct go_c_decls {
	struct go_c_decl *items;
	size_t n, cap;
};
/* What stands outside of conditions. */
void go_c_decls(struct arena *a, const char *text, size_t n, struct go_c_decls *out);

/* Is C.name something of cgo's own, or a type of C? */
bool go_c_builtin(const char *name);

/* ---- #include: go_headers.c ---------------------------------------------------------------------- */

struct go_include_dirs {
	struct go_words dirs;  /* in the order of the search */
	size_t nsystem;        /* of these, at the end, the compiler's own */
	struct go_words relative; /* of these, in their order: below the package's folder, as written */
	bool known;            /* are the compiler's own known? */
	struct go_words defines; /* "NAME=VALUE" of -D */
	struct go_words includes; /* of -include */
};

/* Of a package's C or C++ sources: go_build.c. */
void go_include_dirs(struct go *g, const struct go_package *p, bool cxx, struct go_include_dirs *out);

struct go_missing_header {
	const char *name;      /* as written */
	const char *file;      /* where the line is, as the compiler shows it */
	const char *path;      /* the same as a path */
	uint32_t line, col;
	bool quoted;
	const char *chain;     /* "In file included from …" lines, or NULL */
};

struct go_header_scan {
	struct go *g;
	const struct go_include_dirs *dirs;
	bool want_words;
	struct map words;      /* every word of every file that was read, if they are wanted */
	struct map files;      /* path -> 1 */
	bool uncertain;        /* a condition could not be decided on the way */
	bool complete;         /* all headers were found and read: a word that is not there is nowhere */
	bool missing;
	struct go_missing_header first;
	struct map macros;
	size_t bytes;
};

/* Reads a text that stands in `file` from `line` on, with the headers that it includes. */
void go_headers_scan(struct go_header_scan *h, const char *text, size_t n, const char *shown,
		     const char *path, uint32_t line);
void go_headers_open(struct go_header_scan *h, struct go *g, const struct go_include_dirs *dirs, bool cxx);
void go_headers_close(struct go_header_scan *h);
/* Where a header of that name is after all: below the package and its module, in usual places. */
void go_header_elsewhere(struct go *g, const struct go_package *p, const char *name, struct go_words *out);

/* ---- compilers: go_compiler.c ------------------------------------------------------------------- */

struct go_compiler {
	const char *program;   /* first word of CC */
	const char *path;      /* NULL: not found */
	const char *why;       /* exec's words, for path NULL */
	struct go_words args;  /* the other words */
	const char *triplet;   /* of the machine that it makes code for, NULL: not known */
	bool is_clang, is_musl, is_native;
	const char *version;   /* folder of gcc's own headers: "12" */
};
void go_compiler_read(struct go *g, const char *written, struct go_compiler *out);
/* The folders that it searches of itself; false: not known. */
bool go_compiler_dirs(struct go *g, const struct go_compiler *c, bool cxx, struct go_words *out);
/* The machine of a triplet, as Go calls it; NULL: not known. */
const char *go_arch_of_triplet(const char *triplet);
/* The usual cross compiler for a target, NULL. */
const char *go_cross_compiler(const struct go *g);

#endif
