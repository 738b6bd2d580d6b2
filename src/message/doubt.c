/* doubt.c - what stands around a sentence: prose, source of a program, or words of a test.
 *
 * Programs do not speak of "you", "when" and "fixed" in the line that they complain in, before they
 * complain; people do, and put what they quote between marks. A source has calls and format strings.
 */
#include "message/doubt.h"

#include <ctype.h>
#include <string.h>

#include "message/around.h"
#include "message/message.h"
#include "message/section.h"

/* ---- prose ---------------------------------------------------------------------------------- */

static const char *const writers[] = {
	"you", "your", "users", "people", "we", "they", "if", "when", "whenever", "because", "see", "seen",
	"get", "gets", "fix", "fixed", "fixes", "avoid", "avoids", "like", "such as", "e.g", "i.e", "about",
	"message", "text", "means", "happens", "occurs", "may", "might", "sometimes", "often", "usually",
	"longer", "instead", "please", "some", "should", "would", "what", "why", "how", "where", "improved",
	"removed", "changed", "resolve", "resolves", "say", "says", "saying", "indicates", "don't", "do not",
	"report", "reported", "until", "so that", "which", "the error", "an error", "this error", "prevent",
	"complains", "work around", "workaround", "docs", "changelog", "symptom", "used to fail",
	"release notes", "detects", "detect",
	/* "If it appears", "please first" in other languages; "when" is left out: so people report, too. */
	"如果", "请先", "請先", "もし", "場合は", "если у вас", "если появляется", "если возникает", "falls sie",
	"wenn sie", "falls die meldung", "sollte die meldung", "si te aparece", "si le aparece", "si aparece",
	"si vous", "se você", "se aparecer", "se appare",
};

/* What follows a sentence that is written about. */
static const char *const sequels[] = {
	"means", "when", "happens", "occurs", "indicates", "then", "you", "your", "because", "try", "error",
	"errors", "see", "install", "which", "but", "gone", "message", "what to do", "these", "on systems",
	"silenced", "suppressed", "harmless", "can be ignored",
};

/* Between two marks, the first of which stands free; there may be the name of an exception behind it. */
static bool is_quoted(struct part b, struct part a)
{
	size_t i = b.n;

	if (a.n == 0 || strchr("'\"`", a.s[0]) == NULL)
		return false;
	while (i > 0 && b.s[i - 1] != a.s[0])
		i--;
	while (i > 0 && b.s[i - 1] == a.s[0])
		i--;
	return i < b.n && b.n - i < 60 &&
	       (i == 0 || b.s[i - 1] == ' ' || b.s[i - 1] == '(' || (unsigned char)b.s[i - 1] >= 0x80);
}

/* It may happen, or did and no longer does. */
static const char *const conditional[] = {
	"if", "no longer", "longer", "fixed", "fixes", "fix", "used to", "sometimes", "might", "may"
};

/* "When I start it I get X": somebody tells what happened. */
static bool is_report(struct part b)
{
	static const char *const reports[] = {
		"i get", "i got", "i always get", "i keep getting", "i'm getting", "i am getting",
		"we are getting", "we're getting", "intermittent", "intermittently", "we see",
		"we are seeing", "i'm seeing", "i am seeing",
		"i receive", "get error", "gets error", "got error", "getting error", "error saying",
		"i have", "i had", "i ran", "i run", "i launch", "i start", "we get",
		"we got", "gives me", "tells me", "shows me", "it says", "fails with", "failed with",
		"stops with", "box states", "error box", "dialog", "popup", "pop up", "pops up",
		"window pops", "when i", "when building", "when compiling", "when linking",
		"when installing", "when trying", "when running", "while building", "while compiling",
		"while installing", "while linking", "while trying", "message appears", "threw",
		"it threw", "throws", "fails to run", "presented with", "results in", "then states", "prints",
		"outputs", "gave me", "message showed", "following error", "error is", "appeared",
		"encountered", "i see", "build fails", "build failed", "compile error", "i", "i'm", "im",
		"i've", "my", "me", "error message is", "full message", "full error", "being encountered",
		"does not work", "do not work", "doesn't work", "fails to start"
	};

	return PART_COUNT(b, reports) > 0 && PART_COUNT(b, conditional) == 0;
}

