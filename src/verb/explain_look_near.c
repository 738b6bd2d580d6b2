/* explain_look_near.c - no command is known: which files around here explain what the text tells? */
#include "verb/explain_look_near.h"

#include <string.h>

#include "diagnose/common.h"

void near_settle(struct look_case *c, const struct near_found *found, const char *path, const char *says)
{
	struct dlwhy_finding *f = ARENA_NEW(c->l->a, struct dlwhy_finding);
	const struct dlwhy_finding *told = c->f;

	*f = *told;
	f->code = found->code != NULL ? found->code : told->code;
	f->detail = found->detail;
	f->object = found->object != NULL ? found->object : told->object;
	f->summary = found->summary != NULL ? found->summary : told->summary;
	f->certainty = found->weak ? told->certainty : DLWHY_PREDICTED;
	f->assumes = found->weak ? told->assumes : "it was built in this folder, as it is now";
	f->fingerprint = fingerprint(c->l->a, f->code, f->detail, f->object, f->symbol, NULL);
	c->l->findings[c->i] = c->f = f;
	if (says != NULL)
		look_evidence(c, path, says);
	look_says(c->l, "the files here%s%s", path != NULL ? ", and among them " : "", path != NULL ? path : "");
	c->settled = true;
}

static bool is_one_of(const char *code, const char *const *codes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (same_text(code, codes[i]))
			return true;
	return false;
}

void look_near(struct look_case *c)
{
	static const char *const of_builds[] = { "ld-library-not-found", "ld-undefined-reference", "ld-hidden-symbol",
						 "ld-multiple-definition", "ld-dso-missing", "ld-version",
						 "ld-incompatible", "header-missing", "cgo-disabled" };
	struct near_files files = { NULL, 0, 0, false };

	if (!is_one_of(c->f->code, of_builds, sizeof(of_builds) / sizeof(of_builds[0])) ||
	    os_milliseconds() >= c->l->until)
		return;
	near_walk(c->l, &files);
	if (files.n == 0)
		return;
	if (same_text(c->f->code, "ld-library-not-found"))
		near_library(c, &files);
	if (!c->settled && c->f->symbol != NULL)
		near_symbol(c, &files);
	if (!c->settled)
		near_source(c, &files);
}
