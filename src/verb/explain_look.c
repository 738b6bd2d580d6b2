/* explain_look.c - what a text names, looked at: which findings, how long, and what becomes of them. */
#include "verb/explain_look.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/common.h"

bool look_may_ask(struct look *l)
{
	if (l->questions >= LOOK_QUESTIONS || os_milliseconds() >= l->until)
		return false;
	l->questions++;
	return true;
}

void look_says(struct look *l, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (l->said.n > 0)
		arena_text_str(l->a, &l->said, "; ");
	arena_text_str(l->a, &l->said, line);
}

/* ---- evidence --------------------------------------------------------------------------------- */

static struct dlwhy_evidence *new_evidence(struct arena *a, const char *kind)
{
	struct dlwhy_evidence *e = ARENA_NEW(a, struct dlwhy_evidence);

	e->kind = kind;
	e->object = -1;
	e->offset = e->size = e->line = -1;
	return e;
}

void look_evidence(struct look_case *c, const char *path, const char *says)
{
	struct dlwhy_finding *f = c->f;
	const struct dlwhy_evidence **v =
		ARENA_ARRAY(c->l->a, f->nevidence + 1, const struct dlwhy_evidence *);
	struct dlwhy_evidence *e = new_evidence(c->l->a, "fact");

	e->path = path;
	e->says = says;
	for (size_t i = 0; i < f->nevidence; i++)
		v[i] = f->evidence[i];
	v[f->nevidence++] = e;
	f->evidence = v;
}

/* What the text said comes first, then what was seen. */
static void join_evidence(struct arena *a, struct dlwhy_finding *f, const struct dlwhy_finding *told)
{
	const struct dlwhy_evidence **v =
		ARENA_ARRAY(a, f->nevidence + told->nevidence + 1, const struct dlwhy_evidence *);
	size_t n = 0;

	for (size_t i = 0; i < told->nevidence; i++)
		if (strcmp(told->evidence[i]->kind, "text") == 0)
			v[n++] = told->evidence[i];
	for (size_t i = 0; i < f->nevidence; i++)
		v[n++] = f->evidence[i];
	f->evidence = v;
	f->nevidence = n;
}

void look_replace(struct look_case *c, const struct dlwhy_finding *better, enum dlwhy_certainty most,
		  const char *assumes)
{
	const struct dlwhy_finding *told = c->f;
	struct dlwhy_finding *f = ARENA_NEW(c->l->a, struct dlwhy_finding);

	*f = *better;
	if (f->certainty < most) {
		f->certainty = most;
		f->assumes = assumes;
	}
	f->severity = told->severity;
	if (f->needed_by == NULL)
		f->needed_by = told->needed_by;
	if (f->symbol == NULL)
		f->symbol = told->symbol;
	if (f->detail == NULL && same_text(f->code, told->code))
		f->detail = told->detail;
	if (f->nalso == 0 && f->certainty != DLWHY_PROVED) { /* what the text left open still is */
		f->also = told->also;
		f->nalso = told->nalso;
	}
	join_evidence(c->l->a, f, told);
	c->l->findings[c->i] = c->f = f;
}

/* ---- which file ------------------------------------------------------------------------------- */

static bool may_follow(const struct look *l, const char *path)
{
	static const char *const strange[] = { "/dev/", "/proc/", "/sys/" };
	struct os_stat st;

	for (const unsigned char *p = (const unsigned char *)path; *p != '\0'; p++)
		if (*p < ' ' || *p == 0x7f)
			return false;
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		if (starts_with(path, strange[i]))
			return false;
	return strlen(path) < LOOK_PATH && source_stat(l->s->source, path, true, &st) == 0 &&
	       st.type == OS_REGULAR;
}

const char *look_path(const struct look *l, const char *name)
{
	if (name == NULL || *name == '\0' || strlen(name) >= LOOK_PATH)
		return NULL;
	if (may_follow(l, name))
		return strchr(name, '/') != NULL ? name : arena_printf(l->a, "./%s", name);
	for (size_t i = 0; i < l->facts->ncommands && *name != '/'; i++) {
		const char *cwd = l->facts->commands[i].cwd;
		const char *path = cwd != NULL ? join_path(l->a, cwd, name) : NULL;

		if (path != NULL && (i == 0 || !same_text(cwd, l->facts->commands[i - 1].cwd)) &&
		    may_follow(l, path))
			return path;
	}
	return NULL;
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void look_at(struct look *l, size_t i)
{
	struct look_case c = { .l = l, .i = i, .f = l->findings[i], .fact = l->told->facts[i] };
	bool of_a_link = starts_with(c.f->code, "ld-");

	if (look_of_windows(&c)) {
		look_at_windows(&c);
		return;
	}
	if (of_a_link)
		look_at_link(&c);
	else
		look_at_files(&c);
	if (!c.settled)
		look_at_go(&c);
	if (!c.settled)
		look_near(&c);
	if (same_text(c.f->code, "missing-library"))
		look_present(&c);
	look_detail(&c);
}

void look_asked(struct look_case *c, const char *verb, const char *target, const char *python,
		const char *after)
{
	if (c->settled && c->i == 0)
		c->l->question = (struct look_question){ verb, target, python, after };
}

static enum dlwhy_certainty surest(const struct look *l)
{
	return l->nfindings > 0 ? l->findings[0]->certainty : DLWHY_LIKELY;
}

void explain_look(struct dlwhy_session *s, struct arena *a, const struct msg_facts *facts,
		  const struct told *told, struct dlwhy_result *r, struct dlwhy_told *out)
{
	struct look l = { .s = s, .a = a, .facts = facts, .told = told };
	size_t n = told->d.nfindings < LOOK_FINDINGS ? told->d.nfindings : LOOK_FINDINGS;

	if (n == 0)
		return;
	l.until = os_milliseconds() + (uint64_t)1000 * LOOK_SECONDS;
	l.nfindings = told->d.nfindings;
	l.findings = ARENA_ARRAY(a, l.nfindings + 1, struct dlwhy_finding *);
	for (size_t i = 0; i < l.nfindings; i++) {
		l.findings[i] = ARENA_NEW(a, struct dlwhy_finding);
		*l.findings[i] = *told->d.findings[i];
	}
	for (size_t i = 0; i < n; i++)
		look_at(&l, i);
	r->findings = (const struct dlwhy_finding *const *)l.findings;
	r->certainty = surest(&l);
	r->assumes = r->certainty == DLWHY_PROVED ? NULL : l.findings[0]->assumes;
	if (l.hint != NULL)
		r->hint = l.hint;
	else if (r->certainty != DLWHY_LIKELY)
		r->hint = NULL;
	out->asked = l.question.verb;
	out->asked_about = l.question.target;
	out->asked_python = l.question.python;
	out->asked_after = l.question.after;
	out->looked = l.said.n > 0 ? arena_text_end(a, &l.said) : NULL;
}
