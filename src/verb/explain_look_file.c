/* explain_look_file.c - files and modules that a text names: does what it tells happen here as well?
 *
 * The file that needs something is asked before the one that is needed, and a bare name last. An answer that
 * tells of the same thing takes the place of the text's; a file that loads here, or fails for another reason,
 * says so and leaves the finding as likely as it was.
 */
#include "verb/explain_look.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "verb/program.h"

/* What one question came to. */
struct answer {
	struct look_case *c;
	const struct dlwhy_finding *same;  /* tells of the same thing; a copy */
	const char *other;                 /* the summary of what is wrong instead, NULL */
	enum dlwhy_answer loads;
	bool failed;                       /* nothing could be analysed */
	const char *host;
	bool read_as_told;                 /* of a bare name: who asked for it is not here */
};

/* ---- the same thing? -------------------------------------------------------------------------- */

/* Causes that are about where a file is and what it is: which of them is what files decide. */
static bool about_a_file(const char *code)
{
	static const char *const codes[] = { "missing-library", "search-path", "wrong-arch",	"corrupt-file",
					     "not-loadable",	"permission",  "already-loaded", "os-too-old" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (same_text(code, codes[i]))
			return true;
	return false;
}

static bool same_base(const char *x, const char *y)
{
	return x != NULL && y != NULL && strcmp(base_name(x), base_name(y)) == 0;
}

static bool same_symbol(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	return told->symbol != NULL &&
	       (same_text(told->symbol, f->symbol) || same_text(told->symbol, f->demangled));
}

static bool same_thing(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (same_symbol(told, f))
		return true;
	if (same_base(told->object, f->object) || same_base(told->object, f->needed_by))
		return same_text(told->code, f->code) || (about_a_file(told->code) && about_a_file(f->code));
	return same_text(told->code, f->code) && (told->object == NULL || f->object == NULL) &&
	       (told->symbol == NULL || f->symbol == NULL);
}

/* Several of its symbols may be missing; the text tells the first. */
static bool same_family(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (!same_text(told->code, f->code) || told->symbol == NULL)
		return false;
	for (size_t i = 0; i < f->nevidence; i++)
		if (same_text(told->symbol, f->evidence[i]->value) ||
		    same_text(told->symbol, f->evidence[i]->demangled))
			return true;
	return false;
}

static int take(const struct dlwhy_result *r, size_t index, void *user)
{
	struct answer *n = user;
	struct arena *a = n->c->l->a;

	(void)index;
	n->loads = r->loads;
	n->failed = r->error != NULL;
	n->host = r->host != NULL ? arena_strdup(a, r->host) : NULL;
	for (size_t i = 0; i < r->nfindings && n->same == NULL; i++) {
		const struct dlwhy_finding *f = r->findings[i];

		if (f->severity == DLWHY_ERROR &&
		    (same_thing(n->c->f, f) || same_family(n->c->f, f)))
			n->same = look_copy(a, r, f);
		else if (f->severity == DLWHY_ERROR && n->other == NULL)
			n->other = arena_strdup(a, f->summary != NULL ? f->summary : f->code);
	}
	return 0;
}

/* ---- what becomes of it ----------------------------------------------------------------------- */

static void settle_same(struct look_case *c, const struct answer *n, const char *what)
{
	bool another = !same_text(c->f->code, n->same->code);

	look_says(c->l, "%s %s", what,
		  another ? "fails here too, and its files tell more than the text" : "fails here in the same way");
	if (n->read_as_told)
		look_replace(c, n->same, DLWHY_PREDICTED,
			     "the text is of this machine, and who asked for it searches as a bare program does");
	else
		look_replace(c, n->same, DLWHY_PROVED, NULL);
	c->settled = true;
}

static void settle_fine(struct look_case *c, const struct answer *n, const char *what)
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

/* True: the finding is settled. */
static bool settle(struct look_case *c, const struct answer *n, const char *what)
{
	if (n->failed)
		return false;
	if (n->same != NULL) {
		settle_same(c, n, what);
	} else if (n->loads == DLWHY_YES) {
		settle_fine(c, n, what);
	} else if (n->other != NULL) {
		look_says(c->l, "%s fails here, but for another reason", what);
		look_evidence(c, what, arena_printf(c->l->a, "here it fails for another reason: %s", n->other));
	}
	return c->settled;
}

/* ---- questions -------------------------------------------------------------------------------- */

static bool ask_check(struct look_case *c, const char *path, bool read_as_told)
{
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN, .read_as_told = read_as_told };
	const char *const targets[] = { path };

	if (!look_may_ask(c->l) || dlwhy_check(c->l->s, targets, 1, take, &n, NULL) != DLWHY_OK)
		return false;
	return settle(c, &n, path);
}

