/* windows_sxs.c - side-by-side assemblies: what a manifest asks for before any import is looked at.
 *
 * Where Windows decides: "Assembly searching sequence" of Microsoft's documentation. The store of shared
 * assemblies (WinSxS) is looked at where a Windows is at hand; else those of Windows count as there, and
 * those of Visual C++ if its redistributables are installed. A private assembly is a DLL with a manifest, or
 * a manifest, beside the file that asks, or in a folder there that has the assembly's name.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "loader/process.h"
#include "loader/text.h"
#include "loader/windows.h"
#include "object/manifest.h"

struct context {
	struct process *p;
	struct image *im;
	struct win_side_by_side *files;
};

static void add_file(struct context *c, const char *name, const char *path)
{
	if (strpbrk(name, "/\\") != NULL)
		return;
	*ARENA_PUSH(c->p->a, c->files) =
		(struct win_redirected){ win_base_name(c->p->a, arena_printf(c->p->a, "%s.", name)), path };
}

/* ---- shared assemblies ------------------------------------------------------------------------ */

static bool is_shared(const struct process *p, const char *name)
{
	if (strncmp(name, "Microsoft.Windows.", 18) == 0)
		return true;
	return strncmp(name, "Microsoft.VC", 12) == 0 && p->w->windows->vcredist;
}

/* "9.0.30729.6161" as a number that compares; the parts of one assembly have the first two in common. */
static uint64_t version_number(const char *text)
{
	uint64_t n = 0;

	for (int i = 0; i < 4; i++) {
		n = n << 16 | (strtoul(text, NULL, 10) & 0xffffu);
		text += strcspn(text, "._");
		text += *text == '.';
	}
	return n;
}

/* How the names of its folders begin; "*" is the machine of the process. */
static const char *folder_start(const struct process *p, const struct manifest_assembly *as)
{
	uint16_t machine = p->w->windows->machine;
	const char *arch = machine == PE_I386 ? "x86" : machine == PE_ARM64 ? "arm64" : "amd64";

	if (as->arch != NULL && strcmp(as->arch, "*") != 0)
		arch = as->arch;
	return arena_printf(p->a, "%s_%s_%s_", arch, as->name, as->token != NULL ? as->token : "none");
}

/* "amd64_microsoft.vc90.crt_1fc8b3b9a1e18e3b_9.0.30729.6161_none_…": publishers redirect to the newest. */
static bool is_folder_of(const char *start, const char *folder, const struct manifest_assembly *as,
			 uint64_t *version)
{
	size_t n = strlen(start);
	uint64_t wanted = as->version != NULL ? version_number(as->version) : 0;

	if (strncasecmp(folder, start, n) != 0)
		return false;
	*version = version_number(folder + n);
	return *version >> 32 == wanted >> 32 && *version >= wanted;
}

/* The newest one in the store of the Windows at hand: all that lies in its folder. */
static bool find_stored(struct context *c, const struct manifest_assembly *as)
{
	struct process *p = c->p;
	const char *windows = p->w->windows->windows_dir, *start = folder_start(p, as), *store, *dir = NULL;
	const struct store_listing *l;
	uint64_t best = 0, version;

	store = windows != NULL ? win_path_in(p, windows, "winsxs") : NULL;
	l = store != NULL ? store_list(p->w->store, arena_printf(p->a, "%s/", store)) : NULL;
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (is_folder_of(start, l->names[i], as, &version) && version >= best) {
			best = version;
			dir = arena_printf(p->a, "%s/%s/", store, l->names[i]);
		}
	l = dir != NULL ? store_list(p->w->store, dir) : NULL;
	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (str_ends_nocase(l->names[i], ".dll"))
			add_file(c, l->names[i], arena_printf(p->a, "%s%s", dir, l->names[i]));
	return dir != NULL;
}

/* ---- private assemblies ----------------------------------------------------------------------- */

static bool is_same(const char *x, const char *y)
{
	return x == NULL || y == NULL || strcmp(x, "*") == 0 || strcasecmp(x, y) == 0;
}

