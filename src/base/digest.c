/* digest.c - see digest.h. The low-level functions of libcrypto: they need no provider, no configuration and
 * no allocation, so nothing of the machine takes part and a static program gets forty kilobytes. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/os.h"
#include "base/str.h"

enum { PIECE = 64 << 10 };

struct digest_state {
	enum digest_kind kind;
	union {
		MD5_CTX md5;
		SHA_CTX sha1;
		SHA256_CTX sha256;
		SHA512_CTX sha512;
	} u;
};

static const struct {
	const char *name;
	size_t size;
} kinds[] = {
	[DIGEST_NONE] = { "", 0 },	    [DIGEST_MD5] = { "md5", 16 },
	[DIGEST_SHA1] = { "sha1", 20 },	    [DIGEST_SHA224] = { "sha224", 28 },
	[DIGEST_SHA256] = { "sha256", 32 }, [DIGEST_SHA384] = { "sha384", 48 },
	[DIGEST_SHA512] = { "sha512", 64 },
};

size_t digest_size(enum digest_kind k)
{
	return (size_t)k < sizeof(kinds) / sizeof(*kinds) ? kinds[k].size : 0;
}

const char *digest_name(enum digest_kind k)
{
	return (size_t)k < sizeof(kinds) / sizeof(*kinds) ? kinds[k].name : "";
}

enum digest_kind digest_by_name(const char *name, size_t n)
{
	for (size_t k = DIGEST_MD5; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (strlen(kinds[k].name) == n && strncasecmp(kinds[k].name, name, n) == 0)
			return (enum digest_kind)k;
	return DIGEST_NONE;
}

static void begin(struct digest_state *s, enum digest_kind k)
{
	s->kind = k;
	switch (k) {
	case DIGEST_MD5: MD5_Init(&s->u.md5); break;
	case DIGEST_SHA1: SHA1_Init(&s->u.sha1); break;
	case DIGEST_SHA224: SHA224_Init(&s->u.sha256); break;
	case DIGEST_SHA256: SHA256_Init(&s->u.sha256); break;
	case DIGEST_SHA384: SHA384_Init(&s->u.sha512); break;
	case DIGEST_SHA512: SHA512_Init(&s->u.sha512); break;
	case DIGEST_NONE: break;
	}
}

void digest_add(struct digest_state *s, struct view bytes)
{
	if (bytes.n == 0)
		return;
	switch (s->kind) {
	case DIGEST_MD5: MD5_Update(&s->u.md5, bytes.p, bytes.n); break;
	case DIGEST_SHA1: SHA1_Update(&s->u.sha1, bytes.p, bytes.n); break;
	case DIGEST_SHA224: SHA224_Update(&s->u.sha256, bytes.p, bytes.n); break;
	case DIGEST_SHA256: SHA256_Update(&s->u.sha256, bytes.p, bytes.n); break;
	case DIGEST_SHA384: SHA384_Update(&s->u.sha512, bytes.p, bytes.n); break;
	case DIGEST_SHA512: SHA512_Update(&s->u.sha512, bytes.p, bytes.n); break;
	case DIGEST_NONE: break;
	}
}

static void end(struct digest_state *s, unsigned char *out)
{
	switch (s->kind) {
	case DIGEST_MD5: MD5_Final(out, &s->u.md5); break;
	case DIGEST_SHA1: SHA1_Final(out, &s->u.sha1); break;
	case DIGEST_SHA224: SHA224_Final(out, &s->u.sha256); break;
	case DIGEST_SHA256: SHA256_Final(out, &s->u.sha256); break;
	case DIGEST_SHA384: SHA384_Final(out, &s->u.sha512); break;
	case DIGEST_SHA512: SHA512_Final(out, &s->u.sha512); break;
	case DIGEST_NONE: break;
	}
}

void digest_of(enum digest_kind k, struct view bytes, unsigned char *out)
{
	struct digest_state s;

	begin(&s, k);
	digest_add(&s, bytes);
	end(&s, out);
}

struct digest_state *digest_begin(enum digest_kind k)
{
	struct digest_state *s = k == DIGEST_NONE ? NULL : malloc(sizeof(*s));

	if (s != NULL)
		begin(s, k);
	return s;
}

void digest_end(struct digest_state *s, unsigned char *out)
{
	if (s == NULL)
		return;
	if (out != NULL)
		end(s, out);
	free(s);
}

int digest_of_file(enum digest_kind k, int fd, unsigned char *out, uint64_t *n)
{
	unsigned char piece[PIECE];
	struct digest_state s;
	size_t got;
	int err;

	*n = 0;
	begin(&s, k);
	do {
		err = os_pread(fd, *n, piece, sizeof(piece), &got);
		digest_add(&s, (struct view){ piece, got });
		*n += got;
	} while (err == 0 && got > 0);
	end(&s, out);
	return err;
}

/* ---- as text ---------------------------------------------------------------------------------------- */

bool digest_from_hex(const char *text, size_t n, unsigned char *out, size_t size)
{
	if (n != size * 2)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = str_hex(text[2 * i]), low = str_hex(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-' || c == '+')
		return 62;
	return c == '_' || c == '/' ? 63 : -1;
}

bool digest_from_base64(const char *text, size_t n, unsigned char *out, size_t size)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t got = 0;

	while (n > 0 && text[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++) {
		int v = base64_value(text[i]);

		if (v < 0)
			return false;
		bits = (bits << 6 | (uint32_t)v) & 0xffff;
		have += 6;
		if (have < 8)
			continue;
		if (got == size)
			return false;
		have -= 8;
		out[got++] = (unsigned char)(bits >> have);
	}
	return got == size;
}

void digest_to_base64(const unsigned char *hash, size_t size, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < size; i++) {
		bits = (bits << 8 | hash[i]) & 0xffff;
		have += 8;
		while (have >= 6) {
			have -= 6;
			*out++ = letters[bits >> have & 63];
		}
	}
	if (have > 0)
		*out++ = letters[bits << (6 - have) & 63];
	*out = '\0';
}
