/* d_module.c - a module that Python does not find: not installed, installed for another interpreter, built
 * for another one, hidden by a file of the same name.
 */
#include <string.h>

#include "diagnose/d_import.h"

enum { MAX_NEAR = 8, MAX_OTHERS = 8 };

/* ---- a file of the same name comes first ------------------------------------------------------ */

/* Where the module would be found if the entry that it was found in were not there. */
static bool behind(struct diag *d, const struct py_module_info *m, struct py_spec *out, const char **why)
{
	const struct imported *i = d->in->imported;

	for (size_t k = m->spec.entry + 1; k < i->home->path.n; k++) {
		const char *dir = i->home->path.items[k].dir;
		struct py_strings one = { &dir, 1, 1 };

		py_find(i->im->finder, m->name, &one, out);
		if (out->kind != PY_SPEC_MISSING && out->kind != PY_SPEC_NAMESPACE &&
		    !same_text(out->origin, m->spec.origin)) {
			*why = i->home->path.items[k].why;
			return true;
		}
	}
	return false;
}

/* Is it of a folder that belongs to somebody's own files: the working folder, PYTHONPATH? */
static bool is_local(const struct imported *i, const struct py_module_info *m)
{
	const char *dir;

	if (m->spec.entry >= i->home->path.n || strchr(m->name, '.') != NULL || m->spec.origin == NULL)
		return false;
	dir = i->home->path.items[m->spec.entry].dir;
	return strstr(dir, "-packages") == NULL && !same_text(dir, i->home->stdlib) &&
	       (i->home->stdlib == NULL || !starts_with(dir, i->home->stdlib));
}

/* Does the exception speak of that module, or come out of its file? */
static bool concerns(const struct py_exception *e, const struct py_module_info *m)
{
	size_t n = strlen(m->name);

	for (; e != NULL; e = e->cause) {
		const char *at = e->message;

		while (at != NULL && (at = strstr(at, m->name)) != NULL) {
			if (at > e->message && (at[-1] == '\'' || at[-1] == '"') &&
			    (at[n] == '\'' || at[n] == '"' || at[n] == '.'))
				return true;
			at += n;
		}
		if (e->nframes > 0 && same_text(e->frames[e->nframes - 1].file, m->spec.origin))
			return true;
	}
	return false;
}

static struct draft *shadow_draft(struct diag *d, const struct py_module_info *m,
				  const struct py_spec *hidden, const char *why)
{
	const struct imported *i = d->in->imported;
	struct draft *dr = import_draft(d, CAUSE_CIRCULAR_IMPORT, "shadow");
	const char *entry = i->home->path.items[m->spec.entry].why;

	dr->f.object = m->spec.origin;
	draft_say(d, dr, "%s takes the place of the module %s: it is found first (%s), and what is wanted "
		  "is %s.", m->spec.origin, m->name, entry != NULL ? entry : "sys.path",
		  hidden->origin);
	draft_fact(d, dr, m->spec.origin, arena_printf(d->a, "found first, in %s",
						      entry != NULL ? entry : "sys.path"));
	draft_fact(d, dr, hidden->origin, arena_printf(d->a, "hidden by it, in %s",
						      why != NULL ? why : "sys.path"));
	draft_fix(d, dr, "rename", "low",
		  arena_printf(d->a, "give %s another name (and remove __pycache__ beside it)",
			       base_name(m->spec.is_package ? dir_name(d->a, m->spec.origin)
							    : m->spec.origin)));
	if (m->by.file == NULL || m->spec.entry == 0)
		draft_fix(d, dr, "change-folder", "low", "start Python in another folder");
	return dr;
}

struct draft *import_shadow(struct diag *d, const struct py_exception *e)
{
	const struct imported *i = d->in->imported;

