/* reading.c - lines around a place, as they are, or with broken lines made whole. */
#include "message/reading.h"

#include <ctype.h>
#include <string.h>

enum {
	LOOK_LINES = 30,  /* lines before and behind whose lengths are compared */
	LEAST_WIDTH = 38,
	LONG_TABLE = 8
};

static size_t line_start(const struct clean *c, size_t at)
{
	const char *nl = at > 0 ? memrchr(c->text, '\n', at) : NULL;

	return nl != NULL ? (size_t)(nl - c->text) + 1 : 0;
}

static size_t line_end(const struct clean *c, size_t at)
{
	const char *nl = memchr(c->text + at, '\n', c->n - at);

	return nl != NULL ? (size_t)(nl - c->text) : c->n;
}

static void region(const struct clean *c, size_t at, unsigned lines, size_t *from, size_t *to)
{
	*from = line_start(c, at);
	*to = line_end(c, at);
	for (unsigned i = 0; i < lines; i++) {
		*from = *from > 0 ? line_start(c, *from - 1) : 0;
		*to = *to < c->n ? line_end(c, *to + 1) : *to;
	}
	if (at - *from > READING_AROUND)
		*from = at - READING_AROUND;
	if (*to - at > READING_AROUND)
		*to = at + READING_AROUND;
}

void reading_lines(const struct clean *c, size_t at, unsigned lines, struct reading *out)
{
	size_t from, to;

	region(c, at, lines, &from, &to);
	out->text = c->text + from;
	out->n = to - from;
	out->at = at - from;
	out->from = from;
	out->joins.n = 0;
}

/* ---- broken lines --------------------------------------------------------------------------- */

/* Is the letter that begins there one of East Asia's, which takes two columns? All have three bytes. */
static bool is_wide(const char *s, size_t n)
{
	static const struct {
		unsigned first, last;
	} wide[] = { { 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
		     { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 } };
	unsigned letter;

	if (n < 3 || ((unsigned char)s[0] & 0xf0) != 0xe0)
		return false;
	letter = ((unsigned char)s[0] & 0x0fu) << 12 | ((unsigned char)s[1] & 0x3fu) << 6 |
		 ((unsigned char)s[2] & 0x3fu);
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (letter >= wide[i].first && letter <= wide[i].last)
			return true;
	return false;
}

/* As a terminal counts them. */
static size_t columns(const char *s, size_t n)
{
	size_t cols = 0;

	for (size_t i = 0; i < n; i++)
		cols += (size_t)(((unsigned char)s[i] & 0xc0) != 0x80) + (size_t)is_wide(s + i, n - i);
	return cols;
}

/* Widths at which terminals and editors break lines when nobody has chosen another. */
static bool is_usual(size_t width)
{
	static const unsigned char usual[] = { 60, 64, 65, 66, 68, 70, 72, 74, 75, 76, 77, 78, 79, 80, 90, 98,
					       99, 100,
					       110, 118, 119, 120, 128, 130, 131, 132, 140, 150, 158, 160,
						180, 200 };

	return width <= 255 && memchr(usual, (int)width, sizeof(usual)) != NULL;
}

/* Or of one that was moved to the right as Markdown wants its code. */
static bool is_usual_line(const char *s, size_t n, size_t width)
{
	return is_usual(width) || (n > 4 && memcmp(s, "    ", 4) == 0 && is_usual(width - 4));
}

size_t reading_width(const struct clean *c, size_t at)
{
	size_t from, to, most = 0, times = 0, lines = 0;
	bool usual = false;

	region(c, at, LOOK_LINES, &from, &to);
	while (from < to) {
		size_t end = line_end(c, from), cols;

		end = end < to ? end : to;
		cols = columns(c->text + from, end - from);
		if (cols > most) {
			most = cols;
			times = 0;
			usual = is_usual_line(c->text + from, end - from, cols);
		}
		times += cols == most;
		lines += cols > 0;
		from = end + 1;
	}
	/* A table: all of its lines are as long. */
	if (times > LONG_TABLE && times * 10 > lines * 9)
		return 0;
	return most >= LEAST_WIDTH && (times > 1 || usual) ? most : 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *find(const char *s, size_t n, const char *what)
{
	return memmem(s, n, what, strlen(what));
}

/* Does a message stop here before it has said anything: in the middle of its first path, in gold's
 * "main.o:function ma", in musl's "Error relocating libz.so: inf"? */
static bool is_unfinished(const char *s, size_t n)
{
	static const struct {
		const char *words;
		unsigned colons; /* behind them, before it says what is wrong */
	} openings[] = { { ":function ", 0 }, { "Error relocating ", 1 } };
	const char *end = s + n;

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		const char *at = find(s, n, openings[i].words);
		unsigned colons = 0;

		for (const char *p = at; p != NULL; p = find(p + 1, (size_t)(end - p - 1), ": "))
			colons += p > at;
		if (at != NULL)
			return colons <= openings[i].colons;
	}
	return n > 1 && memchr(s, '/', n) != NULL && memchr(s, ' ', n) == NULL &&
		(isalnum((unsigned char)s[n - 1]) || strchr("/._-+", s[n - 1]) != NULL);
}

/* Is the word of the line the end of a file's name that the line before broke off: "lib." and "so:"? Alone it
 * would be a program's. */
static bool completes_name(const char *before, size_t nbefore, const char *s, size_t n)
{
	static const struct {
		const char *end, *word;
	} parts[] = { { ".", "so:" }, { ".s", "o:" }, { ".", "so." }, { ".s", "o." }, { ".", "o:" },
		      { ".", "a:" } };

	if (n > 1 && s[0] == '.' && isalnum((unsigned char)s[1]))
		return true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t nend = strlen(parts[i].end), nword = strlen(parts[i].word);

		if (nbefore > nend && n > nword && memcmp(before + nbefore - nend, parts[i].end, nend) == 0 &&
		    memcmp(s, parts[i].word, nword) == 0)
			return true;
	}
	return false;
}

