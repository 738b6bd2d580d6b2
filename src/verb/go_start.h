/* go_start.h - what `link --go` keeps of one package, and the start of what it would make. */
#ifndef DLWHY_VERB_GO_START_H
#define DLWHY_VERB_GO_START_H

#include "build/go.h"
#include "build/go_line.h"
#include "build/link.h"
#include "diagnose/go.h"
#include "verb/session.h"

struct go_job {
	struct dlwhy_session *s;
	struct arena *a;
	const char *package, *cwd;
	const char *const *args;
	char folder[256];      /* of our objects; "" if there is none */
	const char *prefix;    /* of their names */
	struct go go;
	bool opened;
	struct go_link out;
	struct link_plan plan;
	struct link_line line;
	struct link link;
	bool ran;
	struct dlwhy_error err;
	struct dlwhy_result r;
};

/* Simulates the start of the program, or the load of the library, and adds what is to be told of it. */
void go_start(struct go_job *j, struct go_outcome *o);
/* go_place.c: the source that an object of ours stands for: of "main.cgo2.c" that is main.go. */
const char *go_source_of(struct go_job *j, const struct go_object *o);
/* GNU ld tells the lines of two definitions from what the compiler wrote down of them: a line of it about our
 * objects, with what it would say of the compiler's. */
const char *go_with_lines(struct go_job *j, const char *s);

#endif
