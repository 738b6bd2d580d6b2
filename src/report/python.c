/* python.c - what an import did, for people: how Python would end it, and what it brought. */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

enum {
	LAST_FRAMES = 3,  /* of a traceback, without -v */
	LAST_LINES = 4,   /* of a message, without -v */
	OPENING_LINES = 2, /* of a longer one: its first */
	GONE = 3
};

bool python_is_import(const struct dlwhy_result *r)
{
	const char *verb = r->question != NULL ? r->question : r->verb;

	return r->python != NULL && verb != NULL && strcmp(verb, "import") == 0;
}

const char *python_counts(struct text *t)
{
	const struct dlwhy_python *p = t->r->python;
	size_t loaded = 0, modules = p->nmodules > p->nstartup ? p->nmodules - p->nstartup : 0;

	for (size_t i = 0; i < p->nnatives; i++)
		loaded += strcmp(p->natives[i]->outcome, "loaded") == 0;
	return arena_printf(t->a, "imports: %zu module%s, %zu native file%s", modules,
			    modules == 1 ? "" : "s", loaded, loaded == 1 ? "" : "s");
}

/* ---- the end of a traceback ----------------------------------------------------------------- */

static const char *place_words(struct text *t, const struct dlwhy_place *p)
{
	if (p->file == NULL)
		return "the command line";
	if (p->line < 0)
		return text_clean(t, p->file);
	return arena_printf(t->a, "%s:%lld", text_clean(t, p->file), (long long)p->line);
}

static void frame_line(struct text *t, const struct dlwhy_place *p, struct lines *out)
{
	const char *s;

	if (p->file == NULL)
		s = arena_printf(t->a, "File \"<string>\", line 1, in <module>");
	else
		s = arena_printf(t->a, "File \"%s\", line %lld, in %s", text_clean(t, p->file),
				 (long long)p->line, p->in != NULL ? text_clean(t, p->in) : "<module>");
	text_line(t, out, DEEPER, DIM, t->verbose ? s : text_fit(t, s, t->width - DEEPER));
}

static size_t count_rows(const char *s)
{
	size_t n = 1;

	for (; *s != '\0'; s++)
		n += *s == '\n' && s[1] != '\0';
	return n;
}

static void cut_line(struct text *t, size_t left_out, struct lines *out)
{
	text_line(t, out, MARGIN, DIM,
		  arena_printf(t->a, "\xe2\x80\xa6 %zu more lines; -v shows all", left_out));
}

/* The lines of a message as they are: they are what people search for. The first of a long one, and its
 * end, which tells the cause. */
static void message_lines(struct text *t, const char *text, struct lines *out)
{
	size_t rows = count_rows(text);
	size_t skip_from = rows, skip_to = rows;
	size_t most = t->verbose ? SIZE_MAX : 2 * t->width;

	if (!t->verbose && rows > LAST_LINES) {
		skip_from = OPENING_LINES;
		skip_to = rows - (LAST_LINES - OPENING_LINES);
	}
	for (size_t i = 0; i < rows; i++) {
		size_t n = strcspn(text, "\n");

		if (i == skip_from && i < skip_to)
			cut_line(t, skip_to - skip_from, out);
		if (i < skip_from || i >= skip_to)
			text_line(t, out, MARGIN, PLAIN,
				  text_fit(t, text_clean(t, arena_strndup(t->a, text, n)), most));
		text += n + (text[n] == '\n');
	}
}

static void exception_lines(struct text *t, const struct dlwhy_exception *e, struct lines *out)
{
	size_t from = t->verbose || e->ntraceback <= LAST_FRAMES ? 0 : e->ntraceback - LAST_FRAMES;

	if (from > 0)
		text_line(t, out, DEEPER, DIM,
			  arena_printf(t->a, "\xe2\x80\xa6 %zu more frames; -v shows all", from));
	for (size_t i = from; i < e->ntraceback; i++)
		frame_line(t, e->traceback[i], out);
	message_lines(t, e->text, out);
}

void python_says(struct text *t, struct lines *out)
{
	const struct dlwhy_exception *e = t->r->python->exception;

	if (e == NULL)
		return;
	text_line(t, out, 0, BOLD,
		  e->exact ? "Python would say" : "Python would say, as far as it is known");
	if (t->verbose && e->cause != NULL) {
		exception_lines(t, e->cause, out);
		text_line(t, out, MARGIN, DIM,
			  e->explicit_cause ? "which is the direct cause of"
					    : "and while that was handled");
	}
	exception_lines(t, e, out);
}

