/* clean_prefix.c - what wrappers put before a line: times, names of services, numbers, borders, quoting.
 *
 * One matcher for each kind; each says how much of the line it is. They are tried again on what is left,
 * since wrappers wrap one another.
 */
#include <ctype.h>
#include <string.h>

#include "message/clean_line.h"

struct span {
	const char *s;
	size_t n, i;
};

static bool at(const struct span *p, char c)
{
	return p->i < p->n && p->s[p->i] == c;
}

static bool take(struct span *p, char c)
{
	if (!at(p, c))
		return false;
	p->i++;
	return true;
}

static bool take_word(struct span *p, const char *word)
{
	size_t n;

	if (!at(p, *word)) /* most lines begin otherwise, and there are many words */
		return false;
	n = strlen(word);
	if (p->n - p->i < n || memcmp(p->s + p->i, word, n) != 0)
		return false;
	p->i += n;
	return true;
}

/* least to most digits; false: fewer or more. */
static bool take_digits(struct span *p, size_t least, size_t most)
{
	size_t n = 0;

	while (p->i < p->n && isdigit((unsigned char)p->s[p->i])) {
		p->i++;
		n++;
	}
	return n >= least && n <= most;
}

static size_t take_blanks(struct span *p)
{
	size_t n = 0;

	for (; at(p, ' ') || at(p, '\t'); p->i++)
		n++;
	return n;
}

/* One blank: what follows it is the line's own. */
static bool take_blank(struct span *p)
{
	return take(p, ' ') || take(p, '\t');
}

static bool take_any(struct span *p, const char *set)
{
	size_t n = 0;

	for (; p->i < p->n && p->s[p->i] != '\0' && strchr(set, p->s[p->i]) != NULL; p->i++)
		n++;
	return n > 0;
}

/* ---- times ---------------------------------------------------------------------------------- */

/* "12:34:56", "12:34:56.789", "12:34:56,789" */
static bool take_clock(struct span *p)
{
	if (!take_digits(p, 1, 2) || !take(p, ':') || !take_digits(p, 2, 2) || !take(p, ':') ||
	    !take_digits(p, 2, 2))
		return false;
	if (at(p, '.') || at(p, ',')) {
		p->i++;
		return take_digits(p, 1, 9);
	}
	return true;
}

/* "Z", "+02:00", " UTC", "-0500" */
static void take_zone(struct span *p)
{
	size_t start = p->i;

	if (take(p, 'Z') || take_word(p, " UTC") || take_word(p, " GMT"))
		return;
	take(p, ' ');
	if ((take(p, '+') || take(p, '-')) && take_digits(p, 2, 4)) {
		if (take(p, ':'))
			take_digits(p, 2, 2);
		return;
	}
	p->i = start;
}

/* "2024-01-02T03:04:05.678Z", "2024/01/02 03:04:05" */
static bool take_date(struct span *p)
{
	if (!take_digits(p, 4, 4) || !(take(p, '-') || take(p, '/')) || !take_digits(p, 2, 2) ||
	    !(take(p, '-') || take(p, '/')) || !take_digits(p, 2, 2) ||
	    !(take(p, 'T') || take(p, ' ') || take(p, '_')) || !take_clock(p))
		return false;
	take_zone(p);
	return true;
}

/* Ends a time: a blank, or the end of its bracket. */
static bool take_gap(struct span *p)
{
	if (p->i == p->n)
		return true;
	if (take(p, '|')) {
		take_blank(p);
		return true;
	}
	if (at(p, ':') && p->i + 1 < p->n && p->s[p->i + 1] == ' ')
		p->i++;
	return take_blank(p);
}

static bool a_time(struct span *p)
{
	bool bracket = take(p, '[') || take(p, '(');
	size_t start = p->i;

	if (!take_date(p)) {
		p->i = start;
		if (!take_clock(p))
			return false;
		take_zone(p);
	}
	if (bracket) {
		if (!take(p, ']') && !take(p, ')'))
			return false;
		take_blank(p);
		return true;
	}
	return take_gap(p);
}

/* "[   12.345678] " of the kernel */
static bool kernel_time(struct span *p)
{
	if (!take(p, '['))
		return false;
	take_blanks(p);
	return take_digits(p, 1, 7) && take(p, '.') && take_digits(p, 3, 6) && take(p, ']') && take_blank(p);
}