/* ".. code-block:: text" of reStructuredText, "[source,text]" of AsciiDoc: documents are written so, reports
 * are not. */
static bool is_markup(struct part p)
{
	return (part_begins(p, ".. ") && part_has(p, "::")) || part_begins(p, "[source");
}

/* The first line of the block that the line of `start` belongs to: none of it is empty. */
static size_t block_start(const struct clean *c, size_t start)
{
	enum { LINES = 12 };
	size_t at = around_start(c, around_before(c, start));

	for (unsigned i = 0; i < LINES && at > 0; i++) {
		struct part p = around_before(c, at - 1);

		if (p.n == 0)
			break;
		at = around_start(c, p);
	}
	return at;
}

static bool ends_with_any(struct part p, const char *letters)
{
	return p.n > 0 && strchr(letters, p.s[p.n - 1]) != NULL;
}

/* "If the server can't load it:" */
static bool is_condition(struct part p)
{
	static const char *const failing[] = { "can't", "cannot", "doesn't", "does not", "isn't", "is not",
					       "fails to" };

	return part_begins(p, "If ") && ends_with_any(p, ":") && PART_COUNT(p, failing) > 0 && !is_report(p);
}

/* "If you see this:" above it, or above its block; not a place to paste into */
static bool is_announced(const struct clean *c, size_t start)
{
	static const char *const conditions[] = { "if you", "you may", "you might", "may see", "might see",
						  "may fail", "can fail", "e.g", "for example", "such as",
						  "errors like", "you will get", "you would get",
						  "troubleshooting" };
	static const char *const changes[] = { "after this change", "before this change", "with this change",
					       "after this patch", "before this patch", "prior to this" };
	static const char *const forms[] = { "paste", "attach", "provide", "include", "share", "post",
					     "upload", "write" };
	struct part p = around_above(c, start), own = around_before(c, start);
	size_t block = block_start(c, start);

	own.n += around_after(c, start).n;

	/* .NET gives advice in the line of its exception. */
	if (part_has(p, "Exception: "))
		return false;
	if (PART_COUNT(p, conditions) > 0 && ends_with_any(p, ":.,") && !is_report(p))
		return true;
	if (is_condition(p) || is_condition(own))
		return true;
	p = around_above(c, block);
	return is_markup(p) ||
	       (ends_with_any(p, ":") && PART_COUNT(p, forms) == 0 && !is_report(p) &&
		(PART_COUNT(p, conditions) > 0 || PART_COUNT(p, changes) > 0));
}

/* "x.DatabaseError: …": the line begins as an interpreter's last one does, whatever its author goes on
 * with. */
static bool is_exception(struct part b)
{
	size_t i = 0, n, dots = 0;

	while (i < b.n && isspace((unsigned char)b.s[i]))
		i++;
	for (n = i; n < b.n && (isalnum((unsigned char)b.s[n]) || strchr("._", b.s[n]) != NULL); n++)
		dots += b.s[n] == '.' && n > i;
	return n < b.n && b.s[n] == ':' && n - i > 6 &&
	       (memcmp(b.s + n - 5, "Error", 5) == 0 || memcmp(b.s + n - 5, "ption", 5) == 0 || dots > 1);
}

