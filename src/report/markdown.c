/* markdown.c - the answer as text for an issue: the tree is folded away.
 *
 * What comes from files stands in code, between fences that are longer than any run of backticks
 * in it, or is escaped: it can neither end its fence nor be a tag, a link or a mention.
 */
#include "report/text.h"

#include <string.h>

#include "report/escape.h"

/* ---- pieces ------------------------------------------------------------------------------- */

static size_t longest_backticks(const char *s, size_t most)
{
	size_t run = 0;

	for (; *s != '\0'; s++) {
		run = *s == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static const char *backticks(struct text *t, size_t n)
{
	char *s = arena_alloc(t->a, n + 1);

	memset(s, '`', n);
	return s;
}

static void fenced(struct text *t, const struct lines *l, const char *language, struct lines *out)
{
	const char *fence;
	size_t most = 2, i;

	for (i = 0; i < l->n; i++)
		most = longest_backticks(l->items[i].s, most);
	fence = backticks(t, most + 1);
	text_line(t, out, 0, PLAIN, arena_printf(t->a, "%s%s", fence, language));
	for (i = 0; i < l->n; i++)
		*ARENA_PUSH(t->a, out) = l->items[i];
	text_line(t, out, 0, PLAIN, fence);
}

/* s, clean, as code inside a line. */
static const char *inline_code(struct text *t, const char *s)
{
	const char *fence = backticks(t, longest_backticks(s, 0) + 1);
	/* A backtick at an end would join the fence; a blank at both ends is taken off again. */
	const char *gap = strchr(s, '`') != NULL || *s == '\0' ? " " : "";

	return arena_printf(t->a, "%s%s%s%s%s", fence, gap, s, gap, fence);
}

/* A sentence of ours that may hold names from files. */
static const char *prose(struct text *t, const char *s)
{
	const char *clean = text_clean(t, s);
	struct buf b;

	buf_init(&b, SIZE_MAX / 4);
	escape_markdown(&b, clean);
	/* No arena call while b is open: one that fails does not come back to free it. */
	if (b.failed)
		t->tmp.failed = true;
	buf_clear(&t->tmp);
	if (b.n > 0)
		buf_add(&t->tmp, b.p, b.n);
	buf_free(&b);
	return t->tmp.n > 0 ? arena_strndup(t->a, t->tmp.p, t->tmp.n) : "";
}

static void blank(struct text *t, struct lines *out)
{
	text_end(t, out);
}

static void open_details(struct text *t, struct lines *out, const char *summary)
{
	blank(t, out);
	text_line(t, out, 0, PLAIN,
		  arena_printf(t->a, "<details><summary>%s</summary>", summary));
	blank(t, out);
}

static void close_details(struct text *t, struct lines *out)
{
	blank(t, out);
	text_line(t, out, 0, PLAIN, "</details>");
}

/* ---- sections ----------------------------------------------------------------------------- */

static void head(struct text *t, struct lines *out)
{
	enum style style;
	const char *verdict = text_is_verify(t->r) && t->r->error == NULL ? text_verify_verdict(t, &style)
									  : text_verdict(t->r, &style);

	text_line(t, out, 0, PLAIN,
		  arena_printf(t->a, "### %s %s", inline_code(t, text_target(t)),
			       verdict));
	if (t->r->error == NULL)
		return;
	blank(t, out);
	text_line(t, out, 0, PLAIN, prose(t, t->r->error->message));
}

static void loader(struct text *t, struct lines *out)
{
	struct lines said = { 0 };
	size_t i;

	if (python_is_import(t->r) && t->r->python->exception != NULL) {
		python_says(t, &said);
		said.items++; /* its heading */
		said.n--;
		blank(t, out);
		text_line(t, out, 0, PLAIN, "Python would say:");
		fenced(t, &said, "text", out);
		return;
	}
	if (t->r->loader_message != NULL)
		text_line(t, &said, 0, PLAIN, text_clean(t, t->r->loader_message));
	for (i = 0; i < t->r->nloader_lines; i++)
		text_line(t, &said, 0, PLAIN, text_clean(t, t->r->loader_lines[i]));
	if (said.n == 0)
		return;
	blank(t, out);
	text_line(t, out, 0, PLAIN, text_who_says(t));
	fenced(t, &said, "text", out);
}

static void fixes(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	size_t i, k;

	for (i = 0; i < f->nfixes; i++) {
		struct lines commands = { 0 };

		blank(t, out);
		text_line(t, out, 0, PLAIN,
			  arena_printf(t->a, "**%s:** %s", i == 0 ? "What to do" : "Or",
				       prose(t, f->fixes[i]->says)));
		for (k = 0; k < f->fixes[i]->ncommands; k++)
			text_line(t, &commands, 0, PLAIN, text_clean(t, f->fixes[i]->commands[k]));
		if (commands.n > 0)
			fenced(t, &commands, "sh", out);
	}
}

static void finding(struct text *t, const struct dlwhy_finding *f, struct lines *out)
{
	struct lines evidence = { 0 };

	blank(t, out);
	text_line(t, out, 0, PLAIN,
		  arena_printf(t->a, "**%s, %s:** %s", words_severity(f->severity),
			       text_clean(t, f->code), prose(t, f->summary)));
	if (f == t->r->findings[0])
		loader(t, out);
	fixes(t, f, out);
	text_evidence(t, f, SIZE_MAX / 2, &evidence);
	if (evidence.n == 0)
		return;
	blank(t, out);
	fenced(t, &evidence, "text", out);
}

static void proof(struct text *t, struct lines *out)
{
	const struct dlwhy_proof *p = t->r->proof;

	if (p == NULL || !p->done)
		return;
	blank(t, out);
	if (p->agrees && p->died != NULL)
		text_line(t, out, 0, PLAIN,
			  arena_printf(t->a, "The real loader agrees. %s", prose(t, p->says)));
	else if (p->agrees)
		text_line(t, out, 0, PLAIN,
			  python_is_import(t->r) ? "Python itself agrees." : "The real loader agrees.");
	else if (p->real == NULL)
		text_line(t, out, 0, PLAIN, "**The real loader disagrees:** it loads the file.");
	else
		text_line(t, out, 0, PLAIN,
			  arena_printf(t->a, "**The real loader disagrees.** It says: %s",
				       inline_code(t, text_clean(t, p->real))));
}

static void foot(struct text *t, struct lines *out)
{
	const struct dlwhy_finding *f = t->r->nfindings > 0 ? t->r->findings[0] : NULL;

	proof(t, out);
	blank(t, out);
	text_line(t, out, 0, PLAIN,
		  t->r->error != NULL
			  ? arena_printf(t->a, "dlwhy %s", dlwhy_version())
			  : arena_printf(t->a, "dlwhy %s; %s", dlwhy_version(),
					 prose(t, text_certainty(t, f))));
}

static void markdown_fill(struct text *t, struct lines *out, void *ctx)
{
	struct lines tree = { 0 }, bindings = { 0 }, python = { 0 };
	size_t i;

	(void)ctx;
	head(t, out);
	for (i = 0; i < t->r->nfindings; i++)
		finding(t, t->r->findings[i], out);
	if (t->r->nfindings == 0)
		loader(t, out);
	if (t->r->target_object >= 0)
		tree_lines(t, true, &tree);
	if (tree.n > 0) {
		open_details(t, out, arena_printf(t->a, "Dependency tree (%zu objects)",
						  t->r->nobjects));
		fenced(t, &tree, "text", out);
		close_details(t, out);
	}
	if (t->r->python != NULL)
		python_lists(t, &python);
	if (python.n > 0) {
		open_details(t, out, arena_printf(t->a, "The import (%zu modules, %zu native files)",
						  t->r->python->nmodules, t->r->python->nnatives));
		fenced(t, &python, "text", out);
		close_details(t, out);
	}
	text_bindings(t, &bindings);
	if (bindings.n > 0) {
		open_details(t, out, arena_printf(t->a, "Bindings (%zu)", t->r->nbindings));
		fenced(t, &bindings, "text", out);
		close_details(t, out);
	}
	foot(t, out);
}

void markdown_result(struct report *o, const struct dlwhy_result *r, size_t index)
{
	size_t i;

	if (!text_run(o, r, markdown_fill, NULL, false, true))
		o->b.failed = true;
	for (i = 0; i < r->nmembers; i++) {
		buf_char(&o->b, '\n');
		if (!text_run(o, r->members[i], markdown_fill, NULL, false, true))
			o->b.failed = true;
	}
	if (index + 1 < o->p->ntargets)
		buf_char(&o->b, '\n');
}
