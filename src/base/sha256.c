/* sha256.c - SHA-256 of bytes and of files. */
#include "base/sha256.h"

#include <nettle/sha2.h>

#include "base/os.h"

enum { PIECE = 64 << 10 };

void sha256_of(struct view bytes, unsigned char out[SHA256_BYTES])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, bytes.n, bytes.p);
	sha256_digest(&ctx, SHA256_BYTES, out);
}

int sha256_file(int fd, unsigned char out[SHA256_BYTES], uint64_t *n)
{
	unsigned char piece[PIECE];
	struct sha256_ctx ctx;
	size_t got;
	int err;

	*n = 0;
	sha256_init(&ctx);
	do {
		err = os_pread(fd, *n, piece, sizeof(piece), &got);
		sha256_update(&ctx, got, piece);
		*n += got;
	} while (err == 0 && got > 0);
	sha256_digest(&ctx, SHA256_BYTES, out);
	return err;
}
