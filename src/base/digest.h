/* digest.h - hashes of bytes and of files. libcrypto's: of the static ones here it is the fastest. */
#ifndef DLWHY_BASE_DIGEST_H
#define DLWHY_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

enum digest_kind {
	DIGEST_NONE,
	DIGEST_MD5,
	DIGEST_SHA1,
	DIGEST_SHA224,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512
};
enum { DIGEST_MAX = 64, SHA256_BYTES = 32 };

/* Bytes of a hash of that kind; 0 for DIGEST_NONE. */
size_t digest_size(enum digest_kind k);
/* "sha256" -> DIGEST_SHA256, in n letters of any case; DIGEST_NONE if it is none that is known. */
enum digest_kind digest_by_name(const char *name, size_t n);
const char *digest_name(enum digest_kind k);
/* out: digest_size(k) bytes. */
void digest_of(enum digest_kind k, struct view bytes, unsigned char *out);

/* Of all that an open file holds: 0 and its size in *n, or errno. */
int digest_of_file(enum digest_kind k, int fd, unsigned char *out, uint64_t *n);

/* The same, piece by piece. */
struct digest_state;
struct digest_state *digest_begin(enum digest_kind k); /* malloc'ed; NULL: no memory, or DIGEST_NONE */
void digest_add(struct digest_state *s, struct view bytes);
void digest_end(struct digest_state *s, unsigned char *out); /* frees s; out may be NULL */

/* Text of exactly `size` bytes: hexadecimal, or base64 (of either alphabet, padded or not). */
bool digest_from_hex(const char *text, size_t n, unsigned char *out, size_t size);
bool digest_from_base64(const char *text, size_t n, unsigned char *out, size_t size);
/* URL-safe base64 without padding, as RECORD has it, NUL-ended: room for size * 4 / 3 + 3 bytes. */
void digest_to_base64(const unsigned char *hash, size_t size, char *out);

#endif