/* "Jan  2 03:04:05 host program[123]: ", "Tue Jan  2 03:04:05 2024 " */
static bool system_log(struct span *p)
{
	static const char *const months[] = { "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ",
					      "Jul ", "Aug ", "Sep ", "Oct ", "Nov ", "Dec " };
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@";
	bool month = false;
	size_t behind;

	for (size_t i = 0; i < 12 && !month; i++)
		month = take_word(p, months[i]);
	if (!month)
		return false;
	take_blanks(p);
	if (!take_digits(p, 1, 2) || take_blanks(p) == 0 || !take_clock(p) || take_blanks(p) == 0)
		return false;
	behind = p->i;
	if (take_any(p, names) && take(p, ' ') && take_any(p, names)) {
		if (take(p, '[') && (!take_digits(p, 1, 8) || !take(p, ']'))) {
			p->i = behind;
			return true;
		}
		if (take(p, ':') && take(p, ' '))
			return true;
	}
	p->i = behind;
	return true;
}

/* "job<tab>step<tab>2024-…Z " of `gh run view --log` */
static bool job_and_step(struct span *p)
{
	const char *tab = memchr(p->s, '\t', p->n < 120 ? p->n : 120);

	if (tab == NULL || tab == p->s)
		return false;
	p->i = (size_t)(tab - p->s) + 1;
	tab = memchr(p->s + p->i, '\t', p->n - p->i < 120 ? p->n - p->i : 120);
	if (tab == NULL)
		return false;
	p->i = (size_t)(tab - p->s) + 1;
	take_word(p, "\xef\xbb\xbf");
	return take_date(p) && take_gap(p);
}

/* ---- numbers -------------------------------------------------------------------------------- */

/* "#12 3.456 ", "#12 " of BuildKit; "#12 [stage 3/4] RUN" stays behind it */
static bool buildkit(struct span *p)
{
	size_t behind;

	if (!take(p, '#') || !take_digits(p, 1, 4) || !take(p, ' '))
		return false;
	behind = p->i;
	if (!take_digits(p, 1, 6) || !take(p, '.') || !take_digits(p, 1, 4) ||
	    !(take(p, ' ') || p->i == p->n))
		p->i = behind;
	return true;
}

/* "[12/40] ", "[ 45%] " */
static bool progress(struct span *p)
{
	if (!take(p, '['))
		return false;
	take_blanks(p);
	if (!take_digits(p, 1, 6))
		return false;
	if (!take(p, '%') && !(take(p, '/') && take_digits(p, 1, 6)))
		return false;
	return take(p, ']') && take_blank(p);
}

/* "  12 | ", "12<tab>", "12: ": the number of a line */
static bool line_number(struct span *p)
{
	if (!take_digits(p, 1, 6))
		return false;
	if (take(p, '\t') || take(p, '|'))
		return true;
	if (take(p, ':'))
		return p->i < p->n && !isdigit((unsigned char)p->s[p->i]);
	return take_word(p, " | ") || take_word(p, " \xe2\x94\x82");
}

/* "1583.5 ": seconds since it began, in what BuildKit repeats of a step that failed */
static bool seconds(struct span *p)
{
	return take_digits(p, 1, 6) && take(p, '.') && take_digits(p, 1, 4) && take(p, ' ') && p->i < p->n &&
	       !isdigit((unsigned char)p->s[p->i]);
}

/* ---- names ---------------------------------------------------------------------------------- */

/* "web_1    | " of Docker compose; "web-1 | " */
static bool service(struct span *p)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return isalpha((unsigned char)p->s[0]) && take_any(p, names) && p->i <= 40 && take_blanks(p) > 0 &&
	       take(p, '|') && (take(p, ' ') || p->i == p->n);
}

/* "[ERROR] ", "[pod/name/container] ", "[web] ", "[stderr] " */
static bool bracketed(struct span *p)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./: ";
	size_t start;

	if (!take(p, '['))
		return false;
	start = p->i;
	/* "[WinError 126] …", "[Errno 8] …" are said themselves. */
	if (take_word(p, "WinError ") || take_word(p, "Errno ") || take_word(p, "Error "))
		return false;
	return take_any(p, names) && p->i - start <= 60 && isalpha((unsigned char)p->s[start]) &&
		take(p, ']') &&
	       ((take(p, ':') && take_blank(p)) || take_blank(p));
}

static bool words(struct span *p)
{
	static const char *const known[] = { "##[error]", "##[warning]", "##[debug]", "##[group]",
					     "##[command]", "= note: ", "= help: ", "stderr: ", "stdout: ",
					     "stderr | ", "STDERR: ", "err: ", "npm ERR! ", "npm error ",
					     "gyp ERR! ",
					     "C/C++: ", "Error (Xcode): ", "remote: ", "kernel: ", "!! " };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (take_word(p, known[i]))
			return true;
	return false;
}

