/* inflate.h - raw deflate data, unpacked as a whole. */
#ifndef DLWHY_SOURCE_INFLATE_H
#define DLWHY_SOURCE_INFLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

enum {
	INFLATE_HELD = 8 << 20 /* bytes of `in` that inflate_giving_back has in memory, about */
};

/* Exactly n bytes into buf. 0, ENOMEM, or EBADMSG: it is damaged, or not of that length. */
int inflate_whole(struct view in, void *buf, size_t n);
/* The same of a mapped file's bytes, which count as memory of the process once they were read: they are given
 * back while it is done. */
int inflate_giving_back(struct view in, void *buf, size_t n);

#endif
