/* zip.c - zip files on a path, as zipimport reads them.
 *
 * The archive is read by minizip out of the mapped file. What it allocates must not meet the arena's way
 * out of a lack of memory: so it is opened, asked and closed between two allocations of the arena.
 */
#include "python/zip.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>

enum {
	MEMBERS_MAX = 1 << 20,
	NAME_BYTES = 4096,
	MEMBER_MAX = 64 << 20, /* bytes of one member, unpacked */
	RATIO_MAX = 1040       /* deflate gives no more than 1032 bytes for one */
};

struct member {
	const char *name;
	unz64_file_pos at;
	uint64_t size, packed;
	uint32_t dos_date;
};

struct py_zip {
	const char *path;
	struct view bytes;
	struct member *members; /* sorted by name */
	size_t n;
	bool usable;
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
	uint64_t base = origin == ZLIB_FILEFUNC_SEEK_CUR ? r->at :
			origin == ZLIB_FILEFUNC_SEEK_END ? r->bytes.n : 0;

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
};

/* Visits all members; fills z->members and `names` if `have` says what room they have. False: this is no
 * zip file. */
static bool each_member(struct py_zip *z, char *names, const struct count *have, struct count *out)
{
	struct reader r;
	unzFile u = open_archive(&r, z->bytes);
	char name[NAME_BYTES];
	int err;

	*out = (struct count){ 0, 0 };
	if (u == NULL)
		return false;
	for (err = unzGoToFirstFile(u); err == UNZ_OK; err = unzGoToNextFile(u)) {
		unz_file_info64 info;
		size_t n;

		if (unzGetCurrentFileInfo64(u, &info, name, sizeof(name), NULL, 0, NULL, 0) != UNZ_OK ||
		    info.size_filename >= sizeof(name) || out->members == MEMBERS_MAX)
			break;
		n = strlen(name) + 1;
		if (have != NULL) {
			struct member *m = &z->members[out->members];

			if (out->members == have->members || n > have->bytes - out->bytes ||
			    unzGetFilePos64(u, &m->at) != UNZ_OK)
				break;
			m->name = memcpy(names + out->bytes, name, n);
			m->size = info.uncompressed_size;
			m->packed = info.compressed_size;
			m->dos_date = (uint32_t)info.dosDate;
		}
		out->members++;
		out->bytes += n;
	}
	(void)unzClose(u);
	return true;
}

static int by_name(const void *x, const void *y)
{
	const struct member *a = x, *b = y;

	return strcmp(a->name, b->name);
}

struct py_zip *py_zip_open(struct store *s, struct arena *a, const char *path)
{
	struct py_zip *z = ARENA_NEW(a, struct py_zip);
	const struct store_entry *e = store_open(s, path);
	struct count room, got;
	char *names;

	z->path = arena_strdup(a, path);
	if (e == NULL || e->err != 0 || e->file == NULL || e->file->st.type != OS_REGULAR)
		return z;
	z->bytes = e->file->bytes;
	if (!each_member(z, NULL, NULL, &room))
		return z;
	z->members = ARENA_ARRAY(a, room.members + 1, struct member);
	names = arena_alloc(a, room.bytes + 1);
	z->usable = each_member(z, names, &room, &got);
	z->n = got.members;
	if (z->n > 0)
		qsort(z->members, z->n, sizeof(z->members[0]), by_name);
	return z;
}

bool py_zip_usable(const struct py_zip *z)
{
	return z->usable;
}

const char *py_zip_path(const struct py_zip *z)
{
	return z->path;
}

static int compare_key(const void *key, const void *item)
{
	return strcmp(key, ((const struct member *)item)->name);
}

static const struct member *find(const struct py_zip *z, const char *name)
{
	if (z->n == 0)
		return NULL;
	return bsearch(name, z->members, z->n, sizeof(z->members[0]), compare_key);
}

