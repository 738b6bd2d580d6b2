/* text.c - the answer for people: what fails, because of what, what to do; then the evidence.
 *
 * The default answer fits a screen of 24 lines: the head and the tail of it are made first, and
 * the evidence and the tree get what is left. With -v nothing is left out.
 */
#include "report/text.h"

#include <ctype.h>
#include <string.h>

#include "report/escape.h"
#include "symbol/demangle.h"

enum {
	SCREEN = 24,      /* lines of the smallest terminal */
	SUMMARY_ROWS = 4,
	FIX_ROWS = 3,
	COMMANDS = 3,
	OTHERS = 3,       /* further findings that get a line */
	PLACES = 8,       /* rows of places that were searched */
	OR_ROWS = 11,     /* longest head that a second way is added to */
	TREE_LEAST = 5    /* lines that the evidence leaves to the tree */
};

/* ---- what is said of a result ------------------------------------------------------------- */

static size_t count_findings(const struct dlwhy_result *r, enum dlwhy_severity severity)
{
	size_t i, n = 0;

	for (i = 0; i < r->nfindings; i++)
		n += r->findings[i]->severity == severity;
	return n;
}

static bool is_healthy(const struct dlwhy_result *r)
{
	return r->error == NULL && r->loads == DLWHY_YES &&
	       count_findings(r, DLWHY_NOTE) == r->nfindings;
}

static const char *import_verdict(const struct dlwhy_result *r, enum style *style)
{
	*style = RED;
	if (r->loads == DLWHY_NO)
		return r->python->died ? "ends the process" : "does not work";
	*style = YELLOW;
	if (r->loads == DLWHY_UNKNOWN)
		return "may work or not: it cannot be decided";
	if (r->unbound)
		return "works as far as libraries go: symbols were not looked up";
	if (count_findings(r, DLWHY_ERROR) + count_findings(r, DLWHY_WARNING) > 0)
		return "works here, with a warning";
	*style = GREEN;
	return "works here";
}

/* `check --after MODULE`, where the import of MODULE ends with an exception. */
static bool stops_before(const struct dlwhy_result *r)
{
	return r->python != NULL && r->python->exception != NULL && strcmp(r->verb, "check") == 0;
}

/* A file of another system is judged for such a machine, wherever that is. */
static const char *success(const struct dlwhy_result *r, bool fails, bool warns)
{
	static const char *const words[3][2][3] = {
		{ { "loads here", "loads here, with a warning", "loads here, but fails later" },
		  { "starts here", "starts here, with a warning", "starts here, but fails later" } },
		{ { "loads on macOS", "loads on macOS, with a warning", "loads on macOS, but fails later" },
		  { "starts on macOS", "starts on macOS, with a warning",
		    "starts on macOS, but fails later" } },
		{ { "loads on Windows", "loads on Windows, with a warning",
		    "loads on Windows, but fails later" },
		  { "starts on Windows", "starts on Windows, with a warning",
		    "starts on Windows, but fails later" } }
	};
	const char *os = r->platform.os != NULL ? r->platform.os : "linux";

	if (r->unbound && !fails)
		return r->is_program ? "starts as far as its libraries go: symbols were not looked up"
				     : "loads as far as its libraries go: symbols were not looked up";
	return words[strcmp(os, "macos") == 0 ? 1 : strcmp(os, "windows") == 0 ? 2 : 0][r->is_program]
		    [fails ? 2 : warns ? 1 : 0];
}

const char *text_verdict(const struct dlwhy_result *r, enum style *style)
{
	bool fails = count_findings(r, DLWHY_ERROR) > 0;
	bool warns = count_findings(r, DLWHY_WARNING) > 0;

	if (r->error == NULL && python_is_import(r))
		return import_verdict(r, style);
	*style = RED;
	if (r->error != NULL)
		return "could not be analysed";
	if (r->told != NULL)
		return text_told_verdict(r, style);
	if (text_is_link(r))
		return text_link_verdict(r, style);
	if (stops_before(r))
		return r->loads == DLWHY_NO ? "does not load, and the import before it stops"
					    : "is not reached: the import before it stops";
	if (r->run != NULL && (r->run->signal != 0 || r->run->exit_status != 0))
		return "failed";
	if (r->loads == DLWHY_NO)
		return r->is_program ? "does not start" : "does not load";
	if (r->proof != NULL && r->proof->died != NULL)
		return r->is_program ? "ends before it begins" : "ends the process while it is loaded";
	*style = YELLOW;
	if (r->loads == DLWHY_UNKNOWN)
		return r->is_program ? "may start or not: it cannot be decided"
				     : "may load or not: it cannot be decided";
	if (!fails)
		*style = GREEN;
	return success(r, fails, warns);
}

