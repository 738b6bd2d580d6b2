/* text_package.c - of a package, for people: how many of its native files load, then each that does not. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum { ANSWERS = 3, ROWS = 12 };

bool text_is_package(const struct dlwhy_result *r)
{
	return r->package != NULL;
}

static bool loads(const struct dlwhy_result *m)
{
	return m->error == NULL && m->loads == DLWHY_YES;
}

/* It loads, and something is to be known of it. */
static bool is_worth_a_word(const struct dlwhy_result *m)
{
	return !loads(m) || (m->nfindings > 0 && m->findings[0]->severity == DLWHY_ERROR);
}

static const char *files(struct text *t, size_t n)
{
	return arena_printf(t->a, n == 1 ? "%zu native file" : "%zu native files", n);
}

/* Files of it load, and it is wrong as a package: its tag promises another thing. */
static bool is_wrong_itself(const struct dlwhy_result *r)
{
	for (size_t i = 0; i < r->nfindings; i++)
		if (r->findings[i]->severity == DLWHY_ERROR)
			return true;
	return false;
}

static const char *all_load(struct text *t, enum style *style)
{
	size_t n = t->r->nmembers;

	if (is_wrong_itself(t->r)) {
		*style = RED;
		return arena_printf(t->a, "not what its tag promises, though %s",
				    n == 1 ? "its native file loads here"
					   : arena_printf(t->a, "all of its %s load here", files(t, n)));
	}
	return arena_printf(t->a, "%s, %s", files(t, n), n == 1 ? "it loads" : "all load");
}

/* "19 native files, all load", "2 of 19 native files do not load" */
static const char *verdict(struct text *t, enum style *style)
{
	const struct dlwhy_result *r = t->r;
	size_t no = 0, unknown = 0;

	for (size_t i = 0; i < r->nmembers; i++) {
		no += r->members[i]->error == NULL && r->members[i]->loads == DLWHY_NO;
		unknown += r->members[i]->error != NULL || r->members[i]->loads == DLWHY_UNKNOWN;
	}
	*style = no > 0 ? RED : unknown > 0 ? YELLOW : GREEN;
	if (r->nmembers == 0)
		return "no native files";
	if (no == 0 && unknown == 0)
		return all_load(t, style);
	if (no == 0)
		return arena_printf(t->a, "%zu of %s could not be judged", unknown, files(t, r->nmembers));
	if (unknown == 0)
		return arena_printf(t->a, "%zu of %s %s not load", no, files(t, r->nmembers),
				    no == 1 ? "does" : "do");
	return arena_printf(t->a, "%zu of %s %s not load, and %zu could not be judged", no,
			    files(t, r->nmembers), no == 1 ? "does" : "do", unknown);
}

static const char *first_words(const struct dlwhy_result *m)
{
	if (m->nfindings > 0)
		return m->findings[0]->summary;
	return m->loader_message != NULL ? m->loader_message : "it cannot be decided";
}

/* An error says itself which file it is about. */
static const char *other_line(struct text *t, const struct dlwhy_result *m)
{
	const char *name = strstr(m->target, "!/");

	if (m->error != NULL)
		return text_clean(t, m->error->message);
	return arena_printf(t->a, "%s: %s", text_clean(t, name != NULL ? name + 2 : m->target),
			    text_clean(t, first_words(m)));
}

static void finding_lines(struct text *t, struct lines *out)
{
	for (size_t i = 0; i < t->r->nfindings && (t->verbose || i < ROWS); i++) {
		const struct dlwhy_finding *f = t->r->findings[i];

		text_wrap(t, out, MARGIN, t->verbose ? SIZE_MAX : 3,
			  arena_printf(t->a, "%s: %s", words_severity(f->severity),
				       text_clean(t, f->summary)));
	}
}

/* The answer about one file, with a line of its own before it. */
static void member_answer(struct text *t, const struct dlwhy_result *m,
			  void (*answer)(struct text *t, struct lines *out), struct lines *out)
{
	const struct dlwhy_result *package = t->r;

	text_end(t, out);
	t->r = m;
	answer(t, out);
	t->r = package;
}

void text_package_lines(struct text *t, void (*answer)(struct text *t, struct lines *out), struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	enum style style;
	const char *says = verdict(t, &style), *name = text_target(t);
	size_t answers = 0, rows = 0, i;

	if (!t->verbose && escape_columns(name) + escape_columns(says) + 3 > t->width)
		name = text_fit(t, name, t->width > escape_columns(says) + 15 ?
						 t->width - escape_columns(says) - 3 : 12);
	text_add(t, BOLD, name);
	text_add(t, PLAIN, ": ");
	text_add(t, style, says);
	text_add(t, PLAIN, ".");
	text_end(t, out);
	if (r->error != NULL)
		text_wrap(t, out, MARGIN, 3, text_clean(t, r->error->message));
	finding_lines(t, out);
	if (r->nmembers > 0 && r->loads == DLWHY_YES)
		text_line(t, out, MARGIN, DIM, text_certainty(t, NULL));
	for (i = 0; i < r->nmembers; i++) {
		const struct dlwhy_result *m = r->members[i];

		if (!t->verbose && !is_worth_a_word(m))
			continue;
		if (t->verbose || (answers < ANSWERS && m->error == NULL)) {
			answers++;
			member_answer(t, m, answer, out);
		} else if (rows++ < ROWS) {
			text_wrap(t, out, MARGIN, 2, other_line(t, m));
		}
	}
	if (rows > ROWS)
		text_line(t, out, 0, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 and %zu more; -v shows all", rows - ROWS));
	if (r->package->nothers > 0)
		text_line(t, out, MARGIN, DIM,
			  arena_printf(t->a, "%llu more for other systems or machines, not looked at.",
				       (unsigned long long)r->package->nothers));
}
