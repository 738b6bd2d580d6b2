/* lines.c - see lines.h. */
#include "repair/lines.h"

#include <string.h>

static const char *find(struct view v, const char *word)
{
	return v.n > 0 ? memmem(v.p, v.n, word, strlen(word)) : NULL;
}

/* Line number n from 1, with its end. False: there are not so many. */
static bool find_line(struct view text, size_t n, struct view *out)
{
	const uint8_t *p = text.p, *end = text.p + text.n, *next;

	for (; p < end; p = next) {
		next = memchr(p, '\n', (size_t)(end - p));
		next = next != NULL ? next + 1 : end;
		*out = (struct view){ p, (size_t)(next - p) };
		if (--n == 0)
			return true;
	}
	return false;
}

static struct view with_middle(struct view text, const uint8_t *from, const uint8_t *to, const char *middle,
			       struct arena *a)
{
	struct arena_text t = { NULL, 0, 0 };

	arena_text_add(a, &t, (const char *)text.p, (size_t)(from - text.p));
	arena_text_str(a, &t, middle);
	arena_text_add(a, &t, (const char *)to, (size_t)(text.p + text.n - to));
	return (struct view){ (const uint8_t *)arena_text_end(a, &t), t.n };
}

const char *lines_replaced(struct view text, size_t line, const char *with, struct arena *a,
			   struct view *out)
{
	const uint8_t *from, *to;
	const char *at;
	struct view old;

	if (line == 0 || strchr(with, '\n') != NULL || !find_line(text, line, &old))
		return "the line is not there";
	from = old.p;
	to = old.p + old.n;
	while (to > from && (to[-1] == '\n' || to[-1] == '\r'))
		to--;
	if (strncmp(with, "#cgo", 4) == 0) {
		at = find((struct view){ from, (size_t)(to - from) }, "#cgo");
		if (at == NULL)
			return "the line is no #cgo line";
		from = (const uint8_t *)at;
		at = find((struct view){ from, (size_t)(to - from) }, "*/");
		to = at != NULL ? (const uint8_t *)at : to;
		while (to > from && (to[-1] == ' ' || to[-1] == '\t'))
			to--;
	} else {
		while (from < to && (*from == ' ' || *from == '\t'))
			from++;
	}
	*out = with_middle(text, from, to, with, a);
	return NULL;
}

const char *lines_with_line(struct view text, size_t line, const char *more, struct arena *a,
			    struct view *out)
{
	const uint8_t *to;
	const char *end;
	struct view old;

	if (line == 0 || strchr(more, '\n') != NULL || !find_line(text, line, &old))
		return "the line is not there";
	to = old.p + old.n;
	end = old.n > 1 && to[-1] == '\n' && to[-2] == '\r' ? "\r\n" : "\n";
	*out = with_middle(text, to, to,
			   to[-1] == '\n' ? arena_printf(a, "%s%s", more, end) :
					    arena_printf(a, "\n%s", more), a);
	return NULL;
}

static bool is_blank(struct view line)
{
	for (size_t i = 0; i < line.n; i++)
		if (strchr(" \t\r\n", line.p[i]) == NULL || line.p[i] == '\0')
			return false;
	return true;
}

/* Without blanks at both ends. */
static struct view trimmed(struct view v)
{
	while (v.n > 0 && is_blank((struct view){ v.p, 1 })) {
		v.p++;
		v.n--;
	}
	while (v.n > 0 && is_blank((struct view){ v.p + v.n - 1, 1 }))
		v.n--;
	return v;
}

static bool is_text(struct view v, const char *s)
{
	return v.n == strlen(s) && memcmp(v.p, s, v.n) == 0;
}

/* Where the walk through a Go file is. */
struct go_walk {
	const uint8_t *p, *end;
	bool line_start; /* nothing but what stands outside of comments and strings led here */
};

/* Behind what ends with `mark`, or the end. */
static const uint8_t *behind(const uint8_t *p, const uint8_t *end, const char *mark)
{
	const uint8_t *at = p < end ? memmem(p, (size_t)(end - p), mark, strlen(mark)) : NULL;

	return at != NULL ? at + strlen(mark) : end;
}

/* Behind a string or rune of one line: its mark, or the end of the line. */
static const uint8_t *behind_string(const uint8_t *p, const uint8_t *end, uint8_t mark)
{
	while (p < end && *p != mark && *p != '\n')
		p += *p == '\\' && end - p > 1 && p[1] != '\n' ? 2 : 1;
	return p < end && *p == mark ? p + 1 : p;
}

/* Over a comment, a string, a line end or one other byte. */
static void step(struct go_walk *w)
{
	const uint8_t *p = w->p, *end = w->end;
	uint8_t c = *p, next = end - p > 1 ? p[1] : '\0';

	w->line_start = c == '\n';
	if (c == '/' && next == '/') {
		p = memchr(p, '\n', (size_t)(end - p));
		w->p = p != NULL ? p : end;
	} else if (c == '/' && next == '*') {
		w->p = behind(p + 2, end, "*/");
	} else if (c == '`') {
		w->p = behind(p + 1, end, "`");
	} else if (c == '"' || c == '\'') {
		w->p = behind_string(p + 1, end, c);
	} else {
		w->p = p + 1;
	}
}

/* cgo reads all comments that stand above the import without a blank line between them, so that one more line
 * directly above it does, whatever the others are, and none of them is touched. */
const char *lines_with_cgo(struct view text, const char *cgo, struct arena *a, struct view *out)
{
	struct go_walk w = { text.p, text.p + text.n, true };

	for (; w.p < w.end && strchr(cgo, '\n') == NULL; step(&w)) {
		const uint8_t *next;
		struct view line;
		bool crlf;

		if (!w.line_start)
			continue;
		next = behind(w.p, w.end, "\n");
		line = (struct view){ w.p, (size_t)(next - w.p) };
		if (!is_text(trimmed(line), "import \"C\""))
			continue;
		crlf = line.n > 1 && line.p[line.n - 2] == '\r';
		*out = with_middle(text, w.p, w.p, arena_printf(a, "// %s%s", cgo, crlf ? "\r\n" : "\n"), a);
		return NULL;
	}
	return "no line of it is import \"C\" alone";
}
