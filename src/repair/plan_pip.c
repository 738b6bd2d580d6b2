/* plan_pip.c - see plan_pip.h.
 *
 * Wheels are laid out as installers do it:
 * https://packaging.python.org/en/latest/specifications/binary-distribution-format/ (what is in the folder
 * NAME.data/KIND goes where KIND says, all else into site-packages). Scripts are not made anew for the
 * simulation: an import does not look at them.
 */
#include "repair/plan_pip.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/pool.h"
#include "base/str.h"
#include "diagnose/common.h"
#include "source/zip.h"
#include "package/owner.h"
#include "package/wheels.h"
#include "repair/plan_files.h"
#include "repair/plan_packages.h"
#include "repair/plan_pip_settings.h"

enum { MAX_COVERS = 200, ENTRY_POINTS_MAX = 1 << 20 };

struct words {
	const char **items;
	size_t n, cap;
};

struct pip {
	const struct plan_input *in;
	struct arena *a;
	struct package_set set; /* what is installed there */
	struct place place;
	const char *site, *prefix;
	struct words covers;
	struct map folders; /* those of brings */
	struct {
		struct change *items;
		size_t n, cap;
	} brings;
	struct pip_install *out;
};

static void refuse(struct pip *p, const char *why)
{
	if (p->out->refused == NULL)
		p->out->refused = why;
}

static void cover(struct pip *p, const char *path)
{
	if (p->covers.n > MAX_COVERS)
		return; /* the whole prefix will be */
	for (size_t i = 0; i < p->covers.n; i++)
		if (strcmp(p->covers.items[i], path) == 0)
			return;
	*ARENA_PUSH(p->a, &p->covers) = path;
}

static bool is_there(const struct pip *p, const char *path)
{
	struct os_stat st;

	return source_stat(p->in->source, path, true, &st) == 0;
}

/* ---- where ----------------------------------------------------------------------------------------- */

/* An interpreter of the distribution, whose packages are its own to manage (PEP 668). */
static bool is_managed(struct pip *p, const char *python)
{
	char *real;
	const char *lib;

	if (p->place.venv || source_realpath(p->in->source, python, &real) != 0)
		return false;
	lib = arena_printf(p->a, "%s/../lib/%s", dir_name(p->a, real), base_name(real));
	free(real);
	return python_is_managed(p->in->source, p->a, lib);
}

static bool find_place(struct pip *p, const char *python)
{
	p->set = (struct package_set){ .a = p->a, .store = p->in->store };
	place_find(&p->set, dir_name(p->a, dir_name(p->a, python)), &p->place);
	if (is_managed(p, python)) {
		refuse(p, arena_printf(p->a,
				       "the distribution manages the packages of %s: make an environment of "
				       "your own (%s -m venv DIR), and install there",
				       python, shell_quote(p->a, python)));
		return false;
	}
	if (p->place.kind != PLACE_ENVIRONMENT || p->place.sites.n != 1) {
		refuse(p, arena_printf(p->a, "where %s has its packages is not clear", python));
		return false;
	}
	p->place.python = python;
	p->prefix = p->place.dir;
	p->site = p->place.sites.items[0].dir;
	place_read(&p->set, &p->place);
	return true;
}

/* ---- what goes ------------------------------------------------------------------------------------- */

static void bring(struct pip *p, enum change_kind kind, const char *path, struct view bytes, uint32_t mode)
{
	*ARENA_PUSH(p->a, &p->brings) =
		(struct change){ .kind = kind, .path = path, .bytes = bytes, .mode = mode };
}

static void take_away(struct pip *p, const struct package *old)
{
	const struct view none = { NULL, 0 };

	cover(p, old->record);
	for (size_t i = 0; i < old->files.n; i++) {
		const char *path = old->files.items[i].path;
		size_t n = strlen(p->site);

		if (strncmp(path, p->site, n) == 0 && path[n] == '/')
			cover(p, arena_printf(p->a, "%s/%.*s", p->site, (int)strcspn(path + n + 1, "/"),
					      path + n + 1));
		else
			cover(p, path);
		if (is_there(p, path))
			bring(p, CHANGE_REMOVE, path, none, 0);
	}
}

/* ---- what comes ------------------------------------------------------------------------------------- */

/* Headers go into a folder below this that has the package's name, as the installer spells it (pip's
 * get_scheme). */