/* An exception in the middle of a line, told of as a fact. */
static bool is_thrown(struct part b)
{
	static const char *const names[] = {
		"Error: ", "Error) ", "Exception: ", "Exception) ", "exception: "
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (part_has(b, names[i]))
			return PART_COUNT(b, conditional) == 0;
	return false;
}

/* A program that quotes another one: 'cannot be loaded: "libx.so: …', or after a code, "DPI-1047: ". */
static bool is_passed_on(struct part b)
{
	static const char *const tellers[] = { "Failed to load NIF library", "Failed to load driver",
					       "Failed with error", "be loaded: ", "library: ",
					       "failed: ", "error: ", "failed to load: ",
					       "Error message(s): ",
					       "could not load: ",
					       /* Of an object (JSON). */
					       "\"message\":", "\"msg\":", "\"error\":", "\"stderr\":",
					       "\"stack\":" };

	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (part_has(b, tellers[i]))
			return true;
	return false;
}

/* "I had X. Y fixed it and all works now", "Solved: X …": told of as something that is over. What follows
 * a "but" is not. */
static bool is_over(struct part b, struct part a)
{
	static const char *const behind[] = { "fixed it", "solved it", "fixed that", "fixed this",
					      "solved this", "fixed the problem", "solved the problem",
					      "fixed the issue", "solved the issue", "works now",
					      "works again", "work again", "works fine now",
					      "went away", "goes away", "got resolved",
					      "resolved itself", "used to appear", "used to happen",
					      "no longer appears", "no longer happens", "no longer does",
					      "no longer occurs", "is fixed", "was fixed",
					      "has been fixed", "is now fixed", "fixed in",
					      /* The same in other languages. */
					      "läuft alles", "läuft jetzt", "läuft wieder",
					      "funktioniert jetzt", "funktioniert wieder",
					      "funktioniert alles", "problem gelöst", "hat geholfen",
					      "tout marche", "ça marche", "fonctionne maintenant",
					      "tout fonctionne", "problème résolu", "ya funciona",
					      "funciona bien", "se solucionó", "lo solucioné",
					      "agora funciona", "funciona agora", "resolvido",
					      "теперь работает", "всё работает", "все работает" };
	static const char *const ahead[] = { "used to fail", "used to get", "used to give", "used to show",
					     "used to say", "used to crash", "used to stop", "solved:",
					     "[resolved]", "[solved]", "no longer get", "no longer see" };
	static const char *const yet[] = { "but", "however", "still", "now i get", "now it", "not for me",
					   "didn't", "doesn't", "did not", "does not" };

	return PART_COUNT(b, yet) == 0 && PART_COUNT(a, yet) == 0 &&
	       (PART_COUNT(a, behind) > 0 || PART_COUNT(b, ahead) > 0);
}

/* "… only means that a library is absent": explained to somebody. What a program prints is not. */
static bool is_explained(struct part a)
{
	static const char *const words[] = { "it means", "only means", "just means", "simply means",
					     "usually means", "means that", "indicates that", "tells you",
					     "tells that" };

	return PART_COUNT(a, words) > 0;
}

/* A quotation that began in the line above and ends in this one, in a paragraph: 'the "The library
 * x could not be found" message' */
static bool is_quoted_over_lines(const struct clean *c, struct part b, struct part rest)
{
	size_t above = around_start(c, b), marks = 0;
	struct part p = { NULL, 0 };

	if (above > 0 && !part_has(b, "\""))
		p = around_before(c, above - 1);
	for (size_t i = 0; i < p.n; i++)
		marks += p.s[i] == '"';
	return marks % 2 == 1 && part_has(rest, "\"") &&
	       PART_COUNT(p, writers) + PART_COUNT(rest, sequels) > 1;
}

/* "[How to mend X](https://…)": the title of another page */
static bool is_link_title(struct part b, struct part rest)
{
	const char *open = b.n > 0 ? memrchr(b.s, '[', b.n) : NULL;

	return open != NULL && memchr(open, ']', b.n - (size_t)(open - b.s)) == NULL &&
	       part_has(rest, "](http");
}

/* `X` in a cell between others */
static bool is_in_table(struct part b, struct part a)
{
	return part_has(b, " | ") && part_has(a, " |");
}

/* It is told of as something that does no harm. */
static bool is_harmless(struct part a)
{
	static const char *const words[] = { "work normally", "works normally", "keeps running",
					     "still works",
					     "works anyway", "still runs", "runs anyway", "work anyway" };
	static const char *const yet[] = { "no longer", "not", "none", "nothing" };

	return PART_COUNT(a, words) > 0 && PART_COUNT(a, yet) == 0;
}

/* "An error like X means …" */
static bool is_example(struct part b)
{
	static const char *const words[] = { "error like", "errors like", "message like", "messages like",
					     "error such as", "errors such as", "linker errors like" };

	return PART_COUNT(b, words) > 0;
}

/* "('X', 'Y')": a list that Python prints. */
static bool is_listed(struct part b)
{
	return b.n > 1 && (b.s[0] == '(' || b.s[0] == '[') && (b.s[1] == '\'' || b.s[1] == '"');
}

static bool is_prose(const struct clean *c, size_t start, struct part b, struct part a)
{
	struct part rest = { c->text + start, (size_t)(a.s - (c->text + start)) + a.n };
	size_t writes = PART_COUNT(b, writers), goes_on = PART_COUNT(a, sequels);
	bool quoted = is_quoted(b, a);

	if (b.n > 3 && memcmp(b.s + b.n - 4, " if ", 4) == 0 && !is_report(b))
		return true;
	if (is_announced(c, start) || is_over(b, a) || (quoted && is_explained(a)))
		return true;
	if ((quoted && is_in_table(b, a)) || is_harmless(a) || is_link_title(b, rest) ||
	    is_quoted_over_lines(c, b, rest) ||
	    (is_example(b) && !is_report(b)))
		return true;
	if (is_exception(b) || is_report(b) || is_passed_on(b) || is_thrown(b) || is_listed(b))
		return false;
	if (quoted && (writes > 0 || goes_on > 0))
		return true;
	if (writes > 1 || (writes > 0 && goes_on > 1))
		return true;
	/* A line that begins in the middle of a paragraph. */
	return quoted && b.n > 1 && PART_COUNT(around_above(c, start), writers) > 1 &&
	       !is_report(around_above(c, start));
}

/* A list of changes: "Fix X (#12)", "9b01d7a Fix X". */
static bool is_change(struct part b, struct part a)
{
	static const char *const verbs[] = { "fix", "fixes", "fixed", "do not", "don't", "avoid", "docs",
					     "improve", "add",
					     "handle", "ignore", "remove", "removed", "revert", "skip",
						"work around" };
	size_t i = 0;

	while (i < b.n && (isspace((unsigned char)b.s[i]) || b.s[i] == '*' || b.s[i] == '-'))
		i++;
	if (i + 8 < b.n && isxdigit((unsigned char)b.s[i])) {
		size_t hex = i;

		while (hex < b.n && isxdigit((unsigned char)b.s[hex]))
			hex++;
		/* Cygwin counts microseconds: "6976514 [main] sh 4292 …" */
		if (hex - i >= 7 && hex + 1 < b.n && b.s[hex] == ' ' && b.s[hex + 1] != '[')
			return true;
	}
	return PART_COUNT(b, verbs) > 0 && !part_has(b, ":") && (part_has(a, "(#") || b.n < 60);
}

/* A line of a patch: it begins with its sign, and the place stands above. */
static bool is_patch(const struct clean *c, size_t start, struct part b)
{
	enum { LINES = 40 };
	struct part p = b;

	if (b.n == 0 || strchr("+-", b.s[0]) == NULL)
		return false;
	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		p = around_above(c, (size_t)(p.s - c->text) < start ? (size_t)(p.s - c->text) : start);
		if (p.n > 3 && (memcmp(p.s, "@@ ", 3) == 0 || memcmp(p.s, "+++", 3) == 0))
			return true;
	}
	return false;
}

