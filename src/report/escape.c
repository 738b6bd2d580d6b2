/* escape.c - names from files made safe to print. */
#include "report/escape.h"

#include <string.h>

struct range {
	int32_t first, last;
};

static bool in_ranges(int32_t c, const struct range *r, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (c >= r[i].first && c <= r[i].last)
			return true;
	return false;
}

#define IN_RANGES(c, r) in_ranges((c), (r), sizeof(r) / sizeof((r)[0]))

unsigned utf8_columns(int32_t c)
{
	/* The blocks that matter for names; a character that is missing here only misaligns. */
	static const struct range zero[] = {
		{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd }, { 0x0610, 0x061a },
		{ 0x064b, 0x065f }, { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a }, { 0x1ab0, 0x1aff },
		{ 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f },
	};
	static const struct range wide[] = {
		{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	if (c < 0x300)
		return 1;
	if (IN_RANGES(c, zero))
		return 0;
	return IN_RANGES(c, wide) ? 2 : 1;
}

size_t escape_columns(const char *s)
{
	size_t n = strlen(s), cols = 0, len;

	while (n > 0) {
		cols += utf8_columns(utf8_next(s, n, &len));
		s += len;
		n -= len;
	}
	return cols;
}

/* ---- what may not be printed as it is ----------------------------------------------------- */

bool escape_is_unsafe(int32_t c)
{
	static const struct range unsafe[] = {
		{ 0x00, 0x1f },     { 0x7f, 0x9f },     { 0xad, 0xad },     { 0x034f, 0x034f },
		{ 0x061c, 0x061c }, { 0x115f, 0x1160 }, { 0x180b, 0x180e }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};

	return IN_RANGES(c, unsafe);
}

static bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f;
}

static void terminal_char(struct buf *b, int32_t c)
{
	if (c == '\n')
		buf_str(b, "\\n");
	else if (c == '\t')
		buf_str(b, "\\t");
	else if (c == '\r')
		buf_str(b, "\\r");
	else if (c < 0x80)
		buf_printf(b, "\\x%02x", (unsigned)c);
	else
		buf_printf(b, "\\u{%x}", (unsigned)c);
}

void escape_terminal(struct buf *b, const char *s)
{
	size_t n = strlen(s), i, len;
	int32_t c;

	while (n > 0) {
		for (i = 0; i < n && is_plain((unsigned char)s[i]); i++)
			;
		buf_add(b, s, i);
		s += i;
		n -= i;
		if (n == 0)
			break;
		c = utf8_next(s, n, &len);
		if (c >= 0 && !escape_is_unsafe(c))
			buf_add(b, s, len);
		else if (c >= 0)
			terminal_char(b, c);
		else
			for (i = 0; i < len; i++)
				buf_printf(b, "\\x%02x", (unsigned char)s[i]);
		s += len;
		n -= len;
	}
}

/* ---- JSON --------------------------------------------------------------------------------- */

static void json_char(struct buf *b, int32_t c)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *p;

	for (p = shorts; *p != '\0'; p += 2)
		if (c == (unsigned char)*p) {
			buf_char(b, '\\');
			buf_char(b, p[1]);
			return;
		}
	if (c < 0x10000)
		buf_printf(b, "\\u%04x", (unsigned)c);
	else
		buf_printf(b, "\\u%04x\\u%04x", 0xd800 + (unsigned)((c - 0x10000) >> 10),
			   0xdc00 + (unsigned)((c - 0x10000) & 0x3ff));
}

void escape_json(struct buf *b, const char *s)
{
	size_t n = strlen(s), i, len;
	int32_t c;

	while (n > 0) {
		for (i = 0; i < n && is_plain((unsigned char)s[i]); i++)
			if (s[i] == '"' || s[i] == '\\')
				break;
		buf_add(b, s, i);
		s += i;
		n -= i;
		if (n == 0)
			break;
		c = utf8_next(s, n, &len);
		if (c < 0)
			buf_str(b, "\xef\xbf\xbd");
		else if (c == '"' || c == '\\' || escape_is_unsafe(c))
			json_char(b, c);
		else
			buf_add(b, s, len);
		s += len;
		n -= len;
	}
}

void escape_base64(struct buf *b, const char *s, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = (const unsigned char *)s;
	size_t i;

	for (i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned v = (unsigned)p[i] << 16;
		char out[4];

		if (left > 1)
			v |= (unsigned)p[i + 1] << 8;
		if (left > 2)
			v |= p[i + 2];
		out[0] = digits[v >> 18];
		out[1] = digits[v >> 12 & 63];
		out[2] = left > 1 ? digits[v >> 6 & 63] : '=';
		out[3] = left > 2 ? digits[v & 63] : '=';
		buf_add(b, out, sizeof(out));
	}
}

/* ---- Markdown ----------------------------------------------------------------------------- */

void escape_markdown(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '<')
			buf_str(b, "&lt;");
		else if (*s == '>')
			buf_str(b, "&gt;");
		else if (*s == '&')
			buf_str(b, "&amp;");
		else if (*s == '@' || *s == '#') /* forges turn "@name" and "#1" into links */
			buf_printf(b, "%c<!-- -->", *s);
		else if (strchr("\\`*_[]|~$", *s) != NULL)
			buf_printf(b, "\\%c", *s);
		else
			buf_char(b, *s);
	}
}