/* "glibc 2.36, x86_64, judged in a bare program" */
static const char *judged(struct text *t)
{
	const struct dlwhy_result *r = t->r;
	const char *s = text_clean(t, r->platform.loader);

	if (s != NULL && strcmp(s, "none") == 0)
		s = "the kernel"; /* no loader takes part */

	if (r->platform.loader_version != NULL)
		s = arena_printf(t->a, "%s %s", s, text_clean(t, r->platform.loader_version));
	if (r->platform.machine != NULL)
		s = arena_printf(t->a, "%s, %s", s, text_clean(t, r->platform.machine));
	if (r->host != NULL && !r->is_program)
		s = arena_printf(t->a, "%s, judged in %s", s, text_clean(t, r->host));
	return s;
}

const char *text_certainty(struct text *t, const struct dlwhy_finding *f)
{
	const char *assumes = f != NULL && f->assumes != NULL ? f->assumes : t->r->assumes;
	const char *s = words_certainty(t->r->certainty);

	if (t->r->told != NULL)
		return text_told_certainty(t);
	if (text_is_verify(t->r))
		return s;
	if (text_is_link(t->r))
		return text_link_certainty(t);
	if (t->r->certainty != DLWHY_PROVED && assumes != NULL)
		s = arena_printf(t->a, "%s, if %s", s, text_clean(t, assumes));
	return arena_printf(t->a, "%s (%s)", s, judged(t));
}

/* "12 libraries, all found" */
static const char *libraries(struct text *t)
{
	size_t n;

	if (python_is_import(t->r))
		return python_counts(t);
	n = tree_libraries(t);
	if (n == 0)
		return "no further library";
	return arena_printf(t->a, n == 1 ? "%zu library, found" : "%zu libraries, all found", n);
}

/* ---- the head: the answer ----------------------------------------------------------------- */

const char *text_target(struct text *t)
{
	const char *verb = t->r->question != NULL ? t->r->question : t->r->verb;
	const char *name = text_clean(t, t->r->target);

	if (t->r->told != NULL && strcmp(name, "-") == 0)
		return "the text";
	if (verb != NULL && strcmp(verb, "link") == 0 && *name == '.' && strchr(name, ' ') == NULL)
		return arena_printf(t->a, "go build %s", name);
	return verb != NULL && strcmp(verb, "import") == 0 ? arena_printf(t->a, "import %s", name) : name;
}

static void answer_line(struct text *t, struct lines *out)
{
	enum style style;
	const char *verdict = t->r->run != NULL ? text_run_verdict(t, &style) : text_verdict(t->r, &style);
	const char *name = text_target(t);

	if (!t->verbose && escape_columns(name) + escape_columns(verdict) + 2 > t->width)
		name = text_fit(t, name, t->width - escape_columns(verdict) - 2);
	text_add(t, BOLD, name);
	text_add(t, PLAIN, " ");
	text_add(t, style, verdict);
	text_add(t, PLAIN, ".");
	text_end(t, out);
}

const char *text_who_says(const struct text *t)
{
	const char *l = t->r->platform.loader;

	return l != NULL && strcmp(l, "none") == 0 ? "The shell says:" : "The loader says:";
}

/* A message of dyld has several lines, and keeps them; in others the end of a line is part of some name. */
static void add_message(struct text *t, struct lines *out, const char *s, size_t most)
{
	bool lines = t->r->platform.loader != NULL && strcmp(t->r->platform.loader, "dyld") == 0;
	const char *before = arena_printf(t->a, "  %s  ", text_who_says(t));

	for (const char *line = s; line != NULL; line = lines ? strchr(line, '\n') : NULL) {
		line += lines && *line == '\n';
		s = lines ? arena_strndup(t->a, line, strcspn(line, "\n")) : line;
		text_add(t, PLAIN, before);
		text_add(t, PLAIN, text_fit(t, text_clean(t, s), most));
		text_end(t, out);
		before = "                    ";
	}
}

/* The loader's words are not broken into rows: they are what people search for. */
void text_loader_says(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	size_t i, n = t->verbose || r->nloader_lines < 2 ? r->nloader_lines : 2;
	size_t most = t->verbose ? SIZE_MAX : 2 * t->width - 22;

	if (r->loader_message != NULL)
		add_message(t, out, r->loader_message, most);
	for (i = 0; i < n; i++) {
		text_add(t, PLAIN, i == 0 && r->loader_message == NULL ? "  The loader says:  "
								       : "                    ");
		text_add(t, PLAIN, text_fit(t, text_clean(t, r->loader_lines[i]), most));
		text_end(t, out);
	}
	if (n < r->nloader_lines) {
		text_add(t, PLAIN, arena_printf(t->a, "                    … and %zu more; -v shows all",
						r->nloader_lines - n));
		text_end(t, out);
	}
}

