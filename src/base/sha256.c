/* sha256.c - SHA-256 of bytes and of files: libcrypto's low-level functions, as in package/digest.c. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/sha256.h"

#include <openssl/sha.h>

#include "base/os.h"

enum { PIECE = 64 << 10 };

void sha256_of(struct view bytes, unsigned char out[SHA256_BYTES])
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, bytes.p, bytes.n);
	SHA256_Final(out, &ctx);
}

int sha256_file(int fd, unsigned char out[SHA256_BYTES], uint64_t *n)
{
	unsigned char piece[PIECE];
	SHA256_CTX ctx;
	size_t got;
	int err;

	*n = 0;
	SHA256_Init(&ctx);
	do {
		err = os_pread(fd, *n, piece, sizeof(piece), &got);
		SHA256_Update(&ctx, piece, got);
		*n += got;
	} while (err == 0 && got > 0);
	SHA256_Final(out, &ctx);
	return err;
}
