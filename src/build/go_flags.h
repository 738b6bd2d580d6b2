/* go_flags.h - which flags Go takes from #cgo lines and pkg-config. */
#ifndef DLWHY_BUILD_GO_FLAGS_H
#define DLWHY_BUILD_GO_FLAGS_H

#include "build/go.h"

enum go_flag_list { GO_LIST_COMPILER, GO_LIST_NOT_LINKER, GO_LIST_LINKER, GO_LIST_PKGCONFIG, GO_LISTS };

struct go_refusal {
	const char *text;      /* go's message; NULL: all are allowed */
	size_t index;          /* of the word that is refused */
	bool regexp;           /* $CGO_…_ALLOW itself is wrong */
	const char *variable;  /* its name then */
	const char *flag;      /* as the message names it */
};

/* Checks `list` as flags of `name` ("LDFLAGS", "" for none to be overridden) that come from `source` ("#cgo
 * LDFLAGS"). */
void go_check_flags(struct go *g, const char *name, const char *source, const struct go_words *list,
		    enum go_flag_list valid, struct go_refusal *out);

/* A regular expression of Go's syntax, as far as PCRE2 has the same. */
struct go_regexp;
/* NULL: *error in Go's words. Its memory is the arena's. */
struct go_regexp *go_regexp_new(struct arena *a, const char *pattern, const char **error);
/* Does r's first match in s take the whole of s? */
bool go_regexp_whole(const struct go_regexp *r, const char *s);

#endif
