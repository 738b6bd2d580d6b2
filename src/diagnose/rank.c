/* rank.c - which finding comes first.
 *
 * The first is what the loader itself would say: the failure that ends the load. Behind it come
 * the others by severity, then by the loader's order, so that no consequence stands before its
 * cause. What only strikes at a later call comes behind what strikes at once.
 */
#include "diagnose/common.h"

static bool before(const struct draft *x, const struct draft *y)
{
	if (x->lazy != y->lazy)
		return y->lazy;
	if (x->f.severity != y->f.severity)
		return x->f.severity < y->f.severity;
	return x->order < y->order;
}

/* Insertion sort: stable, and the lists are short. */
void rank_drafts(struct diag *d)
{
	for (size_t i = 1; i < d->drafts.n; i++) {
		struct draft *dr = d->drafts.items[i];
		size_t k = i;

		while (k > 0 && before(dr, d->drafts.items[k - 1])) {
			d->drafts.items[k] = d->drafts.items[k - 1];
			k--;
		}
		d->drafts.items[k] = dr;
	}
}
