/* d_windows_missing.c - a DLL that is nowhere where Windows looks: whose it is, and what brings it. */
#include <string.h>

#include "diagnose/windows_case.h"
#include "diagnose/windows_suspects.h"
#include "package/owner.h"

enum part { DRIVER, TOOLKIT };

static const struct gpu_dll {
	const char *pattern;
	enum part part;
	const char *what, *pip;
} gpu_dlls[] = {
#define WINDOWS_GPU(pattern, part, what, pip) { pattern, part, what, pip },
#include "diagnose/windows_gpu.def"
#undef WINDOWS_GPU
};

static const struct gpu_dll *gpu_dll_of(const char *base)
{
	for (size_t i = 0; i < sizeof(gpu_dlls) / sizeof(gpu_dlls[0]); i++)
		if (matches_pattern(base, gpu_dlls[i].pattern))
			return &gpu_dlls[i];
	return NULL;
}

const char *win_suspicion(const char *base)
{
	const struct gpu_dll *g = gpu_dll_of(base);
	const struct windows_runtime *r = windows_runtime(base);

	if (g != NULL)
		return g->what;
	return r != NULL && !windows_is_contract(base) ? r->what : NULL;
}

/* ---- the file itself -------------------------------------------------------------------------- */

static void no_target(struct win_case *k)
{
	draft_say(k->d, win_begin(k, CAUSE_MISSING_LIBRARY, k->name), "There is no file %s.", k->name);
}

/* ---- Python ----------------------------------------------------------------------------------- */

/* "python39.dll" in a process of Python 3.11. */
static bool is_python_dll(const char *base)
{
	size_t n = strspn(base + (strncmp(base, "python", 6) == 0 ? 6 : strlen(base)), "0123456789");

	return n > 0;
}

static void other_python(struct win_case *k)
{
	struct diag *d = k->d;
	const char *digits = k->base + 6;
	struct draft *dr =
		win_begin(k, CAUSE_PYTHON_MODULE, k->from != NULL ? image_path(d, k->from) : k->name);
	const char *made = arena_printf(d->a, "Python %c.%.*s", *digits,
					(int)strspn(digits + 1, "0123456789"), digits + 1);

	dr->f.detail = "python-abi";
	if (d->w->windows->python != 0)
		draft_say(d, dr, "%s is built for %s and needs its %s; the process is %s.",
			  image_word(d, k->from), made, k->name, win_python_words(d));
	else
		draft_say(d, dr, "%s needs %s, the interpreter of %s, and no such Python is in the process.",
			  image_word(d, k->from), k->name, made);
	draft_fix(d, dr, "replace", "low",
		  d->w->windows->python != 0 ?
			  arena_printf(d->a,
				       "install the build for %s: pip install --force-reinstall PACKAGE",
				       win_python_words(d)) :
			  arena_printf(d->a, "load it in %s", made));
}

/* ---- parts of Windows ------------------------------------------------------------------------- */

static const char *first_release(unsigned mask)
{
	return (mask & WINDOWS_7) != 0     ? "Windows 7"
	       : (mask & WINDOWS_8) != 0   ? "Windows 8"
	       : (mask & WINDOWS_8_1) != 0 ? "Windows 8.1"
	       : (mask & WINDOWS_10) != 0  ? "Windows 10"
					   : "Windows 11";
}

static void old_windows(struct win_case *k, unsigned mask)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_OS_TOO_OLD, k->name);
	bool gone = (mask & ~(d->w->windows->release->bit - 1)) == 0;

	if (gone)
		draft_say(d, dr, "%s%s was a part of older releases of Windows; %s does not have it.",
			  k->name, win_needed_words(k), d->w->windows->release->words);
	else
		draft_say(d, dr, "%s%s is a part of Windows that came with %s; %s does not have it.", k->name,
			  win_needed_words(k), first_release(mask), d->w->windows->release->words);
	draft_fix(d, dr, "replace", "low",
		  arena_printf(d->a, "take a release of the package that supports %s",
			       d->w->windows->release->words));
	if (!gone)
		draft_fix(d, dr, "upgrade", "high", "use a newer Windows");
}

static void no_contract(struct win_case *k)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_OS_TOO_OLD, k->name);

	draft_say(d, dr, "%s%s stands for functions (an API set) that %s does not have.", k->name,
		  win_needed_words(k), d->w->windows->release->words);
	draft_fix(d, dr, "upgrade", "high", "use a newer Windows");
}

/* ---- runtimes --------------------------------------------------------------------------------- */