/* Takes the files that the manifest lists, if it is that assembly's. */
static bool take(struct context *c, const char *dir, const char *text, const struct manifest_assembly *as)
{
	struct manifest_assembly own;
	const char **files;
	size_t n;

	if (text == NULL || !manifest_identity(text, c->p->a, &own) || strcasecmp(own.name, as->name) != 0 ||
	    !is_same(as->version, own.version) || !is_same(as->arch, own.arch))
		return false;
	n = manifest_files(text, c->p->a, &files);
	for (size_t i = 0; i < n; i++) {
		const char *path = win_path_in(c->p, dir, files[i]);

		add_file(c, files[i], path != NULL ? path : arena_printf(c->p->a, "%s%s", dir, files[i]));
	}
	return true;
}

static const char *text_at(struct context *c, const char *dir, const char *name)
{
	const char *path = win_path_in(c->p, dir, name);
	const struct store_entry *en = path != NULL && store_has_file(c->p->w->store, path) ?
					       store_open(c->p->w->store, path) : NULL;

	if (en == NULL || en->err != 0)
		return NULL;
	return en->file->kind == FILE_PE ? manifest_of(&en->file->pe, MANIFEST_PROGRAM, c->p->a) :
					   manifest_text(en->file->bytes, c->p->a);
}

static bool private_in(struct context *c, const char *dir, const struct manifest_assembly *as)
{
	const char *dll = arena_printf(c->p->a, "%s.dll", as->name);
	const char *manifest = arena_printf(c->p->a, "%s.manifest", as->name);

	return take(c, dir, text_at(c, dir, dll), as) || take(c, dir, text_at(c, dir, manifest), as);
}

static const char *path_of(const struct image *im)
{
	return im->kind == IMAGE_PROGRAM ? im->real_path : im->name;
}

static bool find_private(struct context *c, const struct manifest_assembly *as)
{
	const char *path = path_of(c->im), *slash = strrchr(path, '/'), *sub;
	const char *dir = slash != NULL ? arena_strndup(c->p->a, path, (size_t)(slash - path) + 1) : "";

	if (strpbrk(as->name, "/\\") != NULL)
		return false;
	if (private_in(c, dir, as))
		return true;
	sub = win_path_in(c->p, dir, as->name);
	return sub != NULL && private_in(c, arena_printf(c->p->a, "%s/", sub), as);
}

/* ---- the whole -------------------------------------------------------------------------------- */

static void fail_assembly(struct context *c, const struct manifest_assembly *as)
{
	struct failure *f = fail_add(c->p, FAIL_NOT_FOUND, as->name,
				     win_error_text(win_error(WIN_SXS_CANT_GEN_ACTCTX)), 0);

	f->status = WIN_SXS_CANT_GEN_ACTCTX;
	f->image = c->im;
	f->version = as->version;
}

/* The manifest inside counts; without one the file beside it. */
static const char *manifest_for(struct context *c)
{
	bool program = c->im->kind == IMAGE_PROGRAM;
	const char *text = manifest_of(&c->im->file->pe, program ? MANIFEST_PROGRAM : MANIFEST_DLL, c->p->a);
	const char *path = arena_printf(c->p->a, program ? "%s.manifest" : "%s.2.manifest", path_of(c->im));

	if (text != NULL || !store_has_file(c->p->w->store, path))
		return text;
	return text_at(c, arena_strndup(c->p->a, path, strlen(path) - strlen(win_last_part(path))),
		       win_last_part(path));
}

bool win_assemblies(struct process *p, struct image *im, const struct win_side_by_side **out)
{
	struct context c = { .p = p, .im = im };
	const char *text = manifest_for(&c);
	struct manifest_assembly *v;
	size_t n = text != NULL ? manifest_needs(text, p->a, &v) : 0;
	bool ok = true;

	if (n == 0)
		return true;
	c.files = ARENA_NEW(p->a, struct win_side_by_side);
	for (size_t i = 0; i < n; i++)
		if (!find_stored(&c, &v[i]) && !find_private(&c, &v[i]) && !is_shared(p, v[i].name)) {
			fail_assembly(&c, &v[i]);
			ok = false;
		}
	*out = c.files;
	return ok;
}
