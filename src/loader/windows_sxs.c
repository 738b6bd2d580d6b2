/* windows_sxs.c - side-by-side assemblies: what a manifest asks for before any import is looked at.
 *
 * Where Windows decides: "Assembly searching sequence" of Microsoft's documentation. The store of shared
 * assemblies (WinSxS) is not at hand: those of Windows count as there, those of Visual C++ if its
 * redistributables are installed, all others only as private ones, in DIR/NAME/NAME.manifest or
 * DIR/NAME.manifest.
 */
#include <string.h>

#include "loader/process.h"
#include "loader/text.h"
#include "loader/windows.h"

static bool is_shared(const struct process *p, const char *name)
{
	if (strncmp(name, "Microsoft.Windows.", 18) == 0)
		return true;
	return strncmp(name, "Microsoft.VC", 12) == 0 && p->w->windows->vcredist;
}

/* The folder of a private assembly: NULL if it does not lie in `dir`. */
static const char *private_in(struct process *p, const char *dir, const char *name)
{
	const char *manifest = arena_printf(p->a, "%s.manifest", name);
	const char *sub = arena_printf(p->a, "%s%s/", dir, name);

	if (win_path_in(p, sub, manifest) != NULL)
		return sub;
	return win_path_in(p, dir, manifest) != NULL ? dir : NULL;
}

static const char *find_private(struct process *p, const struct image *im, const char *name)
{
	const char *path = im->kind == IMAGE_PROGRAM ? im->real_path : im->name;
	const char *slash = strrchr(path, '/');
	const char *dir = slash != NULL ? arena_strndup(p->a, path, (size_t)(slash - path) + 1) : "";
	const char *found = strchr(name, '/') == NULL ? private_in(p, dir, name) : NULL;

	if (found == NULL && p->w->windows->app_dir != NULL && strchr(name, '/') == NULL)
		found = private_in(p, p->w->windows->app_dir, name);
	return found;
}

static void fail_assembly(struct process *p, struct image *im, const struct pe_assembly *as)
{
	struct failure *f = fail_add(p, FAIL_NOT_FOUND, as->name,
				     win_error_text(win_error(WIN_SXS_CANT_GEN_ACTCTX)), 0);

	f->status = WIN_SXS_CANT_GEN_ACTCTX;
	f->image = im;
	f->version = as->version;
}

static void add_dir(struct process *p, struct win_dirs **list, const char *dir)
{
	if (*list == NULL)
		*list = ARENA_NEW(p->a, struct win_dirs);
	*ARENA_PUSH(p->a, *list) = (struct win_dir){ RULE_SIDE_BY_SIDE, dir };
}

bool win_assemblies(struct process *p, struct image *im, const struct win_dirs *dirs, struct win_dirs **out)
{
	struct pe_assembly *v;
	size_t n = pe_assemblies(&im->file->pe, p->a, &v);
	bool ok = true;

	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		const char *dir = is_shared(p, v[i].name) ? NULL : find_private(p, im, v[i].name);

		if (dir != NULL) {
			add_dir(p, out, dir);
		} else if (!is_shared(p, v[i].name)) {
			fail_assembly(p, im, &v[i]);
			ok = false;
		}
	}
	for (size_t i = 0; *out != NULL && i < dirs->n; i++)
		*ARENA_PUSH(p->a, *out) = dirs->items[i];
	return ok;
}
