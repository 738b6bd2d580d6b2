/* gpu_copy.c - copies of a GPU's libraries where packages and installers put them: in the folders of
 * the Python packages beside the target, and below /usr/local/cuda* and /opt/rocm*.
 *
 * hunt.c looks near the target and knows one folder for each library. Here another release counts as
 * well, and each maker's folders are listed: a handful, kept by the store.
 */
#include <string.h>

#include "diagnose/gpu.h"

enum { MAX_FOLDERS = 64 };

struct folders {
	const char *v[MAX_FOLDERS];
	size_t n;
};

static void add(struct folders *f, const char *dir)
{
	if (f->n < MAX_FOLDERS)
		f->v[f->n++] = dir;
}

/* Adds TOP/NAME/BELOW for each NAME in `top` that begins with `prefix`. */
static void add_each(struct diag *d, struct folders *f, const char *top, const char *prefix,
		     const char *below)
{
	const struct store_listing *l =
		store_stat_dir(d->store, top) == 0 ? store_list(d->store, top) : NULL;

	for (size_t i = 0; l != NULL && i < l->n; i++)
		if (starts_with(l->names[i], prefix))
			add(f, join_path(d->a, join_path(d->a, top, l->names[i]), below));
}

/* The folder of packages that a path lies in; NULL if it lies in none. */
static const char *packages_of(struct diag *d, const char *path)
{
	static const char *const marks[] = { "/site-packages/", "/dist-packages/" };

	for (size_t i = 0; path != NULL && i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *p = strstr(path, marks[i]);

		if (p != NULL)
			return arena_strndup(d->a, path, (size_t)(p - path) + strlen(marks[i]) - 1);
	}
	return NULL;
}

static void collect(struct diag *d, struct folders *f)
{
	const char *path = d->in->target_path;
	const char *site = packages_of(d, path != NULL ? absolute_path(d, path) : NULL);

	if (site != NULL) {
		add_each(d, f, join_path(d->a, site, "nvidia"), "", "lib");
		add(f, join_path(d->a, site, "tensorrt_libs"));
		add(f, join_path(d->a, site, "torch/lib"));
	}
	add_each(d, f, "/usr/local", "cuda", "lib64");
	add_each(d, f, "/opt", "rocm", "lib");
	add(f, "/usr/lib/wsl/lib");
	add(f, "/usr/local/nvidia/lib64");
}

static bool usable(const struct diag *d, const char *path)
{
	const struct store_entry *e = store_open(d->store, path);

	return e != NULL && e->err == 0 && e->file->kind == FILE_ELF &&
	       e->file->elf.defect == ELF_OK && e->file->elf.machine == d->w->machine &&
	       e->file->elf.is64 == d->w->is64;
}

const char *gpu_copy(struct diag *d, const char *name, bool *same)
{
	struct folders f = { .n = 0 };
	size_t stem = gpu_stem(name);
	const char *other = NULL;

	collect(d, &f);
	for (size_t i = 0; i < f.n; i++) {
		const struct store_listing *l = store_stat_dir(d->store, f.v[i]) == 0
							? store_list(d->store, f.v[i])
							: NULL;

		for (size_t k = 0; l != NULL && k < l->n; k++) {
			const char *path;

			if (strncmp(l->names[k], name, stem) != 0 ||
			    !starts_with(l->names[k] + stem, ".so"))
				continue;
			path = join_path(d->a, f.v[i], l->names[k]);
			*same = strcmp(l->names[k], name) == 0;
			if ((*same || other == NULL) && usable(d, path))
				other = path;
			if (*same && other == path)
				return path;
		}
	}
	*same = false;
	return other;
}
