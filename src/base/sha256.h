/* sha256.h - SHA-256 of bytes and of files. */
#ifndef DLWHY_BASE_SHA256_H
#define DLWHY_BASE_SHA256_H

#include <stdint.h>

#include "base/view.h"

enum { SHA256_BYTES = 32 };

void sha256_of(struct view bytes, unsigned char out[SHA256_BYTES]);
/* Of all that an open file holds: 0 and its size in *n, or errno. */
int sha256_file(int fd, unsigned char out[SHA256_BYTES], uint64_t *n);

#endif