/* A command is shown whole or not at all: half of one does something else. */
static void fix_commands(struct text *t, const struct dlwhy_fix *f, struct lines *out)
{
	size_t i, max = t->verbose || f->ncommands <= COMMANDS ? f->ncommands : COMMANDS;

	for (i = 0; i < max; i++) {
		const char *c = text_clean(t, f->commands[i]);

		if (!t->verbose && escape_columns(c) > 2 * t->width)
			c = "(a long command; -v shows it)";
		text_line(t, out, DEEPER, BOLD, c);
	}
	if (max < f->ncommands)
		text_line(t, out, DEEPER, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 %zu more; -v shows all",
				       f->ncommands - max));
}

static void first_fix(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	if (f->nfixes == 0)
		return;
	text_add(t, PLAIN, "  What to do:  ");
	text_wrap(t, out, 15, t->verbose ? SIZE_MAX : FIX_ROWS, text_clean(t, f->fixes[0]->says));
	fix_commands(t, f->fixes[0], out);
}

/* In one row and one for its command: the rest of it is for -v. */
static void second_fix(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	const struct dlwhy_fix *fix = f->nfixes > 1 ? f->fixes[1] : NULL;

	if (fix == NULL || t->verbose || text_rows(t, out) >= OR_ROWS || fix->ncommands > 1)
		return;
	if (fix->ncommands == 1 &&
	    escape_columns(text_clean(t, fix->commands[0])) + DEEPER > t->width)
		return;
	text_add(t, PLAIN, "  Or:  ");
	text_add(t, PLAIN, text_begin(t, text_clean(t, fix->says), t->width - 7));
	text_end(t, out);
	fix_commands(t, fix, out);
}

static void head_lines(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	size_t max = t->verbose ? SIZE_MAX : SUMMARY_ROWS;

	if (t->r->told != NULL && t->r->error == NULL && f != NULL) {
		text_told_answer(t, f, max, out);
	} else {
		answer_line(t, out);
		if (t->r->error != NULL)
			text_wrap(t, out, MARGIN, max, text_clean(t, t->r->error->message));
		else if (f != NULL)
			text_wrap(t, out, MARGIN, max, text_clean(t, f->summary));
	}
	if (t->r->told != NULL)
		text_told_lines(t, out);
	else if (text_is_link(t->r))
		text_link_says(t, out);
	else if (!python_is_import(t->r) || t->r->python->exception == NULL)
		text_loader_says(t, out);
	if (f == NULL || t->r->question != NULL)
		return;
	first_fix(t, f, out);
	second_fix(t, f, out);
}

/* ---- evidence ----------------------------------------------------------------------------- */

static bool names_need(const struct dlwhy_finding *f, const struct dlwhy_need *n)
{
	const char *slash;

	if (n->to >= 0 || f->object == NULL)
		return false;
	slash = strrchr(f->object, '/');
	return strcmp(f->object, n->name) == 0 ||
	       (slash != NULL && strcmp(slash + 1, n->name) == 0);
}

const struct dlwhy_need *text_missing_need(const struct text *t, const struct dlwhy_finding *f,
					   const struct dlwhy_object **by)
{
	size_t i, k;

	for (i = 0; i < t->r->nobjects; i++) {
		const struct dlwhy_object *o = t->r->objects[i];

		if (f->needed_by != NULL && o->path != NULL && strcmp(f->needed_by, o->path) != 0)
			continue;
		for (k = 0; k < o->nneeds; k++)
			if (names_need(f, o->needs[k]) && o->needs[k]->nprobes > 0) {
				*by = o;
				return o->needs[k];
			}
	}
	return NULL;
}

/* " (liba.so, offset 0x120, 16 bytes)" */
static const char *evidence_place(struct text *t, const struct dlwhy_evidence *e)
{
	const char *s = t->verbose ? text_clean(t, e->path) : text_base(t, e->path);

	if (!t->verbose)
		s = text_fit(t, s, t->width / 2);
	if (e->path == NULL && e->object >= 0)
		s = text_object(t, e->object);
	if (e->offset >= 0)
		s = arena_printf(t->a, "%s%soffset 0x%llx", s, *s != '\0' ? ", " : "",
				 (unsigned long long)e->offset);
	if (e->size >= 0)
		s = arena_printf(t->a, "%s%s%lld byte%s", s, *s != '\0' ? ", " : "",
				 (long long)e->size, e->size == 1 ? "" : "s");
	if (e->line >= 0)
		s = arena_printf(t->a, "%s%sline %lld", s, *s != '\0' ? ", " : "",
				 (long long)e->line);
	return *s != '\0' ? arena_printf(t->a, "  (%s)", s) : "";
}

