/* view.h - bounded views of untrusted bytes, and loads from them in either byte order.
 *
 * Every offset, count and length that a file contains is a lie until view_has() has said yes.
 * Nothing here allocates; a view borrows the bytes of whoever made it.
 */
#ifndef DLWHY_BASE_VIEW_H
#define DLWHY_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct view {
	const unsigned char *p; /* may be NULL when n is 0 */
	size_t n;               /* bytes */
};

/* True if [off, off+len) lies inside v. Never overflows. */
static inline bool view_has(struct view v, uint64_t off, uint64_t len)
{
	return off <= v.n && len <= v.n - off;
}

/* The part [off, off+len) of v in *out. False, and *out empty, if it does not lie inside. */
static inline bool view_sub(struct view v, uint64_t off, uint64_t len, struct view *out)
{
	bool ok = view_has(v, off, len);

	out->p = ok && v.p != NULL ? v.p + off : NULL;
	out->n = ok && v.p != NULL ? (size_t)len : 0;
	return ok;
}

/* The string that begins at off if its NUL lies inside v, else NULL. */
static inline const char *view_cstr(struct view v, uint64_t off)
{
	if (off >= v.n || memchr(v.p + off, 0, v.n - (size_t)off) == NULL)
		return NULL;
	return (const char *)v.p + off;
}

/* Loads. `swap` is true when the file's byte order is not the host's. p needs no alignment;
 * the caller has checked the bounds. */
static inline uint16_t load16(const void *p, bool swap)
{
	uint16_t x;

	memcpy(&x, p, sizeof(x));
	return swap ? __builtin_bswap16(x) : x;
}

static inline uint32_t load32(const void *p, bool swap)
{
	uint32_t x;

	memcpy(&x, p, sizeof(x));
	return swap ? __builtin_bswap32(x) : x;
}

static inline uint64_t load64(const void *p, bool swap)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
	return swap ? __builtin_bswap64(x) : x;
}

/* Which of eight bytes are zero: the high bit of each, of the first byte the lowest. For passing over what
 * has few of them. */
static inline uint64_t view_zeros(const void *p)
{
	const uint64_t low = 0x7f7f7f7f7f7f7f7fULL;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	w = __builtin_bswap64(w);
#endif
	return ~(((w & low) + low) | w | low);
}

/* True when a file of the given byte order must be swapped on this host. */
static inline bool order_swaps(bool file_is_big_endian)
{
	return file_is_big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
}

#endif
