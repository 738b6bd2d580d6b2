/* windows_program.c - what lies with a program and changes how Windows loads for it: PROGRAM.exe.local and
 * its manifest.
 *
 * Where Windows decides: "Dynamic-link library redirection" and "Maximum path length limitation" of
 * Microsoft's documentation. The registry is not read: DevOverrideEnable counts as not set.
 */
#include <string.h>

#include "loader/process.h"
#include "loader/windows.h"
#include "object/manifest.h"

enum { LONG_PATHS_SINCE = 14393 /* build of Windows 10 */ };

static const char *path_of(const struct process *p)
{
	return p->program->real_path != NULL && *p->program->real_path != '\0' ? p->program->real_path :
										  p->w->windows->program;
}

static const struct store_entry *file_at(struct process *p, const char *path)
{
	const struct store_entry *en = store_has_file(p->w->store, path) ?
					       store_open(p->w->store, path) : NULL;

	return en != NULL && en->err == 0 ? en : NULL;
}

/* The one inside comes first; NULL: it has none. */
static const char *manifest(struct process *p, const char *path)
{
	const struct store_entry *en = file_at(p, path);
	const char *text = en != NULL && en->file->kind == FILE_PE ?
				   manifest_of(&en->file->pe, MANIFEST_PROGRAM, p->a) : NULL;

	if (text != NULL)
		return text;
	en = file_at(p, arena_printf(p->a, "%s.manifest", path));
	return en != NULL ? manifest_text(en->file->bytes, p->a) : NULL;
}

static const char *redirection(struct process *p)
{
	const char *path = path_of(p), *slash = path != NULL ? strrchr(path, '/') : NULL;
	const char *dir = slash != NULL ? arena_strndup(p->a, path, (size_t)(slash - path) + 1) : "";
	const char *mark = NULL;

	if (path != NULL)
		mark = win_path_in(p, dir, arena_printf(p->a, "%s.local", win_last_part(path)));
	if (mark == NULL || manifest(p, path) != NULL)
		return NULL;
	mark = arena_printf(p->a, "%s/", mark);
	return store_stat_dir(p->w->store, mark) == 0 ? mark : dir;
}

const char *win_redirection(struct process *p)
{
	if (!p->redirection_known) {
		p->redirection_known = true;
		p->redirection = redirection(p);
	}
	return p->redirection;
}

/* Python's program has said so since 3.6. Of other programs that are not here nothing is known. */
bool win_takes_long_paths(struct process *p)
{
	const struct windows_world *ww = p->w->windows;
	const char *path = path_of(p), *text = path != NULL ? manifest(p, path) : NULL;

	if (!ww->long_paths || ww->release->major < 10 || ww->release->build < LONG_PATHS_SINCE)
		return false;
	if (text != NULL)
		return manifest_long_paths(text);
	return path == NULL && ww->python >= 306;
}
