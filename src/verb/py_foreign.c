/* py_foreign.c - a Python process of macOS or Windows, of which only the packages are here.
 *
 * The interpreter is assumed: on macOS it is a program without a file that defines the interface of Python,
 * on Windows a process that has loaded the DLLs of its release. What the sources do to the search
 * (add_dll_directory) changes the world of the next load. Where upstream decides: Python/dynload_win.c,
 * Lib/ctypes/__init__.py and load_library in Modules/_ctypes/callproc.c.
 */
#include "message/py_text.h"
#include "verb/py_foreign.h"

#include <stdlib.h>
#include <string.h>

#include "object/macho.h"
#include "python/foreign.h"
#include "verb/host.h"
#include "verb/pe_host.h"
#include "verb/pe_packages.h"

enum { MAX_FOLDERS = 1000, MODULE_NOT_FOUND = 126 };

bool pyp_is_foreign(const struct dlwhy_session *s)
{
	return s->opt.os != NULL;
}

/* ---- the start ------------------------------------------------------------------------------ */

static void push_folder(struct py_process *pp, const char *dir)
{
	size_t n = strlen(dir);
	const char *full = n > 0 && dir[n - 1] == '/' ? dir : arena_printf(pp->a, "%s/", dir);

	size_t kept = 0;

	for (size_t i = 0; i < pp->folders.n; i++) /* one that is there already is the last one now */
		if (strcmp(pp->folders.items[i], full) != 0)
			pp->folders.items[kept++] = pp->folders.items[i];
	pp->folders.n = kept;
	if (pp->folders.n < MAX_FOLDERS)
		*ARENA_PUSH(pp->a, &pp->folders) = full;
}

static enum dlwhy_code start_windows(struct py_process *pp)
{
	static const struct { const char *name; uint16_t machine; } machines[] = {
		{ "AMD64", PE_AMD64 }, { "ARM64", PE_ARM64 }, { "x86", PE_I386 },
	};
	struct world *w = ARENA_NEW(pp->a, struct world);
	const char *exe = pp->home.executable;
	const char *slash = strrchr(exe, '/');
	const char *dir = slash != NULL ? arena_strndup(pp->a, exe, (size_t)(slash - exe) + 1) : NULL;
	uint16_t machine = PE_AMD64;

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (strcmp(pp->home.machine, machines[i].name) == 0)
			machine = machines[i].machine;
	pp->windows = ARENA_NEW(pp->a, struct pe_host);
	pe_host_python(pp->s, 300 + (int)pp->home.minor, dir, machine, pp->a, pp->windows);
	for (size_t i = 0; i < pp->windows->world.nuser_dirs; i++)
		push_folder(pp, pp->windows->world.user_dirs[i]);
	world_windows(w, pp->s->store, &pp->windows->world);
	pp->world = w;
	pp->words = pp->windows->words;
	return DLWHY_OK;
}

static enum dlwhy_code start_macos(struct py_process *pp, struct dlwhy_error *err)
{
	uint32_t cpu = strcmp(pp->home.machine, "x86_64") == 0 ? MACHO_X86_64 : MACHO_ARM64;

	pp->world = session_mac(pp->s, cpu, err);
	if (pp->world == NULL)
		return err->code;
	pp->family = family_python();
	pp->words = arena_printf(pp->a, "Python %s for macOS, which is not here", pp->home.version);
	return DLWHY_OK;
}

/* The environment: --python names a folder; else it is all of the root. */
static enum dlwhy_code folder_of(const struct dlwhy_session *s, const char **out, struct dlwhy_error *err)
{
	*out = s->opt.python != NULL ? s->opt.python : "/";
	if (s->opt.python == NULL && s->opt.root == NULL)
		return err_set(err, DLWHY_E_ARGUMENT, 0,
			       "an import in Python of another system is asked of a folder with its "
			       "packages: name it (--root DIR)");
	return DLWHY_OK;
}

/* Whatever it says rests on both, the interpreter and the system. */
static void assume_both(struct py_process *pp)
{
	struct world *w = ARENA_NEW(pp->a, struct world);

	*w = *pp->world;
	if (w->assumes != NULL)
		pp->home.assumes = arena_printf(pp->a, "%s; and %s", pp->home.assumes, w->assumes);
	w->assumes = pp->home.assumes;
	pp->world = w;
}