static void cover_headers(struct pip *p)
{
	const char *include = join_path(p->a, p->prefix, "include");
	unsigned minor = p->place.sites.items[0].minor;

	if (p->place.venv)
		cover(p, join_path(p->a, include, "site"));
	else
		cover(p, minor != 0 ? arena_printf(p->a, "%s/python3.%u", include, minor) : include);
}

/* Where a member goes; NULL: it makes no file that an import could look at. *top: what of it is covered. */
static const char *path_of(struct pip *p, const char *name, const char **top)
{
	const char *slash = strchr(name, '/'), *base = p->site, *rest = name;
	const char *kind, *data = slash != NULL && slash - name > 5 ? slash - 5 : NULL;

	if (data != NULL && strncmp(data, ".data/", 6) == 0) {
		kind = slash + 1;
		rest = strchr(kind, '/');
		if (rest == NULL || rest[1] == '\0')
			return NULL;
		rest++;
		if (strncmp(kind, "scripts/", 8) == 0) {
			base = join_path(p->a, p->prefix, "bin");
		} else if (strncmp(kind, "data/", 5) == 0) {
			base = p->prefix;
		} else if (strncmp(kind, "headers/", 8) == 0) {
			cover_headers(p);
			return NULL;
		} else if (strncmp(kind, "purelib/", 8) != 0 && strncmp(kind, "platlib/", 8) != 0) {
			return NULL;
		}
	}
	*top = arena_printf(p->a, "%s/%.*s", base, (int)strcspn(rest, "/"), rest);
	return join_path(p->a, base, rest);
}

/* Names that lead elsewhere are for nobody to install. */
static bool is_inside(const char *name)
{
	return name[0] != '/' && name[0] != '\0' && strstr(name, "../") == NULL && strchr(name, '\\') == NULL;
}

static void add_folders(struct pip *p, const char *path)
{
	const struct view none = { NULL, 0 };
	const char *dir = dir_name(p->a, path);

	if (strcmp(dir, "/") == 0 || map_get_str(&p->folders, dir) != NULL || is_there(p, dir))
		return;
	if (!map_put_str(&p->folders, dir, p)) {
		refuse(p, "there is no memory for the folders of a wheel");
		return;
	}
	add_folders(p, dir);
	bring(p, CHANGE_FOLDER, dir, none, 0755);
}

/* The scripts of "[console_scripts]" and "[gui_scripts]" are made in bin, under names that installers read as
 * Python's configparser does: all of it is covered rather than reading them the same way. */
static void cover_scripts(struct pip *p, const struct zip *z, const struct zip_member *m)
{
	struct view text;

	if (zip_read(z, m, p->a, ENTRY_POINTS_MAX, &text) != 0 ||
	    (text.n > 0 && memmem(text.p, text.n, "_scripts", 8) != NULL))
		cover(p, join_path(p->a, p->prefix, "bin"));
}

static void add_member(struct pip *p, const struct zip *z, size_t i, struct view bytes)
{
	const struct zip_member *m = &z->members[i];
	const char *top = NULL, *path = is_inside(m->name) ? path_of(p, m->name, &top) : NULL;

	if (!is_inside(m->name)) {
		refuse(p, "a wheel holds a name that leads elsewhere");
		return;
	}
	if (str_ends(m->name, ".dist-info/entry_points.txt"))
		cover_scripts(p, z, m);
	if (path == NULL)
		return;
	cover(p, top);
	if (str_ends(top, ".py"))
		cover(p, join_path(p->a, p->site, "__pycache__"));
	add_folders(p, path);
	bring(p, CHANGE_WRITE, path, bytes, (m->mode & 0111) != 0 ? 0755 : 0644);
}

static void add_wheel(struct pip *p, const char *path)
{
	struct plan_unpacked u;
	const char *why = plan_files_unpacked(p->in, path, &u);

	if (why != NULL) {
		refuse(p, arena_printf(p->a, "%s cannot be tried: %s", base_name(path), why));
		return;
	}
	for (size_t i = 0; i < u.zip->n && p->out->refused == NULL; i++)
		if (!str_ends(u.zip->members[i].name, "/"))
			add_member(p, u.zip, i, u.bytes[i]);
}

/* ---- all of it -------------------------------------------------------------------------------------- */

/* Dependencies may come along, whichever they are. */
static void cover_all(struct pip *p)
{
	static const char *const below[] = { "bin", "share", "etc", "include" };

	cover(p, p->site);
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++)
		cover(p, join_path(p->a, p->prefix, below[i]));
	p->out->unseen = "what the package brings is not known before it is there";
}

