/* pe_host.c - the process that loads a file of Windows.
 *
 * An extension module is loaded by the Python that it is made for (its name and its imports say which), with
 * the flags of that release: Python/dynload_win.c. What the packages around it add to the search stands in
 * their __init__.py, in words of their own; a folder that such a file names next to os.add_dll_directory and
 * that is there counts as added.
 */
#include "verb/pe_host.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "diagnose/pynames.h"
#include "verb/pe_packages.h"

enum {
	PYTHON_FLAGS = WIN_SEARCH_DLL_DIR | WIN_SEARCH_DEFAULT_DIRS, /* from 3.8 on */
	NEWEST_PYTHON = 300 + WINDOWS_NEWEST_PYTHON,
	ANY_PYTHON = 300,
	MAX_PARENTS = 16,
	MAX_PATH_DIRS = 1000
};
#define DEFAULT_RELEASE "10"

/* ---- which Python ----------------------------------------------------------------------------- */

/* "311" of "python311.dll", "python311_d.dll", "python313t.dll": 311; "python3.dll": 300; 0 for other
 * names. */
static int version_of_dll(const char *dll)
{
	char *end;
	unsigned long n;

	if (strncasecmp(dll, "python", 6) != 0 || dll[6] < '2' || dll[6] > '9')
		return 0;
	n = strtoul(dll + 6, &end, 10);
	if (strcasecmp(end, ".dll") != 0 && strcasecmp(end, "_d.dll") != 0 && strcasecmp(end, "t.dll") != 0)
		return 0;
	return n == 3 ? ANY_PYTHON : n >= 20 && n < 1000 ? (int)(n < 100 ? n / 10 * 100 + n % 10 : n) : 0;
}

/* The DLL of Python that the image imports from; NULL: none. */
static const char *python_dll(const struct store_entry *en)
{
	struct pe_import import;
	const char *stable = NULL;

	if (en == NULL || en->err != 0 || en->file->kind != FILE_PE)
		return NULL;
	for (size_t i = 0; pe_import(&en->file->pe, false, i, &import); i++) {
		int v = import.dll != NULL ? version_of_dll(import.dll) : 0;

		if (v > ANY_PYTHON || (v != 0 && v < ANY_PYTHON))
			return import.dll;
		if (v == ANY_PYTHON)
			stable = import.dll;
	}
	return stable;
}

/* ".cp311-" in the name. */
static int version_of_name(const char *path)
{
	const char *base = strrchr(path, '/'), *tag = strstr(base != NULL ? base : path, ".cp");
	char *end;
	unsigned long n = tag != NULL ? strtoul(tag + 3, &end, 10) : 0;

	if (n < 20 || n >= 1000 || (*end != '-' && *end != 't'))
		return 0;
	return (int)(n < 100 ? n / 10 * 100 + n % 10 : n);
}

/* Modules beside a DLL that a package brings tell which Python loads it. */
static int version_of_folder(struct store *store, const char *dir)
{
	const struct store_listing *l = store_list(store, dir);

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_ends_nocase(l->names[i], ".pyd") && version_of_name(l->names[i]) != 0)
			return version_of_name(l->names[i]);
	return ANY_PYTHON;
}

/* What packages bring lies below site-packages, beside an __init__.py, or in NAME.libs beside a package. */
static int version_of_package(struct store *store, const char *path, struct arena *a)
{
	const char *dir = pe_package_of(store, path, a);

	return dir != NULL ? version_of_folder(store, dir) : 0;
}

int pe_python_version(struct store *store, const char *path, const struct store_entry *en, struct arena *a)
{
	const char *dll = python_dll(en);
	int v = version_of_name(path);

	if (v == 0 && dll != NULL)
		v = version_of_dll(dll);
	if (v == 0 && str_ends_nocase(path, ".pyd"))
		v = ANY_PYTHON;
	return v != 0 ? v : version_of_package(store, path, a);
}

/* "3.12" of --python, else what the tag of the wheel says; 0: it is a path, or nothing says it. */
static int version_wanted(const struct dlwhy_session *s)
{
	const char *python = s->opt.python;
	char *end;
	unsigned long major, minor;

	if (python == NULL && s->python != NULL && s->python->minor != 0)
		return ANY_PYTHON + (int)s->python->minor;
	if (python == NULL || *python < '0' || *python > '9')
		return 0;
	major = strtoul(python, &end, 10);
	if (*end != '.')
		return 0;
	minor = strtoul(end + 1, &end, 10);
	return *end == '\0' && major < 10 && minor < 100 ? (int)(major * 100 + minor) : 0;
}

