/* page.c - the page of a cause (docs/causes/), for a terminal: Markdown without its signs, in rows. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { WIDEST = 100, NARROWEST = 40, TABLE_INDENT = 2, TABLE_HANG = 4 };

struct page {
	FILE *f;
	size_t width;
	char *text; /* of the paragraph that is read: lines with a blank between them */
	size_t n, cap, indent, hang;
	bool failed;
};

static void add(struct page *p, const char *s, size_t n)
{
	if (p->n + n + 1 > p->cap) {
		size_t cap = 2 * (p->n + n) + 256;
		char *grown = realloc(p->text, cap);

		if (grown == NULL) {
			p->failed = true;
			return;
		}
		p->text = grown;
		p->cap = cap;
	}
	memcpy(p->text + p->n, s, n);
	p->n += n;
	p->text[p->n] = '\0';
}

/* ---- inside of a line --------------------------------------------------------------------------- */

/* "[search-path](search-path.md)" is called search-path; another page of docs/ by its path. NULL: no link. */
static const char *put_link(FILE *f, const char *s)
{
	const char *close = strchr(s, ']');
	const char *end = close != NULL && close[1] == '(' ? strchr(close, ')') : NULL;

	if (end == NULL)
		return NULL;
	if (strncmp(close + 2, "../", 3) == 0)
		fprintf(f, "docs/%.*s", (int)(end - close - 5), close + 5);
	else
		fprintf(f, "%.*s", (int)(close - s - 1), s + 1);
	return end + 1;
}

/* Without the signs for links and for what stands out. The caller frees it; NULL: no memory. */
static char *plain(const char *s)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);
	bool code = false;

	while (f != NULL && *s != '\0') {
		const char *behind = !code && *s == '[' ? put_link(f, s) : NULL;

		if (behind != NULL) {
			s = behind;
			continue;
		}
		code = code != (*s == '`');
		if (!code && s[0] == '*' && s[1] == '*') {
			s += 2;
			continue;
		}
		fputc(*s++, f);
	}
	if (f == NULL || fclose(f) == 0)
		return out;
	free(out);
	return NULL;
}

static size_t columns(const char *s, size_t n)
{
	size_t c = 0;

	for (size_t i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return c;
}

/* ---- rows --------------------------------------------------------------------------------------- */

/* The paragraph in rows: the first is indented by `indent`, the others by `hang`. */
static void put_paragraph(struct page *p)
{
	char *text = p->n > 0 ? plain(p->text) : NULL;
	size_t used = p->indent;

	p->failed = p->failed || (p->n > 0 && text == NULL);
	if (text != NULL)
		fprintf(p->f, "%*s", (int)p->indent, "");
	for (const char *s = text; s != NULL && *s != '\0';) {
		size_t n = strcspn(s, " "), wide = columns(s, n);
		bool first = s == text;

		if (!first && used + 1 + wide > p->width) {
			fprintf(p->f, "\n%*s", (int)p->hang, "");
			used = p->hang;
		} else if (!first) {
			fputc(' ', p->f);
			used++;
		}
		fprintf(p->f, "%.*s", (int)n, s);
		used += wide;
		s += n + strspn(s + n, " ");
	}
	if (text != NULL)
		fputc('\n', p->f);
	free(text);
	p->n = 0;
	p->indent = p->hang = 0;
}

/* "| a | b | c |" as "a: b; c". */
static void put_row(struct page *p, const char *s, size_t n)
{
	const char *end = s + n;
	size_t cell = 0;

	put_paragraph(p);
	p->indent = TABLE_INDENT;
	p->hang = TABLE_HANG;
	for (s++; s < end; cell++) {
		const char *bar = s;

		while (bar < end && (*bar != '|' || bar[-1] == '\\'))
			bar++;
		while (s < bar && *s == ' ')
			s++;
		n = (size_t)(bar - s);
		while (n > 0 && s[n - 1] == ' ')
			n--;
		if (n > 0 && p->n > 0)
			add(p, cell == 1 ? ": " : "; ", 2);
		add(p, s, n);
		s = bar + 1;
	}
	put_paragraph(p);
}

/* The length of "- " or "12. " at s, 0 if no item of a list begins there. */
static size_t item(const char *s)
{
	size_t n = strspn(s, "0123456789");

	if (s[0] == '-' && s[1] == ' ')
		return 2;
	return n > 0 && s[n] == '.' && s[n + 1] == ' ' ? n + 2 : 0;
}

static void put_line(struct page *p, const char *s, size_t n)
{
	const char *next = s[n] == '\n' ? s + n + 1 : s + n;
	bool verbatim = p->n == 0 && n >= 4 && strncmp(s, "    ", 4) == 0;

	if (n == 0 || verbatim) {
		put_paragraph(p);
		fprintf(p->f, "%.*s\n", (int)n, s);
		return;
	}
	if (*s == '|') { /* what stands above its rule names the columns */
		if (strncmp(s, "|--", 3) != 0 && strncmp(next, "|--", 3) != 0)
			put_row(p, s, n);
		return;
	}
	if (*s == '#' || item(s) > 0)
		put_paragraph(p);
	if (*s == '#') {
		size_t signs = strspn(s, "# ");

		add(p, s + signs, n - signs);
		put_paragraph(p);
		return;
	}
	if (item(s) > 0)
		p->hang = item(s);
	if (p->n > 0) {
		size_t blanks = strspn(s, " ");

		add(p, " ", 1);
		s += blanks;
		n -= blanks;
	}
	add(p, s, n);
}

/* Sections of a page that are for its makers. */
static bool is_for_makers(const char *heading)
{
	return strncmp(heading, "## A case", 9) == 0;
}

bool cli_put_page(FILE *f, const char *page, size_t width)
{
	struct page p = { .f = f, .width = width == 0 || width > WIDEST ? WIDEST : width };
	bool shown = true;

	p.width = p.width < NARROWEST ? NARROWEST : p.width;
	while (*page != '\0') {
		size_t n = strcspn(page, "\n");
		bool title = page[0] == '#' && page[1] != '#';

		if (page[0] == '#')
			shown = page[1] == '#' && !is_for_makers(page);
		if (shown)
			put_line(&p, page, n);
		shown = shown || title;
		page += n + (page[n] == '\n');
	}
	put_paragraph(&p);
	free(p.text);
	return !p.failed;
}
