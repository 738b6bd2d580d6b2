/* plan_pip_settings.h - settings with which pip would install somewhere else than it is told to. */
#ifndef DLWHY_REPAIR_PLAN_PIP_SETTINGS_H
#define DLWHY_REPAIR_PLAN_PIP_SETTINGS_H

#include "repair/plan.h"

/* PIP_TARGET, PIP_PREFIX, PIP_ROOT, PIP_USER, or the same in a configuration file of pip's. `prefix`: of the
 * environment that is installed into; `isolated`: pip is run with --isolated, and sees neither variables
 * (but PIP_CONFIG_FILE) nor the files of the user. NULL: there is none; else a sentence that names it, in
 * in->a. */
const char *pip_elsewhere(const struct plan_input *in, const char *prefix, bool isolated);

#endif