static bool same(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Has the answer above said it already? */
static bool is_known(const struct text *t, const struct dlwhy_finding *f,
		     const struct dlwhy_evidence *e)
{
	if (strcmp(e->kind, "text") == 0)
		return same(e->value, t->r->loader_message) ||
		       (t->r->told != NULL && same(e->value, t->r->told->text));
	return strcmp(e->kind, "probe") == 0 && same(e->path, f->object) &&
	       same(e->path, t->r->target);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Does s have the name by itself, not as a part of a word? */
static bool has_word(const char *s, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = s; n > 0 && (p = strstr(p, name)) != NULL; p++)
		if ((p == s || !in_word(p[-1]) || !in_word(name[0])) &&
		    (!in_word(p[n]) || !in_word(name[n - 1])))
			return true;
	return false;
}

/* What it says, and of what: the value is worth more than the words before it. */
static const char *evidence_says(struct text *t, const struct dlwhy_evidence *e)
{
	const char *readable = e->demangled != NULL ? e->demangled : e->value;
	const char *says = text_clean(t, e->says), *value = text_clean(t, readable);
	size_t taken = MARGIN + escape_columns(says) + 2;

	if (strcmp(e->kind, "probe") == 0 && e->path != NULL) {
		value = words_outcome(says);
		says = text_clean(t, e->path);
	} else if (*value == '\0' || (e->says != NULL && has_word(e->says, readable))) {
		return t->verbose ? says : text_begin(t, says, t->width - MARGIN);
	} else if (!t->verbose && strcmp(e->kind, "text") != 0) {
		value = text_fit(t, value, t->width > taken + 30 ? t->width - taken : 30);
	}
	return arena_printf(t->a, "%s: %s", says, value);
}

/* Does the loader's message, which stands above, have the name? */
static bool loader_names(const struct text *t, const char *symbol)
{
	return t->r->loader_message != NULL && has_word(t->r->loader_message, symbol);
}

/* The name as it stands in the file: what one searches for. */
static void mangled_line(struct text *t, const struct dlwhy_evidence *e, struct lines *out)
{
	const char *name = text_clean(t, e->value);

	if (e->demangled == NULL || (!t->verbose && loader_names(t, e->value)))
		return;
	if (!t->verbose)
		name = text_fit(t, name, t->width - DEEPER);
	text_line(t, out, DEEPER, DIM, name);
}

static void evidence_line(struct text *t, const struct dlwhy_finding *f,
			  const struct dlwhy_evidence *e, struct lines *out)
{
	bool probe = strcmp(e->kind, "probe") == 0 && e->path != NULL;
	const char *says = evidence_says(t, e), *place = probe ? "" : evidence_place(t, e);

	/* The file that all of it is about need not be named again. */
	if (!t->verbose && e->offset <= 0 && e->path != NULL &&
	    (same(e->path, f->object) || same(e->path, f->needed_by)))
		place = "";
	text_pad(t, MARGIN);
	if (!t->verbose && probe)
		says = text_fit(t, says, t->width - MARGIN);
	text_add(t, PLAIN, says);
	if (t->verbose || t->cols + escape_columns(place) <= t->width)
		text_add(t, DIM, place);
	text_end(t, out);
	mangled_line(t, e, out);
}

static void cut(struct text *t, struct lines *l, size_t max)
{
	if (l->n <= max || max == 0)
		return;
	l->n = max - 1;
	text_line(t, l, MARGIN, DIM, "\xe2\x80\xa6 -v shows all");
}

/* As much of the list as leaves a line to say how many more there are. ends: of each piece. */
static void cut_evidence(struct text *t, const size_t *ends, size_t n, size_t max, struct lines *list)
{
	size_t whole = n;

	if (list->n <= max)
		return;
	while (whole > 0 && ends[whole - 1] > max - 1)
		whole--;
	list->n = whole > 0 ? ends[whole - 1] : 0;
	text_line(t, list, MARGIN, DIM,
		  arena_printf(t->a, "\xe2\x80\xa6 and %zu more; -v shows all", n - whole));
}

static void evidence_list(struct text *t, const struct dlwhy_finding *f, size_t max,
			  struct lines *out)
{
	size_t *ends = ARENA_ARRAY(t->a, f->nevidence + 1, size_t);
	struct lines list = { 0 };
	size_t i, n = 0;

	for (i = 0; i < f->nevidence; i++) {
		if (!t->verbose && is_known(t, f, f->evidence[i]))
			continue;
		evidence_line(t, f, f->evidence[i], &list);
		ends[n++] = list.n;
	}
	cut_evidence(t, ends, n, max, &list);
	if (list.n > 0)
		text_line(t, out, 0, BOLD, "Evidence");
	for (i = 0; i < list.n; i++)
		*ARENA_PUSH(t->a, out) = list.items[i];
}

/* A heading and at most max - 1 lines below it. */
void text_evidence(struct text *t, const struct dlwhy_finding *f, size_t max, struct lines *out)
{
	const struct dlwhy_object *by = NULL;
	const struct dlwhy_need *need = text_missing_need(t, f, &by);
	const char *s;

	if (max < 2 || (need == NULL && f->nevidence == 0))
		return;
	if (need == NULL) {
		evidence_list(t, f, max - 1, out);
		return;
	}
	s = arena_printf(t->a, "Where it looked for %s (needed by %s):", text_clean(t, need->name),
			 text_object(t, by->id));
	if (!t->verbose && escape_columns(s) > t->width)
		s = arena_printf(t->a, "Where it looked for %s:", text_clean(t, need->name));
	text_line(t, out, 0, BOLD, t->verbose ? s : text_fit(t, s, t->width));
	if (t->verbose)
		where_all(t, need, "  ", out);
	else
		where_lines(t, need, MARGIN, max - 1 < PLACES ? max - 1 : PLACES, out);
}

/* ---- the tail ----------------------------------------------------------------------------- */

static void proof_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_proof *p = t->r->proof;

	if (p == NULL)
		return;
	text_add(t, PLAIN, python_is_import(t->r) ? "Python itself: " : "Real loader: ");
	if (!p->done) {
		text_add(t, PLAIN, "not asked: ");
		text_wrap(t, out, MARGIN, 2, text_clean(t, p->says));
		return;
	}
	text_add(t, p->agrees ? GREEN : RED, p->agrees ? "agrees" : "DISAGREES");
	text_end(t, out);
	if (p->agrees && p->says != NULL && p->died == NULL) { /* else it stands above */
		text_pad(t, MARGIN);
		text_wrap(t, out, MARGIN, 3, text_clean(t, p->says));
	}
	if (p->agrees)
		return;
	text_add(t, PLAIN, "  It says:  ");
	text_add(t, PLAIN,
		 p->real != NULL	 ? text_clean(t, p->real)
		 : python_is_import(t->r) ? "nothing: it imports"
					  : "nothing: it loads the file");
	text_end(t, out);
	if (p->says != NULL)
		text_wrap(t, out, MARGIN, 2, text_clean(t, p->says));
	text_wrap(t, out, MARGIN, 3,
		  "This is a mistake of dlwhy. Please report it, with the output of the same "
		  "command with --json --redact --prove.");
}

