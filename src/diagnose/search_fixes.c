/* search_fixes.c - see search_fixes.h. Commands are offered, never run. */
#include "diagnose/search_fixes.h"

#include <stdlib.h>
#include <string.h>

#include "diagnose/debian.h"
#include "diagnose/known.h"

/* ---- folders that do not exist ------------------------------------------------------------ */

static const char *dir_without_slash(struct arena *a, const char *dir)
{
	size_t n = strlen(dir);

	return n > 1 && dir[n - 1] == '/' ? arena_strndup(a, dir, n - 1) : dir;
}

static const char *first_dead(struct diag *d, const struct dir_list *l)
{
	const char *found = NULL;

	for (size_t i = 0; !l->none && l->v != NULL && i < l->n && i < 64; i++) {
		const struct search_dir *s = l->v[i];

		if (s == NULL || s->dir == NULL || s->written == NULL || *s->dir == '\0' ||
		    store_stat_dir(d->store, dir_without_slash(d->a, s->dir)) == 0)
			continue;
		if (found == NULL || (build_tree(found) == NULL && build_tree(s->written) != NULL))
			found = s->written;
	}
	return found;
}

const char *dead_runpath(struct diag *d, const struct image *im, const char **element)
{
	const char *rule = "RUNPATH", *dead, *tree;

	if (im == NULL || d->store == NULL)
		return NULL;
	dead = first_dead(d, &im->runpath);
	if (dead == NULL) {
		rule = "RPATH";
		dead = first_dead(d, &im->rpath);
	}
	if (dead == NULL)
		return NULL;
	*element = dead;
	tree = build_tree(dead);
	if (tree != NULL)
		return arena_printf(d->a,
				    "its %s (the folders that it names itself) points into %s, "
				    "which exists only where it was built",
				    rule, tree);
	return arena_printf(d->a,
			    "its %s (the folders that it names itself) points to %s, which does "
			    "not exist here",
			    rule, symbol_word(d->a, dead));
}

/* ---- RUNPATH ------------------------------------------------------------------------------ */

/* Length of the common leading part of two absolute paths, in whole components; how many. */
static size_t common_part(const char *a, const char *b, size_t *components)
{
	size_t last = 0, i = 0;

	*components = 0;
	for (;; i++) {
		bool ea = a[i] == '\0' || a[i] == '/', eb = b[i] == '\0' || b[i] == '/';

		if (ea && eb && i > 0) {
			last = i;
			++*components;
		}
		if (a[i] != b[i] || a[i] == '\0')
			return last;
	}
}

/* `dir` as seen from the folder `from` of a file: "$ORIGIN/../lib" where both belong together (share two
 * folders or more), else as it is. */
static const char *origin_path(struct arena *a, const char *from, const char *dir)
{
	size_t components, common;
	const char *up = "";

	if (from[0] != '/' || dir[0] != '/')
		return dir;
	common = common_part(from, dir, &components);
	if (components < 2 || strstr(dir, "/../") != NULL || strstr(from, "/../") != NULL)
		return dir;
	for (const char *p = from + common; *p != '\0'; p++)
		if (*p == '/' && p[1] != '\0')
			up = arena_printf(a, "%s/..", up);
	return arena_printf(a, "$ORIGIN%s%s", up, dir + common);
}

/* A folder without ".." on the way, where it is known: "bin/../lib" is "lib". */
static const char *plain_dir(struct diag *d, const char *dir)
{
	const char *plain = dir;
	char *real;

	if (strstr(dir, "/..") == NULL || d->source == NULL || source_realpath(d->source, dir, &real) != 0)
		return dir;
	plain = arena_strdup(d->a, real);
	free(real);
	return plain;
}

/* What is worth keeping of the list that the file has: folders that exist. */
static const char *kept_elements(struct diag *d, const struct image *from)
{
	const struct elf *e = from->file != NULL ? &from->file->elf : NULL;
	const struct dir_list *l = e != NULL && e->runpath != NULL ? &from->runpath : &from->rpath;
	const char *old = e != NULL ? (e->runpath != NULL ? e->runpath : e->rpath) : NULL;
	const char *kept = "";

	if (old == NULL || *old == '\0')
		return "";
	if (!l->ready || l->none || l->v == NULL)
		return arena_printf(d->a, ":%s", old);
	for (size_t i = 0; i < l->n && i < 64; i++) {
		const struct search_dir *s = l->v[i];

		if (s->written != NULL && s->dir != NULL &&
		    (*s->dir == '\0' ||
		     store_stat_dir(d->store, dir_without_slash(d->a, s->dir)) == 0))
			kept = arena_printf(d->a, "%s:%s", kept, s->written);
	}
	return kept;
}

