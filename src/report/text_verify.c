/* text_verify.c - of installed packages, for people: how many are damaged, which, and the command that mends
 * them. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum { NAMES = 6, ROWS = 12 };

bool text_is_verify(const struct dlwhy_result *r)
{
	return r->verify != NULL;
}

/* "3 of 214 packages are damaged" */
static const char *count_words(struct text *t, uint64_t n, const char *are, const char *is)
{
	const struct dlwhy_verify *v = t->r->verify;

	return arena_printf(t->a, "%llu of %llu package%s %s", (unsigned long long)n,
			    (unsigned long long)v->npackages, v->npackages == 1 ? "" : "s",
			    n == 1 ? is : are);
}

const char *text_verify_verdict(struct text *t, enum style *style)
{
	const struct dlwhy_verify *v = t->r->verify;
	bool wheel = strcmp(v->kind, "wheel") == 0;

	*style = RED;
	if (v->ndamaged > 0)
		return wheel ? "is damaged, or not what its name promises"
			     : count_words(t, v->ndamaged, "are damaged", "is damaged");
	*style = YELLOW;
	if (v->nsuspect > 0)
		return wheel ? "has something to know"
			     : count_words(t, v->nsuspect, "are not as they were installed",
					   "is not as it was installed");
	*style = GREEN;
	if (v->npackages == 0)
		return "has no packages";
	if (t->r->nfindings > 0 && t->r->findings[0]->severity != DLWHY_NOTE) {
		*style = YELLOW;
		return "has something left over";
	}
	return wheel ? "is whole"
		     : arena_printf(t->a,
				    v->npackages == 1 ? "is whole: %llu package"
						      : "is whole: all %llu packages",
				    (unsigned long long)v->npackages);
}

/* "numpy 1.26.4, scipy 1.11 and 3 more" */
static const char *names(struct text *t, const char *state)
{
	const struct dlwhy_verify *v = t->r->verify;
	const char *s = "";
	size_t n = 0;

	for (size_t i = 0; i < v->nlisted; i++) {
		const struct dlwhy_verified_package *p = v->packages[i];

		if (strcmp(p->state, state) != 0)
			continue;
		if (n++ < NAMES)
			s = arena_printf(t->a, "%s%s%s%s%s", s, n > 1 ? ", " : "", text_clean(t, p->name),
					 p->version != NULL ? " " : "", text_clean(t, p->version));
	}
	return n > NAMES ? arena_printf(t->a, "%s and %zu more", s, n - NAMES) : s;
}

const char *text_bytes(struct text *t, uint64_t n)
{
	if (n >= 1000000000)
		return arena_printf(t->a, "%.1f GB", (double)n / 1e9);
	if (n >= 1000000)
		return arena_printf(t->a, "%.1f MB", (double)n / 1e6);
	if (n >= 10000)
		return arena_printf(t->a, "%.0f kB", (double)n / 1e3);
	return arena_printf(t->a, n == 1 ? "%llu byte" : "%llu bytes", (unsigned long long)n);
}

static void head(struct text *t, struct lines *out)
{
	enum style style;
	const char *verdict = text_verify_verdict(t, &style), *state = NULL, *name = text_target(t);
	const struct dlwhy_verify *v = t->r->verify;
	bool wheel = strcmp(v->kind, "wheel") == 0, counts = v->ndamaged + v->nsuspect > 0 && !wheel;

	if (!t->verbose && escape_columns(name) + escape_columns(verdict) + 2 > t->width)
		name = text_fit(t, name,
				t->width > escape_columns(verdict) + 10
					? t->width - escape_columns(verdict) - 2
					: 8);
	text_add(t, BOLD, name);
	text_add(t, PLAIN, counts ? ": " : " ");
	text_add(t, style, verdict);
	text_add(t, PLAIN, ".");
	text_end(t, out);
	if (wheel)
		return;
	state = v->ndamaged > 0 ? "damaged" : v->nsuspect > 0 ? "suspect" : NULL;
	if (state != NULL)
		text_wrap(t, out, MARGIN, t->verbose ? SIZE_MAX : 3, names(t, state));
}

static void what_to_do(struct text *t, struct lines *out)
{
	const struct dlwhy_verify *v = t->r->verify;
	const struct dlwhy_finding *f = t->r->findings[0];

	if (v->ncommands == 0) {
		if (f->nfixes == 0)
			return;
		text_add(t, PLAIN, "  What to do:  ");
		text_wrap(t, out, 15, 3, text_clean(t, f->fixes[0]->says));
		for (size_t i = 0; i < f->fixes[0]->ncommands; i++)
			text_line(t, out, DEEPER, BOLD, text_clean(t, f->fixes[0]->commands[i]));
		return;
	}
	text_line(t, out, 0, PLAIN, "  What to do:  install exactly these again");
	for (size_t i = 0; i < v->ncommands; i++)
		text_line(t, out, DEEPER, BOLD, text_clean(t, v->commands[i]));
}

static void finding_rows(struct text *t, struct lines *out)
{
	const struct dlwhy_result *r = t->r;
	size_t i;

	for (i = 0; i < r->nfindings && i < ROWS; i++)
		text_wrap(t, out, MARGIN, 2,
			  arena_printf(t->a, "%s: %s", words_severity(r->findings[i]->severity),
				       text_clean(t, r->findings[i]->summary)));
	if (i < r->nfindings)
		text_line(t, out, MARGIN, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 and %zu more; -v shows all", r->nfindings - i));
}

static void tail(struct text *t, struct lines *out)
{
	const struct dlwhy_verify *v = t->r->verify;

	text_line(t, out, 0, PLAIN,
		  arena_printf(t->a, "Read: %llu file%s of %llu package%s, %s.",
			       (unsigned long long)v->nfiles, v->nfiles == 1 ? "" : "s",
			       (unsigned long long)v->npackages, v->npackages == 1 ? "" : "s",
			       text_bytes(t, v->bytes)));
	if (v->unreadable > 0)
		text_line(t, out, 0, PLAIN,
			  arena_printf(t->a,
				       "%llu file%s may not be read by this user: nothing is said of %s.",
				       (unsigned long long)v->unreadable, v->unreadable == 1 ? "" : "s",
				       v->unreadable == 1 ? "it" : "them"));
	if (t->r->nfindings > 0) {
		text_add(t, PLAIN, "More: ");
		text_add(t, BOLD,
			 arena_printf(t->a, "dlwhy explain %s", text_clean(t, t->r->findings[0]->code)));
		text_end(t, out);
	}
	if (t->r->hint != NULL)
		text_wrap(t, out, 0, 2, text_clean(t, t->r->hint));
}

void text_verify_lines(struct text *t, void (*finding)(struct text *t, size_t i, struct lines *out),
		       struct lines *out)
{
	head(t, out);
	if (t->r->nfindings > 0) {
		if (!t->verbose)
			finding_rows(t, out);
		what_to_do(t, out);
	}
	for (size_t i = 0; t->verbose && i < t->r->nfindings; i++)
		finding(t, i, out);
	if (t->verbose && t->r->nfindings > 0)
		text_end(t, out);
	tail(t, out);
}
