/* wheel_priv.h - what the two files of a wheel's diagnosis share: d_wheel.c, whether it is whole, and
 * d_wheel_tags.c, whether it keeps its tags. */
#ifndef DLWHY_DIAGNOSE_WHEEL_PRIV_H
#define DLWHY_DIAGNOSE_WHEEL_PRIV_H

#include "diagnose/common.h"
#include "diagnose/wheel.h"

enum { SHOWN = 12 };

struct whl {
	struct diag d;
	struct package_set *set;
	const struct wheel *w;
	struct arena *a;
	size_t order;
};

struct draft *wheel_draft(struct whl *t, enum cause cause, const char *detail,
			  enum dlwhy_severity severity, const char *object);
/* Its maker must build it anew. */
void wheel_fix_build(struct whl *t, struct draft *dr, const char *says);
/* ", and 2 more" of n things, the first of which was named. */
const char *wheel_more(struct whl *t, size_t n);
void wheel_say_tags(struct whl *t);

#endif
