/* section.c - guides, lists of changes and commits, told by what stands lines away from a sentence.
 *
 * A document that explains an error quotes it whole, in a line of its own: what tells is the heading above
 * ("Troubleshooting"), the remedy below ("Solution: …"), the version whose changes are listed, or who signed
 * off. Reports of users have headings as well, of other words.
 */
#include "message/section.h"

#include <ctype.h>
#include <string.h>

#include "message/around.h"

enum {
	LINES = 60,   /* that are looked at above and below */
	CHANGES = 300, /* of a list of changes: they are long */
	TITLE = 64,   /* bytes of a heading of a guide: it is short */
	PLAIN = 7     /* depth of a heading without marks */
};

/* ---- headings ------------------------------------------------------------------------------- */

/* "# x": 1, "### x": 3; 0: no heading */
static int depth_of(struct part p)
{
	size_t n = 0;

	while (n < p.n && p.s[n] == '#')
		n++;
	return n > 0 && n <= 6 && n + 1 < p.n && p.s[n] == ' ' ? (int)n : 0;
}

/* "-----", "=====" below a heading */
static bool is_underline(struct part p)
{
	if (p.n < 3 || strchr("-=~^", p.s[0]) == NULL)
		return false;
	for (size_t i = 1; i < p.n; i++)
		if (p.s[i] != p.s[0])
			return false;
	return true;
}

/* Without the marks around it, in small letters. */
static size_t title_of(struct part p, char out[TITLE + 1])
{
	size_t n = 0;

	while (p.n > 0 && strchr("#*=_ \t", p.s[0]) != NULL)
		p = (struct part){ p.s + 1, p.n - 1 };
	while (p.n > 0 && strchr("#*=_ \t:", p.s[p.n - 1]) != NULL)
		p.n--;
	for (; n < p.n && n < TITLE; n++)
		out[n] = (char)tolower((unsigned char)p.s[n]);
	out[n] = '\0';
	return p.n;
}

static const char *const guides[] = {
	"troubleshooting", "troubleshoot", "faq", "faqs", "frequently asked questions", "frequently asked",
	"common error", "common errors", "common issues", "common problems", "known issues", "known problems",
	"known bugs", "known limitations", "gotchas", "pitfalls", "bug fixes", "bugfixes", "bugs fixed",
	"fixed bugs", "fixed issues", "resolved issues", "fixed in this release", "changelog", "change log",
	"changes", "release notes", "what's new", "what's changed", "table of contents", "contents",
	"errors and solutions", "when things go wrong", "errors and fixes", "error fix list",
	"fehlerbehebung", "problembehandlung", "häufige fehler", "häufige probleme", "bekannte probleme",
	"dépannage", "problèmes courants", "erreurs courantes", "solución de problemas", "problemas comunes",
	"errores comunes", "solução de problemas", "problemi comuni", "常见问题", "常见错误", "故障排除",
	"問題排查", "トラブルシューティング", "よくある質問", "よくある問題", "문제 해결", "자주 묻는 질문",
	"решение проблем", "частые ошибки", "известные проблемы",
};

/* "v1.2.3", "[1.2.0] - 2024-01-02", "Version 1.2" */
static bool is_version(const char *title)
{
	static const char *const before[] = { "[", "v", "version ", "release " };
	size_t digits = 0;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
		if (strncmp(title, before[i], strlen(before[i])) == 0)
			title += strlen(before[i]);
	for (; isdigit((unsigned char)*title); title++)
		digits++;
	return digits > 0 && digits < 5 && title[0] == '.' && isdigit((unsigned char)title[1]);
}

/* Of a section in which nothing fails now. "I have read the FAQ" heads the list of a form. */
static bool is_guide(struct part p, bool marked)
{
	static const char *const forms[] = { "read", "checked", "searched", "have" };
	static const char *const over[] = { "fixed", "resolved", "solved" };
	static const char *const open[] = { "not fixed", "not resolved", "not solved", "be fixed",
					    "be resolved", "be solved", "get fixed" };
	char title[TITLE + 1];
	size_t n = title_of(p, title);
	struct part t = { title, strlen(title) };

	if (marked && (strncmp(title, "q. ", 3) == 0 || strncmp(title, "q: ", 3) == 0))
		return true;
	if (n > TITLE || n == 0 || PART_COUNT(t, forms) > 0 || title[n - 1] == '?')
		return false;
	for (size_t i = 0; i < sizeof(guides) / sizeof(guides[0]); i++)
		if (strcmp(title, guides[i]) == 0 || (marked && part_has_word(t, guides[i])))
			return true;
	return marked && (is_version(title) || (PART_COUNT(t, over) > 0 && PART_COUNT(t, open) == 0 &&
					      memchr(title, '[', n) == NULL));
}