/* "app.worker: ", "ERROR app.worker: " before ">>> ": what logs it. (lld names itself in the first line.) */
static bool logger(struct span *p)
{
	static const char names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	return isalpha((unsigned char)p->s[0]) && take_any(p, names) &&
	       (take_word(p, ": ") || (take(p, ' ') && take_any(p, names) && take_word(p, ": "))) &&
	       p->i <= 60 && p->n - p->i > 4 && memcmp(p->s + p->i, ">>> ", 4) == 0;
}

/* "configure:1234: ", but not before its own error */
static bool configure(struct span *p)
{
	return take_word(p, "configure:") && take_digits(p, 1, 6) && take(p, ':') && take(p, ' ') &&
	       (p->n - p->i < 6 || memcmp(p->s + p->i, "error:", 6) != 0);
}

/* "E   " of pytest, "E       " */
static bool pytest(struct span *p)
{
	return take_word(p, "E  ") && (take(p, ' ') || p->i == p->n || true);
}

/* "12>": the project that MSBuild builds, and the step in it: "12:3>" */
static bool project(struct span *p)
{
	if (!take_digits(p, 1, 4) || (at(p, ':') && !(take(p, ':') && take_digits(p, 1, 4))))
		return false;
	return take(p, '>') && p->i < p->n &&
	       (isalpha((unsigned char)p->s[p->i]) || at(p, ' ') || at(p, '/'));
}

/* ---- borders and quoting ---------------------------------------------------------------------- */

/* "> " of Markdown and mail; ">>> " is lld's, and Python's */
static bool quoting(struct span *p)
{
	return take(p, '>') && !(at(p, '>') && p->i + 1 < p->n && p->s[p->i + 1] == '>') &&
	       (at(p, ' ') || at(p, '>') || p->i == p->n || isalpha((unsigned char)p->s[p->i]) ||
		at(p, '/')) &&
	       (take_blank(p) || true);
}

static bool ascii_border(struct span *p)
{
	return take(p, '|') && (take_blank(p) || p->i == p->n);
}

/* Length of a letter of U+2500 to U+259F, of a cross or arrow that is drawn before lines. */
static size_t drawn(const char *s, size_t n)
{
	static const char *const others[] = { "\xc3\x97", "\xe2\x9c\x96", "\xe2\x9c\x97", "\xe2\x9c\x98",
					      "\xe2\x86\xb3", "\xe2\x86\xaa", "\xe2\x9d\xaf", "\xe2\x80\xa2",
					      "\xe2\x9d\x8c",
					      "\xe2\x96\xb6", "\xe2\x8e\xbf" };

	if (n < 2 || (unsigned char)s[0] < 0xc3)
		return 0;
	if (n >= 3 && (unsigned char)s[0] == 0xe2 && (unsigned char)s[1] >= 0x94 &&
	    (unsigned char)s[1] <= 0x96)
		return 3;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (n >= strlen(others[i]) && memcmp(s, others[i], strlen(others[i])) == 0)
			return strlen(others[i]);
	return 0;
}

static bool box(struct span *p)
{
	size_t len, n = 0;

	while ((len = drawn(p->s + p->i, p->n - p->i)) > 0) {
		p->i += len;
		n++;
	}
	if (n > 0 && !(at(p, '>') && p->i + 1 < p->n && p->s[p->i + 1] == '>')) {
		take(p, '>'); /* pip's arrow; not the first of lld's three */
		take_blank(p);
	}
	return n > 0;
}

/* "```", "```text", "~~~" */
static bool fence(struct span *p)
{
	if (!take_word(p, "```") && !take_word(p, "~~~"))
		return false;
	take_any(p, "`~");
	if (take_any(p, "abcdefghijklmnopqrstuvwxyz") && p->i < p->n)
		p->i = 3;
	return true;
}

/* "- ", "* ", "+ " of lists and of `set -x` */
static bool bullet(struct span *p)
{
	return (take(p, '-') || take(p, '*') || take(p, '+')) && take(p, ' ');
}

