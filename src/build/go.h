/* go.h - what a `go build` would do with a package, read from files; of programs only the
 * C compiler is asked, about texts of packages of one's own (go_ask.c).
 *
 *     struct go g;
 *     go_open(&g, &in);             environment, go/env files, build flags            go_env.c, go_args.c
 *     go_load(&g, "./cmd/x");       modules, packages, #cgo lines, flags that Go refuses   go_graph.c
 *     go_check(&g);                 compilers, pkg-config, headers                    go_build.c
 *     go_line(&g, …);               the command of the final link                     go_line.c
 *
 * Whatever would end the build is a problem (struct go_problem), in the order in which go would tell
 * it and in go's own words. Everything lives in one arena.
 */
#ifndef DLWHY_BUILD_GO_H
#define DLWHY_BUILD_GO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/view.h"
#include "object/store.h"

/* ---- lists ---------------------------------------------------------------------------------- */

struct go_words {
	const char **items;
	size_t n, cap;
};

/* A line of a file; col 0: not known. */
struct go_place {
	const char *file;
	uint32_t line, col;
};

/* ---- problems ------------------------------------------------------------------------------- */

enum go_problem_kind {
	GO_NO_TOOLCHAIN,     /* GOROOT is not there */
	GO_USAGE,            /* a flag or variable that go does not take */
	GO_BUILDMODE,        /* not supported on that system, or needs a main package */
	GO_NEEDS_CGO,        /* external linking, -race: and cgo is off */
	GO_MODFILE,          /* go.mod, go.work: not there, not readable, not consistent */
	GO_TOO_OLD,          /* go.mod asks for a newer go */
	GO_MODULE_MISSING,   /* no module provides the package */
	GO_SUM_MISSING,      /* go.sum has no entry */
	GO_NOT_DOWNLOADED,   /* the module is not in the cache */
	GO_NO_GO_FILES,      /* nothing in the folder, or all left out */
	GO_SOURCE,           /* syntax, two packages in a folder, import cycle */
	GO_CGO_LINE,         /* "invalid #cgo line", "invalid #cgo verb" */
	GO_CGO_ARGUMENT,     /* "malformed #cgo argument" */
	GO_CGO_FLAG,         /* "invalid flag in #cgo …" */
	GO_ALLOW_REGEXP,     /* $CGO_LDFLAGS_ALLOW does not compile */
	GO_QUOTING,          /* a quotation mark in $CGO_CFLAGS is not closed */
	GO_C_WITHOUT_CGO,    /* .c files beside Go files that do not import C */
	GO_ASSEMBLY,         /* a Go assembly file in a package that uses cgo */
	GO_LEFT_OUT,         /* undefined: a name that is declared in a file that is left out */
	GO_COMPILER_MISSING,
	GO_COMPILER_CROSS,   /* the compiler makes code for another machine */
	GO_PKG_CONFIG,
	GO_PKG_CONFIG_MISSING, /* the program */
	GO_HEADER,
	GO_C_NAME,           /* could not determine what C.x refers to; it is no function */
	GO_C_ERROR,          /* a preamble or C file does not compile */
	GO_PREAMBLE,         /* //export, and a definition in the preamble: twice in the link */
	GO_INTERNAL_LINK,
};

struct go_problem {
	enum go_problem_kind kind;
	const char *text;      /* the line that decides, as go prints it */
	const char *detail;    /* of the cause, NULL for none: "not-allowed" */
	const char *object;    /* what it is about: a flag, a header, a package, a file */
	const char *symbol;
	const char *package;   /* import path */
	struct go_place at;    /* file NULL: nowhere */
	const char *written;   /* the line of the source as it stands there, or NULL */
	const char *other;     /* by kind: where it is after all, what asks for it */
	const char *verb;      /* of #cgo lines: "LDFLAGS" */
	struct go_words more;  /* further lines of the message */
	struct go_words found; /* by kind: files, candidates */
	bool likely;           /* a rule of thumb took part */
	const char *assumes;   /* what it rests on, or NULL */
};

/* ---- the environment -------------------------------------------------------------------------- */

