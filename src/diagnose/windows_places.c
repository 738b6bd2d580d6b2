/* windows_places.c - files of a name near those that were loaded, where Windows does not look. */
#include <string.h>
#include <strings.h>

#include "diagnose/windows_case.h"

enum { MAX_FOLDERS_LISTED = 400, MAX_FOLDERS_OF_ALL = 4000, MAX_PLACES = 8, MAX_UP = 3, MAX_DOWN = 4 };

struct places {
	struct diag *d;
	const char *base;
	size_t listed, most;   /* folders */
	struct {
		const char **items;
		size_t n, cap;
	} found;
	struct {
		const char **items;
		size_t n, cap;
	} seen;
};

static bool is_new(struct places *k, const char *dir)
{
	for (size_t i = 0; i < k->seen.n; i++)
		if (strcmp(k->seen.items[i], dir) == 0)
			return false;
	*ARENA_PUSH(k->d->a, &k->seen) = dir;
	return true;
}

/* A folder and what is below it, shallow first folders first. */
static void look_in(struct places *k, const char *dir, int depth)
{
	const struct store_listing *l;

	if (k->listed >= k->most || k->found.n >= MAX_PLACES || !is_new(k, dir))
		return;
	k->listed++;
	l = store_list(k->d->store, dir);
	for (size_t i = 0; l != NULL && i < l->n && k->found.n < MAX_PLACES; i++)
		if (strcasecmp(l->names[i], k->base) == 0)
			*ARENA_PUSH(k->d->a, &k->found) = arena_printf(k->d->a, "%s%s", dir, l->names[i]);
	for (size_t i = 0; l != NULL && depth > 0 && i < l->n; i++) {
		const char *below = l->names[i];
		const char *dot = strrchr(below, '.');

		if (dot != NULL && strcmp(dot, ".libs") != 0 && strcmp(dot, ".dll") != 0 && dot[1] != '\0' &&
		    strlen(dot) <= 5)
			continue; /* a file, by its name */
		below = arena_printf(k->d->a, "%s%s/", dir, below);
		if (store_stat_dir(k->d->store, below) == 0)
			look_in(k, below, depth - 1);
	}
}

/* The folder of a loaded file, and those above it as long as they are parts of one package. */
static void look_around(struct places *k, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) + 1 : 0;

	for (int up = 0; up < MAX_UP && n > 1; up++) {
		const char *dir = arena_strndup(k->d->a, path, n);
		bool site = n >= 14 && strncasecmp(dir + n - 14, "site-packages/", 14) == 0;

		look_in(k, dir, up == 0 || !site ? MAX_DOWN - up : 1);
		if (site)
			return;
		n--;
		while (n > 0 && path[n - 1] != '/')
			n--;
	}
}

size_t win_places(struct diag *d, const char *base, const char ***out)
{
	struct places k = { .d = d, .base = base, .most = MAX_FOLDERS_LISTED };

	for (size_t i = 0; i < d->p->images.n && k.found.n == 0; i++) {
		const struct image *im = d->p->images.items[i];

		if (im->file != NULL && image_path(d, im) != NULL && strchr(image_path(d, im), '/') != NULL)
			look_around(&k, image_path(d, im));
	}
	*out = k.found.items;
	return k.found.n;
}

size_t win_copies(struct diag *d, const char *path, const char *base, const char ***out)
{
	struct places k = { .d = d, .base = base, .most = MAX_FOLDERS_OF_ALL };
	static const char mark[] = "site-packages/";
	const char *site = strcasestr(path, mark), *slash = strrchr(path, '/');
	size_t n = site != NULL ? (size_t)(site - path) + sizeof(mark) - 1 :
		   slash != NULL ? (size_t)(slash - path) + 1 : 0;

	if (n > 0)
		look_in(&k, arena_strndup(d->a, path, n), MAX_DOWN);
	*out = k.found.items;
	return k.found.n;
}
