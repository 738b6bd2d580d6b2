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

/* Where the line goes depends on what the line above the import is: the end of a block comment, a line
 * comment, or something else. */
const char *lines_with_cgo(struct view text, const char *cgo, struct arena *a, struct view *out)
{
	struct view line, above = { NULL, 0 }, t;
	size_t n = 1;

	for (; find_line(text, n, &line) && !is_text(trimmed(line), "import \"C\""); n++)
		above = line;
	if (!find_line(text, n, &line) || strchr(cgo, '\n') != NULL)
		return "no line of it is import \"C\" alone";
	t = trimmed(above);
	if (is_text(t, "*/")) {
		*out = with_middle(text, above.p, above.p, arena_printf(a, "%s\n", cgo), a);
		return NULL;
	}
	if (t.n > 2 && memcmp(t.p + t.n - 2, "*/", 2) == 0) {
		*out = with_middle(text, t.p + t.n - 2, t.p + t.n - 2, arena_printf(a, "\n%s\n", cgo), a);
		return NULL;
	}
	*out = with_middle(text, line.p, line.p, arena_printf(a, "// %s\n", cgo), a);
	return NULL;
}
