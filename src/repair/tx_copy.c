/* tx_copy.c - the successor of a file: its bytes with patches on top, in one pass that hashes them, too.
 *
 * What was written goes to the disk while the rest is still copied: who waits for it at the end waits for
 * less.
 */
#include "repair/tx.h"

#include <errno.h>
#include <string.h>

#include "base/os_write.h"

enum { PIECE = 64 << 10, AT_ONCE = 8 << 20 /* bytes that are sent to the disk */ };

/* len bytes at off of a file of n bytes; zeros behind its end. */
static int read_old(int from, uint64_t n, uint64_t off, unsigned char *piece, size_t len)
{
	size_t there = off >= n ? 0 : n - off < len ? (size_t)(n - off) : len, got;

	memset(piece + there, 0, len - there);
	for (size_t have = 0; have < there; have += got) {
		int err = os_pread(from, off + have, piece + have, there - have, &got);

		if (err != 0 || got == 0)
			return err != 0 ? err : EIO; /* it has become shorter */
	}
	return 0;
}

/* Puts on len bytes at off what patches have there. *first: the first patch that does not end before them. */
static void put_on(const struct change *c, size_t *first, uint64_t off, unsigned char *piece, size_t len)
{
	for (size_t i = *first; i < c->npatches && c->patches[i].offset < off + len; i++) {
		const struct patch *p = &c->patches[i];
		uint64_t from = p->offset > off ? p->offset : off, end = p->offset + p->bytes.n;

		if (end > off + len)
			end = off + len;
		else
			*first = i + 1;
		if (from < end)
			memcpy(piece + (from - off), p->bytes.p + (from - p->offset), (size_t)(end - from));
	}
}

/* What patches have at `from` and behind. */
static int write_rest(const struct change *c, uint64_t from, int to)
{
	int err = 0;

	for (size_t i = 0; i < c->npatches && err == 0; i++) {
		uint64_t off = c->patches[i].offset;
		struct view v = c->patches[i].bytes;
		size_t skip = off >= from ? 0 : from - off < v.n ? (size_t)(from - off) : v.n;

		err = os_pwrite(to, (struct view){ v.p + skip, v.n - skip }, off + skip);
	}
	return err;
}

int tx_copy_patched(int from, uint64_t n, const struct change *c, int to, unsigned char hash[SHA256_BYTES])
{
	struct digest_state *s = digest_begin(DIGEST_SHA256);
	uint64_t both = n < c->size ? n : c->size, sent = 0, off = 0;
	unsigned char piece[PIECE];
	size_t first = 0;
	bool shared = false;
	int err = s == NULL ? ENOMEM : os_share(from, to, n, &shared);

	if (err == 0 && shared)
		both = 0; /* nothing is left to be written but patches */
	if (err == 0)
		err = os_reserve(to, both);
	while (err == 0 && off < c->size) {
		size_t len = c->size - off < PIECE ? (size_t)(c->size - off) : PIECE;
		size_t copied = off >= both ? 0 : both - off < len ? (size_t)(both - off) : len;

		err = read_old(from, n, off, piece, len);
		if (err != 0)
			break;
		put_on(c, &first, off, piece, len);
		digest_add(s, (struct view){ piece, len });
		err = os_pwrite(to, (struct view){ piece, copied }, off);
		off += len;
		if (off < both && off - sent >= AT_ONCE) {
			os_sync_soon(to, sent, off - sent);
			sent = off;
		}
	}
	if (err == 0)
		err = os_set_size(to, c->size);
	if (err == 0)
		err = write_rest(c, both, to);
	digest_end(s, hash);
	return err;
}
