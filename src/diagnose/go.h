/* go.h - from what `go build` would say to what a person needs. */
#ifndef DLWHY_DIAGNOSE_GO_H
#define DLWHY_DIAGNOSE_GO_H

#include "build/go.h"
#include "build/go_line.h"
#include "build/link.h"
#include "diagnose/common.h"

/* Findings about the problems of g, in go's order. Allocates in a. */
void diagnose_go(const struct go *g, struct arena *a, struct diagnosis *out);

/* What is known of the link, and of the start. */
struct go_outcome {
	const struct go *g;
	const struct go_link *line;
	const struct link *link;     /* NULL: no C linker took part */
	const struct go_words *needed; /* what the result will ask its loader for */
	bool is_musl;                /* the loader that it is for */
	bool loads_later;            /* a library that another process opens */
	const char *loads_by;        /* "python3": who, or NULL */
};

/* Findings of diagnose_link with what #cgo lines say of them, and repairs of those lines. */
void diagnose_go_link(const struct go_outcome *o, struct arena *a,
		      const struct dlwhy_finding *const **findings, size_t *n);
/* The same for findings about the start. */
void diagnose_go_start(const struct go_outcome *o, struct arena *a,
		       const struct dlwhy_finding *const **findings, size_t *n);
/* What the result is like, whether it starts or not: static TLS, a second Go runtime. */
void diagnose_go_result(const struct go_outcome *o, struct arena *a, struct diagnosis *out);

/* ---- for the d_go_*.c ------------------------------------------------------------------------- */

struct go_case {
	struct diag d;
	const struct go *g;
};

/* A draft for a problem, with go's words and its place as evidence. */
struct draft *go_draft(struct go_case *c, const struct go_problem *p, enum cause cause, const char *detail);
/* "main.go:4" for people. */
const char *go_place_words(struct go_case *c, const struct go_place *at);
/* A repair of one line of a source: "write  #cgo … in main.go:4". */
void go_fix_line(struct go_case *c, struct draft *dr, const struct go_place *at, const char *line,
		 const char *why);
/* "KEY='VALUE' go build ." as a command. */
void go_fix_command(struct go_case *c, struct draft *dr, const char *says, const char *before);
/* A folder as a #cgo line names it: below the package's own by ${SRCDIR}. */
const char *go_srcdir_form(struct arena *a, const char *dir, const char *package_dir);
/* The line with `from` replaced by `to`; NULL if it has none. */
const char *go_replaced(struct arena *a, const char *line, const char *from, const char *to);

void d_go_toolchain(struct go_case *c, const struct go_problem *p);
void d_go_cgo(struct go_case *c, const struct go_problem *p);
void d_go_tools(struct go_case *c, const struct go_problem *p);

#endif