/* A heading of a guide stands above, or above the headings above. */
static bool is_in_guide(const struct clean *c, size_t start)
{
	struct part p = around_above(c, start), below = { NULL, 0 };
	int depth = PLAIN + 1;

	for (unsigned i = 0; i < LINES && p.n > 0 && depth > 1; i++) {
		int d = depth_of(p);
		bool marked = d > 0 || (below.n > 0 && is_underline(below));

		d = d > 0 ? d : marked ? 2 : PLAIN;
		if (d < depth && is_guide(p, marked))
			return true;
		if (marked && d < depth)
			depth = d;
		below = p;
		p = around_above(c, around_start(c, p));
	}
	return false;
}

/* ---- remedies ------------------------------------------------------------------------------- */

static bool begins_with(struct part p, const char *const *words, size_t n)
{
	while (p.n > 0 && !isalnum((unsigned char)p.s[0]) && (unsigned char)p.s[0] < 0x80)
		p = (struct part){ p.s + 1, p.n - 1 };
	for (size_t i = 0; i < n; i++)
		if (part_begins(p, words[i]))
			return true;
	return false;
}

#define BEGINS(p, words) begins_with(p, words, sizeof(words) / sizeof((words)[0]))

/* Something like a name: "libx.so.1", "GLIBC_2.34", also in the sentence. */
static bool shares_name(struct part heading, struct part said)
{
	size_t i = 0;

	while (i < heading.n) {
		size_t k = i;
		bool name = false;

		while (k < heading.n && (isalnum((unsigned char)heading.s[k]) ||
					 strchr("._-+", heading.s[k]) != NULL)) {
			name = name || !isalpha((unsigned char)heading.s[k]);
			k++;
		}
		if (name && k - i > 5 && memmem(said.s, said.n, heading.s + i, k - i) != NULL)
			return true;
		i = k > i ? k : i + 1;
	}
	return false;
}

static const char *const remedies[] = {
	"Solution", "Fix:", "Fix ", "Resolution", "Workaround", "Try ", "Use ", "Install ", "Run ",
	"Upgrade ", "Update ", "Add ", "Set ", "Soluzion", "Soluci", "Solução", "处理方法", "해결",
	"Make sure", "Ensure ", "To fix", "To solve", "To resolve", "To avoid",
	"This error", "This means", "This happens", "This is because", "It means", "You need", "You can",
	"If you", "Lösung", "解决", "対処", "Решение",
};

/* Below the sentence, before the next heading of that depth: what to do. */
static bool is_remedied(const struct clean *c, size_t end, int depth)
{
	struct part p = around_below(c, end);

	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		int d = depth_of(p);

		if (d > 0 && d <= depth)
			return false;
		if (BEGINS(p, remedies))
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* The heading right above names what the sentence names, and what to do stands below. A title is no such
 * heading: so reports begin. */
static bool is_answered(const struct clean *c, size_t start, size_t end)
{
	struct part said = { c->text + start, end - start }, p = around_before(c, start);

	if (depth_of((struct part){ p.s, p.n + said.n }) > 1)
		return is_remedied(c, end, depth_of((struct part){ p.s, p.n + said.n }));
	p = around_above(c, start);
	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		int d = depth_of(p);

		if (d > 0)
			return d > 1 && shares_name(p, said) && is_remedied(c, end, d);
		p = around_above(c, around_start(c, p));
	}
	return false;
}

/* "Q5: …" */
static bool is_numbered(struct part p, char letter)
{
	size_t i = 1;

	while (p.n > 0 && !isalnum((unsigned char)p.s[0]) && (unsigned char)p.s[0] < 0x80)
		p = (struct part){ p.s + 1, p.n - 1 };
	while (i < p.n && isdigit((unsigned char)p.s[i]))
		i++;
	return p.n > 0 && p.s[0] == letter && i > 1 && i < p.n && (p.s[i] == ':' || p.s[i] == '.');
}