	for (size_t k = 0; k < i->im->modules.n; k++) {
		const struct py_module_info *m = i->im->modules.items[k];
		struct py_spec hidden;
		const char *why = NULL;

		if (m->maybe || !is_local(i, m) || !concerns(e, m))
			continue;
		if (behind(d, m, &hidden, &why))
			return shadow_draft(d, m, &hidden, why);
	}
	return NULL;
}

/* ---- a file that is no module for this interpreter -------------------------------------------- */

static struct draft *case_draft(struct diag *d, const char *name, const struct py_near *near)
{
	const char *base = base_name(near->path);
	const char *right = arena_strndup(d->a, base, strcspn(base, "."));
	struct draft *dr = import_draft(d, CAUSE_PYTHON_MODULE, "not-installed");

	dr->f.object = near->path;
	draft_say(d, dr, "There is no module %s; there is one with the name %s: upper and lower case count.",
		  name, right);
	draft_fact(d, dr, near->path, near->why);
	draft_fix(d, dr, "spell", "low", arena_printf(d->a, "write %s", right));
	return dr;
}

static struct draft *near_draft(struct diag *d, const char *name, const struct py_near *near, size_t n)
{
	struct draft *dr;

	if (n == 1 && starts_with(near[0].why, "differs"))
		return case_draft(d, name, near);
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "python-abi");

	dr->f.object = near[0].path;
	draft_say(d, dr, "The module %s is there, but not for this interpreter: %s is %s, and this is %s.",
		  name, base_name(near[0].path), near[0].why, import_who(d));
	for (size_t i = 0; i < n; i++)
		draft_fact(d, dr, near[i].path, near[i].why);
	draft_fix(d, dr, "reinstall", "low",
		  d->in->imported->home->assumes != NULL ?
			  arena_printf(d->a, "take the build of the package for %s, in a folder of its own",
				       d->in->imported->home->system->words) :
			  arena_printf(d->a, "install the package again with this very interpreter (%s)",
				       d->in->imported->home->executable));
	fix_command(d, dr->fixes.items[0],
		    import_pip(d, arena_printf(d->a, "--force-reinstall %s",
					       import_distribution(d->a, name))));
	return dr;
}

/* The folders that a module of that name is looked for in. */
static bool path_for(struct diag *d, const char *name, struct py_strings *out)
{
	const struct imported *i = d->in->imported;
	const char *dot = strrchr(name, '.');
	struct py_spec parent;

	if (dot == NULL) {
		*out = import_path(d);
		return true;
	}
	if (!import_find(d, i->im->finder, i->home, arena_strndup(d->a, name, (size_t)(dot - name)),
			 &parent))
		return false;
	*out = parent.locations;
	return out->n > 0;
}

struct draft *import_near_miss(struct diag *d, const char *name)
{
	struct py_near near[MAX_NEAR];
	struct py_strings path;
	size_t n = 0;

	if (!path_for(d, name, &path))
		return NULL;
	py_find_near(d->in->imported->im->finder, name, &path, MAX_NEAR, near, &n);
	return n > 0 ? near_draft(d, name, near, n) : NULL;
}

/* ---- not in this Python ------------------------------------------------------------------------ */

/* Modules of the standard library that need a library when Python is built. */
static const char *const optional[][2] = {
	{ "_bz2", "libbz2-dev" },       { "_ctypes", "libffi-dev" },   { "_curses", "libncurses-dev" },
	{ "_dbm", "libgdbm-compat-dev" }, { "_gdbm", "libgdbm-dev" },  { "_hashlib", "libssl-dev" },
	{ "_lzma", "liblzma-dev" },     { "_sqlite3", "libsqlite3-dev" }, { "_ssl", "libssl-dev" },
	{ "_tkinter", "tk-dev" },       { "_uuid", "uuid-dev" },       { "readline", "libreadline-dev" },
	{ "zlib", "zlib1g-dev" },       { "_zstd", "libzstd-dev" },
};

