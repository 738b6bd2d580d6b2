/* go_package.h - one folder as a package, and all packages that a build takes. */
#ifndef DLWHY_BUILD_GO_PACKAGE_H
#define DLWHY_BUILD_GO_PACKAGE_H

#include "build/go.h"

/* Fills lists, files, flags and imports of p from its folder. p->error and p->problem: what go/build says of
 * it, and then the rest is what was found up to there or besides. False: the folder cannot be read. */
bool go_read_package(struct go *g, struct go_package *p);

/* ---- modules: go_modfile.c, go_modules.c ------------------------------------------------------ */

/* Reads a go.mod or go.work. ->error says what is wrong in it. NULL: it is not there. */
struct go_modfile *go_modfile_read(struct go *g, const char *path);
/* -1, 0, 1 of Go versions ("1.21", "1.21rc1", "1.21.3") and of module versions ("v1.2.3-pre"). */
int go_compare_go(const char *a, const char *b);
int go_compare_semver(const char *a, const char *b);
/* The folder name of a module path or version in the cache: capitals become '!' and the small letter. */
const char *go_escape(struct arena *a, const char *s);

/* Finds go.mod, go.work or GOPATH and what they ask for. False: a problem ends everything. */
bool go_modules_open(struct go *g);
enum go_found { GO_FOUND, GO_FOUND_STD, GO_IS_MISSING, GO_IS_NOT_HERE, GO_IS_UNSUMMED, GO_IS_AMBIGUOUS };
struct go_where {
	const char *dir;
	const struct go_module *module;
	const char *detail;    /* of what is not found: more words for the message */
};
/* The folder of an import path that a package imports (NULL: it is named by the user). */
enum go_found go_find(struct go *g, const char *path, const struct go_package *from, struct go_where *out);
/* The import path of a folder of a main module; NULL: it is in none. */
const char *go_path_of_dir(struct go *g, const char *dir);

#endif