/* The end of the string before, in a list of strings, and the beginning of this one: "', '", "b'". */
static bool string_edge(struct span *p)
{
	size_t start = p->i;

	/* Three are a mark of Python, Swift and others. */
	if (p->n == 3 && take_word(p, "\"\"\""))
		return false;
	if (take_any(p, "\"'}],") && p->i == p->n)
		return true;
	p->i = start;
	if (take_word(p, "b'") || take_word(p, "b\"") || take_word(p, "u'")) {
		size_t edge = p->i;

		/* With nothing behind it, it is the end of a word that a terminal broke: "….dyli", "b'". */
		take_blanks(p);
		start = p->i;
		p->i = edge;
		return start < p->n;
	}
	return take_any(p, "\"',") && p->i > 1 && take_blanks(p) < 4 && (p->i > 2 || p->i == p->n) &&
	       (take_any(p, "\"'") || true);
}

/* What a prefix begins with, so that most are not tried. */
enum { LETTER = 1, DIGIT = 2, OTHER = 4, ANY = 7 };

static const struct {
	bool (*matches)(struct span *p);
	unsigned begins;
} matchers[] = {
	{ box, OTHER }, { ascii_border, OTHER }, { quoting, OTHER }, { a_time, DIGIT | OTHER },
	{ kernel_time, OTHER }, { system_log, LETTER }, { job_and_step, ANY }, { buildkit, OTHER },
	{ progress, OTHER }, { project, DIGIT }, { line_number, DIGIT }, { seconds, DIGIT },
	{ bracketed, OTHER },
	{ service, LETTER }, { logger, LETTER }, { words, LETTER | OTHER }, { configure, LETTER },
	{ pytest, LETTER }, { bullet, OTHER }, { string_edge, LETTER | OTHER }, { fence, OTHER },
};

size_t clean_prefix(const char *s, size_t n)
{
	size_t blanks = 0;
	unsigned begins;

	while (blanks < n && (s[blanks] == ' ' || s[blanks] == '\t'))
		blanks++;
	if (blanks == n)
		return 0;
	begins = isdigit((unsigned char)s[blanks]) ? DIGIT :
		 isalpha((unsigned char)s[blanks]) ? LETTER : OTHER;
	for (size_t i = 0; i < sizeof(matchers) / sizeof(matchers[0]); i++) {
		struct span p = { s + blanks, n - blanks, 0 };

		if ((matchers[i].begins & begins) != 0 && matchers[i].matches(&p) && p.i > 0)
			return blanks + p.i;
	}
	return 0;
}

size_t clean_suffix(const char *s, size_t n, bool bordered)
{
	for (;;) {
		size_t end = n;

		while (end > 0 && (s[end - 1] == ' ' || s[end - 1] == '\t'))
			end--;
		if (end >= 3 && drawn(s + end - 3, 3) == 3)
			n = end - 3;
		else if (end > 1 && bordered && s[end - 1] == '|' &&
			 (s[end - 2] == ' ' || s[end - 2] == '\t'))
			n = end - 1;
		else
			return end;
	}
}

/* Words of `words` and of others begin with these letters. */
static bool may_be_word(const char *s, size_t n)
{
	switch (s[0]) {
	case 's': return n > 3 && s[1] == 't' && s[2] == 'd';
	case 'S': return n > 3 && s[1] == 'T' && s[2] == 'D';
	case 'e': return n > 4 && s[1] == 'r' && s[2] == 'r' && s[3] == ':';
	case 'n': return n > 4 && s[1] == 'p' && s[2] == 'm';
	case 'g': return n > 4 && s[1] == 'y' && s[2] == 'p';
	case 'r': return n > 7 && s[6] == ':';
	case 'k': return n > 7 && s[6] == ':';
	case 'c': return n > 10 && s[9] == ':';
	case 'C': return n > 6 && s[1] == '/';
	case 'b': case 'u': return n > 2 && (s[1] == '\'' || s[1] == '"');
	case 'E': return n > 7 && ((s[1] == ' ' && s[2] == ' ') || s[6] == '(');
	default: return false;
	}
}

bool clean_may_have_prefix(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i == n)
		return false;
	s += i;
	n -= i;
	if (s[0] == '{')
		return n > 1 && s[1] == '"';
	if (!isalpha((unsigned char)s[0]))
		return strchr("/.$_%<;:,@&\\^?", s[0]) == NULL;
	if (may_be_word(s, n) || (isupper((unsigned char)s[0]) && n > 6 && s[3] == ' ' &&
				  isdigit((unsigned char)s[5])))
		return true;
	n = n < 64 ? n : 64;
	return memchr(s, '|', n) != NULL || memchr(s, '\t', n) != NULL || memmem(s, n, ": >>> ", 6) != NULL;
}