/* The interpreter of the environment that a path of the text lies in: DIR/bin/python before
 * "/lib/python3.11/". */
static const char *python_of(const struct look *l, const char *path)
{
	const char *lib = path != NULL ? strstr(path, "/lib/python") : NULL;
	const char *python;

	if (lib == NULL || *path != '/')
		return NULL;
	python = arena_printf(l->a, "%.*s/bin/python", (int)(lib - path), path);
	return look_path(l, python);
}

static const char *interpreter(const struct look *l)
{
	for (size_t i = 0; i < l->facts->nfacts; i++)
		for (size_t k = 0; k < MSG_NFIELDS; k++) {
			const char *python = python_of(l, l->facts->facts[i].field[k]);

			if (python != NULL)
				return python;
		}
	return NULL;
}

static bool is_module_name(const char *s)
{
	return s != NULL && *s != '\0' && *s != '.' && strlen(s) < 256 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == strlen(s);
}

static bool ask_import(struct look_case *c, const char *module)
{
	const char *python = c->l->s->opt.python, *found = python == NULL ? interpreter(c->l) : NULL;
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN, .read_as_told = python == NULL && found == NULL };
	struct dlwhy_options opt = c->l->s->opt;
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (!look_may_ask(c->l))
		return false;
	if (found != NULL)
		opt.python = found;
	s = dlwhy_session_new(&opt, NULL);
	if (s == NULL)
		return false;
	code = dlwhy_import(s, &module, 1, take, &n, NULL);
	dlwhy_session_free(s);
	if (code != DLWHY_OK)
		return false;
	return settle(c, &n, arena_printf(c->l->a, "import %s", module));
}

/* ---- in order --------------------------------------------------------------------------------- */

/* Who says it is not there: a file here, or a program that is started by its name. */
static const char *needer(const struct look_case *c)
{
	const char *name = c->fact->field[MSG_NEEDED_BY];
	const char *path = look_path(c->l, name);

	if (path == NULL && name != NULL && strchr(name, '/') == NULL && strstr(name, ".so") == NULL)
		path = look_path(c->l, program_named(c->l->s, name, c->l->a));
	return path;
}

/* A name that a loader of this system would search. */
static bool is_library_name(const char *name)
{
	return name != NULL && strchr(name, '/') == NULL && strstr(name, ".so") != NULL && strlen(name) < 256 &&
	       strpbrk(name, " \t*?'\"<>|") == NULL;
}

void look_at_files(struct look_case *c)
{
	const struct dlwhy_finding *f = c->f;
	const char *who = needer(c), *what = look_path(c->l, f->object), *name = f->object;
	const char *module = c->fact->field[MSG_MODULE];

	if (who != NULL && ask_check(c, who, false))
		return;
	if (what != NULL && !same_text(what, who) && ask_check(c, what, false))
		return;
	if (is_module_name(module) && ask_import(c, module))
		return;
	if (who == NULL && what == NULL && about_a_file(f->code) && is_library_name(name))
		ask_check(c, name, true);
}