/* The message of a commit: its author stands above. */
static bool is_commit(const struct clean *c, size_t start)
{
	enum { LINES = 12 };

	for (unsigned i = 0; i < LINES; i++) {
		struct part p = around_above(c, start);

		if (p.n == 0)
			return false;
		if (p.n > 6 && (memcmp(p.s, "Author: ", 8 < p.n ? 8 : p.n) == 0 ||
				memcmp(p.s, "Date:  ", 7) == 0))
			return true;
		start = (size_t)(p.s - c->text);
	}
	return false;
}

/* ---- source --------------------------------------------------------------------------------- */

/* "x = wrap(Error("…": what a call gives is kept. */
static bool is_assigned(struct part b)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
	size_t i = 0, from;

	while (i < b.n && (isspace((unsigned char)b.s[i])))
		i++;
	for (from = i; i < b.n && b.s[i] != '\0' && strchr(letters, b.s[i]) != NULL;)
		i++;
	if (i == from || i + 3 > b.n || memcmp(b.s + i, " = ", 3) != 0)
		return false;
	for (from = i += 3; i < b.n && b.s[i] != '\0' && strchr(letters, b.s[i]) != NULL;)
		i++;
	return i > from && i < b.n && b.s[i] == '(';
}

/* A line that is one string of a source: `"…" +`, `$"…";` */
static bool is_string_line(struct part b, struct part a)
{
	size_t i = 0, n = a.n;

	while (i < b.n && isspace((unsigned char)b.s[i]))
		i++;
	while (i < b.n && strchr("$@fr+ ", b.s[i]) != NULL)
		i++;
	while (n > 0 && isspace((unsigned char)a.s[n - 1]))
		n--;
	return i < b.n && b.s[i] == '"' && n > 1 &&
	       (memcmp(a.s + n - 2, "\";", 2) == 0 || memcmp(a.s + n - 2, "\")", 2) == 0 ||
		(n > 2 && memcmp(a.s + n - 3, "\" +", 3) == 0));
}