static struct draft *removed(struct diag *d, const char *name)
{
	static const struct {
		const char *module;
		unsigned last;
		const char *instead;
	} rows[] = {
#define PYGONE(module, last, instead) { module, last, instead },
#include "diagnose/pyremoved.def"
#undef PYGONE
	};
	const struct py_home *h = d->in->imported->home;
	const char *top = import_top(d->a, name);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct draft *dr;

		if (strcmp(rows[i].module, top) != 0 || h->major != 3 || h->minor <= rows[i].last)
			continue;
		dr = import_draft(d, CAUSE_PYTHON_MODULE, "removed");
		dr->f.object = top;
		draft_say(d, dr, "The standard library has no %s any more: Python 3.%u was the last to have "
			  "it, and this is %s.", top, rows[i].last, import_who(d));
		draft_fix(d, dr, "replace", "low", arena_printf(d->a, "use %s", rows[i].instead));
		draft_fix(d, dr, "update", "low",
			  "install a release of the package that imports it which knows this Python");
		return dr;
	}
	return NULL;
}

static struct draft *left_out(struct diag *d, const char *name)
{
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		struct draft *dr;

		if (strcmp(optional[i][0], name) != 0)
			continue;
		dr = import_draft(d, CAUSE_PYTHON_MODULE, "python-build");
		dr->f.object = name;
		draft_say(d, dr, "This Python was built without %s, which is a part of its standard library: "
			  "%s.", name, import_who(d));
		draft_fix(d, dr, "rebuild", "medium",
			  arena_printf(d->a, "install %s and build this Python again", optional[i][1]));
		if (has_apt(d))
			fix_command(d, dr->fixes.items[0],
				    arena_printf(d->a, "apt-get install %s", optional[i][1]));
		return dr;
	}
	return NULL;
}

/* ---- somewhere else ----------------------------------------------------------------------------- */

/* Parts of the standard library that Debian has in packages of their own. */
static const char *const apart[][2] = {
	{ "tkinter", "python3-tk" },   { "turtle", "python3-tk" },       { "idlelib", "idle" },
	{ "_tkinter", "python3-tk" },  { "distutils", "python3-distutils" },
	{ "lib2to3", "python3-lib2to3" }, { "ensurepip", "python3-venv" }, { "_gdbm", "python3-gdbm" },
};

/* Parts of the standard library that are on Windows only. */
static const char *const windows[] = { "msvcrt", "winreg", "_winreg", "_winapi", "winsound", "nt", "_msi",
				       "msilib", "nturl2path" };

static struct draft *of_windows(struct diag *d, const char *name)
{
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct draft *dr;

		if (strcmp(windows[i], name) != 0 || d->in->imported->home->system->os == PY_OS_WINDOWS)
			continue;
		dr = import_draft(d, CAUSE_PYTHON_MODULE, "not-installed");
		dr->f.object = name;
		draft_say(d, dr, "The module %s is a part of Python on Windows only: no package brings it "
			  "here.", name);
		draft_fix(d, dr, "edit", "low", "import it only where sys.platform is 'win32'");
		return dr;
	}
	return NULL;
}

/* The first other interpreter that has the module. *part: its standard library does. */
static const char *other_that_has(struct diag *d, const char *name, const char **version, bool *part)
{
	const struct imported *i = d->in->imported;
	struct py_strings others = { NULL, 0, 0 };

	if (i->home->assumes != NULL) /* those of this machine do not help there */
		return NULL;
	py_home_others(i->ask, d->a, MAX_OTHERS, &others);
	for (size_t k = 0; k < others.n; k++) {
		struct py_ask ask = *i->ask;
		struct py_home *h = ARENA_NEW(d->a, struct py_home);
		struct py_spec spec;
		struct dlwhy_error err;

		ask.python = others.items[k];
		if (py_home_open(&ask, d->a, h, &err) != DLWHY_OK ||
		    same_text(h->executable, i->home->executable) || h->not_followed != NULL ||
		    !import_find(d, py_finder_new(h, d->source, d->a), h, name, &spec) ||
		    spec.kind == PY_SPEC_NAMESPACE)
			continue;
		*version = h->version;
		*part = import_in_stdlib(h, &spec);
		return h->executable;
	}
	return NULL;
}

