/* stream.c - see stream.h. Of libarchive's readers those alone are named, and so linked, that packages
 * need. */
#include "source/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "source/container.h"

enum {
	PIECE = 1 << 16,   /* bytes that libarchive gets at a time: between two the bomb is looked for */
	BEHIND = 8 << 20   /* bytes after which pages of the file are given back */
};

/* ---- names --------------------------------------------------------------------------------- */

/* libarchive converts names of pax headers, which are UTF-8, for the locale that it runs in. Here names are
 * bytes, in every locale; and iconv of a static program would open files of a system that may be broken. So
 * libarchive gets these, under the names that it is linked with. */
void *names_open(const char *to, const char *from) __asm__("iconv_open");
size_t names_copy(void *c, char **in, size_t *nin, char **out, size_t *nout) __asm__("iconv");
int names_close(void *c) __asm__("iconv_close");

void *names_open(const char *to, const char *from)
{
	static char bytes;

	(void)to;
	(void)from;
	return &bytes;
}

size_t names_copy(void *c, char **in, size_t *nin, char **out, size_t *nout)
{
	size_t n;

	(void)c;
	if (in == NULL || *in == NULL)
		return 0;
	n = *nin < *nout ? *nin : *nout;
	memcpy(*out, *in, n);
	*in += n;
	*out += n;
	*nin -= n;
	*nout -= n;
	if (*nin == 0)
		return 0;
	errno = E2BIG;
	return (size_t)-1;
}

int names_close(void *c)
{
	(void)c;
	return 0;
}

/* ---- its bytes ----------------------------------------------------------------------------- */

/* Is it to be believed that so little became so much? */
static bool is_bomb(const struct stream *s)
{
	uint64_t out = (uint64_t)archive_filter_bytes(s->a, 0);

	return out > CONTAINER_TOTAL_MAX || (out > CONTAINER_FREE && out / CONTAINER_RATIO > s->at);
}

static la_ssize_t give(struct archive *a, void *ctx, const void **out)
{
	struct stream *s = ctx;
	size_t n = s->bytes.n - s->at;

	if (is_bomb(s)) {
		s->bomb = true;
		archive_set_error(a, EFBIG, "it unpacks to more than is believed");
		return ARCHIVE_FATAL;
	}
	if (s->in_file && s->at - s->given_back > BEHIND) {
		os_give_back(s->bytes.p + s->given_back, s->at - PIECE - s->given_back);
		s->given_back = s->at - PIECE;
	}
	n = n < PIECE ? n : PIECE;
	*out = s->bytes.p + s->at;
	s->at += n;
	return (la_ssize_t)n;
}

static la_int64_t skip(struct archive *a, void *ctx, la_int64_t n)
{
	struct stream *s = ctx;
	size_t left = s->bytes.n - s->at;

	(void)a;
	if (n < 0)
		return 0;
	if ((uint64_t)n > left)
		n = (la_int64_t)left;
	s->at += (size_t)n;
	return n;
}

int stream_open(struct stream *s, struct view bytes, size_t at, bool in_file)
{
	*s = (struct stream){ .bytes = bytes, .at = at, .given_back = at, .in_file = in_file };
	s->a = archive_read_new();
	if (s->a == NULL)
		return ENOMEM;
	archive_read_support_format_tar(s->a);
	archive_read_support_format_ar(s->a);
	archive_read_support_filter_gzip(s->a);
	archive_read_support_filter_xz(s->a);
	archive_read_support_filter_lzma(s->a);
	archive_read_support_filter_bzip2(s->a);
	archive_read_support_filter_zstd(s->a);
	if (archive_read_open2(s->a, s, NULL, give, skip, NULL) < ARCHIVE_WARN) {
		int err = archive_errno(s->a) == ENOMEM ? ENOMEM : EBADMSG;

		stream_close(s);
		return err;
	}
	s->plain = archive_filter_count(s->a) == 1; /* the file itself */
	return 0;
}

void stream_close(struct stream *s)
{
	if (s->a != NULL)
		archive_read_free(s->a);
	s->a = NULL;
}

int stream_next(struct stream *s, struct archive_entry **out)
{
	int r = archive_read_next_header(s->a, out);

	if (r == ARCHIVE_EOF)
		return -1;
	if (r < ARCHIVE_WARN)
		return EBADMSG;
	s->place = archive_read_header_position(s->a);
	if (strcmp(stream_format(s), "tar") != 0) /* it is known by its first bytes alone */
		s->plain = false;
	s->next++;
	s->sparse = archive_entry_sparse_count(*out) > 0;
	return 0;
}

int stream_read(struct stream *s, void *buf, size_t n, size_t *got)
{
	la_ssize_t k = archive_read_data(s->a, buf, n);

	*got = k > 0 ? (size_t)k : 0;
	return k < 0 ? EBADMSG : 0;
}

bool stream_in_place(struct stream *s, uint64_t size, struct view *out)
{
	const unsigned char *p;
	const void *block;
	la_int64_t at;
	size_t n;

	if (archive_read_data_block(s->a, &block, &n, &at) < ARCHIVE_WARN || at != 0 || n == 0)
		return false;
	/* A sparse file has fewer bytes in the archive than in all; its first piece is shorter. */
	p = block;
	if (p < s->bytes.p || p >= s->bytes.p + s->bytes.n || s->sparse)
		return false;
	return view_sub(s->bytes, (uint64_t)(p - s->bytes.p), size, out);
}

const char *stream_why(const struct stream *s)
{
	const char *why = s->a != NULL ? archive_error_string(s->a) : NULL;

	return why != NULL ? why : "it is damaged";
}

const char *stream_format(const struct stream *s)
{
	return (archive_format(s->a) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR ? "ar" : "tar";
}