struct go_env {
	struct map user, root; /* go/env of the user, go.env of GOROOT: name -> value */
	const char *user_file; /* path of the user's file, NULL if there is none */
	const char *goroot, *gosrc;
	const char *version;   /* "1.26.8", NULL if it cannot be told */
	int minor;             /* 26 */
	const char *goos, *goarch, *hostos, *hostarch;
	const char *gopath, *modcache;
	const char *cc, *cxx;  /* as written: may have arguments */
	bool cgo;
	const char *cgo_why;   /* in words, why it is off or on */
	bool cgo_set;          /* by CGO_ENABLED */
	bool cross;
};

struct go_args {
	struct go_words tags;
	const char *mod, *modfile, *buildmode, *output, *ldflags, *overlay, *dir;
	bool mod_explicit, race, msan, asan, trimpath, linkshared;
	struct go_words link;  /* of -ldflags, split */
	struct go_words extldflags;
	const char *link_unknown; /* a flag of -ldflags that Go's linker does not know, NULL */
	const char *linkmode, *extld, *rpath, *interpreter;
	bool strip, nodwarf;
};

/* ---- modules ---------------------------------------------------------------------------------- */

struct go_require {
	const char *path, *version;
	bool indirect;
	uint32_t line;
};
struct go_replace {
	const char *path, *version; /* version NULL: any */
	const char *to, *to_version; /* to_version NULL: a folder */
	const char *base;           /* the folder that relative paths are of */
	uint32_t line;
};

struct go_modfile {
	const char *file;      /* path of the file */
	const char *dir;
	const char *module;    /* path, NULL: none */
	const char *go;        /* "1.21", NULL: none */
	const char *toolchain;
	uint32_t go_line;
	struct { struct go_require *items; size_t n, cap; } require;
	struct { struct go_replace *items; size_t n, cap; } replace;
	struct { struct go_require *items; size_t n, cap; } exclude;
	struct go_words use;   /* go.work: folders */
	struct go_words ignore;
	const char *error;     /* "go.mod:3: unknown directive: x", NULL if it is in order */
};

struct go_module {
	const char *path, *version; /* version NULL: of the main modules */
	const char *dir;            /* where its files are; NULL: not here */
	const char *why;            /* dir NULL: in words */
	const char *go;             /* its language version */
	bool is_local;              /* a main module, or replaced by a folder */
	bool is_main;
	bool has_sum, sum_known;
	const struct go_replace *replaced;
};

enum go_mod_mode { GO_MODE_MODULES, GO_MODE_GOPATH };

struct go_modules {
	enum go_mod_mode mode;
	bool vendor;
	const char *vendor_dir;
	const char *mod_reason;     /* of a -mod that was chosen, for messages */
	struct go_modfile *work;    /* go.work, NULL */
	struct { struct go_modfile **items; size_t n, cap; } main; /* first: of the working folder */
	struct map selected;        /* path -> struct go_module */
	struct map vendored;        /* import path -> module path */
	struct map sums;            /* "path version" -> 1 */
	bool has_sums;
	bool graph_incomplete;      /* a go.mod of a dependency was not here */
};

/* ---- packages --------------------------------------------------------------------------------- */

/* A word of a #cgo line. */
struct go_flag {
	const char *text;
	struct go_place at;
	const char *written; /* the #cgo line */
};
struct go_flags {
	struct go_flag *items;
	size_t n, cap;
};

enum go_verb { GO_CFLAGS, GO_CPPFLAGS, GO_CXXFLAGS, GO_FFLAGS, GO_LDFLAGS, GO_PKGCONFIG, GO_NVERBS };
extern const char *const go_verb_names[GO_NVERBS];

struct go_import {
	const char *path;
	const char *name;      /* under which it is imported; NULL: its own */
	struct go_place at;
};

/* A comment or line that stands in a file. */
struct go_comment {
	const char *text;      /* without comment marks, as ast.CommentGroup.Text does */
	const char *raw;       /* what cgo gives to the compiler: each mark replaced, lines kept */
	uint32_t line;         /* of raw's first line */
	size_t *lines;         /* line numbers of text's lines */
	size_t nlines;
};

