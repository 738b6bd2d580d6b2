/* zip.c - see zip.h. What minizip allocates must not meet the arena's way out of a lack of memory: so an
 * archive is opened, asked and closed between two allocations of the arena. */
#include "source/zip.h"

#include <errno.h>
#include <libdeflate.h>
#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/os.h"
#include "source/inflate.h"

enum {
	MEMBERS_MAX = 1 << 20,
	NAME_BYTES = 4096,
	PIECE = 1 << 16,
	AT_ONCE = 32 << 20, /* packed bytes that may be in memory together with what comes of them */
	METHOD_STORED = 0,
	METHOD_DEFLATED = 8,
	RATIO_MAX = 1040 /* deflate gives no more than 1032 bytes for one */
};

/* ---- a file for minizip ------------------------------------------------------------------- */

struct reader {
	struct view bytes;
	uint64_t at;
};

static voidpf read_open(voidpf opaque, const void *name, int mode)
{
	(void)name;
	(void)mode;
	return opaque;
}

static uLong read_bytes(voidpf opaque, voidpf stream, void *buf, uLong size)
{
	struct reader *r = opaque;
	uint64_t left = r->at < r->bytes.n ? r->bytes.n - r->at : 0;

	(void)stream;
	if (size > left)
		size = (uLong)left;
	if (size > 0)
		memcpy(buf, r->bytes.p + r->at, size);
	r->at += size;
	return size;
}

static ZPOS64_T read_tell(voidpf opaque, voidpf stream)
{
	const struct reader *r = opaque;

	(void)stream;
	return r->at;
}

static long read_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
	struct reader *r = opaque;
	uint64_t base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? r->at
			: origin == ZLIB_FILEFUNC_SEEK_END ? r->bytes.n
							   : 0;

	(void)stream;
	if (base > r->bytes.n || offset > r->bytes.n - base)
		return -1;
	r->at = base + offset;
	return 0;
}

static int read_close(voidpf opaque, voidpf stream)
{
	(void)opaque;
	(void)stream;
	return 0;
}

static unzFile open_archive(struct reader *r, struct view bytes)
{
	zlib_filefunc64_def calls = {
		.zopen64_file = read_open,
		.zread_file = read_bytes,
		.ztell64_file = read_tell,
		.zseek64_file = read_seek,
		.zclose_file = read_close,
		.zerror_file = read_close,
		.opaque = r,
	};

	*r = (struct reader){ bytes, 0 };
	return unzOpen2_64("", &calls);
}

/* ---- the list of members ------------------------------------------------------------------ */

struct count {
	size_t members, bytes;
	bool cut;
};

static void fill(struct zip_member *m, char *name, const unz_file_info64 *info, const unz64_file_pos *at)
{
	m->name = name;
	m->place[0] = at->pos_in_zip_directory;
	m->place[1] = at->num_of_file;
	m->size = info->uncompressed_size;
	m->packed = info->compressed_size;
	m->crc = (uint32_t)info->crc;
	m->method = (uint16_t)info->compression_method;
	m->encrypted = (info->flag & 1) != 0;
	m->dos_date = (uint32_t)info->dosDate;
	m->mode = (uint32_t)(info->external_fa >> 16);
}

/* Visits all members; fills z->members and `names` if `have` says what room they have. False: this is no
 * zip file. */
static bool each_member(struct zip *z, char *names, const struct count *have, struct count *out)
{
	struct reader r;
	unzFile u = open_archive(&r, z->bytes);
	char name[NAME_BYTES];
	int err;

	*out = (struct count){ 0, 0, false };
	if (u == NULL)
		return false;
	for (err = unzGoToFirstFile(u); err == UNZ_OK; err = unzGoToNextFile(u)) {
		unz_file_info64 info;
		unz64_file_pos at;
		size_t n;

		if (unzGetCurrentFileInfo64(u, &info, name, sizeof(name), NULL, 0, NULL, 0) != UNZ_OK ||
		    info.size_filename >= sizeof(name) || out->members == MEMBERS_MAX ||
		    unzGetFilePos64(u, &at) != UNZ_OK)
			break;
		n = strlen(name) + 1;
		if (have != NULL) {
			if (out->members == have->members || n > have->bytes - out->bytes)
				break;
			fill(&z->members[out->members], memcpy(names + out->bytes, name, n), &info, &at);
		}
		out->members++;
		out->bytes += n;
	}
	out->cut = err != UNZ_END_OF_LIST_OF_FILE;
	(void)unzClose(u);
	return true;
}