bool py_zip_has(const struct py_zip *z, const char *member)
{
	return find(z, member) != NULL;
}

bool py_zip_has_folder(const struct py_zip *z, struct arena *a, const char *name, bool implicit)
{
	const char *key = arena_printf(a, "%s/", name);
	size_t n = strlen(key), low = 0, high = z->n;

	if (find(z, key) != NULL)
		return true;
	while (low < high) { /* the first member that is not before key */
		size_t mid = low + (high - low) / 2;

		if (strcmp(z->members[mid].name, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return implicit && low < z->n && strncmp(z->members[low].name, key, n) == 0;
}

/* ---- bytes -------------------------------------------------------------------------------- */

int py_zip_read(const struct py_zip *z, struct arena *a, const char *name, struct view *out)
{
	const struct member *m = find(z, name);
	struct reader r;
	unsigned char *p;
	int got = -1;
	unzFile u;

	*out = (struct view){ NULL, 0 };
	if (m == NULL)
		return ENOENT;
	if (m->size > MEMBER_MAX || m->size / RATIO_MAX > m->packed)
		return EFBIG;
	p = arena_alloc(a, (size_t)m->size + 1);
	u = open_archive(&r, z->bytes);
	if (u == NULL)
		return EIO;
	if (unzGoToFilePos64(u, &m->at) == UNZ_OK && unzOpenCurrentFile(u) == UNZ_OK) {
		got = unzReadCurrentFile(u, p, (unsigned)m->size + 1);
		(void)unzCloseCurrentFile(u);
	}
	(void)unzClose(u);
	if (got < 0 || (uint64_t)got != m->size)
		return EIO;
	out->p = p;
	out->n = (size_t)got;
	return 0;
}

/* ---- bytecode ----------------------------------------------------------------------------- */

/* MAGIC_NUMBER of importlib's _bootstrap_external.py, by release from 3.6 on. */
static const uint16_t magic[] = { 3379, 3394, 3413, 3425, 3439, 3495, 3531, 3571, 3627 };

/* Days since 1970 (https://howardhinnant.github.io/date_algorithms.html, days_from_civil). */
static int64_t days(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* The local time of the archive, as if it were that of Greenwich. */
static int64_t dos_seconds(uint32_t dos)
{
	int64_t day = days((dos >> 25) + 1980, dos >> 21 & 15, dos >> 16 & 31);
	int64_t hour = dos >> 11 & 31, minute = dos >> 5 & 63, second = dos & 31;

	return ((day * 24 + hour) * 60 + minute) * 60 + second * 2;
}

/* _eq_mtime allows a second. In which zone the archive was packed is not known here: zones differ by
 * quarters of an hour, up to 26 hours. */
static bool same_time(int64_t x, int64_t y)
{
	int64_t d = x > y ? x - y : y - x;
	int64_t rest = d % 900;

	return d <= 26 * 3600 + 1 && (rest <= 1 || rest == 899);
}

bool py_zip_pyc_fits(const struct py_zip *z, struct arena *a, const char *pyc, const char *py,
		     unsigned minor)
{
	const struct member *source = find(z, py);
	size_t header = minor >= 7 ? 16 : 12; /* PEP 552 */
	const unsigned char *p;
	struct view v;

	if (py_zip_read(z, a, pyc, &v) != 0 || v.n < header)
		return false;
	p = v.p;
	if (minor >= 6 && minor - 6 < sizeof(magic) / sizeof(magic[0]) &&
	    ((uint32_t)p[0] | (uint32_t)p[1] << 8) != magic[minor - 6])
		return false;
	if (source == NULL || (minor >= 7 && p[4] != 0)) /* by a hash of the source: taken for right */
		return true;
	if (minor >= 8 && load32(p + 12, order_swaps(false)) != source->size)
		return false;
	return same_time(load32(p + (minor >= 7 ? 8 : 4), order_swaps(false)),
			 dos_seconds(source->dos_date));
}