static void runtime_fixes(struct win_case *k, const struct windows_runtime *r)
{
	struct diag *d = k->d;
	const char *arch = win_arch_word(d);
	struct fix *f;

	if (r->package != NULL) {
		f = draft_fix(d, k->dr, "install-package", "medium",
			      "on that machine: install the redistributable of Microsoft");
		fix_command(d, f, arena_printf(d->a, "winget install %s%s",
					       arena_strndup(d->a, r->package, strcspn(r->package, "%")),
					       strchr(r->package, '%') != NULL ? arch : ""));
		if (r->link != NULL)
			draft_fact(
				d, k->dr, NULL,
				arena_printf(d->a, "its installer: %.*s%s%s", (int)strcspn(r->link, "%"),
					     r->link, strchr(r->link, '%') != NULL ? arch : "",
					     strchr(r->link, '%') != NULL ? strchr(r->link, '%') + 2 : ""));
	}
	if (r->pip != NULL && d->w->windows->python != 0) {
		f = draft_fix(d, k->dr, "pip-install", "low",
			      "for this Python alone: the wheel that brings it");
		fix_command(d, f, arena_printf(d->a, "pip install %s", r->pip));
	}
	if (k->from != NULL && image_path(d, k->from) != NULL)
		draft_fix(d, k->dr, "copy-beside", "low",
			  arena_printf(d->a, "if you build the package: put %s beside %s%s", k->base,
				       image_word(d, k->from),
				       d->w->windows->python != 0 ?
					       " (delvewheel repair does it for wheels)" :
					       ""));
}

static void runtime(struct win_case *k, const struct windows_runtime *r)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_MISSING_LIBRARY, k->name);

	draft_say(d, dr,
		  "%s%s is %s. Windows does not have it%s, and it does not lie where it is looked for.",
		  k->name, win_needed_words(k), r->what,
		  d->w->windows->python != 0 ? ", Python does not bring it" : "");
	runtime_fixes(k, r);
}

static void gpu(struct win_case *k, const struct gpu_dll *g)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_GPU_DRIVER, k->name);
	struct fix *f;

	draft_say(d, dr, "%s%s is %s, and it is not where Windows looks.", k->name, win_needed_words(k),
		  g->what);
	if (g->part == DRIVER) {
		draft_assume(dr, DLWHY_PREDICTED, "the machine has no driver that brings it");
		draft_fix(d, dr, "install", "high", "on a machine with such a GPU: install its driver");
	} else if (g->pip != NULL) {
		f = draft_fix(d, dr, "pip-install", "low", "the wheel that brings it (its release must fit)");
		fix_command(d, f, arena_printf(d->a, "pip install %s", g->pip));
	} else {
		draft_fix(d, dr, "install", "medium",
			  "install it from its maker, and name its folder to Python with "
			  "os.add_dll_directory");
	}
	draft_fix(d, dr, "other-build", "low", "without such a GPU: install the build for CPUs");
}

/* ---- elsewhere, or nowhere -------------------------------------------------------------------- */

/* From "Lib/site-packages" on; NULL: the path lies in no environment. */
static const char *in_environment(const char *path)
{
	static const char site[] = "Lib/site-packages";
	const char *at = strstr(path, site);

	return at != NULL && (at == path || at[-1] == '/') ? at : NULL;
}

/* A path as a person types it on Windows: in an environment seen from its folder. */
static const char *typed(struct diag *d, const char *path)
{
	const char *inside = in_environment(path);
	char *out = arena_strdup(d->a, inside != NULL ? inside : path);

	for (char *c = out; *c != '\0'; c++)
		*c = *c == '/' ? '\\' : *c;
	return out;
}

static const char *add_directory(struct diag *d, const char *dir)
{
	if (in_environment(dir) == NULL)
		return arena_printf(d->a, "import os; os.add_dll_directory(r\"%s\")", typed(d, dir));
	return arena_printf(d->a, "import os, sys; os.add_dll_directory(os.path.join(sys.prefix, r\"%s\"))",
			    typed(d, dir));
}

static void elsewhere(struct win_case *k, const char *const *paths, size_t n)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_SEARCH_PATH, k->name);
	const char *dir = dir_name(d->a, paths[0]);
	const struct image *root = k->from;
	struct fix *f;

	while (root->requester != NULL)
		root = root->requester;
	draft_say(d, dr, "%s%s is there (%s), but Windows does not look in that folder.", k->name,
		  win_needed_words(k), paths[0]);
	for (size_t i = 0; i < n; i++)
		draft_fact(d, dr, paths[i], "a file of that name");
	if (d->w->windows->python >= 308) {
		f = draft_fix(d, dr, "add-dll-directory", "low",
			      "in Python, before the import (since 3.8 PATH is not searched)");
		fix_command(d, f, add_directory(d, dir));
	}
	f = draft_fix(d, dr, "copy-beside", "low",
		      arena_printf(d->a, "put it beside %s%s", image_word(d, root),
				   in_environment(dir) != NULL ?
					   " (typed in the folder of the environment)" : ""));
	fix_command(d, f,
		    arena_printf(d->a, "copy \"%s\" \"%s\"", typed(d, paths[0]),
				 image_path(d, root) != NULL ? typed(d, dir_name(d->a, image_path(d, root))) :
							       "."));
}