/* ---- where it is ------------------------------------------------------------------------------ */

/* NULL: the path names no folder. */
static const char *parent(struct arena *a, const char *path)
{
	const char *dir = pe_parent(a, path);

	return *dir != '\0' ? dir : NULL;
}

static bool has(struct dlwhy_session *s, struct arena *a, const char *dir, const char *name)
{
	return store_has_file(s->store, arena_printf(a, "%s%s", dir, name));
}

/* The folder with python.exe above a module; NULL: the module lies in no environment. */
static const char *find_home(struct dlwhy_session *s, const char *path, struct arena *a)
{
	const char *dir = parent(a, path);

	for (int i = 0; dir != NULL && i < MAX_PARENTS; i++, dir = parent(a, dir))
		if (has(s, a, dir, "python.exe"))
			return dir;
	return NULL;
}

struct names {
	const char **items;
	size_t n, cap;
};

/* A DLL that the interpreter has loaded: its own copy if that is here. */
static void add_present(struct dlwhy_session *s, struct arena *a, struct names *l, const char *home,
			const char *name)
{
	*ARENA_PUSH(a, l) =
		home != NULL && has(s, a, home, name) ? arena_printf(a, "%s%s", home, name) : name;
}

/* What python.exe brings and has loaded when a module is imported: PCbuild of each release. */
static void add_python(struct dlwhy_session *s, struct arena *a, struct pe_host *h, const char *own,
		       struct names *l)
{
	int v = h->world.python;
	const char *home = h->world.app_dir;

	if (own == NULL || version_of_dll(own) != v)
		own = arena_printf(a, "python%d%d.dll", v / 100, v % 100);
	add_present(s, a, l, home, own);
	add_present(s, a, l, home, "python3.dll");
	if (v >= 305)
		add_present(s, a, l, home, "vcruntime140.dll");
	if (v >= 308 && h->world.machine == PE_AMD64)
		add_present(s, a, l, home, "vcruntime140_1.dll");
	if (v >= 305)
		add_present(s, a, l, home, "ucrtbase.dll");
}

/* conda's Python adds the folder where its packages have their DLLs (its patch of 3.8 and later, and its
 * activation before). */
static void add_conda(struct dlwhy_session *s, struct arena *a, struct pe_host *h)
{
	const char *home = h->world.app_dir, *bin;
	struct names dirs = { NULL, 0, 0 };

	if (home == NULL || store_stat_dir(s->store, arena_printf(a, "%sconda-meta", home)) != 0)
		return;
	bin = arena_printf(a, "%sLibrary/bin/", home);
	if (store_stat_dir(s->store, bin) != 0)
		return;
	*ARENA_PUSH(a, &dirs) = bin;
	for (size_t i = 0; i < h->world.nuser_dirs; i++)
		*ARENA_PUSH(a, &dirs) = h->world.user_dirs[i];
	h->world.user_dirs = dirs.items;
	h->world.nuser_dirs = dirs.n;
}

static bool python_lacks(int python, const char *symbol)
{
	const struct pyname *row = python / 100 == 3 ? pyname_find(symbol) : NULL;
	unsigned minor = (unsigned)python % 100;

	return row != NULL &&
	       ((row->first != 0 && minor < row->first) || (row->last != 0 && minor > row->last));
}

/* own: the name of its DLL, NULL: the usual one. */
static void start_python(struct dlwhy_session *s, int version, const char *dir, const char *own,
			 struct arena *a, struct pe_host *h)
{
	struct names present = { NULL, 0, 0 };

	h->world.python = version;
	h->world.python_lacks = python_lacks;
	h->world.app_dir = dir;
	if (dir != NULL && has(s, a, dir, "python.exe"))
		h->world.program = arena_printf(a, "%spython.exe", dir);
	h->world.flags = h->load_flags = version >= 308 ? PYTHON_FLAGS : WIN_ALTERED_SEARCH_PATH;
	h->words = arena_printf(a, "Python %d.%d for Windows", version / 100, version % 100);
	add_python(s, a, h, own, &present);
	h->world.present = present.items;
	h->world.npresent = present.n;
}

static void add_all_present(struct arena *a, struct pe_host *h, const char *const *more, size_t n)
{
	struct names present = { NULL, 0, 0 };

	for (size_t i = 0; i < h->world.npresent; i++)
		*ARENA_PUSH(a, &present) = h->world.present[i];
	for (size_t i = 0; i < n; i++)
		*ARENA_PUSH(a, &present) = more[i];
	h->world.present = present.items;
	h->world.npresent = present.n;
}

