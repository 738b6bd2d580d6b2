/* plan_pip_settings.h - settings of pip and uv that decide what a command that installs would do. */
#ifndef DLWHY_REPAIR_PLAN_PIP_SETTINGS_H
#define DLWHY_REPAIR_PLAN_PIP_SETTINGS_H

#include "repair/plan.h"

struct pip_asked {
	const char *prefix; /* of the environment that is installed into */
	bool uv, isolated;  /* with uv; with --isolated */
	/* Projects that have to be found, NULL-ended; none where all wheels are named. */
	const char *const *names;
};

struct pip_verdict {
	const char *not_now; /* why it must not be done as things are set, a sentence; NULL */
	const char *note;    /* what a person should know before: which index is asked; NULL */
};

/* Both in in->a. */
void pip_settings(const struct plan_input *in, const struct pip_asked *asked, struct pip_verdict *out);

#endif
