/* nearest.c - what a mistyped word was meant to be. */
#include "cli.h"

#include <string.h>

enum { LONGEST = 40 };

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edits between two words (Levenshtein; two letters swapped count as one). Words are at most
 * LONGEST long. */
static size_t distance(const char *a, const char *b)
{
	size_t d[LONGEST + 1][LONGEST + 1];
	size_t n = strlen(a), m = strlen(b), i, k;

	for (i = 0; i <= n; i++)
		d[i][0] = i;
	for (k = 0; k <= m; k++)
		d[0][k] = k;
	for (i = 1; i <= n; i++)
		for (k = 1; k <= m; k++) {
			d[i][k] = min3(d[i - 1][k] + 1, d[i][k - 1] + 1,
				       d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    d[i - 2][k - 2] + 1 < d[i][k])
				d[i][k] = d[i - 2][k - 2] + 1;
		}
	return d[n][m];
}

const char *cli_nearest(const char *word, const char *(*next)(size_t i))
{
	const char *best = NULL, *name;
	size_t n = strlen(word), least = 1 + n / 3 + 1, i;

	if (n == 0 || n > LONGEST)
		return NULL;
	for (i = 0; (name = next(i)) != NULL; i++) {
		size_t d;

		if (strlen(name) > LONGEST)
			continue;
		/* The beginning of a name is as good as one wrong letter. */
		d = n >= 3 && strncmp(name, word, n) == 0 ? 1 : distance(word, name);
		if (d < least) {
			least = d;
			best = name;
		}
	}
	return best;
}
