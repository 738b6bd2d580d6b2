/* near_file.c - a file that is named by its path and is not there: what may have been meant. */
#include <stdlib.h>
#include <string.h>

#include "diagnose/common.h"
#include "diagnose/hunt.h"

enum { LONGEST = 60, MOST = 2 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edits between two names (Levenshtein) of at most LONGEST bytes. */
static size_t edits(const char *a, const char *b)
{
	size_t row[LONGEST + 1], n = strlen(a), m = strlen(b);

	for (size_t k = 0; k <= m; k++)
		row[k] = k;
	for (size_t i = 1; i <= n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			size_t above = row[k];

			row[k] = least(least(above, row[k - 1]) + 1, corner + (a[i - 1] != b[k - 1]));
			corner = above;
		}
	}
	return row[m];
}

/* How far a name is from the one that is wanted: SIZE_MAX is too far. The beginning of one is as good as
 * one wrong letter ("libz.so", "libz.so.1"). */
static size_t distance(const char *wanted, const char *name)
{
	size_t n = strlen(wanted), m = strlen(name), d;

	if (n == 0 || n > LONGEST || m > LONGEST)
		return SIZE_MAX;
	if (least(n, m) >= 3 && strncmp(wanted, name, least(n, m)) == 0)
		return 1;
	d = edits(wanted, name);
	return d <= 1 + n / 5 && d < n ? d : SIZE_MAX;
}

/* The nearest names of the folder; true if there are any. */
static bool near_names(struct diag *d, struct draft *dr, const char *dir, const char *path)
{
	const struct store_listing *l = store_list(d->store, dir);
	const char *best[MOST] = { NULL };
	size_t far[MOST] = { SIZE_MAX, SIZE_MAX };
	const char *prefix = arena_strndup(d->a, path, (size_t)(base_name(path) - path));

	for (size_t i = 0; l != NULL && i < l->n; i++) {
		size_t x = distance(base_name(path), l->names[i]);

		for (size_t k = 0; k < MOST; k++)
			if (x < far[k]) {
				memmove(far + k + 1, far + k, (MOST - k - 1) * sizeof(far[0]));
				memmove(best + k + 1, best + k, (MOST - k - 1) * sizeof(best[0]));
				far[k] = x;
				best[k] = l->names[i];
				break;
			}
	}
	for (size_t k = 0; k < MOST && best[k] != NULL; k++) {
		const char *there = arena_printf(d->a, "%s%s", prefix, best[k]);
		struct fix *f = draft_fix(d, dr, "other-name", "low",
					  arena_printf(d->a, "the folder has %s: if that is meant, name it",
						       best[k]));

		fix_command(d, f, arena_printf(d->a, "dlwhy %s", shell_quote(d->a, there)));
	}
	return best[0] != NULL;
}

static bool is_elsewhere(struct diag *d, struct draft *dr, const char *path)
{
	struct hits hits = { NULL, 0, 0 };
	struct fix *f;

	if (d->t == NULL || d->w == NULL || strstr(base_name(path), ".so") == NULL)
		return false;
	hunt_library(d, base_name(path), NULL, &hits);
	if (hits.n == 0 || hits.items[0].kind == HIT_SKEW)
		return false;
	f = draft_fix(d, dr, "other-name", "low",
		      arena_printf(d->a, "a file of that name is elsewhere, %s", hits.items[0].path));
	fix_command(d, f, arena_printf(d->a, "dlwhy %s", shell_quote(d->a, hits.items[0].path)));
	return true;
}

void draft_near_file(struct diag *d, struct draft *dr, const char *path)
{
	const char *abs = absolute_path(d, path), *dir = dir_name(d->a, abs);
	bool relative = path[0] != '/', found;

	if (d->store == NULL || *base_name(path) == '\0')
		return;
	found = near_names(d, dr, dir, path);
	found = is_elsewhere(d, dr, path) || found;
	if (found)
		return;
	draft_fix(d, dr, "other-name", "low",
		  store_stat_dir(d->store, dir) != 0
			  ? arena_printf(d->a, "there is no folder %s either: look at the path%s", dir,
					 relative ? ", which counts from the working folder" : "")
			  : arena_printf(d->a, "look at the path: the folder %s%s has no such file, nor "
					 "one with a name like it", dir,
					 relative ? " (the path counts from the working folder)" : ""));
}