/* pip does not have what belongs to the standard library. */
static void part_fix(struct diag *d, struct draft *dr, const char *name)
{
	const char *top = import_top(d->a, name);

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (strcmp(apart[i][0], top) == 0 && has_apt(d) &&
		    same_text(d->in->imported->home->prefix, "/usr"))
			fix_command(d, draft_fix(d, dr, "install", "low",
						 "install the part of Python that the distribution packs by "
						 "itself"),
				    arena_printf(d->a, "apt-get install %s", apart[i][1]));
}

static bool is_managed(const struct diag *d)
{
	const struct py_home *h = d->in->imported->home;

	return h->venv == NULL && h->stdlib != NULL && h->assumes == NULL && d->source != NULL &&
	       python_is_managed(d->source, d->a, h->stdlib);
}

static void managed_fix(struct diag *d, struct draft *dr, const char *package)
{
	const char *python = d->in->imported->home->executable, *word = shell_quote(d->a, package);

	fix_command(d, draft_fix(d, dr, "install", "low",
				 "install it in an environment of your own: pip refuses to change this "
				 "Python, which belongs to the system"),
		    arena_printf(d->a, "%s -m venv ENV && ENV/bin/python -m pip install %s",
				 shell_quote(d->a, python), word));
	if (has_apt(d) && package[0] != '-')
		fix_command(d, draft_fix(d, dr, "install", "low",
					 "install the package of the system, if there is one"),
			    arena_printf(d->a, "apt-get install %s   # the name may differ",
					 shell_quote(d->a, arena_printf(d->a, "python3-%s", package))));
}

static void install_fix(struct diag *d, struct draft *dr, const char *name)
{
	const char *known = import_known_distribution(d->a, name);
	const char *package = known != NULL ? known : import_top(d->a, name);
	struct fix *f;

	if (d->in->imported->home->executable != NULL && is_managed(d)) {
		managed_fix(d, dr, package);
		return;
	}
	f = draft_fix(d, dr, "install", known != NULL ? "low" : "medium",
		      known != NULL ? "install it for this interpreter"
				    : "install it for this interpreter, if its package has the name of the "
				      "module");

	/* the name may come from a source that nobody has looked at: the command is to be copied */
	fix_command(d, f, import_pip(d, shell_quote(d->a, package)));
	/* pip would take a name that begins with a dash for an option */
	if (package[0] != '-' && d->in->imported->home->executable != NULL)
		fix_edit(d, f, "pip-install", d->in->imported->home->executable, NULL, package);
}

static struct draft *not_installed(struct diag *d, const char *name)
{
	const struct imported *i = d->in->imported;
	bool part = false;
	const char *version = NULL, *other = other_that_has(d, name, &version, &part);
	struct draft *dr = import_draft(d, CAUSE_PYTHON_MODULE,
					other != NULL ? "other-python" : "not-installed");

	dr->f.object = name;
	if (other == NULL) {
		draft_say(d, dr, "The module %s is not installed for %s.", name, import_who(d));
	} else {
		draft_say(d, dr, "The module %s is not installed for %s; it is for Python %s (%s).", name,
			  import_who(d), version, other);
		draft_fact(d, dr, other, arena_printf(d->a, "Python %s, which has it", version));
	}
	for (size_t k = 0; k < i->home->path.n && k < 12; k++) {
		const struct py_path_entry *p = &i->home->path.items[k];

		draft_evidence(d, dr, "fact", NULL, p->exists ? "looked for in" : "no such folder")->value =
			*p->dir != '\0' ? p->dir : i->ask->cwd;
	}
	if (other != NULL) {
		struct fix *f = draft_fix(d, dr, "other-python", "low",
					  "use the interpreter that has it");

		fix_command(d, f, arena_printf(d->a, "%s -c 'import %s'", shell_quote(d->a, other),
					       i->module));
	}
	if (part)
		part_fix(d, dr, name);
	else
		install_fix(d, dr, name);
	return dr;
}