static void other_findings(struct text *t, size_t max, struct lines *out)
{
	size_t more = t->r->nfindings - 1, i;

	if (t->r->nfindings < 2)
		return;
	text_line(t, out, 0, BOLD,
		  arena_printf(t->a, "And %zu more finding%s (-v shows all):", more,
			       more == 1 ? "" : "s"));
	for (i = 1; i <= more && i <= max; i++) {
		const struct dlwhy_finding *f = t->r->findings[i];
		const char *s;

		s = arena_printf(t->a, "%s: %s", words_severity(f->severity),
				 text_clean(t, f->summary));
		text_line(t, out, MARGIN, PLAIN, text_begin(t, s, t->width - MARGIN));
	}
}

static void certainty_lines(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	if (t->r->error != NULL)
		return;
	text_add(t, PLAIN, "Certainty: ");
	text_wrap(t, out, 11, t->verbose ? SIZE_MAX : 2, text_certainty(t, f));
	if (f != NULL && dlwhy_cause_find(f->code) != NULL) {
		text_add(t, PLAIN, "More: ");
		text_add(t, BOLD, arena_printf(t->a, "dlwhy explain %s", text_clean(t, f->code)));
		text_end(t, out);
	}
}

/* What an import leaves out, and what could not be followed. */
static void python_tail(struct text *t, struct lines *out)
{
	const char *gone = t->r->loads == DLWHY_YES ? python_gone(t) : NULL;
	const char *gap = python_not_followed(t);

	if (gone != NULL)
		text_wrap(t, out, MARGIN, 2, arena_printf(t->a, "Without it are gone: %s.", gone));
	if (gap != NULL)
		text_wrap(t, out, MARGIN, 2, gap);
}

static void tail_lines(struct text *t, const struct dlwhy_finding *f, size_t others,
		       struct lines *out)
{
	if (!t->verbose)
		other_findings(t, others, out);
	proof_lines(t, out);
	certainty_lines(t, f, out);
	if (t->r->hint != NULL)
		text_wrap(t, out, 0, t->verbose ? SIZE_MAX : 2, text_clean(t, t->r->hint));
	if (!t->verbose && t->r->python != NULL)
		python_tail(t, out);
}

static void append(struct text *t, struct lines *out, const struct lines *more, bool gap)
{
	size_t i;

	if (more->n == 0)
		return;
	if (gap)
		text_end(t, out);
	for (i = 0; i < more->n; i++)
		*ARENA_PUSH(t->a, out) = more->items[i];
}

/* A list is read by people; -v gives what one searches for. */
static const char *binding_name(struct text *t, const char *symbol)
{
	const char *readable = t->verbose ? NULL : demangle_short(t->a, symbol);

	return text_clean(t, readable != NULL ? readable : symbol);
}

