/* utf8.c - see utf8.h. */
#include "base/utf8.h"

/* Bytes of the character that begins with c, 0 if none does, and the range of its second byte:
 * that range excludes overlong forms, surrogates and what is above U+10FFFF (Unicode, table
 * 3-7). */
static size_t utf8_lead(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xbf;
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	if (c < 0xe0)
		return 2;
	if (c == 0xe0)
		*lo = 0xa0;
	else if (c == 0xed)
		*hi = 0x9f;
	else if (c == 0xf0)
		*lo = 0x90;
	else if (c == 0xf4)
		*hi = 0x8f;
	return c < 0xf0 ? 3 : 4;
}

int32_t utf8_next(const char *s, size_t n, size_t *len)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned char lo, hi;
	size_t need = utf8_lead((unsigned char)s[0], &lo, &hi);
	int32_t c = (unsigned char)s[0] & mask[need];
	size_t i;

	*len = 1;
	if (need == 0)
		return -1;
	for (i = 1; i < need; i++) {
		unsigned char b = i < n ? (unsigned char)s[i] : 0;

		if (b < lo || b > hi) {
			*len = i;
			return -1;
		}
		lo = 0x80;
		hi = 0xbf;
		c = c << 6 | (b & 0x3f);
	}
	*len = need;
	return c;
}

bool utf8_valid(const char *s, size_t n)
{
	size_t i = 0, len;

	while (i < n) {
		if (utf8_next(s + i, n - i, &len) < 0)
			return false;
		i += len;
	}
	return true;
}