/* Was the line before surely broken at its end? */
static bool goes_on(const char *before, size_t nbefore, const char *s, size_t n)
{
	return is_unfinished(before, nbefore) || completes_name(before, nbefore, s, n);
}

bool reading_in_table(const struct clean *c, size_t at, size_t width)
{
	size_t start = line_start(c, at), end = line_end(c, at), from;

	if (end < c->n && columns(c->text + end + 1, line_end(c, end + 1) - end - 1) == width)
		return true;
	if (start == 0)
		return false;
	from = line_start(c, start - 1);
	return columns(c->text + from, start - 1 - from) == width &&
		!goes_on(c->text + from, start - 1 - from, c->text + start, end - start);
}

/* "error LNK2001", "fatal error C1083": a word of capitals and a number. */
static bool has_code(const char *s, size_t n)
{
	size_t letters = 0;

	while (letters < n && isupper((unsigned char)s[letters]))
		letters++;
	return letters > 0 && letters < n && is_digit(s[letters]);
}

/* "main.obj : error LNK2019", "LINK : fatal error LNK1104", "error LNK2001" where the file is left out */
static bool begins_as_msvc(const char *s, size_t n)
{
	static const char *const kinds[] = { " : error ", " : fatal error ", " : warning " };
	const char *blank;
	size_t left;

	for (; n > 0 && *s == '`'; n--)
		s++;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i]) - 3;

		if (n > len && memcmp(s, kinds[i] + 3, len) == 0 && has_code(s + len, n - len))
			return true;
	}
	blank = memchr(s, ' ', n);
	left = blank != NULL ? n - (size_t)(blank - s) : 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (left > strlen(kinds[i]) && memcmp(blank, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* The ending of a program's name on Windows: "collect2.exe: ". */
static bool is_exe(const char *s, size_t n)
{
	return n > strlen(".exe:") && strncmp(s, ".exe:", strlen(".exe:")) == 0;
}

/* What a shell says of a program that died, and a debugger: nobody's sentence goes on so. */
static bool begins_with_death(const char *s, size_t n)
{
	static const char *const deaths[] = { "Aborted",
					      "Killed",
					      "Segmentation fault",
					      "Illegal instruction",
					      "Trace/breakpoint trap",
					      "Bus error",
					      "Floating point exception",
					      "[Inferior ",
					      "(gdb)",
					      "(lldb)",
					      "[1]",
					      "zsh: " };

	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++)
		if (n >= strlen(deaths[i]) && memcmp(s, deaths[i], strlen(deaths[i])) == 0)
			return true;
	return false;
}

/* Does a line begin as messages and commands do: "collect2: ", "src/main.c:12:3: ", "/usr/bin/gcc "? The rest
 * of a broken path does not, nor one behind a line (before[0, nbefore)) that has only begun. */
static bool begins_message(const char *before, size_t nbefore, const char *s, size_t n)
{
	static const char *const roots[] = { "/usr/", "/bin/", "/opt/", "/home/", "/tmp/", "/nix/", "/gnu/",
					     "The command ", "stack traceback:", "@rpath/",
					     "@loader_path/", "@executable_path/", "  Referenced from",
					     "  Reason: ", "  Expected in: " };
	bool drive = n > 2 && isalpha((unsigned char)s[0]) && s[1] == ':' && (s[2] == '/' || s[2] == '\\');
	bool path = n > 1 && (s[0] == '/' || drive || (s[0] == '.' && s[1] == '/')), name = true;

	/* The line before ends with its sentence. No file's name goes on so behind its dot. */
	if (nbefore > 2 && before[nbefore - 1] == '.' && isalnum((unsigned char)before[nbefore - 2]) &&
	    n > 1 && isupper((unsigned char)s[0]) && islower((unsigned char)s[1]))
		return true;
	/* A heading of Markdown. */
	if (n > 2 && s[0] == '#' && (s[1] == ' ' || s[1] == '#'))
		return true;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (n > strlen(roots[i]) && strncmp(s, roots[i], strlen(roots[i])) == 0)
			return true;
	if (goes_on(before, nbefore, s, n))
		return false;
	if (begins_as_msvc(s, n) || begins_with_death(s, n))
		return true;
	for (size_t i = 1; i + 1 < n && s[i] != ' ' && s[i] != '\n'; i++) {
		/* "main.o:(.text+0x9): …" */
		if (s[i] == ':' && s[i + 1] == '(')
			return i > 1;
		/* gold: "main.o:main.c:function main: " */
		if (s[i] == ':' && n - i > strlen(":function ") &&
		    strncmp(s + i, ":function ", strlen(":function ")) == 0)
			return true;
		if (s[i] == ':' && (s[i + 1] == ' ' || is_digit(s[i + 1])))
			return i > 1 && (name || path || is_digit(s[i + 1]));
		name = name && (s[i] != '.' || is_exe(s + i, n - i)) && s[i] != '/';
	}
	return false;
}

/* Is text[at, to) a line of source that a compiler shows, with its mark "   ^~~~" below? What it says of
 * it is whole then. */
static bool is_shown_code(const char *text, size_t at, size_t to)
{
	const char *end = memchr(text + at, '\n', to - at);
	size_t marks = 0, i = end != NULL ? (size_t)(end - text) + 1 : to;

	for (; i < to && text[i] != '\n'; i++) {
		if (strchr(" \t|^~", text[i]) == NULL)
			return false;
		marks += text[i] == '^';
	}
	return marks == 1;
}

/* How a line ends that was broken at `width` (0: every line is). */
enum edge { WHOLE, BROKEN, BROKEN_AT_BLANK };

enum { STAMP = 8 }; /* letters: no prefix of the same kind is so much longer than another */

/* What was taken off before the line that begins there. */
static uint64_t prefix_of(const struct clean *c, size_t start)
{
	uint64_t end = 0, offset;
	int64_t line;

	if (start > 0)
		clean_place(c, start - 1, &end, &line);
	clean_place(c, start, &offset, &line);
	return offset > end ? offset - end - (start > 0) : 0;
}

/* A time and a level before the next line, and none before this one: somebody else says it. */
static bool has_own_stamp(const struct clean *c, size_t start, size_t next)
{
	return prefix_of(c, next) > prefix_of(c, start) + STAMP;
}

/* The blanks before both lines: the column of a table of two, in which a log writes what is said. */
static size_t shared_indent(const struct clean *c, size_t start, size_t next, size_t to)
{
	size_t n = 0;

	while (next + n < to && c->text[start + n] == ' ' && c->text[next + n] == ' ')
		n++;
	return next + n < to && c->text[start + n] != ' ' && c->text[next + n] != ' ' ? n : 0;
}

/* Is it a whole frame of Python's, with its code below, which stands further to the right? */
static bool is_frame(const char *s, size_t n, const char *next, size_t nnext)
{
	const char *at = find(s, n, "File \""), *place = find(s, n, "\", line ");
	size_t before = 0, behind = 0;

	if (at == NULL || place == NULL || find(place, n - (size_t)(place - s), ", in ") == NULL)
		return false;
	while (before < n && s[before] == ' ')
		before++;
	while (behind < nnext && next[behind] == ' ')
		behind++;
	return before == (size_t)(at - s) && behind > before;
}

/* The line text[start, at) ends there. A blank in the last column is lost. */
static enum edge edge_of(const struct clean *c, size_t start, size_t at, size_t to, size_t width)
{
	const char *line = c->text + start, *next = c->text + at + 1;
	size_t cols = width > 0 ? columns(line, at - start) : 0, in;

	/* An empty line follows no broken one. */
	if (at + 1 == to || *next == '\n' || cols > width || cols + 1 < width)
		return WHOLE;
	in = width > 0 ? shared_indent(c, start, at + 1, to) : 0;
	if (width > 0 && (begins_message(line + in, at - start - in, next + in, to - at - 1 - in) ||
			  is_frame(line, at - start, next, to - at - 1) ||
			  is_shown_code(c->text, at + 1, to) || has_own_stamp(c, start, at + 1)))
		return WHOLE;
	return cols == width ? BROKEN : BROKEN_AT_BLANK;
}

/* Copies text[from, to), leaving out the ends of lines that are `width` wide (0: of all lines). */
static void join(const struct clean *c, size_t from, size_t to, size_t width, struct reading_room *room,
		 struct reading *out)
{
	char *s = room->text;
	size_t n = 0, skipped = 0, start = from;

	to = to - from < room->ntext ? to : from + room->ntext;
	out->joins.items = room->joins;
	out->joins.n = 0;
	for (size_t i = from; i < to; i++) {
		enum edge edge = c->text[i] == '\n' ? edge_of(c, start, i, to, width) : WHOLE;
		size_t in = edge == BROKEN && width > 0 ? shared_indent(c, start, i + 1, to) : 0;

		start = c->text[i] == '\n' ? i + 1 : start;
		if (edge != BROKEN)
			s[n++] = edge == WHOLE ? c->text[i] : ' ';
		else
			skipped += 1 + in;
		i += in;
		if (edge != WHOLE)
			room->joins[out->joins.n++] = (struct reading_join){ n, skipped };
	}
	out->text = s;
	out->n = n;
	out->from = from;
}

void reading_room_init(struct reading_room *r, size_t n, struct arena *a)
{
	r->text = arena_alloc(a, n);
	r->ntext = n;
	r->njoins = n / LEAST_WIDTH + 1;
	r->joins = ARENA_ARRAY(a, r->njoins, struct reading_join);
}

/* Of `at` in the clean text. */
static void set_at(struct reading *g, size_t at)
{
	g->at = at - g->from;
	for (size_t i = g->joins.n; i-- > 0;)
		if (g->joins.items[i].at + g->joins.items[i].skipped <= at - g->from) {
			g->at = at - g->from - g->joins.items[i].skipped;
			return;
		}
}

bool reading_joined(const struct clean *c, size_t at, size_t width, struct reading_room *room,
		    struct reading *out)
{
	size_t from, to;

	region(c, at, READING_LINES + (unsigned)(400 / width), &from, &to);
	if (memchr(c->text + from, '\n', to - from) == NULL)
		return false;
	join(c, from, to, width, room, out);
	set_at(out, at);
	return out->joins.n > 0;
}

void reading_part(const struct clean *c, size_t from, size_t to, size_t at, struct reading_room *room,
		  struct reading *out)
{
	size_t width = reading_width(c, at);

	out->text = c->text + from;
	out->n = to - from;
	out->from = from;
	out->joins.n = 0;
	if (width > 0)
		join(c, from, to, width, room, out);
	set_at(out, at);
}

bool reading_one_line(const struct clean *c, size_t at, struct reading_room *room, struct reading *out)
{
	size_t from, to;

	region(c, at, READING_LINES, &from, &to);
	if (memchr(c->text + from, '\n', to - from) == NULL)
		return false;
	join(c, from, to, 0, room, out);
	set_at(out, at);
	return true;
}

size_t reading_place(const struct reading *g, size_t i)
{
	for (size_t k = g->joins.n; k-- > 0;)
		if (g->joins.items[k].at <= i)
			return g->from + i + g->joins.items[k].skipped;
	return g->from + i;
}

bool reading_has_join(const struct reading *g, size_t start, size_t end)
{
	for (size_t k = 0; k < g->joins.n; k++)
		if (g->joins.items[k].at > start && g->joins.items[k].at < end)
			return true;
	return false;
}