void text_bindings(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	size_t i;

	for (i = 0; i < r->nbindings; i++) {
		const struct dlwhy_binding *b = r->bindings[i];

		if (i == 0 || b->from != r->bindings[i - 1]->from)
			text_line(t, out, MARGIN, BOLD, text_object(t, b->from));
		text_pad(t, DEEPER);
		text_add(t, PLAIN, binding_name(t, b->symbol));
		if (b->version != NULL)
			text_add(t, PLAIN, arena_printf(t->a, "@%s", text_clean(t, b->version)));
		text_add(t, DIM, "  -> ");
		if (b->to >= 0)
			text_add(t, PLAIN, text_object(t, b->to));
		else
			text_add(t, b->weak ? DIM : RED, b->weak ? "nobody (weak)" : "NOBODY");
		if (b->lazy)
			text_add(t, DIM, "  at the first call");
		if (b->copy)
			text_add(t, DIM, "  copied");
		text_end(t, out);
	}
}

/* ---- whole answers ------------------------------------------------------------------------ */

static void heading(struct text *t, struct lines *out, const char *s)
{
	text_line(t, out, 0, BOLD, s);
}

/* "libzstd.so.1 found", or with -v where, and what for. */
static const char *opened(struct text *t, const struct dlwhy_open *o)
{
	const char *s = text_clean(t, o->name);

	if (o->path != NULL && t->verbose)
		s = arena_printf(t->a, "%s  %s", s, text_clean(t, o->path));
	else
		s = arena_printf(t->a, "%s %s", s, o->path != NULL ? "found" : "not found");
	if (t->verbose && o->priority != NULL)
		s = arena_printf(t->a, "%s (%s)", s, text_clean(t, o->priority));
	return t->verbose && o->description != NULL
		       ? arena_printf(t->a, "%s: %s", s, text_clean(t, o->description))
		       : s;
}

/* In one line what the files' own notes say; with -v a line each, names in their data as well. */
static void opens_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	const char *all = NULL;
	size_t i;

	if (t->verbose && r->nopens > 0)
		heading(t, out, "May also open, by name at run time");
	for (i = 0; i < r->nopens; i++) {
		const struct dlwhy_open *o = r->opens[i];

		if (t->verbose)
			text_line(t, out, MARGIN, PLAIN, opened(t, o));
		else if (strcmp(o->by, "note") == 0 && o->from == r->target_object)
			all = all == NULL ? opened(t, o)
					  : arena_printf(t->a, "%s, %s", all, opened(t, o));
	}
	if (all != NULL)
		text_wrap(t, out, MARGIN, 2, arena_printf(t->a, "May also open: %s.", all));
}

static void bindings_section(struct text *t, struct lines *out)
{
	struct lines bindings = { 0 };

	text_bindings(t, &bindings);
	if (bindings.n == 0)
		return;
	text_end(t, out);
	heading(t, out, "Bindings");
	append(t, out, &bindings, false);
}

static void tree_section(struct text *t, size_t max, struct lines *out)
{
	struct lines tree = { 0 };

	tree_lines(t, t->verbose, &tree);
	if (max < 3 || tree.n == 0 || (!t->verbose && (tree.n < 2 || t->r->target_object < 0)))
		return;
	heading(t, out, "Tree");
	cut(t, &tree, max - 1);
	append(t, out, &tree, false);
}

/* One screen. */
static void failing_short(struct text *t, struct lines *out)
{
	const struct dlwhy_finding *f = t->r->nfindings > 0 ? t->r->findings[0] : NULL;
	struct lines head = { 0 }, python = { 0 }, evidence = { 0 }, tree = { 0 }, tail = { 0 };
	size_t used, left;

	head_lines(t, f, &head);
	if (python_is_import(t->r))
		python_says(t, &python);
	tail_lines(t, f, text_rows(t, &head) > 8 ? 1 : OTHERS, &tail);
	used = text_rows(t, &head) + text_rows(t, &tail) + 1;
	if (python.n > 0)
		used += text_rows(t, &python) + 1;
	left = used < SCREEN ? SCREEN - used : 0;
	tree_section(t, SIZE_MAX, &tree);
	if (f != NULL) {
		size_t for_tree = tree.n < TREE_LEAST ? tree.n : TREE_LEAST;

		text_evidence(t, f, left > for_tree ? left - for_tree : 0, &evidence);
		left -= evidence.n;
	}
	if (tree.n > left) {
		tree.n = 0;
		tree_section(t, left, &tree);
	}
	append(t, out, &head, false);
	append(t, out, &python, true);
	append(t, out, &evidence, true);
	append(t, out, &tree, evidence.n == 0);
	append(t, out, &tail, evidence.n == 0 && tree.n == 0);
	bindings_section(t, out);
}

