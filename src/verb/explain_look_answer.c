/* explain_look_answer.c - an answer of check, import or link beside what a text told: is it the same thing?
 *
 * The same thing takes the place of the text's finding; what is in order here, or fails for another reason,
 * says so and leaves the finding as likely as it was.
 */
#include "verb/explain_look_answer.h"

#include <string.h>

#include "diagnose/common.h"
#include "verb/finding_copy.h"

/* ---- the same thing? -------------------------------------------------------------------------- */

/* Causes that are about where a file is and what it is: which of them is what files decide. */
static bool about_a_file(const char *code)
{
	static const char *const codes[] = { "missing-library", "search-path",  "wrong-arch",
					     "corrupt-file",    "not-loadable", "permission",
					     "already-loaded",  "os-too-old" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (same_text(code, codes[i]))
			return true;
	return false;
}

static bool same_base(const char *x, const char *y)
{
	return x != NULL && y != NULL && strcmp(base_name(x), base_name(y)) == 0;
}

/* dyld prints the underscore that names of C have in files of macOS. */
static bool is_symbol(const char *told, const char *found)
{
	return same_text(told, found) || (told[0] == '_' && same_text(told + 1, found));
}

static bool same_symbol(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	return told->symbol != NULL &&
	       (is_symbol(told->symbol, f->symbol) || same_text(told->symbol, f->demangled));
}

bool look_not_found(const char *code)
{
	return same_text(code, "missing-library") || same_text(code, "search-path");
}

/* What it is about is not on this machine: a module, a library or an input of a link, a header. Where things
 * have not been built yet, that says nothing about a build that had them. */
static bool is_not_here(const struct dlwhy_finding *f)
{
	static const struct {
		const char *code, *detail;
	} absent[] = {
		{ "python-module", "not-installed" }, { "ld-library-not-found", "not-installed" },
		{ "header-missing", "not-installed" }, { "build-other", "input-missing" },
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (same_text(f->code, absent[i].code) && same_text(f->detail, absent[i].detail))
			return true;
	return false;
}

/* Go's trial link tells of no more than that it failed. */
static bool says_no_reason(const struct dlwhy_finding *told)
{
	return told->detail == NULL || same_text(told->detail, "trial-link");
}

/* The text tells of a file that was there; that none is here says nothing about it. */
static bool only_absent(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (same_text(f->code, "build-other") && same_text(f->detail, "input-missing"))
		return !same_text(told->code, f->code);
	/* The text's machine has the compiler that this one lacks. */
	if (same_text(f->code, "compiler-missing"))
		return !same_text(told->code, f->code);
	if (same_text(f->code, "missing-library"))
		return !look_not_found(told->code) && !same_symbol(told, f);
	return is_not_here(f) &&
	       !(same_text(told->code, f->code) &&
		 (says_no_reason(told) || same_text(told->detail, f->detail)));
}

static bool same_thing(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (only_absent(told, f))
		return false;
	if (same_symbol(told, f))
		return true;
	/* Go's linker says that a library is missing, not which. */
	if (same_text(told->detail, "trial-link"))
		return same_text(told->code, f->code);
	if (same_base(told->object, f->object) || same_base(told->object, f->needed_by))
		return same_text(told->code, f->code) ||
		       (about_a_file(told->code) && about_a_file(f->code));
	return same_text(told->code, f->code) && (told->object == NULL || f->object == NULL) &&
	       (told->symbol == NULL || f->symbol == NULL);
}

/* Windows names neither what is missing nor who needs it, and tells it in the language of the machine: what
 * is left is the kind of failure. */
static bool same_of_windows(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	return same_text(told->code, f->code) || (about_a_file(told->code) && about_a_file(f->code)) ||
	       (look_not_found(told->code) &&
		(same_text(f->code, "gpu-driver") || same_text(f->code, "python-module"))) ||
	       (same_text(told->code, "missing-symbol") && same_text(f->code, "os-too-old"));
}

/* Several of its symbols may be missing; the text tells the first. */
static bool same_family(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (!same_text(told->code, f->code) || told->symbol == NULL)
		return false;
	for (size_t i = 0; i < f->nevidence; i++)
		if (is_symbol(told->symbol, f->evidence[i]->value) ||
		    same_text(told->symbol, f->evidence[i]->demangled))
			return true;
	return false;
}

static bool in_a_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does the name stand in the text by itself, or behind "-l" or "lib"; not as a part of a longer one? */
static bool has_name(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = text; n > 0 && (p = strstr(p, name)) != NULL; p++) {
		size_t before = (size_t)(p - text);
		bool begins = before == 0 || !in_a_word(p[-1]) ||
			      (before >= 2 && memcmp(p - 2, "-l", 2) == 0) ||
			      (before >= 3 && memcmp(p - 3, "lib", 3) == 0);

		if (begins && (!in_a_word(p[n]) || !in_a_word(name[n - 1])))
			return true;
	}
	return false;
}

/* What the linker will say is what the text says: it names the same symbol, library or file. */
static bool said_by_the_linker(const struct msg_fact *fact, const char *message)
{
	static const enum msg_field fields[] = { MSG_SYMBOL, MSG_LIB,    MSG_OBJECT,
						 MSG_FLAG,   MSG_HEADER, MSG_TOOL };

	for (size_t i = 0; message != NULL && i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fact->field[fields[i]] != NULL && *fact->field[fields[i]] != '\0')
			return has_name(message, base_name(fact->field[fields[i]]));
	return false;
}

int look_take(const struct dlwhy_result *r, size_t index, void *user)
{
	struct look_reply *n = user;
	struct arena *a = n->c->l->a;

	(void)index;
	n->loads = n->links ? r->links : r->loads;
	n->failed = r->error != NULL;
	n->host = r->host != NULL ? arena_strdup(a, r->host) : NULL;
	for (size_t i = 0; i < r->nfindings && n->same == NULL; i++) {
		const struct dlwhy_finding *f = r->findings[i];

		if (f->severity == DLWHY_ERROR &&
		    ((n->links && n->other == NULL && !only_absent(n->c->f, f) &&
		      said_by_the_linker(n->c->fact, r->linker_message)) ||
		     (n->of_windows && same_of_windows(n->c->f, f)) || same_thing(n->c->f, f) ||
		     same_family(n->c->f, f)))
			n->same = finding_copy(a, r, f);
		else if (f->severity == DLWHY_ERROR && n->other == NULL)
			n->other = arena_strdup(a, f->summary != NULL ? f->summary : f->code);
	}
	return 0;
}

/* ---- what becomes of it ----------------------------------------------------------------------- */

static void settle_same(struct look_case *c, const struct look_reply *n, const char *what)
{
	bool another = !same_text(c->f->code, n->same->code);

	look_says(c->l, "%s %s", what,
		  another ? "fails here too, and its files tell more than the text" :
			    "fails here in the same way");
	if (n->read_as_told)
		look_replace(c, n->same, DLWHY_PREDICTED,
			     "the text is of this machine, and who asked for it searches as a bare program "
			     "does");
	else
		look_replace(c, n->same, DLWHY_PROVED, NULL);
	c->settled = true;
}

/* It loads, or what was asked for is imported. */
static void settle_fine(struct look_case *c, const struct look_reply *n, const char *what)
{
	const char *host = n->host != NULL ? arena_printf(c->l->a, " (in %s)", n->host) : "";

	look_says(c->l, "%s is all right here%s", what, host);
	look_evidence(c, what, arena_printf(c->l->a, "it is all right here%s", host));
	if (c->i == 0)
		c->l->hint = arena_printf(c->l->a,
					  "%s is all right here: the text is of another machine, another "
					  "environment, or an earlier time.",
					  what);
	c->settled = true;
}

bool look_settle(struct look_case *c, const struct look_reply *n, const char *what)
{
	if (!n->failed && n->same != NULL)
		settle_same(c, n, what);
	return c->settled;
}

void look_otherwise(struct look_case *c, const struct look_reply *n, const char *what)
{
	if (n->failed)
		return;
	if (n->loads == DLWHY_YES) {
		settle_fine(c, n, what);
	} else if (n->other != NULL) {
		look_says(c->l, "%s fails here, but for another reason", what);
		look_evidence(c, what,
			      arena_printf(c->l->a, "here it fails for another reason: %s", n->other));
	}
}