static void python_host(struct dlwhy_session *s, const char *path, const struct store_entry *en, int version,
			struct arena *a, struct pe_host *h)
{
	int wanted = version_wanted(s);
	struct pe_host around = { .world = { .python = 0 } };

	start_python(s, wanted != 0 ? wanted : version == ANY_PYTHON ? NEWEST_PYTHON : version,
		     find_home(s, path, a), python_dll(en), a, h);
	h->assumes = h->world.app_dir != NULL ?
			     "the Python that the file is made for loads it, as its package does it" :
			     "the Python that the file is made for, which is not here, loads it as its "
			     "package does";
	pe_packages(s, path, en, a, &around);
	h->world.user_dirs = around.world.user_dirs;
	h->world.nuser_dirs = around.world.nuser_dirs;
	add_conda(s, a, h);
	add_all_present(a, h, around.world.present, around.world.npresent);
}

/* ---- other programs --------------------------------------------------------------------------- */

/* LoadLibrary by a program that lies beside the DLL: how most programs bring theirs. */
static void plain_host(const struct dlwhy_session *s, const char *path, bool is_program, struct arena *a,
		       struct pe_host *h)
{
	const char *program = s->opt.program;

	if (!is_program && program != NULL && str_ends_nocase(program, ".exe")) {
		h->world.app_dir = parent(a, program);
		h->world.program = program;
		h->world.flags = WIN_ALTERED_SEARCH_PATH;
		h->words = program;
		h->assumes = "the program names it by its whole path (LOAD_WITH_ALTERED_SEARCH_PATH)";
		return;
	}
	h->world.app_dir = parent(a, path);
	h->world.flags = WIN_ALTERED_SEARCH_PATH;
	h->words = is_program ? "Windows" : "a program in the same folder";
	h->assumes = is_program ? NULL :
				  "the program that loads it lies in the same folder, or names it by its "
				  "whole path (LOAD_WITH_ALTERED_SEARCH_PATH)";
}

/* Folders on a drive are of another machine; Windows' own are searched before. */
static bool is_on_drive(const char *dir)
{
	return ((*dir | 0x20) >= 'a' && (*dir | 0x20) <= 'z') && dir[1] == ':';
}

void pe_host_path(struct windows_world *w, const char *path, struct arena *a)
{
	struct names dirs = { NULL, 0, 0 };

	for (const char *p = path; p != NULL && *p != '\0' && dirs.n < MAX_PATH_DIRS;) {
		size_t n = strcspn(p, ";");
		char *dir = arena_printf(a, "%.*s%s", (int)n, p,
					 n > 0 && p[n - 1] != '/' && p[n - 1] != '\\' ? "/" : "");

		for (char *c = dir; *c != '\0'; c++)
			*c = *c == '\\' ? '/' : *c;
		if (n > 0 && !is_on_drive(dir))
			*ARENA_PUSH(a, &dirs) = dir;
		p += n + (p[n] == ';');
	}
	w->path_dirs = dirs.items;
	w->npath_dirs = dirs.n;
}

/* PATH of --env. The PATH of a Linux is none. */
static void read_path(struct dlwhy_session *s, struct arena *a, struct pe_host *h)
{
	if (s->other_environ)
		pe_host_path(&h->world, session_env(s, "PATH"), a);
}

/* ---- Windows itself --------------------------------------------------------------------------- */

/* A folder by its name in whichever case; NULL. */
static const char *folder_in(struct dlwhy_session *s, const char *dir, const char *name, struct arena *a)
{
	const struct store_listing *l = store_list(s->store, dir);

	for (size_t i = 0; l != NULL && i < l->n; i++) {
		const char *path = arena_printf(a, "%s%s/", dir, l->names[i]);

		if (strcasecmp(l->names[i], name) == 0 && store_stat_dir(s->store, path) == 0)
			return path;
	}
	return NULL;
}

/* Its release, by the version of ntdll.dll; the one that is assumed if that is not there. */
static void read_release(struct dlwhy_session *s, struct arena *a, struct windows_world *w)
{
	const struct store_entry *en = store_open(s->store, arena_printf(a, "%sntdll.dll", w->system_dir));
	const struct windows_release *r;
	uint16_t v[4];

	if (en == NULL || en->err != 0 || en->file->kind != FILE_PE || !pe_file_version(&en->file->pe, v))
		return;
	r = windows_at_least(v[0], v[1], v[2]);
	if (r != NULL)
		w->release = r;
}