/* The package is there, and has no such part. */
static struct draft *no_such_part(struct diag *d, const char *name)
{
	const struct imported *i = d->in->imported;
	const char *dot = strrchr(name, '.');
	const char *parent = dot != NULL ? arena_strndup(d->a, name, (size_t)(dot - name)) : NULL;
	const char *version, *words;
	struct py_spec spec;
	struct draft *dr;

	if (parent == NULL || !import_find(d, i->im->finder, i->home, parent, &spec))
		return NULL;
	version = import_version(d, parent);
	words = version != NULL ? arena_printf(d->a, " %s", version) : "";
	dr = import_draft(d, CAUSE_PYTHON_MODULE, "version-skew");
	dr->f.object = name;
	if (spec.kind == PY_SPEC_NAMESPACE)
		draft_say(d, dr, "%s is only a folder without __init__.py (%s), and has no module %s: the "
			  "package itself is not there, or not whole.", parent,
			  spec.locations.n > 0 ? spec.locations.items[0] : "?", dot + 1);
	else if (spec.locations.n == 0)
		draft_say(d, dr, "%s is a file and no package (%s): it has no module %s.", parent,
			  spec.origin != NULL ? spec.origin : "built in", dot + 1);
	else
		draft_say(d, dr, "The package %s%s has no module %s: it is of another release than is "
			  "wanted, or not whole.", parent, words, dot + 1);
	draft_fact(d, dr, spec.origin != NULL ? spec.origin
					      : spec.locations.n > 0 ? spec.locations.items[0] : NULL,
		   arena_printf(d->a, "where %s%s was found", parent, words));
	if (import_in_stdlib(i->home, &spec)) {
		draft_fix(d, dr, "edit", "low",
			  "look at the name: the standard library is not to be installed with pip");
		return dr;
	}
	draft_fix(d, dr, "reinstall", "low", "install the release that is wanted, or the same one again");
	fix_command(d, dr->fixes.items[0],
		    import_pip(d, arena_printf(d->a, "--force-reinstall %s",
					       import_distribution(d->a, parent))));
	return dr;
}

/* ---- all ------------------------------------------------------------------------------------------ */

/* The name in "No module named 'x.y'". */
static const char *missing_name(struct arena *a, const struct py_exception *e)
{
	static const char start[] = "No module named '";
	const char *p = e->message;

	if (e->name != NULL)
		return e->name;
	if (p == NULL || strncmp(p, start, sizeof(start) - 1) != 0)
		return NULL;
	p += sizeof(start) - 1;
	return arena_strndup(a, p, strcspn(p, "'"));
}

struct draft *import_not_found(struct diag *d, const struct py_exception *e)
{
	const char *name;
	struct draft *dr;

	if (strcmp(e->type, "ModuleNotFoundError") != 0 ||
	    (e->message != NULL && strncmp(e->message, "No module named", 15) != 0))
		return NULL;
	name = missing_name(d->a, e);
	if (name == NULL)
		return NULL;
	dr = import_near_miss(d, name);
	if (dr == NULL)
		dr = import_backend(d, e, name);
	if (dr == NULL)
		dr = no_such_part(d, name);
	if (dr == NULL)
		dr = removed(d, name);
	if (dr == NULL)
		dr = left_out(d, name);
	if (dr == NULL)
		dr = of_windows(d, name);
	if (dr == NULL)
		dr = import_own_file(d, e, name);
	if (dr == NULL)
		dr = import_misspelt(d, name);
	if (dr == NULL)
		dr = not_installed(d, name);
	if (e->nframes > 0)
		dr->f.needed_by = e->frames[e->nframes - 1].file;
	return dr;
}