enum dlwhy_code pyp_open_foreign(struct py_process *pp, struct dlwhy_error *err)
{
	const struct dlwhy_options *opt = &pp->s->opt;
	struct py_foreign what = { .system = py_system_named(opt->os), .version = opt->python_version,
				   .machine = opt->arch };
	enum dlwhy_code code = folder_of(pp->s, &what.dir, err);
	char *full;

	if (code != DLWHY_OK)
		return code;
	full = source_absolute(pp->s->source, what.dir);
	if (full != NULL)
		what.dir = arena_strdup(pp->a, full);
	free(full);
	code = py_home_foreign(&pp->ask, &what, pp->a, &pp->home, err);
	if (code == DLWHY_OK)
		code = what.system->os == PY_OS_WINDOWS ? start_windows(pp) : start_macos(pp, err);
	if (code != DLWHY_OK)
		return code;
	assume_both(pp);
	pp->p = loader_start(pp->world, pp->a, NULL, pp->home.executable, false, pp->flags);
	pp->starts = true;
	return DLWHY_OK;
}

/* ---- loads ---------------------------------------------------------------------------------- */

void pyp_search(void *ctx, enum py_search what, const char *dir, unsigned flags)
{
	struct py_process *pp = ctx;
	struct windows_world *ww = &pp->windows->world;

	switch (what) {
	case PY_SEARCH_ADD:
		if (dir == NULL)
			pp->folders_unknown = true;
		else
			push_folder(pp, dir);
		break;
	case PY_SEARCH_SET:
		ww->set_dir = dir == NULL || *dir == '\0' ? dir : arena_printf(pp->a, "%s/", dir);
		break;
	case PY_SEARCH_DEFAULT:
		ww->default_flags = flags & WIN_SEARCH_ANY;
		break;
	}
}

/* A folder whose name could not be known was added: those count that the packages around the file name. */
static void guess_folders(struct py_process *pp, const char *path)
{
	struct pe_host h = { .world = { .python = 0 } };

	pe_packages(pp->s, path, store_open(pp->s->store, path), pp->a, &h);
	for (size_t i = 0; i < h.world.nuser_dirs; i++)
		push_folder(pp, h.world.user_dirs[i]);
}

void pyp_before_load(struct py_process *pp, struct native_load *l)
{
	struct windows_world *ww;

	if (pp->windows == NULL)
		return;
	ww = &pp->windows->world;
	if (pp->folders_unknown && strchr(l->what.path, '/') != NULL)
		guess_folders(pp, l->what.path);
	ww->whole_names = l->what.kind == PY_LOAD_CTYPES;
	ww->flags = ww->whole_names ? l->what.search : pp->windows->load_flags;
	ww->user_dirs = pp->folders.items;
	ww->nuser_dirs = pp->folders.n;
	ww->cwd = l->what.cwd != NULL ? arena_printf(pp->a, "%s/", l->what.cwd) : NULL;
	pe_host_path(ww, l->what.path_variable, pp->a);
}

bool pyp_assume_host(struct py_process *pp, struct native_load *l)
{
	if (pp->family == NULL || !host_assume(pp->family, pp->home.minor, &l->failures))
		return false;
	for (size_t i = 0; i < l->failures.n; i++)
		if (!l->failures.items[i].lazy)
			return false;
	return true;
}

const char *pyp_ctypes_error(struct py_process *pp, const struct native_load *l, struct py_loaded *out)
{
	const struct failure *f = NULL;
	unsigned error;

	if (pp->windows == NULL || l->what.kind != PY_LOAD_CTYPES)
		return l->error;
	for (size_t i = 0; i < l->failures.n && f == NULL; i++)
		if (!l->failures.items[i].lazy)
			f = &l->failures.items[i];
	error = out->winerror = f != NULL ? win_error(f->status) : 0;
	if (error == MODULE_NOT_FOUND && pp->home.minor >= 8) {
		out->type = "FileNotFoundError";
		return arena_printf(pp->a, PY_TEXT_NO_DLL, l->what.path);
	}
	if (win_error_text(error) == NULL)
		return l->error;
	return arena_printf(pp->a, PY_TEXT_WIN_ERROR, error, win_error_text(error));
}