/* Of a program that is started through a link the folder that it lies in; a library has that of its name. */
static const char *origin_of(struct diag *d, const struct image *from)
{
	if (from->kind == IMAGE_PROGRAM && from->origin != NULL && from->origin[0] == '/')
		return from->origin;
	return dir_name(d->a, absolute_path(d, image_path(d, from)));
}

static void fix_runpath(struct diag *d, struct draft *dr, const struct image *from,
			const struct hit *hit)
{
	const char *file = image_path(d, from);
	const struct elf *e = from->file != NULL ? &from->file->elf : NULL;
	bool rpath = e != NULL && e->runpath == NULL && e->rpath != NULL;
	bool secure = d->p != NULL && d->p->secure;
	const char *dir, *list;
	struct fix *f;

	if (file == NULL || strchr(file, '/') == NULL)
		return;
	dir = plain_dir(d, dir_name(d->a, absolute_path(d, hit->path)));
	if (!secure) /* such a program gets no $ORIGIN */
		dir = origin_path(d->a, plain_dir(d, origin_of(d, from)), dir);
	list = arena_printf(d->a, "%s%s", dir, kept_elements(d, from));
	f = draft_fix(d, dr, "set-runpath", "medium",
		      arena_printf(d->a,
				   "for good: write the folder into %s (this edits the file: keep "
				   "a copy)%s",
				   base_name(file),
				   secure ? "; nobody but its owner may be able to write there"
					  : ""));
	fix_command(d, f,
		    arena_printf(d->a, "patchelf %s--set-rpath %s %s",
				 rpath ? "--force-rpath " : "", shell_quote(d->a, list),
				 shell_quote(d->a, file)));
	fix_edit(d, f, rpath ? "set-rpath" : "set-runpath", file, NULL, list);
}

/* ---- the ways ----------------------------------------------------------------------------- */

static void fix_import_first(struct diag *d, struct draft *dr, const char *name)
{
	const struct provider *pv = provider_of(name);

	if (pv == NULL || pv->python == NULL || pv->hint == NULL)
		return;
	draft_fix(d, dr, "import-first", "low",
		  arena_printf(d->a,
			       "%s; the loader then takes %s from memory and searches no folder",
			       pv->hint, name));
}

static bool is_default_dir(const struct diag *d, const char *dir)
{
	for (size_t i = 0; i < d->w->install.ndirs; i++)
		if (strcmp(dir_without_slash(d->a, d->w->install.dirs[i]), dir) == 0)
			return true;
	return false;
}

/* musl has no ldconfig. */
static void fix_link_by_hand(struct diag *d, struct draft *dr, const char *name,
			     const struct hit *hit)
{
	const char *link = join_path(d->a, dir_name(d->a, hit->path), name);
	struct fix *f = draft_fix(d, dr, "link", "low", "make the missing link");

	fix_command(d, f,
		    arena_printf(d->a, "ln -s %s %s", shell_quote(d->a, base_name(hit->path)),
				 shell_quote(d->a, link)));
	fix_edit(d, f, "link", link, NULL, base_name(hit->path));
}

/* The file takes the place of the default folders, so these must be named in it. */
static void fix_path_file(struct diag *d, struct draft *dr, const struct hit *hit)
{
	const char *file = d->w->musl.path_file;
	const char *dir = dir_name(d->a, absolute_path(d, hit->path));
	const struct store_entry *en = store_open(d->store, file);
	bool there = en != NULL && en->err == 0;
	struct fix *f;

	f = draft_fix(d, dr, "path-file", "medium",
		      arena_printf(d->a,
				   "for all programs: name the folder in %s (as root)%s", file,
				   there ? "" : "; the file replaces the default folders, so name "
						"those as well"));
	fix_edit(d, f, "path-file", file, NULL, dir);
	if (there)
		fix_command(d, f, arena_printf(d->a, "echo %s >>%s", shell_quote(d->a, dir), file));
	else
		fix_command(d, f,
			    arena_printf(d->a, "printf '%%s\\n' /lib /usr/local/lib /usr/lib %s >%s",
					 shell_quote(d->a, dir), file));
}

static void fix_link(struct diag *d, struct draft *dr, const char *name, const struct hit *hit)
{
	const char *dir = dir_name(d->a, hit->path);
	struct fix *f = draft_fix(d, dr, "link", "low",
				  "make the missing link (ldconfig makes all that a folder needs)");

	if (is_default_dir(d, dir) || hit->where == HIT_CONF)
		fix_command(d, f, "ldconfig");
	else
		fix_command(d, f, arena_printf(d->a, "ldconfig -n %s", shell_quote(d->a, dir)));
	fix_edit(d, f, "link", join_path(d->a, dir, name), NULL, base_name(hit->path));
	if (is_default_dir(d, dir) || hit->where == HIT_CONF)
		fix_edit(d, f, "ldconfig", NULL, NULL, NULL);
}