/* A row of strings in a table of a source: {"name", "text", "1"}, */
static bool is_row(struct part b, struct part a)
{
	size_t n = a.n;

	while (n > 0 && isspace((unsigned char)a.s[n - 1]))
		n--;
	return n > 5 && (memcmp(a.s + n - 3, "\"),", 3) == 0 || memcmp(a.s + n - 3, "\"},", 3) == 0) &&
	       part_has(a, ", \"") && part_has(b, "\"") && !part_has(a, "\": ") && !part_has(b, "\": ");
}

/* Inside of """…""": a string of a source that goes over lines, or what a function tells of itself. */
static bool is_in_long_string(const struct clean *c, size_t start, size_t end)
{
	enum { LINES = 60 };
	static const char mark[] = "\"\"\"";
	struct part p = around_above(c, start);
	const char *at = NULL;

	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		at = memmem(p.s, p.n, mark, 3);
		if (at != NULL)
			break;
		p = around_above(c, around_start(c, p));
	}
	/* Another one in the line ends it; so does one that stands alone, unless it is the first. */
	if (at == NULL || part_has((struct part){ at + 3, p.n - (size_t)(at - p.s) - 3 }, mark))
		return false;
	if (at == p.s && p.n == 3 && around_start(c, p) != 0)
		return false;
	p = around_below(c, end);
	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		if (part_has(p, mark))
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* Letters that begin a remark; 0: the line is none. */
static size_t remark_mark(struct part line)
{
	size_t i = 0;

	while (i < line.n && isspace((unsigned char)line.s[i]))
		i++;
	if (i + 1 >= line.n)
		return 0;
	if (memcmp(line.s + i, "//", 2) == 0 || memcmp(line.s + i, ";;", 2) == 0)
		return i + 2;
	return line.s[i] == '#' && line.s[i + 1] == ' ' ? i + 1 : 0;
}

/* One of several lines of remarks that speak as people do. */
static bool is_among_remarks(const struct clean *c, size_t start, size_t end)
{
	enum { LINES = 12 };
	struct part b = around_before(c, start), line = { b.s, b.n + end - start }, p;
	size_t mark = remark_mark(line), others = 0, writes = 0;

	if (mark == 0)
		return false;
	if (line.s[mark - 1] == ';')
		return true;
	p = around_above(c, start);
	for (unsigned i = 0; i < LINES && remark_mark(p) > 0; i++) {
		others++;
		writes += PART_COUNT(p, writers);
		p = around_above(c, around_start(c, p));
	}
	p = around_below(c, end);
	for (unsigned i = 0; i < LINES && remark_mark(p) > 0; i++) {
		others++;
		writes += PART_COUNT(p, writers);
		p = around_below(c, around_end(c, p));
	}
	return others > 1 && writes > (line.s[mark - 1] == '#' ? 1 : 0);
}