/* Why there is no environment: the first finding, with its ways out. */
static void env_finding(struct text *t, struct lines *out)
{
	const struct dlwhy_finding *f = t->r->findings[0];

	text_wrap(t, out, MARGIN, SUMMARY_ROWS, arena_printf(t->a, "  %s", text_clean(t, f->summary)));
	first_fix(t, f, out);
}

/* What was wrong is over. */
static void done_short(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	text_add(t, BOLD, text_target(t));
	text_add(t, GREEN, " works now");
	text_add(t, PLAIN, ".");
	text_end(t, out);
	if (f != NULL)
		text_wrap(t, out, MARGIN, SUMMARY_ROWS,
			  arena_printf(t->a, "Before: %s", text_clean(t, f->summary)));
	text_fix_lines(t, out);
}

/* Plans are the answer: of what is wrong the head alone. */
static void fix_short(struct text *t, struct lines *out)
{
	const struct dlwhy_finding *f = t->r->nfindings > 0 ? t->r->findings[0] : NULL;

	if (t->r->applied != NULL && t->r->applied->works && t->r->error == NULL) {
		done_short(t, f, out);
		return;
	}
	head_lines(t, f, out);
	if (python_is_import(t->r))
		python_says(t, out);
	text_fix_lines(t, out);
}

static void healthy_short(struct text *t, struct lines *out)
{
	size_t i;

	answer_line(t, out);
	text_add(t, PLAIN, "  ");
	text_wrap(t, out, MARGIN, 3,
		  arena_printf(t->a, "%s; %s", libraries(t), text_certainty(t, NULL)));
	for (i = 0; i < t->r->nfindings && i < OTHERS; i++)
		text_wrap(t, out, MARGIN, 2,
			  arena_printf(t->a, "Note: %s",
				       text_clean(t, t->r->findings[i]->summary)));
	opens_lines(t, out);
	proof_lines(t, out);
	if (t->r->python != NULL)
		python_tail(t, out);
	if (t->r->hint != NULL)
		text_wrap(t, out, MARGIN, 2, text_clean(t, t->r->hint));
	else if (t->r->proof == NULL && !python_is_import(t->r))
		text_line(t, out, MARGIN, PLAIN,
			  "If you still see an error: dlwhy explain");
	bindings_section(t, out);
}

static void healthy_line(struct text *t, struct lines *out)
{
	const struct dlwhy_proof *p = t->r->proof;
	enum style style;
	const char *verdict = text_verdict(t->r, &style);

	text_add(t, BOLD, text_target(t));
	text_add(t, PLAIN, " ");
	text_add(t, style, verdict);
	text_add(t, DIM, arena_printf(t->a, " (%s; %s%s)", libraries(t),
				      words_certainty(t->r->certainty),
				      p == NULL || !p->done	    ? ""
				     : python_is_import(t->r) ? "; Python itself agrees"
							      : "; the real loader agrees"));
	text_end(t, out);
}

static void finding_long(struct text *t, const struct dlwhy_finding *f, size_t i,
			 struct lines *out)
{
	struct lines evidence = { 0 };
	size_t k;

	text_end(t, out);
	text_add(t, PLAIN, arena_printf(t->a, "%zu. ", i + 1));
	text_add(t, f->severity == DLWHY_ERROR ? RED : YELLOW, words_severity(f->severity));
	text_add(t, BOLD, arena_printf(t->a, " %s%s%s", text_clean(t, f->code),
				       f->detail != NULL ? ", " : "", text_clean(t, f->detail)));
	text_add(t, DIM, arena_printf(t->a, " (%s)", words_certainty(f->certainty)));
	text_end(t, out);
	text_wrap(t, out, MARGIN, SIZE_MAX, text_clean(t, f->summary));
	for (k = 0; k < f->nchain; k++)
		text_line(t, out, DEEPER, PLAIN,
			  arena_printf(t->a, "%s %s", k == 0 ? "from" : "needs",
				       text_clean(t, f->chain[k])));
	if (f->assumes != NULL)
		text_wrap(t, out, MARGIN, SIZE_MAX,
			  arena_printf(t->a, "It rests on this: %s", text_clean(t, f->assumes)));
	text_evidence(t, f, SIZE_MAX / 2, &evidence);
	append(t, out, &evidence, false);
}

static void fixes_long(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	size_t i;

	for (i = 0; i < f->nfixes; i++) {
		text_add(t, PLAIN, arena_printf(t->a, "Way %d (risk: %s): ", f->fixes[i]->n,
						text_clean(t, f->fixes[i]->risk)));
		text_wrap(t, out, MARGIN, SIZE_MAX, text_clean(t, f->fixes[i]->says));
		fix_commands(t, f->fixes[i], out);
	}
	for (i = 0; i < f->nalso; i++)
		text_line(t, out, 0, PLAIN,
			  arena_printf(t->a, "Or else: %s%s%s %s", text_clean(t, f->also[i]->code),
				       f->also[i]->detail != NULL ? ", " : "",
				       text_clean(t, f->also[i]->detail),
				       text_clean(t, f->also[i]->object)));
}

