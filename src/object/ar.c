/* ar.c - archives of object files: members and index, of GNU, BSD and thin form.
 *
 *    0  ar_name  16   "foo.o/", "/123" (offset in the long names), "#1/20" (BSD: 20 bytes follow)
 *   16  date 12, 28 uid 6, 34 gid 6, 40 mode 8
 *   48  ar_size  10   decimal
 *   58  "`\n"
 */
#include "object/ar.h"

#include <string.h>

enum { AR_MAGIC = 8, AR_HEADER = 60 };

static bool ar_number(const unsigned char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < n && p[i] >= '0' && p[i] <= '9'; i++)
		v = v * 10 + (uint64_t)(p[i] - '0');
	*out = v;
	return i > 0;
}

static bool ar_header_is(const unsigned char *h, const char *name)
{
	size_t n = strlen(name);

	return memcmp(h, name, n) == 0 && (n == 16 || h[n] == ' ');
}

/* The bytes of a name up to `end` or a slash with a newline behind it. */
static void ar_long_name(const struct ar *ar, uint64_t off, struct ar_member *out)
{
	size_t n = 0;

	if (off >= ar->names.n)
		return;
	out->name = (const char *)ar->names.p + off;
	while (off + n < ar->names.n && out->name[n] != '\n' && out->name[n] != '\0')
		n++;
	if (n > 0 && out->name[n - 1] == '/')
		n--;
	out->nname = n;
}

static void ar_short_name(const unsigned char *h, struct ar_member *out)
{
	size_t n = 16;

	out->name = (const char *)h;
	for (size_t i = 0; i < 16; i++)
		if (h[i] == '/' && i > 0) {
			n = i;
			break;
		}
	while (n > 0 && out->name[n - 1] == ' ')
		n--;
	out->nname = n;
}

/* "#1/20": the name stands before the bytes. */
static bool ar_bsd_name(const struct ar *ar, const unsigned char *h, struct ar_member *out)
{
	struct view v;
	uint64_t n;

	if (memcmp(h, "#1/", 3) != 0 || !ar_number(h + 3, 13, &n))
		return false;
	if (n > out->size || !view_sub(ar->file, out->offset, n, &v))
		n = 0;
	else
		out->name = (const char *)v.p;
	out->nname = n > 0 ? strnlen(out->name, (size_t)n) : 0;
	out->offset += n;
	out->size -= n;
	return true;
}

static bool ar_is_special(const unsigned char *h)
{
	return h[0] == '/' && (h[1] == ' ' || h[1] == '/' || memcmp(h, "/SYM64/", 7) == 0);
}

bool ar_next(const struct ar *ar, uint64_t *at, struct ar_member *out)
{
	struct view head;
	uint64_t off, size;
	bool held;

	if (!view_sub(ar->file, *at, AR_HEADER, &head) || memcmp(head.p + 58, "`\n", 2) != 0 ||
	    !ar_number(head.p + 48, 10, &size))
		return false;
	memset(out, 0, sizeof(*out));
	out->name = "";
	out->header = *at;
	out->offset = *at + AR_HEADER;
	out->size = size;
	held = !ar->thin || ar_is_special(head.p);
	if (!ar_bsd_name(ar, head.p, out)) {
		if (head.p[0] == '/' && ar_number(head.p + 1, 15, &off))
			ar_long_name(ar, off, out);
		else
			ar_short_name(head.p, out);
	}
	out->outside = !held;
	out->complete = !held || view_has(ar->file, *at + AR_HEADER, size);
	*at += AR_HEADER + (held ? size + (size & 1) : 0);
	return true;
}

struct view ar_bytes(const struct ar *ar, const struct ar_member *m)
{
	struct view v = { NULL, 0 };
	uint64_t n = m->size;

	if (m->outside || m->offset > ar->file.n)
		return v;
	if (n > ar->file.n - m->offset)
		n = ar->file.n - m->offset;
	view_sub(ar->file, m->offset, n, &v);
	return v;
}

/* ---- the index ----------------------------------------------------------------------------- */

static uint64_t ar_big(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static void ar_sysv_index(struct ar *ar, struct view v, size_t width)
{
	uint64_t n;

	if (v.n < width)
		return;
	n = ar_big(v.p, width);
	if (n > (v.n - width) / width)
		n = (v.n - width) / width;
	ar->form = width == 4 ? AR_INDEX_SYSV : AR_INDEX_SYSV64;
	ar->nsymbols = n;
	view_sub(v, width, n * width, &ar->entries);
	view_sub(v, width + n * width, v.n - width - n * width, &ar->strings);
}

static uint32_t ar_bsd_word(const struct ar *ar, const unsigned char *p)
{
	return load32(p, order_swaps(ar->swapped));
}

static void ar_bsd_index(struct ar *ar, struct view v)
{
	uint64_t bytes;

	if (v.n < 8)
		return;
	bytes = ar_bsd_word(ar, v.p);
	if (bytes > v.n - 8) {
		ar->swapped = true;
		bytes = ar_bsd_word(ar, v.p);
	}
	if (bytes > v.n - 8)
		return;
	ar->form = AR_INDEX_BSD;
	ar->nsymbols = bytes / 8;
	view_sub(v, 4, bytes, &ar->entries);
	view_sub(v, 8 + bytes, v.n - 8 - bytes, &ar->strings);
}

/* Is the member that begins with this header the index or the table of long names? It is taken then. */
static bool ar_take_special(struct ar *ar, const struct ar_member *m)
{
	const unsigned char *h = ar->file.p + m->header;
	struct view v = ar_bytes(ar, m);

	if (h[0] == '/' && h[1] == '/')
		ar->names = v;
	else if (ar_header_is(h, "/") && ar->form == AR_NO_INDEX)
		ar_sysv_index(ar, v, 4);
	else if (memcmp(h, "/SYM64/", 7) == 0)
		ar_sysv_index(ar, v, 8);
	else if (m->nname >= 9 && memcmp(m->name, "__.SYMDEF", 9) == 0)
		ar_bsd_index(ar, v);
	else
		return ar_header_is(h, "/");
	return true;
}

bool ar_open(struct view file, struct ar *out)
{
	struct ar_member m;
	uint64_t at = AR_MAGIC;

	memset(out, 0, sizeof(*out));
	out->file = file;
	if (file.n < AR_MAGIC ||
	    (memcmp(file.p, "!<arch>\n", 8) != 0 && memcmp(file.p, "!<thin>\n", 8) != 0))
		return false;
	out->thin = file.p[2] == 't';
	out->first = at;
	while (ar_next(out, &at, &m) && ar_take_special(out, &m))
		out->first = at;
	return true;
}

bool ar_index_next(const struct ar *ar, struct ar_walk *walk, const char **symbol, uint64_t *header)
{
	const unsigned char *p;

	if (walk->i >= ar->nsymbols)
		return false;
	if (ar->form == AR_INDEX_BSD) {
		p = ar->entries.p + walk->i * 8;
		*symbol = view_cstr(ar->strings, ar_bsd_word(ar, p));
		*header = ar_bsd_word(ar, p + 4);
	} else {
		size_t width = ar->form == AR_INDEX_SYSV ? 4 : 8;

		*header = ar_big(ar->entries.p + walk->i * width, width);
		*symbol = view_cstr(ar->strings, walk->name);
		if (*symbol != NULL)
			walk->name += strlen(*symbol) + 1;
	}
	walk->i++;
	return *symbol != NULL;
}
