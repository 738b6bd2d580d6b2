/* go_source.h - what stands in one source file: its constraint, package, imports, preamble. */
#ifndef DLWHY_BUILD_GO_SOURCE_H
#define DLWHY_BUILD_GO_SOURCE_H

#include "build/go.h"

/* ---- build constraints: go_tags.c ------------------------------------------------------------- */

struct go_tags {
	struct go_words tool;  /* goexperiment.x, amd64.v1, race */
	bool tried;
};

/* Is the tag satisfied? */
bool go_tag(struct go *g, const char *tag);
/* Does the name of a file fit the target: name_GOOS_GOARCH.ext? */
bool go_good_name(struct go *g, const char *name);
/* A word of a #cgo line. */
bool go_match_auto(struct go *g, const char *word);

struct go_constraint {
	bool build;
	const char *line;      /* the line that says no, NULL */
	const char *error;     /* go's words for a bad one, NULL */
	bool twice;            /* it is bad because there are two */
};
/* Of the first `n` bytes of a file, which hold at least its leading comments. */
void go_should_build(struct go *g, const char *s, size_t n, struct go_constraint *out);
/* Does a constraint line speak of that tag? */
bool go_mentions(const char *line, const char *tag);

/* ---- sources: go_source.c --------------------------------------------------------------------- */

/* Parses package clause and imports. NULL and no error if the file cannot be read. *error: go's words
 * for what is wrong in it ("FILE:LINE:COL: …"), else NULL. */
struct go_file *go_parse(struct go *g, const char *dir, const char *name, struct go_constraint *c,
			 const char **error);

/* ---- #cgo lines: go_cgo.c --------------------------------------------------------------------- */

/* Adds the flags of one preamble to the package. False: a problem, whose text is in p->error. */
bool go_save_cgo(struct go *g, struct go_package *p, const struct go_file *f, const struct go_comment *c);

/* ---- names: go_names.c ------------------------------------------------------------------------ */

/* A name that is used as C.name in a Go file. */
struct go_c_name {
	const char *name;
	struct go_place at;
	bool called;           /* a '(' follows */
};
struct go_c_names {
	struct go_c_name *items;
	size_t n, cap;
};
void go_c_names(struct go *g, const struct go_file *f, struct go_c_names *out);
/* Names that a file declares at its top: functions, variables, types, constants. */
void go_top_names(struct go *g, const struct go_file *f, struct go_words *out);
/* Names that a file calls, with the first place of each (struct go_place), and all names that stand there in
 * another way, and so may be declared in it. */
void go_calls(struct go *g, const struct go_file *f, struct map *calls, struct map *own);

/* package.Name, of an import or of a variable. */
struct go_selected {
	const char *package, *name;
	struct go_place at;    /* of the name */
};
struct go_selections {
	struct go_selected *items;
	size_t n, cap;
};
/* Each X.Name of a file whose name begins with a capital letter. bare: names that stand there without a '.'
 * behind them, outside of imports, and so may be something else than a package. */
void go_selections(struct go *g, const struct go_file *f, struct go_selections *out, struct map *bare);

#endif