static void whole_finding(struct text *t, size_t i, struct lines *out)
{
	finding_long(t, t->r->findings[i], i, out);
	fixes_long(t, t->r->findings[i], out);
}

static void everything(struct text *t, struct lines *out)
{
	const struct dlwhy_finding *f = t->r->nfindings > 0 ? t->r->findings[0] : NULL;
	struct lines tree = { 0 }, opens = { 0 }, tail = { 0 }, python = { 0 };
	size_t i;

	head_lines(t, f, out);
	text_fix_lines(t, out);
	if (python_is_import(t->r))
		python_says(t, &python);
	append(t, out, &python, true);
	python.n = 0;
	if (is_healthy(t->r))
		text_line(t, out, MARGIN, PLAIN, arena_printf(t->a, "%s.", libraries(t)));
	for (i = 0; i < t->r->nfindings; i++)
		whole_finding(t, i, out);
	if (t->r->python != NULL)
		python_lists(t, &python);
	append(t, out, &python, true);
	tree_section(t, SIZE_MAX, &tree);
	append(t, out, &tree, true);
	opens_lines(t, &opens);
	append(t, out, &opens, true);
	bindings_section(t, out);
	tail_lines(t, f, 0, &tail);
	append(t, out, &tail, true);
}

/* ---- a package ---------------------------------------------------------------------------- */

static void member_lines(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	size_t i, bad = 0;

	for (i = 0; i < r->nmembers; i++) {
		const struct dlwhy_result *m = r->members[i];
		const char *why = m->error != NULL    ? m->error->message
				  : m->nfindings > 0 ? m->findings[0]->summary
						     : "it cannot be decided";

		if (is_healthy(m))
			continue;
		bad++;
		if (!t->verbose && bad > SCREEN / 2)
			continue;
		text_line(t, out, MARGIN, PLAIN,
			  text_begin(t,
				   arena_printf(t->a, "%s: %s", text_clean(t, m->target),
						text_clean(t, why)),
				   t->verbose ? SIZE_MAX : t->width - MARGIN));
	}
	text_line(t, out, MARGIN, PLAIN,
		  arena_printf(t->a, "%zu of %zu files are fine.", r->nmembers - bad, r->nmembers));
}

static bool is_one_line(const struct text *t, size_t ntargets)
{
	const struct dlwhy_proof *p = t->r->proof;

	return ntargets > 1 && is_healthy(t->r) && t->r->nfindings == 0 && t->r->nbindings == 0 &&
	       (p == NULL || !p->done || p->agrees);
}

static void member_answer(struct text *t, struct lines *out)
{
	if (t->verbose)
		everything(t, out);
	else if (is_healthy(t->r))
		healthy_short(t, out);
	else
		failing_short(t, out);
}

static void text_fill(struct text *t, struct lines *out, void *ctx)
{
	size_t ntargets = *(const size_t *)ctx;

	if (t->r->undo != NULL) {
		text_undo_lines(t, out);
		return;
	}
	if (text_is_verify(t->r) && t->r->error == NULL) {
		text_verify_lines(t, whole_finding, out);
		return;
	}
	if (text_is_package(t->r)) {
		text_package_lines(t, member_answer, out);
		return;
	}
	if (text_is_env(t->r)) {
		text_env_lines(t, out);
		if (t->r->nfindings > 0)
			env_finding(t, out);
		return;
	}
	if (t->r->question != NULL && !t->verbose)
		fix_short(t, out);
	else if ((t->r->run != NULL || t->r->told != NULL || text_is_link(t->r)) && t->r->nfindings == 0 &&
	    t->r->error == NULL)
		head_lines(t, NULL, out);
	else if (t->verbose)
		everything(t, out);
	else if (is_one_line(t, ntargets))
		healthy_line(t, out);
	else if (is_healthy(t->r))
		healthy_short(t, out);
	else
		failing_short(t, out);
	if (t->r->run != NULL)
		text_run_lines(t, out);
	else if (t->r->nmembers > 0)
		member_lines(t, out);
}

void text_result(struct report *o, const struct dlwhy_result *r, size_t index)
{
	struct text probe = { .r = r };
	size_t n = o->p->ntargets;

	if (!text_run(o, r, text_fill, &n, o->p->color, o->p->verbose))
		o->b.failed = true;
	/* A blank line sets answers of several lines apart. */
	if (index + 1 < n && (o->p->verbose || !is_one_line(&probe, n)))
		buf_char(&o->b, '\n');
}
