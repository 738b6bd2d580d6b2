/* windows_dirs.c - which folders one search of Windows goes through, in order.
 *
 * Where Windows decides: "Dynamic-link library search order" and LoadLibraryEx in Microsoft's documentation;
 * for what these leave open, wine's tests of LdrGetDllPath, which also run on Windows.
 */
#include <string.h>
#include <strings.h>

#include "loader/process.h"
#include "loader/windows.h"

static void add_dir(struct process *p, struct win_dirs *out, enum load_rule rule, const char *dir)
{
	if (dir == NULL)
		return;
	for (size_t i = 0; i < out->n; i++)
		if (out->items[i].dir != NULL && strcmp(out->items[i].dir, dir) == 0)
			return;
	*ARENA_PUSH(p->a, out) = (struct win_dir){ rule, dir };
}

static void add_system(struct process *p, struct win_dirs *out)
{
	*ARENA_PUSH(p->a, out) = (struct win_dir){ RULE_SYSTEM_DIR, p->w->windows->system_dir };
}

/* The last one added is asked first; that of SetDllDirectory after them. */
static void add_user_dirs(struct process *p, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	for (size_t i = ww->nuser_dirs; i > 0; i--)
		add_dir(p, out, RULE_USER_DIR, ww->user_dirs[i - 1]);
	if (ww->set_dir != NULL && *ww->set_dir != '\0')
		add_dir(p, out, RULE_SET_DIR, ww->set_dir);
}

static void add_flagged(struct process *p, unsigned flags, const char *load_dir, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	if ((flags & WIN_SEARCH_DLL_DIR) != 0)
		add_dir(p, out, RULE_DLL_DIR, load_dir);
	if ((flags & (WIN_SEARCH_APPLICATION_DIR | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_dir(p, out, RULE_APPLICATION_DIR, ww->app_dir);
	if ((flags & (WIN_SEARCH_USER_DIRS | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_user_dirs(p, out);
	if ((flags & (WIN_SEARCH_SYSTEM32 | WIN_SEARCH_DEFAULT_DIRS)) != 0)
		add_system(p, out);
}

/* System32, the folder of 16-bit Windows, the Windows folder. */
static void add_windows(struct process *p, struct win_dirs *out)
{
	const char *windows = p->w->windows->windows_dir;
	const char *old = windows != NULL ? win_path_in(p, windows, "system") : NULL;

	add_system(p, out);
	if (old != NULL)
		add_dir(p, out, RULE_WINDOWS_DIR, arena_printf(p->a, "%s/", old));
	add_dir(p, out, RULE_WINDOWS_DIR, windows);
}

/* The order of old. SetDllDirectory takes the working folder out, which "safe" search moves back. */
static void add_standard(struct process *p, unsigned flags, const char *load_dir, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;
	const char *cwd = ww->set_dir == NULL ? ww->cwd : NULL;

	if ((flags & WIN_ALTERED_SEARCH_PATH) != 0 && load_dir != NULL)
		add_dir(p, out, RULE_DLL_DIR, load_dir);
	else
		add_dir(p, out, RULE_APPLICATION_DIR, ww->app_dir);
	if (ww->set_dir != NULL && *ww->set_dir != '\0')
		add_dir(p, out, RULE_SET_DIR, ww->set_dir);
	if (ww->unsafe_search)
		add_dir(p, out, RULE_WORKING_DIR, cwd);
	add_windows(p, out);
	add_dir(p, out, RULE_WORKING_DIR, cwd);
	for (size_t i = 0; i < ww->npath_dirs; i++)
		add_dir(p, out, RULE_PATH_VARIABLE, ww->path_dirs[i]);
}

bool win_is_whole(const char *path)
{
	return path[0] == '/' || path[0] == '\\' ||
	       (path[0] != '\0' && path[1] == ':' && (path[2] == '/' || path[2] == '\\'));
}

static const char *folder_of(struct process *p, const char *name)
{
	const char *slash = name != NULL ? strrchr(name, '/') : NULL;

	return slash != NULL ? arena_strndup(p->a, name, (size_t)(slash - name) + 1) : NULL;
}

/* What SetDefaultDllDirectories has chosen counts for calls that choose nothing themselves. */
uint32_t win_search_dirs(struct process *p, unsigned flags, const char *name, struct win_dirs *out)
{
	const struct windows_world *ww = p->w->windows;

	*out = (struct win_dirs){ .items = NULL };
	if ((flags & WIN_ALTERED_SEARCH_PATH) != 0 && (flags & WIN_SEARCH_ANY) != 0)
		return WIN_INVALID_PARAMETER;
	if ((flags & WIN_SEARCH_ANY) == 0 && ww->default_flags != 0)
		flags |= ww->default_flags |
			 ((flags & WIN_ALTERED_SEARCH_PATH) != 0 ? WIN_SEARCH_DLL_DIR : 0u);
	if ((flags & WIN_SEARCH_DLL_DIR) != 0 && (name == NULL || (ww->whole_names && !win_is_whole(name))))
		return WIN_INVALID_PARAMETER;
	if ((flags & WIN_SEARCH_ANY) != 0)
		add_flagged(p, flags, folder_of(p, name), out);
	else
		add_standard(p, flags, folder_of(p, name), out);
	return WIN_OK;
}
