/* doubt.c - what stands around a sentence: prose, source of a program, or words of a test.
 *
 * Programs do not speak of "you", "when" and "fixed" in the line that they complain in, before they
 * complain; people do, and put what they quote between marks. A source has calls and format strings.
 */
#include "message/doubt.h"

#include <ctype.h>
#include <string.h>

#include "message/message.h"

enum { LONGEST = 600 }; /* bytes of a line that are looked at on each side */

struct part {
	const char *s;
	size_t n;
};

static struct part before(const struct clean *c, size_t start)
{
	const char *nl = start > 0 ? memrchr(c->text, '\n', start) : NULL;
	size_t from = nl != NULL ? (size_t)(nl - c->text) + 1 : 0;

	if (start - from > LONGEST)
		from = start - LONGEST;
	return (struct part){ c->text + from, start - from };
}

static struct part after(const struct clean *c, size_t end)
{
	const char *nl = memchr(c->text + end, '\n', c->n - end);
	size_t to = nl != NULL ? (size_t)(nl - c->text) : c->n;

	return (struct part){ c->text + end, to - end < LONGEST ? to - end : LONGEST };
}

/* The last line before the one that begins at `start` that is not empty. */
static struct part line_above(const struct clean *c, size_t start)
{
	struct part p = before(c, start);
	size_t at = (size_t)(p.s - c->text);

	while (at > 0) {
		p = before(c, at - 1);
		at = (size_t)(p.s - c->text);
		for (size_t i = 0; i < p.n; i++)
			if (!isspace((unsigned char)p.s[i]))
				return p;
	}
	return (struct part){ c->text, 0 };
}

static bool has(struct part p, const char *word)
{
	return p.n >= strlen(word) && memmem(p.s, p.n, word, strlen(word)) != NULL;
}

/* Does the word stand there, alone, in either case of its first letter? */
static bool has_word(struct part p, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= p.n; i++) {
		if ((char)tolower((unsigned char)p.s[i]) != word[0] ||
		    memcmp(p.s + i + 1, word + 1, n - 1) != 0)
			continue;
		if ((i == 0 || !isalnum((unsigned char)p.s[i - 1])) &&
		    (i + n == p.n || !isalnum((unsigned char)p.s[i + n])))
			return true;
	}
	return false;
}

static size_t count_words(struct part p, const char *const *words, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += has_word(p, words[i]);
	return found;
}

#define COUNT(p, words) count_words(p, words, sizeof(words) / sizeof((words)[0]))

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

