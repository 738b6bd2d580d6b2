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

static bool not_found(const char *code)
{
	return same_text(code, "missing-library") || same_text(code, "search-path");
}

/* The text tells of a file that was there; that none is here says nothing about it. */
static bool only_absent(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (same_text(f->code, "missing-library"))
		return !not_found(told->code) && !same_symbol(told, f);
	return same_text(f->code, "python-module") && same_text(f->detail, "not-installed") &&
	       !(same_text(told->code, "python-module") &&
		 (told->detail == NULL || same_text(told->detail, f->detail)));
}

static bool same_thing(const struct dlwhy_finding *told, const struct dlwhy_finding *f)
{
	if (only_absent(told, f))
		return false;
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

/* It loads, or what was asked for is imported. */
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

/* Does the answer tell of the same thing? Then it is settled. */
static bool settle(struct look_case *c, const struct answer *n, const char *what)
{
	if (!n->failed && n->same != NULL)
		settle_same(c, n, what);
	return c->settled;
}

/* Nobody told of the same thing: what was seen instead. */
static void settle_otherwise(struct look_case *c, const struct answer *n, const char *what)
{
	if (n->failed)
		return;
	if (n->loads == DLWHY_YES) {
		settle_fine(c, n, what);
	} else if (n->other != NULL) {
		look_says(c->l, "%s fails here, but for another reason", what);
		look_evidence(c, what, arena_printf(c->l->a, "here it fails for another reason: %s", n->other));
	}
}

/* ---- questions -------------------------------------------------------------------------------- */

static bool ask_check(struct look_case *c, const char *path, struct answer *n)
{
	const char *const targets[] = { path };

	n->failed = !look_may_ask(c->l) || dlwhy_check(c->l->s, targets, 1, take, n, NULL) != DLWHY_OK ||
		    n->failed;
	return settle(c, n, path);
}

static bool is_module_name(const char *s)
{
	return s != NULL && *s != '\0' && *s != '.' && strlen(s) < 256 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") == strlen(s);
}

/* The interpreter of the environment that a path of the text lies in: DIR/bin/python before
 * "/lib/python3.11/". */
static const char *python_of(const struct look *l, const char *path)
{
	const char *lib = path != NULL ? strstr(path, "/lib/python") : NULL;

	if (lib == NULL || *path != '/')
		return NULL;
	return look_path(l, arena_printf(l->a, "%.*s/bin/python", (int)(lib - path), path));
}

/* The same questions about another interpreter, or in one that has imported something. NULL: no memory. */
static struct dlwhy_session *with_python(const struct look *l, const char *python, const char *after)
{
	struct dlwhy_options opt = l->s->opt;

	opt.python = python != NULL ? python : opt.python;
	opt.after = after;
	opt.program = after != NULL ? NULL : opt.program;
	return dlwhy_session_new(&opt, NULL);
}

/* "pkg" of a file in .../site-packages/pkg/..., NULL. */
static const char *package_of(struct arena *a, const char *path)
{
	static const char *const folders[] = { "/site-packages/", "/dist-packages/" };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *p = strstr(path, folders[i]);
		const char *name = p != NULL ? p + strlen(folders[i]) : NULL;

		if (name != NULL && strchr(name, '/') != NULL)
			return arena_strndup(a, name, strcspn(name, "/"));
	}
	return NULL;
}

/* Packages load what their native files need before they load them. */
static bool ask_after_its_package(struct look_case *c, const char *path)
{
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN };
	const char *const targets[] = { path };
	const char *package = package_of(c->l->a, path), *python = python_of(c->l, path);
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (c->l->s->opt.after != NULL || c->l->s->opt.pid != 0 || python == NULL || !is_module_name(package) ||
	    !look_may_ask(c->l))
		return false;
	s = with_python(c->l, python, package);
	if (s == NULL)
		return false;
	code = dlwhy_check(s, targets, 1, take, &n, NULL);
	dlwhy_session_free(s);
	return code == DLWHY_OK && settle(c, &n, arena_printf(c->l->a, "%s after import %s", path, package));
}

static bool ask_file(struct look_case *c, const char *path)
{
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN };

	if (!ask_check(c, path, &n) && !ask_after_its_package(c, path))
		settle_otherwise(c, &n, path);
	return c->settled;
}

/* Who asked for it is not here: as if a bare program did. */
static void ask_name(struct look_case *c, const char *name)
{
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN, .read_as_told = true };

	if (!ask_check(c, name, &n))
		settle_otherwise(c, &n, name);
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

static bool ask_import(struct look_case *c, const char *module)
{
	const char *found = c->l->s->opt.python == NULL ? interpreter(c->l) : NULL;
	struct answer n = { .c = c, .loads = DLWHY_UNKNOWN };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	n.read_as_told = c->l->s->opt.python == NULL && found == NULL;
	if (c->l->s->opt.pid != 0 || !look_may_ask(c->l))
		return false;
	s = with_python(c->l, found, NULL);
	if (s == NULL)
		return false;
	code = dlwhy_import(s, &module, 1, take, &n, NULL);
	dlwhy_session_free(s);
	if (code == DLWHY_OK && !settle(c, &n, arena_printf(c->l->a, "import %s", module)))
		settle_otherwise(c, &n, arena_printf(c->l->a, "import %s", module));
	return c->settled;
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

	if (who != NULL && ask_file(c, who))
		return;
	if (what != NULL && !same_text(what, who) && ask_file(c, what))
		return;
	if (is_module_name(module) && ask_import(c, module))
		return;
	if (who == NULL && what == NULL && not_found(f->code) && is_library_name(name))
		ask_name(c, name);
}