/* ---- what it caught, what it brought -------------------------------------------------------- */

static void swallowed_lines(struct text *t, const struct dlwhy_swallowed *s, struct lines *out)
{
	text_line(t, out, MARGIN, PLAIN,
		  arena_printf(t->a, "%s%s", text_clean(t, s->exception->text),
			       s->warned ? "  (it is told)" : ""));
	text_line(t, out, DEEPER, DIM, arena_printf(t->a, "caught at %s", place_words(t, &s->at)));
	for (size_t i = 0; i < s->ngone; i++)
		text_line(t, out, DEEPER, PLAIN, arena_printf(t->a, "gone: %s", text_clean(t, s->gone[i])));
}

static void native_line(struct text *t, const struct dlwhy_native *n, struct lines *out)
{
	text_pad(t, MARGIN);
	text_add(t, PLAIN, n->path != NULL ? text_clean(t, n->path) : "the program itself");
	if (strcmp(n->outcome, "loaded") != 0)
		text_add(t, RED, arena_printf(t->a, "  %s", n->outcome));
	text_add(t, DIM, arena_printf(t->a, "  by %s%s", place_words(t, &n->by), n->maybe ? ", maybe" : ""));
	text_end(t, out);
}

static void module_line(struct text *t, const struct dlwhy_module *m, struct lines *out)
{
	text_pad(t, MARGIN);
	text_add(t, m->failed ? RED : PLAIN, text_clean(t, m->name));
	text_add(t, DIM, arena_printf(t->a, "  %s%s%s, by %s%s", m->kind, m->origin != NULL ? " " : "",
				      text_clean(t, m->origin), place_words(t, &m->by),
				      m->maybe ? ", maybe" : ""));
	text_end(t, out);
}

static void heading(struct text *t, const char *s, struct lines *out)
{
	if (out->n > 0)
		text_end(t, out);
	text_line(t, out, 0, BOLD, s);
}

void python_lists(struct text *t, struct lines *out)
{
	const struct dlwhy_python *p = t->r->python;

	if (p->nswallowed > 0)
		heading(t, "Exceptions that are caught", out);
	for (size_t i = 0; i < p->nswallowed; i++)
		swallowed_lines(t, p->swallowed[i], out);
	if (p->nnot_followed > 0)
		heading(t, "Not followed", out);
	for (size_t i = 0; i < p->nnot_followed; i++)
		text_line(t, out, MARGIN, PLAIN,
			  arena_printf(t->a, "%s, %s", text_clean(t, p->not_followed[i]->what),
				       place_words(t, &p->not_followed[i]->at)));
	if (p->nnatives > 0)
		heading(t, "Native files, in order", out);
	for (size_t i = 0; i < p->nnatives; i++)
		native_line(t, p->natives[i], out);
	if (p->nmodules > 0)
		heading(t, "Modules, in order", out);
	for (size_t i = 0; i < p->nmodules; i++)
		module_line(t, p->modules[i], out);
}

/* "Without it: a, b, c and 4 more." of the first exception that took something away; NULL. */
const char *python_gone(struct text *t)
{
	const struct dlwhy_python *p = t->r->python;

	for (size_t i = 0; i < p->nswallowed; i++) {
		const struct dlwhy_swallowed *s = p->swallowed[i];
		const char *all = s->ngone > 0 ? text_clean(t, s->gone[0]) : NULL;

		for (size_t k = 1; k < s->ngone && k < GONE; k++)
			all = arena_printf(t->a, "%s, %s", all, text_clean(t, s->gone[k]));
		if (s->ngone > GONE)
			all = arena_printf(t->a, "%s and %zu more", all, s->ngone - GONE);
		if (all != NULL)
			return all;
	}
	return NULL;
}

const char *python_not_followed(struct text *t)
{
	const struct dlwhy_python *p = t->r->python;

	if (p->limited)
		return "It is too much to be followed to its end.";
	if (p->nnot_followed == 0)
		return NULL;
	return arena_printf(t->a, "Not followed: %zu place%s; -v shows %s.", p->nnot_followed,
			    p->nnot_followed == 1 ? "" : "s", p->nnot_followed == 1 ? "it" : "them");
}
