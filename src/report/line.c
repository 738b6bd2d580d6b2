/* line.c - styled lines of a known width. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum { WIDTH_DEFAULT = 100, WIDTH_LEAST = 40, DOTS_COLS = 1 };

static const char dots[] = "\xe2\x80\xa6"; /* … */

/* ---- clean strings ------------------------------------------------------------------------ */

const char *text_clean(struct text *t, const char *s)
{
	const char *from = s;

	if (s == NULL || *s == '\0')
		return "";
	if (t->redact != NULL) {
		buf_clear(&t->tmp);
		redact_add(t->redact, &t->tmp, s);
		from = t->tmp.p != NULL ? t->tmp.p : "";
	}
	buf_clear(&t->tmp2);
	escape_terminal(&t->tmp2, from);
	return t->tmp2.p != NULL ? arena_strndup(t->a, t->tmp2.p, t->tmp2.n) : "";
}

const char *text_base(struct text *t, const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	return text_clean(t, slash != NULL && slash[1] != '\0' ? slash + 1 : path);
}

const char *text_object(struct text *t, int32_t id)
{
	const struct dlwhy_object *o;

	if (id < 0 || (size_t)id >= t->r->nobjects)
		return "?";
	o = t->r->objects[id];
	if (o->path != NULL && *o->path != '\0')
		return text_base(t, o->path);
	if (o->soname != NULL)
		return text_clean(t, o->soname);
	return t->r->host != NULL ? text_base(t, t->r->host) : "the program";
}

/* ---- lines -------------------------------------------------------------------------------- */

void text_add(struct text *t, enum style style, const char *s)
{
	static const char *const codes[] = { "", "\033[1m", "\033[1;31m", "\033[33m", "\033[32m",
					     "\033[2m" };
	bool color = t->color && style != PLAIN && *s != '\0';

	if (color)
		buf_str(&t->line, codes[style]);
	buf_str(&t->line, s);
	if (color)
		buf_str(&t->line, "\033[0m");
	t->cols += escape_columns(s);
}

void text_pad(struct text *t, size_t cols)
{
	do {
		buf_char(&t->line, ' ');
		t->cols++;
	} while (t->cols < cols);
}

void text_end(struct text *t, struct lines *out)
{
	struct line *l = ARENA_PUSH(t->a, out);

	while (t->line.n > 0 && t->line.p[t->line.n - 1] == ' ') {
		t->line.p[--t->line.n] = '\0';
		t->cols--;
	}
	l->s = t->line.n > 0 ? arena_strndup(t->a, t->line.p, t->line.n) : "";
	l->cols = t->cols;
	buf_clear(&t->line);
	t->cols = 0;
}

void text_line(struct text *t, struct lines *out, size_t indent, enum style style, const char *s)
{
	if (indent > 0)
		text_pad(t, indent);
	text_add(t, style, s);
	text_end(t, out);
}

size_t text_rows(const struct text *t, const struct lines *l)
{
	size_t rows = 0, i;

	for (i = 0; i < l->n; i++)
		rows += l->items[i].cols <= t->width ? 1
						     : (l->items[i].cols + t->width - 1) / t->width;
	return rows;
}

/* ---- making things fit -------------------------------------------------------------------- */

/* Bytes of s that fit into `cols` columns. */
static size_t bytes_in(const char *s, size_t n, size_t cols)
{
	size_t i = 0, used = 0, len;

	while (i < n) {
		used += utf8_columns(utf8_next(s + i, n - i, &len));
		if (used > cols)
			break;
		i += len;
	}
	return i;
}

/* Offset in s from which the rest fits into `cols` columns. */
static size_t tail_in(const char *s, size_t n, size_t cols)
{
	size_t total = escape_columns(s), i = 0, len;

	while (i < n && total > cols) {
		total -= utf8_columns(utf8_next(s + i, n - i, &len));
		i += len;
	}
	return i;
}

const char *text_fit(struct text *t, const char *s, size_t cols)
{
	size_t n = strlen(s), head;

	if (escape_columns(s) <= cols)
		return s;
	if (cols < 8)
		cols = 8;
	head = (cols - DOTS_COLS) / 2;
	return arena_printf(t->a, "%.*s%s%s", (int)bytes_in(s, n, head), s, dots,
			    s + tail_in(s, n, cols - DOTS_COLS - head));
}

/* Bytes of s that go into a row of `room` columns: up to the last blank that leaves enough, or
 * all that fits if there is none. */
static size_t row_bytes(const char *s, size_t room)
{
	size_t n = strlen(s), fit = bytes_in(s, n, room), i;

	if (fit == n)
		return n;
	for (i = fit; i > 0; i--)
		if (s[i] == ' ')
			return i;
	return fit;
}

const char *text_begin(struct text *t, const char *s, size_t cols)
{
	if (escape_columns(s) <= cols)
		return s;
	return arena_printf(t->a, "%.*s %s", (int)row_bytes(s, cols > 10 ? cols - 2 : 8), s, dots);
}

void text_wrap(struct text *t, struct lines *out, size_t indent, size_t max, const char *s)
{
	size_t rows = 0;

	do {
		size_t room, n;

		if (t->cols < indent)
			text_pad(t, indent);
		room = t->width > t->cols + 10 ? t->width - t->cols : 10;
		n = row_bytes(s, room);
		if (n == 0) { /* not even one character fits */
			text_end(t, out);
			return;
		}
		if (++rows == max && s[n] != '\0') {
			n = row_bytes(s, room - 2);
			text_add(t, PLAIN, arena_printf(t->a, "%.*s %s", (int)n, s, dots));
			text_end(t, out);
			return;
		}
		text_add(t, PLAIN, arena_strndup(t->a, s, n));
		text_end(t, out);
		for (s += n; *s == ' '; s++)
			;
	} while (*s != '\0');
}

/* ---- state -------------------------------------------------------------------------------- */

struct run {
	struct text *t;
	struct lines *out;
	void (*fn)(struct text *t, struct lines *out, void *ctx);
	void *ctx;
};

static void run_fn(void *p)
{
	struct run *run = p;

	run->fn(run->t, run->out, run->ctx);
}

static void emit(struct report *o, const struct lines *out)
{
	size_t i;

	for (i = 0; i < out->n; i++) {
		buf_str(&o->b, out->items[i].s);
		buf_char(&o->b, '\n');
		report_flush(o, 64 << 10);
	}
}

bool text_run(struct report *o, const struct dlwhy_result *r,
	      void (*fn)(struct text *t, struct lines *out, void *ctx), void *ctx, bool color,
	      bool verbose)
{
	struct text t = { .r = r, .redact = o->redact, .color = color, .verbose = verbose };
	struct lines out = { 0 };
	struct run run = { &t, &out, fn, ctx };
	bool ok;

	t.width = o->p->width == 0 ? WIDTH_DEFAULT : o->p->width;
	if (t.width < WIDTH_LEAST)
		t.width = WIDTH_LEAST;
	t.a = arena_new(0);
	if (t.a == NULL)
		return false;
	buf_init(&t.line, SIZE_MAX / 4);
	buf_init(&t.tmp, SIZE_MAX / 4);
	buf_init(&t.tmp2, SIZE_MAX / 4);
	ok = arena_run(t.a, run_fn, &run) == ARENA_OK && !t.line.failed && !t.tmp.failed &&
	     !t.tmp2.failed;
	if (ok)
		emit(o, &out);
	buf_free(&t.line);
	buf_free(&t.tmp);
	buf_free(&t.tmp2);
	arena_free(t.a);
	return ok;
}
