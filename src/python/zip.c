/* zip.c - zip files on a path, as zipimport reads them. source/zip.h reads the archive. */
#include "python/zip.h"

#include <errno.h>
#include <string.h>

#include "source/zip.h"

enum { MEMBER_MAX = 64 << 20 /* bytes of one member, unpacked */ };

struct py_zip {
	const char *path;
	struct zip zip;
};

struct py_zip *py_zip_open(struct store *s, struct arena *a, const char *path)
{
	struct py_zip *z = ARENA_NEW(a, struct py_zip);
	const struct store_entry *e = store_open(s, path);

	z->path = arena_strdup(a, path);
	if (e != NULL && e->err == 0 && e->file != NULL && e->file->st.type == OS_REGULAR)
		zip_open(e->file->bytes, a, &z->zip);
	return z;
}

bool py_zip_usable(const struct py_zip *z)
{
	return z->zip.usable;
}

const char *py_zip_path(const struct py_zip *z)
{
	return z->path;
}

bool py_zip_has(const struct py_zip *z, const char *member)
{
	return zip_find(&z->zip, member) != NULL;
}

bool py_zip_has_folder(const struct py_zip *z, struct arena *a, const char *name, bool implicit)
{
	const char *key = arena_printf(a, "%s/", name);
	size_t i = zip_lower(&z->zip, key);

	if (zip_find(&z->zip, key) != NULL)
		return true;
	return implicit && i < z->zip.n && strncmp(z->zip.members[i].name, key, strlen(key)) == 0;
}

int py_zip_read(const struct py_zip *z, struct arena *a, const char *name, struct view *out)
{
	const struct zip_member *m = zip_find(&z->zip, name);

	*out = (struct view){ NULL, 0 };
	return m == NULL ? ENOENT : zip_read(&z->zip, m, a, MEMBER_MAX, out);
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
	const struct zip_member *source = zip_find(&z->zip, py);
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
