/* causes.c - the catalogue as the public header shows it. */
#include "diagnose/causes.h"

#include <stddef.h>
#include <string.h>

#include "diagnose/pages.h"

static const struct dlwhy_cause causes[] = {
#define CAUSE(id, code, title, severity, meaning, never) { code, title, severity, meaning, never, page_##id },
#include "diagnose/causes.def"
#undef CAUSE
};

const struct dlwhy_cause *dlwhy_cause_at(size_t i)
{
	return i < CAUSE_COUNT ? &causes[i] : NULL;
}

const struct dlwhy_cause *dlwhy_cause_find(const char *code)
{
	for (size_t i = 0; code != NULL && i < CAUSE_COUNT; i++)
		if (strcmp(causes[i].code, code) == 0)
			return &causes[i];
	return NULL;
}