void search_fixes(struct diag *d, struct draft *dr, const struct image *from, const struct hit *hit)
{
	const char *name = base_name(dr->f.object != NULL ? dr->f.object : hit->path);
	struct fix *f;

	if (hit->where == HIT_CONF) {
		f = draft_fix(d, dr, "ldconfig", "low", "let the loader's cache be made again (as root)");
		fix_command(d, f, "ldconfig");
		fix_edit(d, f, "ldconfig", NULL, NULL, NULL);
	}
	if (hit->where == HIT_SITE)
		fix_import_first(d, dr, name);
	if (hit->kind == HIT_ALIAS) {
		if (is_musl(d))
			fix_link_by_hand(d, dr, name, hit);
		else
			fix_link(d, dr, name, hit);
		if (hit->searched)
			return;
	}
	if (hit->kind == HIT_EXACT && (d->p == NULL || !d->p->secure))
		draft_fix_library_path(d, dr, "name the folder", hit->path);
	if (from != NULL)
		fix_runpath(d, dr, from, hit);
	if (is_musl(d) && hit->kind == HIT_EXACT)
		fix_path_file(d, dr, hit);
}

/* ---- where it comes from ------------------------------------------------------------------ */

static const char *with_hint(struct diag *d, const char *s, const struct provider *pv)
{
	return pv->hint != NULL ? arena_printf(d->a, "%s; %s", s, pv->hint) : s;
}

/* The environment's own pip, if the file that fails lies in one: "pip" alone may be another's. */
static const char *pip_of(struct diag *d, const char *file)
{
	const char *full = file != NULL ? absolute_path(d, file) : "";
	const char *lib = strstr(full, "/lib/python3");
	const char *python;
	struct os_stat st;

	if (lib == NULL || strstr(lib, "-packages/") == NULL || d->source == NULL)
		return "pip";
	python = arena_printf(d->a, "%.*s/bin/python3", (int)(lib - full), full);
	if (source_stat(d->source, python, true, &st) != 0)
		return "pip";
	return arena_printf(d->a, "%s -m pip", shell_quote(d->a, python));
}

/* The release of CUDA that the number of a library tells: "12" of libcublas.so.12; NULL. */
static const char *cuda_of(const char *name)
{
	static const char *const numbered[] = { "libcudart.so.", "libcublas.so.", "libcublasLt.so.",
						"libnvrtc.so.", "libnvJitLink.so." };

	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++) {
		const char *n = name + strlen(numbered[i]);

		if (starts_with(name, numbered[i]) &&
		    (strcmp(n, "11") == 0 || strcmp(n, "12") == 0))
			return n;
	}
	return NULL;
}

/* NVIDIA's packages are named after the release of CUDA. *exact: is that the very name? */
static const char *python_package(struct diag *d, const struct provider *pv, const char *name,
				  bool *exact)
{
	const char *cuda = cuda_of(name);

	*exact = true;
	if (!starts_with(pv->python, "nvidia-"))
		return pv->python;
	if (cuda != NULL)
		return arena_printf(d->a, "%s-cu%s", pv->python, cuda);
	*exact = false;
	return arena_printf(d->a, "%s-cuNN (NN is the major release of CUDA)", pv->python);
}

/* Alpine's packages provide each library under its SONAME. */
static const char *apk_command(struct diag *d, const char *name)
{
	return arena_printf(d->a, "apk add %s",
			    shell_quote(d->a, arena_printf(d->a, "so:%s", name)));
}

/* rpm's packages provide each library under its SONAME, with the word size behind it: dnf, microdnf, yum
 * and zypper take that as the name of a package. https://rpm.org/docs/latest/manual/dependencies.html */
static const char *rpm_command(struct diag *d, const char *name)
{
	static const char *const tools[][2] = { { "/usr/bin/dnf", "dnf install" },
						{ "/usr/bin/zypper", "zypper install" },
						{ "/usr/bin/microdnf", "microdnf install" },
						{ "/usr/bin/yum", "yum install" } };
	const char *tool = tools[0][1];
	const bool is64 = d->w == NULL || d->w->is64;
	struct os_stat st;

	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		if (source_stat(d->source, tools[i][0], true, &st) == 0) {
			tool = tools[i][1];
			break;
		}
	name = is64 ? arena_printf(d->a, "%s()(64bit)", name) : name;
	return arena_printf(d->a, "%s %s", tool, shell_quote(d->a, name));
}

/* The environment of conda that the file lies in, NULL. */
static const char *conda_of(struct diag *d, const char *file)
{
	const char *dir = file != NULL ? absolute_path(d, file) : "";
	struct os_stat st;

	for (dir = dir_name(d->a, dir); d->source != NULL && dir[0] == '/' && dir[1] != '\0';
	     dir = dir_name(d->a, dir))
		if (source_stat(d->source, join_path(d->a, dir, "conda-meta"), true, &st) == 0)
			return dir;
	return NULL;
}

