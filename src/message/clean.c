/* clean.c - lines in, clean lines out. */
#include "message/clean.h"

#include <string.h>


void clean_init(struct clean *c, struct arena *a)
{
	memset(c, 0, sizeof(*c));
	c->a = a;
	c->line = 1;
	c->text = arena_alloc(a, CLEAN_TEXT + 1);
	c->carried = arena_alloc(a, CLEAN_LINE);
	c->scratch.s = arena_alloc(a, CLEAN_LINE + 1);
	c->scratch.from = ARENA_ARRAY(a, CLEAN_LINE + 1, uint32_t);
}

static void mark(struct clean *c, uint64_t offset)
{
	const struct clean_mark *last = c->marks.n > 0 ? &c->marks.items[c->marks.n - 1] : NULL;

	if (last != NULL && last->line == c->line && last->offset + (c->n - last->at) == offset)
		return;
	*ARENA_PUSH(c->a, &c->marks) = (struct clean_mark){ c->n, offset, c->line };
}

static void add_run(struct clean *c, const char *s, size_t n, uint64_t offset)
{
	if (n == 0)
		return;
	mark(c, offset);
	memcpy(c->text + c->n, s, n);
	c->n += n;
}

static void add_scratch(struct clean *c)
{
	const struct line *l = &c->scratch;
	size_t i = 0;

	while (i < l->n) {
		size_t k = i + 1;

		while (k < l->n && l->from[k] == l->from[k - 1] + 1)
			k++;
		add_run(c, l->s + i, k - i, c->offset + l->from[i]);
		i = k;
	}
}

/* One line without its end, or a piece of one; `taken` bytes of the given text are gone with it. */
static void add_line(struct clean *c, const char *s, size_t n, size_t taken, bool ends)
{
	size_t from, len;

	if (n > 0 && s[n - 1] == '\r' && ends)
		n--;
	if (clean_line_plain(s, n, !c->open, &from, &len)) {
		add_run(c, s + from, len, c->offset + from);
	} else {
		clean_line(s, n, !c->open, &c->scratch);
		add_scratch(c);
	}
	if (ends) {
		mark(c, c->offset + n);
		c->text[c->n++] = '\n';
		c->line++;
	}
	c->offset += taken;
	c->open = !ends;
}

static void add_carried(struct clean *c, bool ends, size_t more)
{
	size_t n = c->ncarried;

	c->ncarried = 0;
	add_line(c, c->carried, n, n + more, ends);
}

static bool has_room(const struct clean *c)
{
	return CLEAN_TEXT - c->n > CLEAN_LINE + 1;
}

/* Up to n bytes without a line break in them are put behind what is carried. */
static size_t carry(struct clean *c, const char *bytes, size_t n)
{
	size_t room = CLEAN_LINE - c->ncarried;

	n = n < room ? n : room;
	memcpy(c->carried + c->ncarried, bytes, n);
	c->ncarried += n;
	return n;
}

size_t clean_feed(struct clean *c, const char *bytes, size_t n)
{
	size_t done = 0;

	while (done < n && has_room(c)) {
		const char *s = bytes + done, *end = memchr(s, '\n', n - done);
		size_t len = end != NULL ? (size_t)(end - s) : n - done;

		if (c->ncarried == CLEAN_LINE) {
			add_carried(c, false, 0);
		} else if (c->ncarried == 0 && end != NULL && len <= CLEAN_LINE) {
			add_line(c, s, len, len + 1, true);
			done += len + 1;
		} else if (end != NULL && len <= CLEAN_LINE - c->ncarried) {
			carry(c, s, len);
			add_carried(c, true, 1);
			done += len + 1;
		} else {
			done += carry(c, s, len);
		}
	}
	return done;
}

void clean_end(struct clean *c)
{
	if (c->ncarried > 0)
		add_carried(c, true, 0);
}

void clean_drop(struct clean *c, size_t n)
{
	size_t keep = 0, k = 0;

	memmove(c->text, c->text + n, c->n - n);
	c->n -= n;
	/* The last mark at or before the new beginning stays, moved to it. */
	while (keep + 1 < c->marks.n && c->marks.items[keep + 1].at <= n)
		keep++;
	for (size_t i = keep; i < c->marks.n; i++) {
		struct clean_mark m = c->marks.items[i];

		m.offset += m.at < n ? n - m.at : 0;
		m.at = m.at < n ? 0 : m.at - n;
		c->marks.items[k++] = m;
	}
	c->marks.n = k;
}

void clean_place(const struct clean *c, size_t at, uint64_t *offset, int64_t *line)
{
	size_t low = 0, high = c->marks.n;

	*offset = 0;
	*line = 1;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->marks.items[mid].at <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == 0)
		return;
	*offset = c->marks.items[low - 1].offset + (at - c->marks.items[low - 1].at);
	*line = c->marks.items[low - 1].line;
}
