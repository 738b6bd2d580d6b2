/* wheel.h - from a wheel's members to what a person needs: is it whole, and does it keep what its name
 * promises? */
#ifndef DLWHY_DIAGNOSE_WHEEL_H
#define DLWHY_DIAGNOSE_WHEEL_H

#include "diagnose/diagnose.h"
#include "package/wheel.h"

/* Allocates in set->a. */
void diagnose_wheel(struct package_set *set, const struct wheel *w, struct diagnosis *out);

#endif