/* In an environment of conda its own packages come first. True: one is known to have it. */
static bool fix_conda(struct diag *d, struct draft *dr, const char *name)
{
	const char *package = conda_package_of(name), *prefix = conda_of(d, dr->f.needed_by);

	if (package == NULL || prefix == NULL)
		return false;
	fix_command(d,
		    draft_fix(d, dr, "install-package", "low",
			      arena_printf(d->a,
					   "install %s, which brings it, into this environment of conda",
					   package)),
		    arena_printf(d->a, "conda install -p %s -c conda-forge %s", shell_quote(d->a, prefix),
				 package));
	return true;
}

void search_fix_provider(struct diag *d, struct draft *dr, const char *name)
{
	const struct provider *pv = provider_of(name);
	const char *package;
	struct fix *f;
	bool exact;

	if (fix_conda(d, dr, name) || pv == NULL)
		return;
	if (pv->python != NULL) {
		package = python_package(d, pv, name, &exact);
		f = draft_fix(d, dr, "install-package", "low",
			      with_hint(d,
					arena_printf(d->a,
						     "install the Python package %s, which brings "
						     "it (%s)",
						     package, pv->what),
					pv));
		if (exact)
			fix_command(d, f,
				    arena_printf(d->a, "%s install %s",
						 pip_of(d, dr->f.needed_by), package));
	} else if (pv->apt != NULL && has_apk(d)) {
		f = draft_fix(d, dr, "install-package", "low",
			      with_hint(d, arena_printf(d->a, "install %s", pv->what), pv));
		fix_command(d, f, apk_command(d, name));
	} else if (pv->apt != NULL && has_rpm(d)) {
		f = draft_fix(d, dr, "install-package", "low",
			      with_hint(d, arena_printf(d->a, "install %s", pv->what), pv));
		fix_command(d, f, rpm_command(d, name));
	} else if (pv->apt != NULL && is_musl(d)) {
		draft_fix(d, dr, "install-package", "low",
			  with_hint(d, arena_printf(d->a, "install %s, built for musl", pv->what),
				    pv));
	} else if (pv->apt != NULL) {
		f = draft_fix(d, dr, "install-package", "low",
			      with_hint(d,
					arena_printf(d->a,
						     "install %s (on Debian and Ubuntu: the "
						     "package %s)",
						     pv->what, pv->apt),
					pv));
		if (has_apt(d))
			fix_command(d, f, arena_printf(d->a, "apt-get install %s", pv->apt));
	} else {
		draft_fix(d, dr, "install-package", "low",
			  with_hint(d, arena_printf(d->a, "%s is %s", name, pv->what), pv));
	}
}

/* The package of the archive that has a library of that very name, or has it under another number. */
static bool fix_archive(struct diag *d, struct draft *dr, const char *name)
{
	const char *package = debian_package_to_load(name, d->a), *other;
	struct fix *f;

	if (package != NULL) {
		f = draft_fix(d, dr, "install-package", "low",
			      arena_printf(d->a, "install the package that has %s: in Debian and Ubuntu %s",
					   name, package));
		fix_command(d, f, arena_printf(d->a, "apt-get install %s", package));
		return true;
	}
	other = debian_other_number(name, &package, d->a);
	if (other != NULL)
		draft_fix(d, dr, "known", "low",
			  arena_printf(d->a,
				       "Debian 12 has %s (in %s): what needs %s was built for another "
				       "release of the system; get the build for this one",
				       other, package, name));
	return false;
}

void search_fix_generic(struct diag *d, struct draft *dr, const char *name,
			const struct image *from)
{
	const char *path = image_path(d, from);
	struct fix *f;

	if (provider_of(name) != NULL || (conda_package_of(name) != NULL && conda_of(d, path) != NULL))
		return;
	if (has_apt(d) && fix_archive(d, dr, name))
		return;
	if (path != NULL && strstr(path, "-packages/") != NULL) {
		draft_fix_reinstall(
			d, dr, path,
			arena_printf(d->a, "%s should have come with what needs it", name));
		return;
	}
	f = draft_fix(d, dr, "install-package", "low",
		      arena_printf(d->a, "find out which package has %s, and install that%s", name,
				   has_apt(d) ? " (apt-file is a package of its own)" : ""));
	if (has_apt(d))
		fix_command(d, f,
			    arena_printf(d->a, "apt-file search %s", shell_quote(d->a, name)));
	else if (has_apk(d))
		fix_command(d, f, apk_command(d, name));
	else if (has_rpm(d) && strstr(name, ".so") != NULL)
		fix_command(d, f, rpm_command(d, name));
}