/* Inside of a remark that goes over lines. */
static bool is_in_long_remark(const struct clean *c, size_t start, size_t end)
{
	enum { LINES = 60 };
	struct part p = around_above(c, start);

	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		if (part_has(p, "*/"))
			return false;
		if (part_begins(p, "/*"))
			break;
		p = around_above(c, around_start(c, p));
	}
	if (!part_begins(p, "/*"))
		return false;
	p = around_below(c, end);
	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		if (part_begins(p, "/*"))
			return false;
		if (part_has(p, "*/"))
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* A remark in a script, all of whose text is given. */
static bool is_in_script(const struct clean *c, size_t start, struct part b)
{
	int64_t line;
	uint64_t offset;

	clean_place(c, 0, &offset, &line);
	return line == 1 && c->n > 3 && memcmp(c->text, "#!/", 3) == 0 && b.s[0] == '#' && start > 0;
}

static bool is_source(const struct clean *c, size_t start, size_t end, struct part b, struct part a)
{
	static const char *const calls[] = { "printf(", "raise ", "throw ", "assert(", "assert ", "assert_",
					     ".assert", "match=", "log_",
					     "log.", "logger.", "console.", "fmt.", "panic!(", "expect(",
					     "perror(", "return ", "errx(", "err(", "warn(", "in str(",
					     "strstr(", "grep ", "echo ", "die ", "static const",
					     "TEXT(", "raises(", "Match(", "Regex(", "re.compile(",
					     "re.search(", "re.match(", "reason=" };
	struct part m = { c->text + start, end - start };
	bool opens = false;

	/* The last two are roff's, of which manuals are made. */
	if (part_has(m, "\\f(") || part_has(m, "\\*(") || part_has(m, "%s") || part_has(m, "%d") ||
	    part_has(m, "${") || part_has(m, "{name}") ||
	    part_has(m, "{}"))
		return true;
	for (size_t i = 0; i < b.n; i++)
		opens = opens || b.s[i] == '"' || b.s[i] == '\'' || b.s[i] == '`';
	/* The sentence takes the first mark along where a name begins with it. */
	if (!opens && (m.n == 0 || strchr("\"'`(", m.s[0]) == NULL) && !part_has(b, "("))
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (part_has(b, calls[i]))
			return true;
	if (is_assigned(b) || is_string_line(b, a) || is_row(b, a))
		return true;
	/* A call with more than one string: case("name", "text"), */
	if (part_has(b, "(\"") && part_has(b, "\", ") && a.n > 0 && (part_has(a, ")") || part_has(a, ",")))
		return true;
	/* A row of a table: ("text", "kind"), */
	return b.n > 0 && b.n < 12 && part_has(b, "(") && a.n > 2 && strchr("\"'", a.s[0]) != NULL &&
		a.s[1] == ',';
}

/* "// …" in the first column, next to what C's preprocessor reads */
static bool is_among_directives(const struct clean *c, size_t start, struct part b)
{
	static const char *const words[] = { "#include ", "#undef ", "#define ", "#if" };
	struct part above = around_above(c, start), below = around_below(c, start);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && part_begins(b, "//"); i++)
		if (part_begins(above, words[i]) || part_begins(below, words[i]))
			return true;
	return false;
}

/* A remark in a source, told by the code above or below it: people also paste what a program printed as
 * one. */