/* Its schema of API sets; NULL: it has none that is understood. */
static const struct apiset *read_contracts(struct dlwhy_session *s, struct arena *a, const char *system)
{
	const struct store_entry *en = store_open(s->store, arena_printf(a, "%sapisetschema.dll", system));
	struct apiset *out = ARENA_NEW(a, struct apiset);

	if (en == NULL || en->err != 0 || en->file->kind != FILE_PE || !apiset_open(&en->file->pe, out))
		return NULL;
	return out;
}

/* With --root the system in it may be a Windows. Programs of 32 bit see another folder under that name. */
static void find_windows(struct dlwhy_session *s, struct arena *a, struct windows_world *w)
{
	const char *windows = s->opt.root != NULL ? folder_in(s, "/", "windows", a) : NULL;
	const char *system = NULL;

	if (windows == NULL)
		return;
	if (w->machine == PE_I386)
		system = folder_in(s, windows, "syswow64", a);
	if (system == NULL)
		system = folder_in(s, windows, "system32", a);
	if (system == NULL)
		return;
	w->windows_dir = windows;
	w->system_dir = system;
	w->contracts = read_contracts(s, a, system);
	if (s->opt.windows == NULL)
		read_release(s, a, w);
}

/* What lies around a file is found by its whole path. */
static const char *whole_path(struct dlwhy_session *s, const char *path, struct arena *a)
{
	char *full = source_absolute(s->source, path), out[4096];
	size_t n = full != NULL ? strlen(full) : sizeof(out);

	if (n < sizeof(out))
		memcpy(out, full, n + 1);
	free(full); /* before the arena is asked: it may not come back */
	if (n >= sizeof(out))
		return path;
	for (char *dot = strstr(out, "/./"); dot != NULL; dot = strstr(out, "/./"))
		memmove(dot, dot + 2, strlen(dot + 2) + 1);
	return arena_strdup(a, out);
}

static bool is_module(const char *path)
{
	return str_ends_nocase(path, ".pyd") || version_of_name(path) != 0;
}

/* Of the process. A wheel's modules are for the Python that its tag names; other DLLs in it may be meant for
 * processes of their own kind (what a debugger injects), as programs are. */
static uint16_t choose_machine(const struct dlwhy_session *s, const char *path, const struct store_entry *en)
{
	bool is_pe = en != NULL && en->err == 0 && en->file->kind == FILE_PE && en->file->pe.machine != 0;

	if (s->python != NULL && s->python->pe_machine != 0 && is_module(path))
		return s->python->pe_machine;
	return is_pe && !en->file->pe.il_only ? en->file->pe.machine : PE_AMD64;
}

static void choose_release(const struct dlwhy_session *s, uint16_t machine, struct pe_host *out)
{
	struct windows_choice choice;

	memset(out, 0, sizeof(*out));
	windows_chosen(s->opt.windows != NULL ? s->opt.windows : DEFAULT_RELEASE, &choice);
	out->world.release = choice.release;
	out->world.vcredist = choice.vcredist;
	out->world.long_paths = choice.long_paths;
	out->world.unsafe_search = choice.unsafe_search;
	out->world.on_drive = s->opt.root != NULL;
	out->world.machine = machine;
}

static void finish_host(struct dlwhy_session *s, struct arena *a, struct pe_host *out)
{
	read_path(s, a, out);
	out->words = arena_printf(a, "%s (%s)", out->words, out->world.release->words);
}

void pe_host_python(struct dlwhy_session *s, int version, const char *dir, uint16_t machine, struct arena *a,
		    struct pe_host *out)
{
	choose_release(s, machine, out);
	find_windows(s, a, &out->world);
	start_python(s, version, dir, NULL, a, out);
	add_conda(s, a, out);
	finish_host(s, a, out);
}

void pe_host_find(struct dlwhy_session *s, const char *given, const struct store_entry *en, bool is_program,
		  struct arena *a, struct pe_host *out)
{
	const char *path = whole_path(s, given, a);
	int version = is_program ? 0 : pe_python_version(s->store, path, en, a);

	choose_release(s, choose_machine(s, path, en), out);
	find_windows(s, a, &out->world);
	if (version != 0)
		python_host(s, path, en, version, a, out);
	else
		plain_host(s, given, is_program, a, out);
	finish_host(s, a, out);
}
