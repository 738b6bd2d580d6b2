/* causes.h - numbers for the causes of causes.def. */
#ifndef DLWHY_DIAGNOSE_CAUSES_H
#define DLWHY_DIAGNOSE_CAUSES_H

#include <dlwhy/dlwhy.h>

enum cause {
#define CAUSE(id, code, title, severity, meaning, never) CAUSE_##id,
#include "diagnose/causes.def"
#undef CAUSE
	CAUSE_COUNT
};

#endif
