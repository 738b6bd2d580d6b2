/* explain_look_near.c - no command is known: which files around here explain what the text tells? */
#include "verb/explain_look_near.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"

void near_settle(struct look_case *c, const struct near_found *found, const char *path, const char *says)
{
	struct dlwhy_finding *f = ARENA_NEW(c->l->a, struct dlwhy_finding);
	const struct dlwhy_finding *told = c->f;

	*f = *told;
	f->code = found->code != NULL ? found->code : told->code;
	f->detail = found->detail;
	f->object = found->object != NULL ? found->object : told->object;
	f->summary = found->summary != NULL ? found->summary : told->summary;
	f->certainty = found->weak ? told->certainty : DLWHY_PREDICTED;
	f->assumes = found->weak ? told->assumes : "it was built in this folder, as it is now";
	if (!same_text(f->code, told->code) || !same_text(f->detail, told->detail))
		told_ways(c->fact, c->l->a, f);
	f->fingerprint = fingerprint(c->l->a, f->code, f->detail, f->object, f->symbol, NULL);
	c->l->findings[c->i] = c->f = f;
	if (says != NULL)
		look_evidence(c, path, says);
	look_says(c->l, "the files here%s%s", path != NULL ? ", and among them " : "",
		  path != NULL ? path : "");
	c->settled = true;
}

static bool is_one_of(const char *code, const char *const *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (same_text(code, codes[i]))
			return true;
	return false;
}

/* A folder in which nobody builds: of the system, or where everything of a person lies. */
static bool is_no_project(const struct look *l)
{
	static const char *const folders[] = {
		"/", "/usr", "/tmp", "/home", "/root", "/var", "/etc", "/opt"
	};
	const char *home = session_env(l->s, "HOME");
	char *here = NULL;
	bool no = source_realpath(l->s->source, ".", &here) != 0 || same_text(here, home);

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		no = no || same_text(here, folders[i]);
	free(here);
	return no;
}

void look_near(struct look_case *c)
{
	static const char *const of_builds[] = { "ld-library-not-found", "ld-undefined-reference",
						 "ld-hidden-symbol",     "ld-multiple-definition",
						 "ld-dso-missing",       "ld-version",
						 "ld-incompatible",      "header-missing",
						 "cgo-disabled" };
	struct near_files files = { NULL, 0, 0, false };

	if (!is_one_of(c->f->code, of_builds, sizeof(of_builds) / sizeof(of_builds[0])) ||
	    os_milliseconds() >= c->l->until || is_no_project(c->l))
		return;
	near_walk(c->l, &files);
	if (files.n == 0)
		return;
	if (same_text(c->f->code, "ld-library-not-found"))
		near_library(c, &files);
	if (same_text(c->f->code, "ld-incompatible"))
		near_input(c, &files);
	if (!c->settled && c->f->symbol != NULL)
		near_symbol(c, &files);
	if (!c->settled)
		near_source(c, &files);
}

void near_fix(struct look_case *c, const char *kind, const char *says, const char *command)
{
	const struct dlwhy_fix **v = ARENA_ARRAY(c->l->a, 1, const struct dlwhy_fix *);
	const char **commands = ARENA_ARRAY(c->l->a, 1, const char *);
	struct dlwhy_fix *fix = ARENA_NEW(c->l->a, struct dlwhy_fix);

	commands[0] = command;
	*fix = (struct dlwhy_fix){ .n = 1, .kind = kind, .risk = "low", .says = says, .commands = commands,
				   .ncommands = command != NULL };
	v[0] = fix;
	c->f->fixes = v;
	c->f->nfixes = 1;
}

/* "For one run, name the folder". */
static void fix_folder(struct look_case *c, const char *folder)
{
	char *path = source_absolute(c->l->s->source, folder);
	const char *dir = path != NULL ? arena_strdup(c->l->a, path) : folder;

	free(path);
	if (strlen(dir) > 2 && strcmp(dir + strlen(dir) - 2, "/.") == 0)
		dir = arena_strndup(c->l->a, dir, strlen(dir) - 2);
	near_fix(c, "library-path", "let the loader look in that folder, in this shell",
		 arena_printf(c->l->a, "export LD_LIBRARY_PATH=%s${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}",
			      shell_quote(c->l->a, dir)));
}

/* The loader was asked, or the text says it: it is not found. Is a library of that very name around here?
 */
void look_present(struct look_case *c)
{
	const char *name = c->f->object != NULL ? base_name(c->f->object) : "";
	struct near_files files = { NULL, 0, 0, false };

	if (strstr(name, ".so") == NULL || os_milliseconds() >= c->l->until || is_no_project(c->l))
		return;
	near_walk(c->l, &files);
	for (size_t i = 0; i < files.n; i++) {
		const struct near_file *x = &files.items[i];
		const struct store_entry *en =
			strcmp(x->base, name) == 0 ? store_open(c->l->s->store, x->path) : NULL;
		struct near_found found = { "search-path", NULL, NULL, NULL, true };

		if (en == NULL || en->err != 0 || en->file->kind != FILE_ELF)
			continue;
		found.summary = arena_printf(
			c->l->a, "%s exists in the folder %s, but the loader does not look there.", name,
			x->folder);
		near_settle(c, &found, x->path, "the library, in a folder that is not searched");
		fix_folder(c, x->folder);
		return;
	}
}
