/* go_build.h - what goes wrong while packages are built: what its files share. */
#ifndef DLWHY_BUILD_GO_BUILD_H
#define DLWHY_BUILD_GO_BUILD_H

#include "build/go.h"

/* CGO_CFLAGS and its like, or the usual "-O2 -g". */
void go_env_flags(struct go *g, const char *name, struct go_words *out);
/* All that a package's C or C++ sources are compiled with. */
void go_c_flags(struct go *g, const struct go_package *p, bool cxx, struct go_words *out);

/* A problem of a package, which has then failed. */
struct go_problem *go_problem_in(struct go *g, struct go_package *p, enum go_problem_kind kind,
				 const char *text);
/* Others than one's own are built elsewhere every day. */
bool go_is_own(const struct go_package *p);
/* go_left_out.c: names that only a file declares that is left out. */
void go_check_left_out(struct go *g, struct go_package *p);

/* ---- go_ask.c: what the compiler says of texts ------------------------------------------------- */

enum go_asked { GO_ASKED_NOT, GO_ASKED_FINE, GO_ASKED_FAILED /* and has become a problem */ };

/* The preambles of a file and the names of C that it uses. */
enum go_asked go_ask_preamble(struct go *g, struct go_package *p, const struct go_file *f);
/* A C or C++ file of the package. */
enum go_asked go_ask_source(struct go *g, struct go_package *p, const char *name, bool cxx);
/* The headers of the C library for the target. */
enum go_asked go_ask_target(struct go *g, struct go_package *runtime_cgo);

#endif
