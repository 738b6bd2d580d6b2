/* dyld_hunt.c - looking for a library of macOS where dyld does not look.
 *
 * Near each file of the process: its folder, folders beside and above it, their lib and .dylibs (where
 * delocate puts copies). Bounded by the number of folders that are looked into.
 */
#include <string.h>

#include "diagnose/dyld.h"

enum { LEVELS = 4, FOLDERS_MAX = 2000 };

struct hunting {
	struct diag *d;
	const char *name;
	size_t folders;
	const char *found;
};

static bool is_usable(struct diag *d, const char *path)
{
	const struct store_entry *en = store_open(d->store, path);
	struct dyld_slice slice;

	return en != NULL && en->err == 0 && en->file->st.type == OS_REGULAR &&
	       dyld_slice(d->w->dyld, en->file->bytes, d->a, &slice);
}

static bool look_in(struct hunting *h, const char *dir)
{
	const char *path;

	if (h->found != NULL || h->folders++ >= FOLDERS_MAX)
		return true;
	path = join_path(h->d->a, dir, h->name);
	if (store_has_file(h->d->store, path) && is_usable(h->d, path))
		h->found = path;
	return h->found != NULL;
}

static bool look_around(struct hunting *h, const char *dir)
{
	static const char *const usual[] = { "lib", ".dylibs", "Frameworks" };

	if (look_in(h, dir))
		return true;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (look_in(h, join_path(h->d->a, dir, usual[i])))
			return true;
	return false;
}

/* The folder, what lies in it, and the same for those above it. */
static void look_near(struct hunting *h, const char *dir)
{
	for (unsigned level = 0; level < LEVELS && h->found == NULL && h->folders < FOLDERS_MAX; level++) {
		const struct store_listing *l = store_list(h->d->store, dir);

		if (look_around(h, dir))
			return;
		for (size_t i = 0; l != NULL && i < l->n; i++) {
			const char *sub = join_path(h->d->a, dir, l->names[i]);

			if (store_stat_dir(h->d->store, sub) == 0 && look_around(h, sub))
				return;
		}
		if (strcmp(dir, ".") == 0 || strrchr(dir, '/') == dir)
			return;
		dir = dir_name(h->d->a, dir);
	}
}

const char *dyld_hunt(struct diag *d, const char *name)
{
	struct hunting h = { .d = d, .name = base_name(name) };

	for (size_t i = 0; i < d->p->images.n && h.found == NULL; i++) {
		const struct image *im = d->p->images.items[i];

		if (im->file != NULL && im->dyld->path != NULL)
			look_near(&h, dir_name(d->a, im->dyld->path));
	}
	if (h.found == NULL && d->in->target_path != NULL)
		look_near(&h, dir_name(d->a, absolute_path(d, d->in->target_path)));
	return h.found;
}
