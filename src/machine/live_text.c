/* live_text.c - what /proc writes about a process, understood.
 *
 * Layouts: proc(5), fs/proc/task_mmu.c (show_map_vma), fs/proc/array.c (do_task_stat),
 * <elf.h> (AT_*).
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "machine/live.h"

enum { MAX_ROWS = 262144, STAT_FLAGS = 9, STAT_STARTED = 22 };
#define PF_KTHREAD 0x00200000u

/* ---- stat --------------------------------------------------------------------------------- */

/* The name of a process may hold blanks and brackets: fields are counted behind the last ')'. */
bool live_parse_stat(const char *text, struct live_stat *out)
{
	const char *s = strrchr(text, ')');

	memset(out, 0, sizeof(*out));
	if (s == NULL || s[1] != ' ' || s[2] == '\0')
		return false;
	out->state = s[2];
	s += 2;
	for (int field = 4; field <= STAT_STARTED; field++) {
		s = strchr(s, ' ');
		if (s == NULL)
			return false;
		s++;
		if (field == STAT_FLAGS)
			out->kernel = (strtoul(s, NULL, 10) & PF_KTHREAD) != 0;
	}
	out->started = strtoull(s, NULL, 10);
	return true;
}

/* ---- maps --------------------------------------------------------------------------------- */

static bool take_hex(const char **s, uint64_t *out, char end)
{
	char *stop;

	if (strchr("0123456789abcdef", **s) == NULL || **s == '\0')
		return false;
	*out = strtoull(*s, &stop, 16);
	if (*stop != end)
		return false;
	*s = stop + 1;
	return true;
}

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

/* The kernel writes a line feed of a name as "\012". */
static char *unescape(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1), *o = out;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\' && n - i > 3 && is_octal(s + i + 1)) {
			*o++ = (char)((s[i + 1] - '0') * 64 + (s[i + 2] - '0') * 8 + (s[i + 3] - '0'));
			i += 3;
		} else {
			*o++ = s[i];
		}
	}
	return out;
}

static void take_path(struct arena *a, const char *s, size_t n, struct live_row *row)
{
	static const char mark[] = " (deleted)";
	size_t len = sizeof(mark) - 1;

	row->deleted = n > len && memcmp(s + n - len, mark, len) == 0;
	row->path = unescape(a, s, row->deleted ? n - len : n);
}

/* "7f01-7f02 r-xp 00001000 fe:01 1234       /lib/x.so"; `end`: of the line. */
static bool take_row(const char *s, const char *end, struct arena *a, struct live_row *row)
{
	uint64_t major, minor;
	char *stop;

	if (!take_hex(&s, &row->start, '-') || !take_hex(&s, &row->end, ' ') ||
	    row->end <= row->start || end - s < 5 || s[4] != ' ')
		return false;
	row->read = s[0] == 'r';
	row->write = s[1] == 'w';
	row->exec = s[2] == 'x';
	s += 5;
	if (!take_hex(&s, &row->offset, ' ') || !take_hex(&s, &major, ':') ||
	    !take_hex(&s, &minor, ' ') || *s < '0' || *s > '9')
		return false;
	row->major = (uint32_t)major;
	row->minor = (uint32_t)minor;
	row->ino = strtoull(s, &stop, 10);
	s = stop;
	while (s < end && *s == ' ')
		s++;
	if (s > end)
		return false;
	take_path(a, s, (size_t)(end - s), row);
	return true;
}

void live_parse_maps(const char *text, struct arena *a, struct live_rows *out)
{
	memset(out, 0, sizeof(*out));
	while (*text != '\0' && out->n < MAX_ROWS) {
		const char *end = text + strcspn(text, "\n");
		struct live_row row = { .start = 0 };

		if (take_row(text, end, a, &row) &&
		    (out->n == 0 || row.start >= out->items[out->n - 1].end))
			*ARENA_PUSH(a, out) = row;
		text = *end != '\0' ? end + 1 : end;
	}
}

const struct live_row *live_row_at(const struct live_rows *rows, uint64_t address)
{
	size_t low = 0, high = rows->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (rows->items[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < rows->n && rows->items[low].start <= address ? &rows->items[low] : NULL;
}

/* ---- auxv --------------------------------------------------------------------------------- */

void live_parse_auxv(struct view bytes, bool is64, bool swap, struct live_auxv *out)
{
	size_t word = is64 ? 8 : 4;

	memset(out, 0, sizeof(*out));
	for (size_t off = 0; view_has(bytes, off, 2 * word); off += 2 * word) {
		const unsigned char *p = bytes.p + off;
		uint64_t type = is64 ? load64(p, swap) : load32(p, swap);
		uint64_t value = is64 ? load64(p + 8, swap) : load32(p + 4, swap);

		switch (type) {
		case AT_NULL: return;
		case AT_PHDR: out->phdr = value; break;
		case AT_PHNUM: out->phnum = value; break;
		case AT_BASE: out->base = value; break;
		case AT_ENTRY: out->entry = value; break;
		case AT_SECURE: out->secure = value != 0; break;
		default: break;
		}
	}
}