static bool is_remark(const struct clean *c, size_t start, struct part b, struct part a)
{
	static const char *const code[] = { "except ", "try:", "else:", "elif ", "if (", "def ", "import ",
					    "return", "} else", "#include ", "#undef ",
					    "#define ", "#if", "catch (", "log.", "logger.", "logging." };
	struct part near[2] = { around_above(c, start), { a.s + a.n, 0 } };
	size_t i = 0;

	while (i < b.n && isspace((unsigned char)b.s[i]))
		i++;
	if (i == b.n || (i == 0 && !is_among_directives(c, start, b)) ||
	    (b.s[i] != '#' && (i + 1 >= b.n || memcmp(b.s + i, "//", 2) != 0)))
		return false;
	if (near[1].s < c->text + c->n)
		near[1] = around_after(c, (size_t)(near[1].s - c->text) + 1);
	for (size_t k = 0; k < 2; k++) {
		while (near[k].n > 0 && isspace((unsigned char)*near[k].s))
			near[k] = (struct part){ near[k].s + 1, near[k].n - 1 };
		for (i = 0; i < sizeof(code) / sizeof(code[0]); i++)
			if (part_begins(near[k], code[i]))
				return true;
		if (ends_with_any(near[k], ";{}"))
			return true;
	}
	return false;
}

static size_t indent_of(struct part p)
{
	size_t n = 0;

	while (n < p.n && (p.s[n] == ' ' || p.s[n] == '\t'))
		n++;
	return n;
}

/* The line of source that Python shows below a frame: '  File "x.py", line 12, in f'. */
static bool is_frame_source(const struct clean *c, size_t start)
{
	struct part p = around_above(c, start), own = around_before(c, start);

	own.n = (size_t)(c->text + c->n - own.s);
	return indent_of(own) > indent_of(p) && p.n > indent_of(p) + 6 &&
	       memcmp(p.s + indent_of(p), "File \"", 6) == 0 && part_has(p, "\", line ");
}

/* ---- tests ---------------------------------------------------------------------------------- */

static bool is_expected(struct part b, struct part a)
{
	static const char *const before_it[] = { "expected error", "expected failure", "as expected",
						 "attempt", "retry" };
	static const char *const behind[] = { "PASSED", "XFAIL", "trying again", "retrying", "will retry",
					      "on purpose", "deliberately", "intentionally" };

	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (part_has(a, behind[i]))
			return true;
	for (size_t i = 0; i < sizeof(before_it) / sizeof(before_it[0]); i++)
		if (i < 3 ? part_has_word(b, before_it[i])
			  : part_has(b, before_it[i])) /* not "Unexpected error" */
			return i < 3;
	return false;
}

/* "checking for libz.so... not found": a probe, whatever comes of it. The name may stand there twice. */
static bool is_probed(struct part b)
{
	static const char *const verbs[] = { "checking for ", "Checking for ", "looking for ", "Looking for ",
					     "checking for library ", "Checking for library " };
	size_t end = b.n;

	/* What Python tells of its own end. */
	if (part_begins(b, "#   clear[") || part_begins(b, "# destroy "))
		return true;
	while (end > 0 && b.s[end - 1] == ' ')
		end--;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		size_t n = strlen(verbs[i]);

		if (b.n >= n && memcmp(b.s + b.n - n, verbs[i], n) == 0)
			return true;
		if (i < 4 && b.n >= n && memcmp(b.s, verbs[i], n) == 0 && end >= n + 3 &&
		    memcmp(b.s + end - 3, "...", 3) == 0)
			return true;
	}
	return false;
}

/* "INFO - OSError: ": who runs a program and logs what it prints calls it no error, but it is one. So is an
 * exception that is logged as Python writes its value: "WARNING … with ImportError('libx.so: …", that of a
 * task that Spark calls lost, and what NCCL says: it knows no level above WARN. */
static bool is_relayed(struct part b)
{
	static const char *const values[] = { "Error('", "Error(\"", " Lost task ", " NCCL WARN " };
	static const char *const levels[] = { " INFO ", " INFO: ", "[INFO] ", " DEBUG ", "[DEBUG] ",
					      "level=info " };

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		const char *at = memmem(b.s, b.n, levels[i], strlen(levels[i]));
		struct part rest = { at, at != NULL ? b.n - (size_t)(at - b.s) : 0 };
		size_t skip = at != NULL ? strlen(levels[i]) : 0;

		while (skip < rest.n && strchr(" -:|", rest.s[skip]) != NULL)
			skip++;
		if (at != NULL && is_exception((struct part){ rest.s + skip, rest.n - skip }))
			return true;
	}
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (part_has(b, values[i]))
			return true;
	return false;
}