static int by_name(const void *x, const void *y)
{
	const struct zip_member *a = x, *b = y;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : (a->place[1] > b->place[1]) - (a->place[1] < b->place[1]);
}

void zip_open(struct view bytes, struct arena *a, struct zip *z)
{
	struct count room, got;
	char *names;

	*z = (struct zip){ .bytes = bytes };
	if (!each_member(z, NULL, NULL, &room))
		return;
	z->members = ARENA_ARRAY(a, room.members + 1, struct zip_member);
	names = arena_alloc(a, room.bytes + 1);
	z->usable = each_member(z, names, &room, &got);
	z->n = got.members;
	z->cut = room.cut;
	for (size_t i = 0; i < z->n; i++)
		if (z->members[i].size > z->largest)
			z->largest = z->members[i].size;
	if (z->n > 0)
		qsort(z->members, z->n, sizeof(z->members[0]), by_name);
}

size_t zip_lower(const struct zip *z, const char *name)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(z->members[mid].name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct zip_member *zip_find(const struct zip *z, const char *name)
{
	size_t i = zip_lower(z, name);

	return i < z->n && strcmp(z->members[i].name, name) == 0 ? &z->members[i] : NULL;
}

/* ---- bytes -------------------------------------------------------------------------------- */

bool zip_is_possible(const struct zip_member *m)
{
	return m->size / RATIO_MAX <= m->packed;
}

/* Opens the member; NULL: it cannot be. */
static unzFile open_member(const struct zip *z, const struct zip_member *m, struct reader *r)
{
	unz64_file_pos at = { m->place[0], m->place[1] };
	unzFile u = open_archive(r, z->bytes);

	if (u != NULL && unzGoToFilePos64(u, &at) == UNZ_OK && unzOpenCurrentFile(u) == UNZ_OK)
		return u;
	if (u != NULL)
		(void)unzClose(u);
	return NULL;
}

/* Closes it: what minizip found when it compared the checksum. */
static int close_member(unzFile u, int got)
{
	int err = unzCloseCurrentFile(u);

	(void)unzClose(u);
	if (got < 0)
		return EBADMSG;
	return err == UNZ_CRCERROR ? EBADMSG : err != UNZ_OK ? EIO : 0;
}

int zip_raw(const struct zip *z, const struct zip_member *m, struct view *out)
{
	unz64_file_pos at = { m->place[0], m->place[1] };
	struct reader r;
	unzFile u = open_archive(&r, z->bytes);
	ZPOS64_T pos = 0;
	int method, level, err = EIO;

	*out = (struct view){ NULL, 0 };
	if (u == NULL)
		return EIO;
	if (unzGoToFilePos64(u, &at) == UNZ_OK && unzOpenCurrentFile2(u, &method, &level, 1) == UNZ_OK) {
		pos = unzGetCurrentFileZStreamPos64(u);
		err = method == m->method ? 0 : EBADMSG;
		(void)unzCloseCurrentFile(u);
	}
	(void)unzClose(u);
	if (err == 0 && (pos == 0 || pos > z->bytes.n || m->packed > z->bytes.n - pos))
		err = EBADMSG;
	if (err == 0)
		*out = (struct view){ z->bytes.p + pos, (size_t)m->packed };
	return err;
}

/* All packed bytes are in memory then: that is no more than the largest member takes anyway. */
static bool goes_at_once(const struct zip *z, uint64_t packed, uint64_t size)
{
	return packed <= AT_ONCE || (size <= z->largest && packed <= z->largest - size);
}

uint64_t zip_cost(const struct zip *z, const struct zip_member *m)
{
	return m->size + (goes_at_once(z, m->packed, m->size) ? m->packed : INFLATE_HELD);
}

static int inflate_all(const struct zip *z, struct view in, void *buf, size_t n)
{
	int err;

	if (z->in_file && !goes_at_once(z, in.n, n))
		return inflate_giving_back(in, buf, n);
	err = inflate_whole(in, buf, n);
	if (z->in_file)
		os_give_back(in.p, in.n);
	return err;
}

/* Methods that only minizip knows. */
static int unpack_by_minizip(const struct zip *z, const struct zip_member *m, void *buf)
{
	struct reader r;
	unzFile u = open_member(z, m, &r);
	uint64_t done = 0;
	int got = 0, err;

	if (u == NULL)
		return EIO;
	/* One byte more than there must be: where there is one, the length is wrong. */
	while (done <= m->size) {
		uint64_t left = m->size + 1 - done;

		got = unzReadCurrentFile(u, (char *)buf + done,
					 (unsigned)(left < (1u << 30) ? left : 1u << 30));
		if (got <= 0)
			break;
		done += (uint64_t)got;
	}
	err = close_member(u, got);
	return err == 0 && done != m->size ? EBADMSG : err;
}

int zip_read_into(const struct zip *z, const struct zip_member *m, void *buf)
{
	struct view in;
	int err;

	if (m->encrypted)
		return ENOKEY;
	if (m->method != METHOD_STORED && m->method != METHOD_DEFLATED)
		return unpack_by_minizip(z, m, buf);
	err = zip_raw(z, m, &in);
	if (err != 0)
		return err;
	if (m->method == METHOD_DEFLATED)
		err = inflate_all(z, in, buf, (size_t)m->size);
	else if (in.n != m->size)
		err = EBADMSG;
	else if (in.n > 0)
		memcpy(buf, in.p, in.n);
	if (err == 0 && libdeflate_crc32(0, buf, (size_t)m->size) != m->crc)
		err = EBADMSG;
	return err;
}

int zip_head(const struct zip *z, const struct zip_member *m, unsigned char *buf, size_t n, size_t *got)
{
	z_stream s = { .next_out = buf, .avail_out = (uInt)n };
	struct view in;
	int err = m->encrypted ? ENOKEY : zip_raw(z, m, &in);

	*got = 0;
	if (err != 0)
		return err;
	if (m->method == METHOD_STORED) {
		*got = in.n < n ? in.n : n;
		if (*got > 0)
			memcpy(buf, in.p, *got);
		return 0;
	}
	if (m->method != METHOD_DEFLATED || inflateInit2(&s, -MAX_WBITS) != Z_OK)
		return EIO;
	s.next_in = (unsigned char *)(uintptr_t)in.p;
	s.avail_in = in.n < PIECE ? (uInt)in.n : PIECE;
	err = inflate(&s, Z_SYNC_FLUSH);
	*got = n - s.avail_out;
	inflateEnd(&s);
	return err == Z_OK || err == Z_STREAM_END || err == Z_BUF_ERROR ? 0 : EBADMSG;
}

int zip_each_piece(const struct zip *z, const struct zip_member *m, void (*fn)(void *ctx, struct view piece),
		   void *ctx)
{
	unsigned char piece[PIECE];
	struct reader r;
	unzFile u = open_member(z, m, &r);
	uint64_t done = 0;
	int got, err;

	if (u == NULL)
		return EIO;
	while ((got = unzReadCurrentFile(u, piece, sizeof(piece))) > 0 && done <= m->size) {
		fn(ctx, (struct view){ piece, (size_t)got });
		done += (uint64_t)got;
	}
	err = close_member(u, got);
	return err == 0 && done != m->size ? EBADMSG : err;
}

int zip_read(const struct zip *z, const struct zip_member *m, struct arena *a, size_t max, struct view *out)
{
	unsigned char *p;
	int err;

	*out = (struct view){ NULL, 0 };
	if (m->size > max || !zip_is_possible(m))
		return EFBIG;
	p = arena_alloc(a, (size_t)m->size + 1);
	err = zip_read_into(z, m, p);
	if (err != 0)
		return err;
	p[m->size] = '\0';
	*out = (struct view){ p, (size_t)m->size };
	return 0;
}