struct go_file {
	const char *name, *path;
	const char *package;   /* of its package clause */
	bool is_cgo, is_test;
	struct { struct go_import *items; size_t n, cap; } imports; /* in the order of the file */
	struct { struct go_comment *items; size_t n, cap; } preambles; /* above import "C" */
	bool has_export;       /* //export */
	bool is_scan_error;    /* its error has its place in the text */
	bool has_dot_import;   /* import . "x": names come from there too */
	const char *source;    /* the whole text, NUL-ended; NULL until it is wanted */
	size_t size;
	const char *constraint; /* the line that keeps it out, or NULL: its name does */
};

enum go_list {
	GO_FILES, CGO_FILES, C_FILES, CXX_FILES, M_FILES, H_FILES, F_FILES, S_FILES, SWIG_FILES,
	SWIGCXX_FILES, SYSO_FILES, IGNORED_FILES, IGNORED_OTHER, TEST_FILES, XTEST_FILES, GO_NLISTS
};

struct go_package {
	const char *path, *dir, *name;
	const struct go_module *module; /* NULL: std, or GOPATH */
	bool is_std, loaded, failed, on_stack;
	struct go_words implicit;   /* functions that its preambles call undeclared, as the compiler says */
	struct go_words lists[GO_NLISTS];
	struct { struct go_file **items; size_t n, cap; } files; /* parsed Go files that are in */
	struct { struct go_file **items; size_t n, cap; } out; /* and that are left out */
	struct go_flags flags[GO_NVERBS];
	struct { struct go_import *items; size_t n, cap; } imports; /* sorted by path, first place of each */
	struct { struct go_package **items; size_t n, cap; } deps; /* as loaded, in go's order */
	struct { struct go_package **items; size_t n, cap; } by_file; /* as the compiler meets them */
	struct go_words only;  /* these files alone, their constraints ignored; none: the folder */
	struct go_words pc_cflags, pc_libs; /* what pkg-config says */
	struct go_words pc_files;  /* .pc files that were read */
	const char *error;     /* of the folder as a whole: go/build's text, NULL */
	struct go_problem *problem; /* the same with its place */
	bool is_scan_error;    /* of the syntax, with its place in the text */
};

static inline bool go_uses_cgo(const struct go_package *p)
{
	return p->lists[CGO_FILES].n > 0;
}

static inline bool go_uses_swig(const struct go_package *p)
{
	return p->lists[SWIG_FILES].n + p->lists[SWIGCXX_FILES].n > 0;
}

/* ---- the whole -------------------------------------------------------------------------------- */

struct go {
	struct store *store;
	struct source *source;
	struct arena *a;
	const char *const *environ;
	const char *cwd;       /* absolute */
	bool is_host;
	struct go_env env;
	struct go_args args;
	struct go_modules mods;
	struct map packages;   /* import path -> struct go_package */
	struct { struct go_package **items; size_t n, cap; } order; /* deps before their importers */
	struct go_package *root;
	struct { struct go_problem **items; size_t n, cap; } problems;
	struct go_words stack; /* import paths while loading */
	struct go_words stack_files; /* and which file imports each; "" for the first */
	struct map texts;      /* path -> struct view of what was read */
	struct map decls;      /* path of a header -> what it declares: go_symbols.c */
	size_t nread;          /* bytes of sources, under a cap */
	bool too_much;         /* that cap was hit */
	const char *scratch;   /* a folder of ours, NULL: no compiler is asked */
	size_t nasked;
};

struct go_input {
	struct store *store;
	struct arena *a;
	const char *const *environ;
	const char *cwd;
	const char *hostarch;  /* "amd64" */
	bool is_host;
	const char *scratch;   /* an empty folder of ours; NULL: compilers are not asked */
	const char *const *build_args; /* NULL-ended, or NULL */
};

/* False: a problem that ends everything is in g->problems. */
bool go_open(struct go *g, const struct go_input *in);
bool go_load(struct go *g, const char *package);
/* What goes wrong before the link, in the order of the packages. */
void go_check(struct go *g);
/* Frees the tables. */
void go_close(struct go *g);

struct go_problem *go_problem(struct go *g, enum go_problem_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
