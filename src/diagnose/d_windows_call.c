/* d_windows_call.c - what Windows refuses before it looks at a file: calls that contradict themselves, paths
 * with too many characters. */
#include <string.h>

#include "diagnose/windows_case.h"

enum { MAX_PATH_UNITS = 259 };

/* LoadLibraryEx: which of its flags go together, and with which names. */
void win_bad_call(struct win_case *k)
{
	struct diag *d = k->d;
	unsigned flags = d->w->windows->flags;
	struct draft *dr = win_begin(k, CAUSE_NOT_LOADABLE, k->name);

	if ((flags & WIN_ALTERED_SEARCH_PATH) != 0 && (flags & WIN_SEARCH_ANY) != 0) {
		draft_say(d, dr,
			  "%s is asked for with flags that exclude each other (0x%x): 0x8 "
			  "(LOAD_WITH_ALTERED_SEARCH_PATH) goes with none of LOAD_LIBRARY_SEARCH_….",
			  k->name, flags);
		draft_fix(d, dr, "change-call", "low",
			  "leave out 0x8: 0x1100 searches the folder of the DLL as well");
		return;
	}
	draft_say(d, dr,
		  "%s is asked for with a flag (0x100, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) that goes with a "
		  "whole path only, and this is none.",
		  k->name);
	draft_fix(d, dr, "change-call", "low",
		  "give the whole path: os.path.abspath(name), or leave winmode to ctypes");
}

static const struct probe *too_long(const struct win_case *k)
{
	const struct diag *d = k->d;

	for (size_t i = 0; k->rq != NULL && i < k->rq->nprobes; i++)
		if (d->t->probes.items[k->rq->probe0 + i].outcome == PROBE_NAME_TOO_LONG)
			return &d->t->probes.items[k->rq->probe0 + i];
	return NULL;
}

static void long_path_fixes(struct diag *d, struct draft *dr, const char *path)
{
	const struct windows_world *ww = d->w->windows;
	struct fix *f;

	if (ww->release->major >= 10 && !ww->long_paths) {
		f = draft_fix(d, dr, "system-setting", "medium",
			      ww->python >= 306 ?
				      "on that machine, as administrator: allow long paths (Python is made "
				      "for them)" :
				      "on that machine, as administrator: allow long paths; the program "
				      "must say in its manifest that it is made for them (longPathAware)");
		fix_command(d, f,
			    "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\FileSystem "
			    "/v LongPathsEnabled /t REG_DWORD /d 1 /f");
	}
	f = draft_fix(d, dr, "move", "low", "give the folder a shorter name, or a letter of its own");
	fix_command(d, f, arena_printf(d->a, "subst X: \"%s\"", dir_name(d->a, dir_name(d->a, path))));
}

/* False: no file of that name was passed over for the length of its path. */
bool win_long_path(struct win_case *k)
{
	struct diag *d = k->d;
	const struct probe *p = too_long(k);
	struct draft *dr;

	if (p == NULL)
		return false;
	dr = win_begin(k, CAUSE_MEMORY_OR_LIMIT, k->name);
	draft_say(d, dr,
		  "%s%s is there, but its path has more than %d characters, and Windows opens no longer "
		  "ones for a program unless both the machine and the program are set up for that.",
		  win_word(p->path), win_needed_words(k), MAX_PATH_UNITS);
	draft_fact(d, dr, p->path,
		   arena_printf(d->a, "the path, of %zu bytes, without the letter of its drive",
				strlen(p->path)));
	long_path_fixes(d, dr, p->path);
	return true;
}

/* A name that no path can have. */
void win_long_name(struct win_case *k)
{
	struct diag *d = k->d;
	struct draft *dr = win_begin(k, CAUSE_MEMORY_OR_LIMIT, k->name);

	draft_say(d, dr, "The name that is asked for has %zu bytes, more than any path of Windows can have.",
		  strlen(k->name));
	draft_fix(d, dr, "replace", "low",
		  "take another build: the file that asks for it is most likely damaged");
}
