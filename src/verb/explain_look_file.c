/* explain_look_file.c - files and modules that a text names: does what it tells happen here as well?
 *
 * The file that needs something is asked before the one that is needed, and a bare name last. An answer
 * that tells of the same thing takes the place of the text's; a file that loads here, or fails for another
 * reason, says so and leaves the finding as likely as it was.
 */
#include "verb/explain_look.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "verb/explain_look_answer.h"
#include "verb/explain_look_near.h"
#include "verb/program.h"

enum { MAX_NEEDERS = 3 }; /* of a library, that are asked about */

/* ---- questions -------------------------------------------------------------------------------- */

/* "arm64e' or 'arm64" is what a process for arm64 needs. */
static const char *arch_of_mac(const struct look_case *c)
{
	const char *needs = c->fact->field[MSG_ARCH];

	if (!same_text(c->fact->speaker, "dyld") || needs == NULL)
		return NULL;
	return strstr(needs, "x86_64") != NULL ? "x86_64" : strstr(needs, "arm64") != NULL ? "arm64" : NULL;
}

/* Words of musl are about a process of musl's, those of dyld about one for the processor that they name. */
static struct dlwhy_session *of_its_loader(const struct look_case *c)
{
	struct dlwhy_options opt = c->l->s->opt;

	if (opt.arch == NULL && opt.pid == 0 && (opt.arch = arch_of_mac(c)) != NULL)
		return dlwhy_session_new(&opt, NULL);
	if (!same_text(c->fact->speaker, "musl") || opt.loader != NULL || opt.pid != 0)
		return NULL;
	opt.loader = "musl";
	opt.program = opt.program == NULL ? "none" : opt.program;
	return dlwhy_session_new(&opt, NULL);
}

static bool ask_check(struct look_case *c, const char *path, struct look_reply *n)
{
	const char *const targets[] = { path };
	struct dlwhy_session *other = of_its_loader(c);

	n->failed =
		!look_may_ask(c->l) ||
		dlwhy_check(other != NULL ? other : c->l->s, targets, 1, look_take, n, NULL) != DLWHY_OK ||
		n->failed;
	dlwhy_session_free(other);
	if (!look_settle(c, n, path))
		return false;
	look_asked(c, "check", arena_strdup(c->l->a, path), NULL, NULL);
	return true;
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
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN };
	const char *const targets[] = { path };
	const char *package = package_of(c->l->a, path), *python = python_of(c->l, path);
	struct dlwhy_session *s;
	enum dlwhy_code code;

	if (c->l->s->opt.after != NULL || c->l->s->opt.pid != 0 || python == NULL ||
	    !is_module_name(package) || !look_may_ask(c->l))
		return false;
	s = with_python(c->l, python, package);
	if (s == NULL)
		return false;
	code = dlwhy_check(s, targets, 1, look_take, &n, NULL);
	dlwhy_session_free(s);
	if (code != DLWHY_OK ||
	    !look_settle(c, &n, arena_printf(c->l->a, "%s after import %s", path, package)))
		return false;
	look_asked(c, "check", arena_strdup(c->l->a, path), python, package);
	return true;
}

static bool ask_file(struct look_case *c, const char *path)
{
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN };

	if (near_is_source(base_name(path)) || near_is_header(base_name(path)))
		return false; /* nothing that a loader would read */

	if (!ask_check(c, path, &n) && !ask_after_its_package(c, path))
		look_otherwise(c, &n, path);
	return c->settled;
}

/* Who asked for it is not here: as if a bare program did. */
static void ask_name(struct look_case *c, const char *name)
{
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN, .read_as_told = true };

	if (!ask_check(c, name, &n))
		look_otherwise(c, &n, name);
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
	struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN };
	struct dlwhy_session *s;
	enum dlwhy_code code;

	n.read_as_told = c->l->s->opt.python == NULL && found == NULL;
	if (c->l->s->opt.pid != 0 || !look_may_ask(c->l))
		return false;
	s = with_python(c->l, found, NULL);
	if (s == NULL)
		return false;
	code = dlwhy_import(s, &module, 1, look_take, &n, NULL);
	dlwhy_session_free(s);
	if (code == DLWHY_OK && !look_settle(c, &n, arena_printf(c->l->a, "import %s", module)))
		look_otherwise(c, &n, arena_printf(c->l->a, "import %s", module));
	look_asked(c, "import", arena_strdup(c->l->a, module), found, NULL);
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

/* Who needs a library of that name: files of the working folder and below it. */
static bool ask_needers(struct look_case *c, const char *name)
{
	struct near_files files = { NULL, 0, 0, false };
	size_t asked = 0;

	near_walk(c->l, &files);
	for (size_t i = 0; i < files.n && i < NEAR_OPENED && asked < MAX_NEEDERS && !c->settled; i++) {
		const struct store_entry *en = near_is_library(files.items[i].base) ?
						       store_open(c->l->s->store, files.items[i].path) :
						       NULL;
		bool needs = false;

		if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
			continue;
		for (size_t k = 0; k < en->file->elf.nneeds; k++)
			needs = needs || same_text(en->file->elf.needs[k].name, name);
		if (needs) {
			struct look_reply n = { .c = c, .loads = DLWHY_UNKNOWN };

			ask_check(c, arena_printf(c->l->a, "./%s", files.items[i].path), &n);
			asked++;
		}
	}
	return c->settled;
}

/* A name that a loader of this system would search. */
static bool is_library_name(const char *name)
{
	return name != NULL && strchr(name, '/') == NULL && strstr(name, ".so") != NULL &&
	       strlen(name) < 256 && strpbrk(name, " \t*?'\"<>|") == NULL;
}

/* The kernel did not know what it was asked to start. Is it a script that names nobody? A loader would say
 * that it is no library. */
static bool ask_script(struct look_case *c, const char *path)
{
	struct near_found found = { "corrupt-file", "no-interpreter-line", path, NULL, false };
	const struct store_entry *en;

	if (strstr(c->fact->id, "exec-format") == NULL)
		return false;
	en = store_open(c->l->s->store, path);
	if (en == NULL || en->err != 0)
		return false;
	if (en->file->kind == FILE_SCRIPT) {
		look_says(c->l, "%s names who runs it (#!) here", path);
		look_evidence(c, path, "it begins with #!, as a script must");
		c->settled = true;
	} else if (en->file->kind == FILE_TEXT || en->file->kind == FILE_EMPTY) {
		found.summary = arena_printf(
			c->l->a, "%s is a script that does not name who runs it: it does not begin with #!.",
			path);
		near_settle(c, &found, path,
			    en->file->kind == FILE_EMPTY ? "an empty file" :
							   "a text that does not begin with #!");
	}
	return c->settled;
}

void look_at_files(struct look_case *c)
{
	const struct dlwhy_finding *f = c->f;
	const char *who = needer(c), *what = look_path(c->l, f->object), *name = f->object;
	const char *module = told_python_module(c->fact);

	/* An interpreter with a carriage return behind it: the one without is not asked for. */
	if (same_text(c->fact->id, "shell-bad-carriage"))
		what = NULL;
	if (what != NULL && ask_script(c, what))
		return;
	if (who != NULL && ask_file(c, who))
		return;
	look_provider(c);
	if (c->settled)
		return;
	if (what != NULL && !same_text(what, who) && ask_file(c, what))
		return;
	if (module == NULL && same_text(f->code, "python-module"))
		module = f->object;
	if (is_module_name(module) && ask_import(c, module))
		return;
	if (who == NULL && what == NULL && look_not_found(f->code) && is_library_name(name) &&
	    !ask_needers(c, name))
		ask_name(c, name);
}
