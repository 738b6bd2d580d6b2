/* wheel.h - from a wheel's members to what a person needs: is it whole, and does it keep what its name
 * promises? */
#ifndef DLWHY_DIAGNOSE_WHEEL_H
#define DLWHY_DIAGNOSE_WHEEL_H

#include "diagnose/diagnose.h"
#include "package/wheel.h"

/* Both allocate in set->a. The first asks only whether the tags are kept, by the files that were looked
 * at. */
void diagnose_wheel_tags(struct package_set *set, const struct wheel *w, struct diagnosis *out);
void diagnose_wheel(struct package_set *set, const struct wheel *w, struct diagnosis *out);

#endif