/* delvewheel gives each file that it brings a name of its own: there is one source for it. */
static bool is_mangled(const char *base)
{
	const char *dash = strrchr(base, '-');

	return dash != NULL && strspn(dash + 1, "0123456789abcdef") == 32 && strcmp(dash + 33, ".dll") == 0;
}

/* A place that was searched, where its package had it: a list of files says so. NULL: none has. */
static const struct package_owner *owner_of(const struct win_case *k, const char **path)
{
	const struct diag *d = k->d;
	const struct package_owner *o = NULL;

	for (size_t i = 0; k->rq != NULL && d->store != NULL && i < k->rq->nprobes && o == NULL; i++) {
		*path = d->t->probes.items[k->rq->probe0 + i].path;
		if (strstr(*path, "-packages/") != NULL)
			o = package_owner_find(d->store, d->a, absolute_path(k->d, *path));
	}
	return o;
}

static bool lost(struct win_case *k)
{
	struct diag *d = k->d;
	const char *path;
	const struct package_owner *o = owner_of(k, &path);
	struct draft *dr;

	if (o == NULL)
		return false;
	dr = win_begin(k, CAUSE_MISSING_LIBRARY, k->name);
	draft_say(d, dr,
		  "%s%s is not there any more: %s %s was installed with it, and its list of files has it.",
		  k->name, win_needed_words(k), o->p->name, o->p->version);
	draft_fact(d, dr, o->p->record, "lists the file");
	draft_fix_reinstall(d, dr, path, "get it again");
	return true;
}

static void nowhere(struct win_case *k)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_MISSING_LIBRARY, k->name);

	draft_say(d, dr,
		  "%s%s is not there: it is no part of Windows, and it lies in no folder that is searched.",
		  k->name, win_needed_words(k));
	if (is_mangled(k->base) && k->from != NULL) {
		draft_fact(d, dr, NULL,
			   "the name is one that delvewheel gave: the file was in the same wheel");
		draft_fix_reinstall(d, dr, image_path(d, k->from), "install the package again");
		return;
	}
	draft_fix(d, dr, "copy-beside", "low",
		  arena_printf(d->a, "get %s from whoever made %s, and put it beside that file", k->name,
			       image_word(d, k->from)));
	if (d->w->windows->python != 0)
		draft_fix(d, dr, "repair-wheel", "low",
			  "if you build the package: delvewheel repair puts what is needed into the wheel");
}

/* "2008" of "Microsoft.VC90.CRT"; NULL: it is none of Visual C++. */
static const char *visual_year(const char *assembly)
{
	if (strncmp(assembly, "Microsoft.VC80.", 15) == 0)
		return "2005";
	return strncmp(assembly, "Microsoft.VC90.", 15) == 0 ? "2008" : NULL;
}

void win_no_assembly(struct win_case *k)
{
	struct diag *d = k->d;
	const char *name = k->f->object, *year = visual_year(name);
	struct draft *dr = win_begin(k, CAUSE_MISSING_LIBRARY, name);
	struct fix *f;

	draft_say(d, dr,
		  "%s asks by its manifest for the side-by-side assembly %s%s%s, and it is not there: "
		  "neither beside "
		  "it nor, as far as is known, in Windows.",
		  image_word(d, k->from), name, k->f->version != NULL ? " " : "",
		  k->f->version != NULL ? k->f->version : "");
	if (year != NULL) {
		f = draft_fix(d, dr, "install-package", "medium",
			      arena_printf(d->a,
					   "on that machine: install the redistributable of Visual C++ %s",
					   year));
		fix_command(d, f, arena_printf(d->a, "winget install Microsoft.VCRedist.%s.%s", year,
					       win_arch_word(d)));
	}
	draft_fix(d, dr, "replace", "low",
		  "take a build that needs no such assembly: those of Visual C++ 2010 and later");
}

void win_missing(struct win_case *k)
{
	const struct windows_runtime *r = windows_runtime(k->base);
	unsigned mask = windows_dll(k->base, k->d->w->windows->machine);
	const struct gpu_dll *g = gpu_dll_of(k->base);
	const char **paths;
	size_t n = k->from != NULL ? win_places(k->d, k->base, &paths) : 0;

	if (k->from == NULL)
		no_target(k);
	else if (is_python_dll(k->base))
		other_python(k);
	else if (n > 0)
		elsewhere(k, paths, n);
	else if (lost(k))
		return;
	else if (r != NULL)
		runtime(k, r);
	else if (g != NULL)
		gpu(k, g);
	else if (windows_is_contract(k->base))
		no_contract(k);
	else if (mask != 0)
		old_windows(k, mask);
	else
		nowhere(k);
}