/* "Problem: …", "Solution: …"; "How we resolved it: …" */
static bool is_told_with_answer(const struct clean *c, size_t start, size_t end)
{
	enum { NEAR = 12 };
	static const char *const problems[] = { "Problem:", "Problem ", "Symptom:", "Symptoms:", "Q:",
						"Issue:",
						"Problema", "Errore", "Erreur", "Fehler:", "现象", "问题",
						"問題", "증상", "Проблема" };
	static const char *const answers[] = { "Solution", "Fix:", "A:", "Answer", "Resolution", "Soluzion",
					       "Soluci", "Solução", "Lösung", "处理方法", "解决", "対処",
					       "해결", "Решение" };
	static const char *const done[] = { "How we resolved", "How we fixed", "How I fixed",
					    "How I resolved",
					    "How it was fixed", "How it was resolved", "Fix applied",
					    "Fixed by", "Resolved by", "What we learned", "Lessons learned" };
	struct part p = around_above(c, start);
	struct part line = { around_before(c, start).s, around_before(c, start).n + end - start };
	bool problem = BEGINS(line, problems) || is_numbered(line, 'Q');

	if (is_numbered(line, 'A') && is_numbered(p, 'Q'))
		return true;
	for (unsigned i = 0; i < NEAR && p.n > 0 && !problem; i++) {
		problem = BEGINS(p, problems);
		p = around_above(c, around_start(c, p));
	}
	p = around_below(c, end);
	for (unsigned i = 0; i < NEAR && p.n > 0; i++) {
		if (BEGINS(p, done) || (problem && (BEGINS(p, answers) || is_numbered(p, 'A'))))
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* ---- changes -------------------------------------------------------------------------------- */

static bool has_year(struct part p)
{
	for (size_t i = 0; i + 4 <= p.n; i++)
		if ((memcmp(p.s + i, "19", 2) == 0 || memcmp(p.s + i, "20", 2) == 0) &&
		    isdigit((unsigned char)p.s[i + 2]) && isdigit((unsigned char)p.s[i + 3]))
			return true;
	return false;
}

/* "pkg (1.2-3) unstable; urgency=medium", "2024-01-02  Name  <mail>", "* Mon Jan 01 2024 Name <mail> - 1" */
static bool is_entry(struct part p)
{
	static const char *const days[] = { "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun " };
	bool dated = p.n > 0 && isdigit((unsigned char)p.s[0]);

	for (size_t i = 0; i < 7; i++)
		dated = dated || part_begins(p, days[i]);
	return part_has(p, "; urgency=") ||
	       (dated && has_year(p) && part_has(p, " <") && part_has(p, "@") && !part_has(p, "wrote:"));
}

/* " -- Name <mail>  Tue, 13 Aug 2019 …" ends an entry of Debian's. */
static bool is_entry_end(struct part p)
{
	return part_begins(p, " -- ") && part_has(p, " <") && part_has(p, ">  ") && has_year(p);
}

static bool is_in_changelog(const struct clean *c, size_t start, size_t end)
{
	struct part p = around_above(c, start);

	for (unsigned i = 0; i < CHANGES && p.n > 0; i++) {
		if (is_entry(p))
			return true;
		if (is_entry_end(p))
			break;
		p = around_above(c, around_start(c, p));
	}
	p = around_below(c, end);
	for (unsigned i = 0; i < CHANGES && p.n > 0 && !is_entry(p); i++) {
		if (is_entry_end(p))
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* What a commit ends with: it tells of what it mends. */
static bool is_signed(const struct clean *c, size_t end)
{
	struct part p = around_below(c, end);

	for (unsigned i = 0; i < LINES && p.n > 0; i++) {
		size_t hex = 7;

		if (part_begins(p, "Signed-off-by: "))
			return true;
		while (part_begins(p, "Fixes: ") && hex < p.n && isxdigit((unsigned char)p.s[hex]))
			hex++;
		if (hex >= 14 && hex + 1 < p.n && memcmp(p.s + hex, " (", 2) == 0)
			return true;
		p = around_below(c, around_end(c, p));
	}
	return false;
}

/* The text begins with the title of a change: "fix(loader): …", "# feat: …" */
static bool is_titled(const struct clean *c)
{
	static const char *const verbs[] = { "Add ", "Added ", "Adds ", "Update ", "Improve ", "Offer ",
					     "Document ", "Mention ", "Explain ", "DOC: ", "Doc: ",
					     "Docs: " };
	static const char *const failing[] = { "fail", "fails", "failed", "crash", "crashes",
					       "broken", "breaks" };
	static const char *const kinds[] = { "feat", "fix", "docs", "chore", "refactor", "perf" };
	struct part p = around_after(c, 0);
	int64_t line;
	uint64_t offset;

	clean_place(c, 0, &offset, &line);
	if (line != 1)
		return false;
	if (depth_of(p) == 1 && PART_COUNT(p, failing) == 0)
		for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
			if (part_begins((struct part){ p.s + 2, p.n - 2 }, verbs[i]))
				return true;
	while (p.n > 0 && strchr("# ", p.s[0]) != NULL)
		p = (struct part){ p.s + 1, p.n - 1 };
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t n = strlen(kinds[i]);
		const char *close;

		if (!part_begins(p, kinds[i]))
			continue;
		close = p.n > n && p.s[n] == '(' ? memchr(p.s, ')', p.n) : NULL;
		n = close != NULL ? (size_t)(close - p.s) + 1 : n;
		n += n < p.n && p.s[n] == '!';
		if (n + 2 < p.n && memcmp(p.s + n, ": ", 2) == 0)
			return true;
	}
	return false;
}

bool section_is_written(const struct clean *c, size_t start, size_t end)
{
	return is_in_guide(c, start) || is_answered(c, start, end) || is_told_with_answer(c, start, end) ||
	       is_in_changelog(c, start, end) || is_signed(c, end) || is_titled(c);
}
