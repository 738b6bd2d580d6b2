/* d_spelling.c - a module that is not found, and that no package brings: a misspelt name of the standard
 * library, a file of one's own in a folder where Python does not look.
 */
#include <string.h>

#include "diagnose/d_import.h"

enum { MAX_FOLDERS = 64 };

/* ---- a misspelt name -------------------------------------------------------------------------- */

/* One slip of the hand: two letters that changed places, one that is missing, twice there or another one.
 * A letter more at the end makes another name (uuid6, glob2, jsons), and so does one in a short name. */
static bool is_slip(const char *typed, const char *meant)
{
	size_t n = strlen(typed), m = strlen(meant), i = 0;

	if (m < 4)
		return false;
	while (i < n && i < m && typed[i] == meant[i])
		i++;
	if (n == m && i + 1 < n && typed[i] == meant[i + 1] && typed[i + 1] == meant[i])
		return strcmp(typed + i + 2, meant + i + 2) == 0;
	if (n == m)
		return n >= 6 && i > 0 && i < n && strcmp(typed + i + 1, meant + i + 1) == 0;
	if (n + 1 == m)
		return i > 0 && strcmp(typed + i, meant + i + 1) == 0;
	return n == m + 1 && i > 0 && typed[i] == typed[i - 1] && strcmp(typed + i + 1, meant + i) == 0;
}

/* Of "json.py", "email", "_ssl.cpython-311-x86_64-linux-gnu.so": the module; NULL for other files. */
static const char *module_of_file(struct arena *a, const char *file)
{
	const char *dot = strchr(file, '.');

	if (file[0] == '_' || (dot != NULL && strcmp(dot, ".py") != 0 && strstr(dot, ".so") == NULL))
		return NULL;
	return dot != NULL ? arena_strndup(a, file, (size_t)(dot - file)) : file;
}

static bool is_module(struct diag *d, const char *name)
{
	const struct imported *i = d->in->imported;
	struct py_spec spec;

	return import_find(d, i->im->finder, i->home, name, &spec) && spec.kind != PY_SPEC_NAMESPACE &&
	       import_in_stdlib(i->home, &spec);
}

/* The module of the standard library that was meant, NULL. */
static const char *meant(struct diag *d, const char *typed)
{
	const struct py_home *h = d->in->imported->home;
	const struct store_listing *l = h->stdlib != NULL ? store_list(d->store, h->stdlib) : NULL;

	for (size_t i = 0; i < h->builtins.names.n; i++)
		if (is_slip(typed, h->builtins.names.items[i]))
			return h->builtins.names.items[i];
	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *name = module_of_file(d->a, l->names[i]);

		if (name != NULL && is_slip(typed, name) && is_module(d, name))
			return name;
	}
	return NULL;
}

struct draft *import_misspelt(struct diag *d, const char *name)
{
	const char *right = strchr(name, '.') == NULL && !import_is_distributed(name) ? meant(d, name) : NULL;
	struct draft *dr;

	if (right == NULL)
		return NULL;
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "not-installed");
	dr->f.object = name;
	draft_say(d, dr, "There is no module %s; the standard library has %s, which is one slip away.", name,
		  right);
	draft_fix(d, dr, "spell", "low", arena_printf(d->a, "write %s", right));
	return dr;
}

/* ---- a file of one's own ---------------------------------------------------------------------- */

/* NAME.py or NAME/__init__.py in that folder; NULL. */
static const char *file_in(struct diag *d, const char *dir, const char *name)
{
	const char *file = arena_printf(d->a, "%s/%s.py", dir, name);
	const char *package = arena_printf(d->a, "%s/%s/__init__.py", dir, name);

	return store_has_file(d->store, file) ? file : store_has_file(d->store, package) ? package : NULL;
}

/* Beside the file that imports it, in a folder of the working folder, or above that. */
static const char *own_file(struct diag *d, const struct py_exception *e, const char *name)
{
	const char *cwd = d->in->imported->ask->cwd, *last = NULL, *found = NULL;
	const struct store_listing *l;

	if (e->nframes > 0)
		last = e->frames[e->nframes - 1].file;
	if (last != NULL && last[0] == '/')
		found = file_in(d, dir_name(d->a, last), name);
	if (found != NULL || cwd == NULL || strcmp(cwd, "/") == 0)
		return found;
	l = store_list(d->store, cwd);
	for (size_t i = 0; l != NULL && i < l->n && i < MAX_FOLDERS && found == NULL; i++)
		if (l->names[i][0] != '.' && strchr(l->names[i], '.') == NULL)
			found = file_in(d, arena_printf(d->a, "%s/%s", cwd, l->names[i]), name);
	return found != NULL ? found : file_in(d, dir_name(d->a, cwd), name);
}

struct draft *import_own_file(struct diag *d, const struct py_exception *e, const char *name)
{
	const struct imported *i = d->in->imported;
	const char *file = NULL, *dir;
	struct draft *dr;
	struct fix *f;

	if (strchr(name, '.') == NULL && !import_is_distributed(name))
		file = own_file(d, e, name);
	if (file == NULL)
		return NULL;
	dir = dir_name(d->a, file);
	if (strcmp(base_name(file), "__init__.py") == 0)
		dir = dir_name(d->a, dir);
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "not-installed");
	dr->f.object = file;
	draft_say(d, dr, "The module %s is not found: %s is there, but Python does not look in that folder.",
		  name, file);
	draft_fact(d, dr, file, "a file of that name");
	if (e->nframes > 0 && e->frames[e->nframes - 1].file != NULL &&
	    same_text(dir_name(d->a, e->frames[e->nframes - 1].file), dir))
		draft_fix(d, dr, "edit", "low",
			  arena_printf(d->a, "name it as a part of its package: from . import %s", name));
	f = draft_fix(d, dr, "path", "low", "let Python look there, or start it in that folder");
	fix_command(d, f, arena_printf(d->a, "PYTHONPATH=%s %s -c %s", shell_quote(d->a, dir),
				       shell_quote(d->a, i->home->executable),
				       shell_quote(d->a, arena_printf(d->a, "import %s", i->module))));
	return dr;
}