static const char *name_of(struct pip *p, const char *requirement)
{
	return arena_strndup(p->a, requirement, strcspn(requirement, "=<>!~[ "));
}

/* What the settings of the installer say to it. */
static void judge(struct pip *p, const struct pip_want *wants, size_t n, bool uv, bool known)
{
	struct words names = { NULL, 0, 0 };
	struct pip_asked asked = { .prefix = p->prefix, .uv = uv, .isolated = known };
	struct pip_verdict v;

	for (size_t i = 0; i < n && !known; i++)
		*ARENA_PUSH(p->a, &names) = name_of(p, wants[i].requirement);
	*ARENA_PUSH(p->a, &names) = NULL;
	asked.names = names.items;
	pip_settings(p->in, &asked, &v);
	p->out->not_now = v.not_now;
	p->out->note = v.note;
}

/* The very version that is recorded, of a package whose files are gone: else an installer finds nothing to
 * do. */
static const char *again(struct pip *p, const char *requirement)
{
	const struct package *old = package_named(&p->set, requirement);

	return old != NULL && *old->version != '\0' ? arena_printf(p->a, "%s==%s", old->name, old->version)
						    : requirement;
}

static bool is_there_on_paper(struct pip *p, const struct pip_want *wants, size_t n)
{
	return n == 1 && package_named(&p->set, wants[0].requirement) != NULL;
}

/* Wheels that are known are named themselves: "NAME==2.0" would also be met by 2.0+local or by another build
 * beside it, which is not what was tried. */
static void set_command(struct pip *p, const struct pip_want *wants, size_t n, bool known)
{
	struct words more = { NULL, 0, 0 };
	const struct package *old = package_named(&p->set, name_of(p, wants[0].requirement));
	bool uv = old != NULL && old->installer != NULL && strcmp(old->installer, "uv") == 0;
	const char *const *argv;
	const char **words;
	size_t k = 0;

	judge(p, wants, n, uv, known);
	if (known && !uv)
		*ARENA_PUSH(p->a, &more) = "--isolated";
	if (known) {
		*ARENA_PUSH(p->a, &more) = "--no-deps";
		*ARENA_PUSH(p->a, &more) = "--no-index";
		*ARENA_PUSH(p->a, &more) = "--force-reinstall"; /* another build of the same version */
	}
	if (!known && is_there_on_paper(p, wants, n)) {
		*ARENA_PUSH(p->a, &more) = "--force-reinstall";
		*ARENA_PUSH(p->a, &more) = "--no-deps";
	}
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(p->a, &more) = known ? wants[i].wheel : again(p, wants[i].requirement);
	*ARENA_PUSH(p->a, &more) = NULL;
	argv = package_install_command(&p->set, old, &p->place, more.items);
	while (argv[k] != NULL)
		k++;
	words = ARENA_ARRAY(p->a, k + 1, const char *);
	memcpy(words, argv, k * sizeof(*words));
	words[0] = plan_program(p->in, argv[0]);
	if (words[0] == NULL)
		refuse(p, arena_printf(p->a, "there is no %s here", argv[0]));
	p->out->argv = words;
}

void plan_pip(const struct plan_input *in, const char *python, const struct pip_want *wants, size_t n,
	      struct pip_install *out)
{
	struct pip p = { .in = in, .a = in->a, .out = out };
	bool known = true;

	memset(out, 0, sizeof(*out));
	if (!find_place(&p, python))
		return;
	map_init(&p.folders);
	for (size_t i = 0; i < n; i++) {
		const struct package *old = package_named(&p.set, name_of(&p, wants[i].requirement));

		known &= wants[i].wheel != NULL;
		if (old != NULL && old->editable)
			refuse(&p, arena_printf(p.a, "%s is installed from a folder of its own", old->name));
		if (old != NULL)
			take_away(&p, old);
	}
	for (size_t i = 0; i < n && known && out->refused == NULL; i++)
		add_wheel(&p, wants[i].wheel);
	map_free(&p.folders, NULL);
	if (!known)
		cover_all(&p);
	if (p.covers.n > MAX_COVERS) {
		p.covers.n = 0;
		cover(&p, p.prefix);
	}
	set_command(&p, wants, n, known);
	*ARENA_PUSH(p.a, &p.covers) = NULL;
	out->covers = p.covers.items;
	if (known)
		out->brings = (struct change_list){ p.brings.items, p.brings.n };
}