/* What ended is no warning, whoever tells of it: "WARNING: application exited with code 0xc0000135" */
static bool is_ended(struct part b)
{
	static const char *const words[] = { "exited with ", "exit code", "terminated with ", "quit with " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (part_has(b, words[i]))
			return true;
	return false;
}

/* A level of a log. */
static bool is_warned(struct part b)
{
	static const char *const levels[] = { "W tensorflow/", "I tensorflow/", " WARN ", " WARN:", "[WARN",
					      "[warn", "WARNING:", " WARNING ", " W0000 ", "|WARNING|",
					      "level=warn", "level=info", " DEBUG ",
					      " DEBUG: ", "[DEBUG]", "level=debug", " INFO ", "[INFO]" };

	if (is_relayed(b) || is_ended(b))
		return false;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (part_has(b, levels[i]) || (levels[i][0] == ' ' && b.n >= strlen(levels[i]) - 1 &&
					  memcmp(b.s, levels[i] + 1, strlen(levels[i]) - 1) == 0))
			return true;
	return false;
}

enum { WORK_LINES = 12 }; /* below a warning, in which a program tells what it does next */

/* "WARNING[REEF]: Reef can't load its extensions. …", by a part of a program, and below that the program does
 * its work. Asterisk has a number in the brackets, also where it tells of an error. */
static bool is_worked_without(const struct clean *c, struct part b, size_t end)
{
	static const char named[] = "WARNING[";
	static const char *const work[] = { "loaded",	"loading",  "started", "running",   "listening",
					    "finished", "saved",    "saving",  "completed", "epoch" };
	const char *tag = memmem(b.s, b.n, named, strlen(named));
	struct part next;

	if (tag == NULL || tag + strlen(named) >= b.s + b.n || !isalpha((unsigned char)tag[strlen(named)]))
		return false;
	for (size_t i = 0; i < WORK_LINES; i++) {
		next = around_below(c, end);
		end = around_end(c, next);
		if (next.n > 0 && PART_COUNT(next, work) > 0)
			return true;
	}
	return false;
}

/* "x is not available. Using y instead." right above an exception: the program goes on without. */
static bool is_replaced(const struct clean *c, struct part b)
{
	static const char *const words[] = { "falling back to", "fall back to", "falls back to" };
	size_t at = around_start(c, b);
	struct part p = { NULL, 0 };

	if (at > 0 && is_exception(b))
		p = around_before(c, at - 1);
	return PART_COUNT(p, words) > 0 || (part_has_word(p, "using") && part_has(p, " instead."));
}

unsigned doubt_of(const struct clean *c, size_t start, size_t end)
{
	struct part b = around_before(c, start), a = around_after(c, end);
	unsigned doubts = 0;

	if (is_prose(c, start, b, a) || (is_change(b, a) && !is_report(b)) || is_commit(c, start) ||
	    section_is_written(c, start, end))
		doubts |= MSG_PROSE;
	if (is_source(c, start, end, b, a) || is_remark(c, start, b, a) || is_patch(c, start, b) ||
	    is_in_long_string(c, start, end) || is_among_remarks(c, start, end) ||
	    is_frame_source(c, start) || is_in_long_remark(c, start, end) || is_in_script(c, start, b))
		doubts |= MSG_SOURCE;
	if (is_expected(b, a) || is_probed(b))
		doubts |= MSG_EXPECTED;
	if (is_warned(b) || is_worked_without(c, b, end) || is_replaced(c, b) ||
	    (a.n > 9 && memcmp(a.s, " (ignored)", 10) == 0))
		doubts |= MSG_WARNED;
	return doubts;
}