/* "If you see this:" above it, or a place to paste into */
static bool is_announced(const struct clean *c, size_t start)
{
	static const char *const conditions[] = { "if you", "you may", "you might", "may see", "might see",
						  "may fail", "can fail", "e.g", "for example", "such as",
						  "errors like",
						  "troubleshooting" };
	struct part p = line_above(c, start);

	/* .NET gives advice in the line of its exception. */
	if (has(p, "Exception: "))
		return false;
	return COUNT(p, conditions) > 0 && p.n > 0 && (strchr(":.,", p.s[p.n - 1]) != NULL);
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

/* It may happen, or did and no longer does. */
static const char *const conditional[] = {
	"if", "no longer", "longer", "fixed", "fixes", "fix", "used to", "sometimes", "might", "may"
};

/* "When I start it I get X": somebody tells what happened. */
static bool is_report(struct part b)
{
	static const char *const reports[] = {
		"i get", "i got", "i always get", "i keep getting", "i'm getting", "i am getting",
		"i receive", "i have", "i had", "i ran", "i run", "i launch", "i start", "we get",
		"we got", "gives me", "tells me", "shows me", "it says", "fails with", "failed with",
		"stops with", "box states", "error box", "dialog", "popup", "pop up", "pops up",
		"window pops", "when i", "when building", "when compiling", "when linking",
		"when installing", "when trying", "when running", "while building", "while compiling",
		"while installing", "while linking", "while trying", "message appears", "threw",
		"it threw", "throws", "fails to run", "presented with", "results in", "then states", "prints",
		"outputs", "gave me", "message showed", "following error", "error is", "appeared",
		"encountered", "i see", "build fails", "build failed", "compile error", "i", "i'm", "my",
		"me", "error message is", "does not work", "do not work", "doesn't work", "fails to start"
	};

	return COUNT(b, reports) > 0 && COUNT(b, conditional) == 0;
}

/* An exception in the middle of a line, told of as a fact. */
static bool is_thrown(struct part b)
{
	static const char *const names[] = {
		"Error: ", "Error) ", "Exception: ", "Exception) ", "exception: "
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (has(b, names[i]))
			return COUNT(b, conditional) == 0;
	return false;
}

/* A program that quotes another one: 'cannot be loaded: "libx.so: …', or after a code, "DPI-1047: ". */
static bool is_passed_on(struct part b)
{
	static const char *const tellers[] = { "Failed to load NIF library", "Failed to load driver",
					       "Failed with error", "be loaded: ", "library: ",
					       "failed: ", "error: ", "failed to load: ",
					       "Error message(s): ",
					       "could not load: " };

	for (size_t i = 0; i < sizeof(tellers) / sizeof(tellers[0]); i++)
		if (has(b, tellers[i]))
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
					      "no longer occurs",
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

	return COUNT(b, yet) == 0 && COUNT(a, yet) == 0 && (COUNT(a, behind) > 0 || COUNT(b, ahead) > 0);
}

/* "… only means that a library is absent": explained to somebody. What a program prints is not. */
static bool is_explained(struct part a)
{
	static const char *const words[] = { "it means", "only means", "just means", "simply means",
					     "usually means", "means that", "indicates that", "tells you",
					     "tells that" };

	return COUNT(a, words) > 0;
}

static bool is_prose(const struct clean *c, size_t start, struct part b, struct part a)
{
	size_t writes = COUNT(b, writers), goes_on = COUNT(a, sequels);
	bool quoted = is_quoted(b, a);

	if (is_announced(c, start) || is_over(b, a) || (quoted && is_explained(a)))
		return true;
	if (is_exception(b) || is_report(b) || is_passed_on(b) || is_thrown(b))
		return false;
	if (quoted && (writes > 0 || goes_on > 0))
		return true;
	if (writes > 1 || (writes > 0 && goes_on > 1))
		return true;
	/* A line that begins in the middle of a paragraph. */
	return quoted && b.n > 1 && COUNT(line_above(c, start), writers) > 1 &&
	       !is_report(line_above(c, start));
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
		if (hex - i >= 7 && hex < b.n && b.s[hex] == ' ')
			return true;
	}
	return COUNT(b, verbs) > 0 && !has(b, ":") && (has(a, "(#") || b.n < 60);
}

/* A line of a patch: it begins with its sign, and the place stands above. */
static bool is_patch(const struct clean *c, size_t start, struct part b)
{
	enum { LINES = 40 };
	struct part p = b;

	if (b.n == 0 || strchr("+-", b.s[0]) == NULL)
		return false;
	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		p = line_above(c, (size_t)(p.s - c->text) < start ? (size_t)(p.s - c->text) : start);
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
		struct part p = line_above(c, start);

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

static bool is_source(const struct clean *c, size_t start, size_t end, struct part b, struct part a)
{
	static const char *const calls[] = { "printf(", "raise ", "throw ", "assert(", "assert ", "assert_",
					     ".assert", "match=", "log_",
					     "log.", "logger.", "console.", "fmt.", "panic!(", "expect(",
					     "perror(", "return ", "errx(", "err(", "warn(", "in str(",
					     "strstr(", "grep ", "echo ", "die ", "static const",
					     "TEXT(", "raises(" };
	struct part m = { c->text + start, end - start };
	bool opens = false;

	if (has(m, "%s") || has(m, "%d") || has(m, "${") || has(m, "{name}") || has(m, "{}"))
		return true;
	for (size_t i = 0; i < b.n; i++)
		opens = opens || b.s[i] == '"' || b.s[i] == '\'' || b.s[i] == '`';
	/* The sentence takes the first mark along where a name begins with it. */
	if (!opens && (m.n == 0 || strchr("\"'`(", m.s[0]) == NULL) && !has(b, "("))
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (has(b, calls[i]))
			return true;
	/* A call with more than one string: case("name", "text"), */
	if (has(b, "(\"") && has(b, "\", ") && a.n > 0 && (has(a, ")") || has(a, ",")))
		return true;
	/* A row of a table: ("text", "kind"), */
	return b.n > 0 && b.n < 12 && has(b, "(") && a.n > 2 && strchr("\"'", a.s[0]) != NULL &&
		a.s[1] == ',';
}

/* A remark in a source, told by the code above or below it: people also paste what a program printed as
 * one. */
static bool is_remark(const struct clean *c, size_t start, struct part b, struct part a)
{
	static const char *const code[] = { "except ", "try:", "else:", "elif ", "if (", "def ", "import ",
					    "return", "} else", "catch (", "log.", "logger.", "logging." };
	struct part near[2] = { line_above(c, start), { a.s + a.n, 0 } };
	size_t i = 0;

	while (i < b.n && isspace((unsigned char)b.s[i]))
		i++;
	if (i == 0 || i == b.n || (b.s[i] != '#' && (i + 1 >= b.n || memcmp(b.s + i, "//", 2) != 0)))
		return false;
	if (near[1].s < c->text + c->n)
		near[1] = after(c, (size_t)(near[1].s - c->text) + 1);
	for (size_t k = 0; k < 2; k++) {
		while (near[k].n > 0 && isspace((unsigned char)*near[k].s))
			near[k] = (struct part){ near[k].s + 1, near[k].n - 1 };
		for (i = 0; i < sizeof(code) / sizeof(code[0]); i++)
			if (near[k].n >= strlen(code[i]) && memcmp(near[k].s, code[i], strlen(code[i])) == 0)
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
	struct part p = line_above(c, start), own = before(c, start);

	own.n = (size_t)(c->text + c->n - own.s);
	return indent_of(own) > indent_of(p) && p.n > indent_of(p) + 6 &&
	       memcmp(p.s + indent_of(p), "File \"", 6) == 0 && has(p, "\", line ");
}

/* ---- tests ---------------------------------------------------------------------------------- */

static bool is_expected(struct part b, struct part a)
{
	static const char *const before_it[] = { "expected error", "expected failure", "as expected",
						 "attempt", "retry" };
	static const char *const behind[] = { "PASSED", "XFAIL", "trying again", "retrying", "will retry",
					      "on purpose", "deliberately", "intentionally" };

	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (has(a, behind[i]))
			return true;
	for (size_t i = 0; i < sizeof(before_it) / sizeof(before_it[0]); i++)
		if (i < 3 ? has_word(b, before_it[i]) : has(b, before_it[i])) /* not "Unexpected error" */
			return i < 3;
	return false;
}

/* "checking for libz.so... not found": a probe, whatever comes of it. The name may stand there twice. */
static bool is_probed(struct part b)
{
	static const char *const verbs[] = { "checking for ", "Checking for ", "looking for ", "Looking for ",
					     "checking for library ", "Checking for library " };
	size_t end = b.n;

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

/* "INFO - OSError: ": who runs a program and logs what it prints calls it no error, but it is one. */
static bool is_relayed(struct part b)
{
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
	return false;
}

/* A level of a log. */
static bool is_warned(struct part b)
{
	static const char *const levels[] = { "W tensorflow/", "I tensorflow/", " WARN ", " WARN:", "[WARN",
					      "[warn", "WARNING: ", " WARNING ", " W0000 ", "|WARNING|",
					      "level=warn", "level=info", "WARNING[", " DEBUG ",
					      " DEBUG: ", "[DEBUG]", "level=debug", " INFO ", "[INFO]" };

	if (is_relayed(b))
		return false;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		if (has(b, levels[i]) || (levels[i][0] == ' ' && b.n >= strlen(levels[i]) - 1 &&
					  memcmp(b.s, levels[i] + 1, strlen(levels[i]) - 1) == 0))
			return true;
	return false;
}

unsigned doubt_of(const struct clean *c, size_t start, size_t end)
{
	struct part b = before(c, start), a = after(c, end);
	unsigned doubts = 0;

	if (is_prose(c, start, b, a) || (is_change(b, a) && !is_report(b)) || is_commit(c, start))
		doubts |= MSG_PROSE;
	if (is_source(c, start, end, b, a) || is_remark(c, start, b, a) || is_patch(c, start, b) ||
	    is_frame_source(c, start))
		doubts |= MSG_SOURCE;
	if (is_expected(b, a) || is_probed(b))
		doubts |= MSG_EXPECTED;
	if (is_warned(b) || (a.n > 9 && memcmp(a.s, " (ignored)", 10) == 0))
		doubts |= MSG_WARNED;
	return doubts;
}
