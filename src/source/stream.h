/* stream.h - archives that are read from front to end, by libarchive. For container.c alone. */
#ifndef DLWHY_SOURCE_STREAM_H
#define DLWHY_SOURCE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

struct archive;
struct archive_entry;

struct stream {
	struct archive *a;  /* NULL: not open */
	struct view bytes;
	size_t at, given_back; /* of bytes: read; of these, pages that were given back */
	bool in_file;
	bool plain;         /* a tar file that is not packed: any place can be read at once */
	bool sparse;        /* the member of the last header has holes */
	bool bomb;          /* more came out of it than is believed */
	uint64_t next;      /* number of the member whose header comes next */
	int64_t place;      /* of the last header, in unpacked bytes */
};

/* Opens it at `at` of its bytes. 0, ENOMEM, or EBADMSG if no reader knows it. */
int stream_open(struct stream *s, struct view bytes, size_t at, bool in_file);
void stream_close(struct stream *s);
/* The next header, which lives until the next call: 0, -1 at the end, or EBADMSG and stream_why. */
int stream_next(struct stream *s, struct archive_entry **out);
/* Bytes of the member, at most n; *got of them. 0 or EBADMSG. */
int stream_read(struct stream *s, void *buf, size_t n, size_t *got);
/* The member as a whole, where it lies unpacked in the bytes of the stream. */
bool stream_in_place(struct stream *s, uint64_t size, struct view *out);
/* What libarchive said last; never NULL. */
const char *stream_why(const struct stream *s);
/* "tar", "ar" */
const char *stream_format(const struct stream *s);

#endif
