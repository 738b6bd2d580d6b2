/* source_priv.h - what the files of this folder know of a source. */
#ifndef DLWHY_SOURCE_SOURCE_PRIV_H
#define DLWHY_SOURCE_SOURCE_PRIV_H

#include "source/container.h"
#include "source/layer.h"
#include "source/resolve.h"
#include "source/source.h"

struct source {
	bool host;  /* no root */
	struct layer *layer; /* of an overlay, NULL */
	char *cwd;  /* absolute, inside the source; NULL: relative paths go to the kernel as is */
	struct resolver *resolver;
};

/* Takes cwd and resolver in any case. NULL: no memory. */
struct source *source_new(bool host, char *cwd, struct resolver *resolver);
/* `path` from the working folder: itself, or written to buf. NULL and *err: not a path for the kernel. */
const char *source_from_cwd(const struct source *s, const char *path, char *buf, size_t n, int *err);

#endif
