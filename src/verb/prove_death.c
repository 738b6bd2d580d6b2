/* prove_death.c - a real open that did not come back: the loader had done its part, and code of a
 * file then ended the process. It is told as what it is, the first thing one wants to know.
 */
#include "verb/prove_death.h"

#include <string.h>

#include "diagnose/common.h"

static const char *detail_of(const struct heard *h)
{
	if (h->died_in == DIED_IN_RESOLVER)
		return "resolver";
	return h->signal == 0 ? "exit" : h->died_in == DIED_IN_CONSTRUCTOR ? "constructor" : NULL;
}

static const char *summary_of(const struct dlwhy_result *r, const struct heard *h, struct arena *a)
{
	const char *base = h->culprit != NULL ? base_name(h->culprit) : "it";

	if (r->is_program)
		return arena_printf(a, "A constructor of %s, which runs before the program begins, ends the "
				    "process: %s.", base, h->how);
	if (h->died_in == DIED_IN_RESOLVER)
		return arena_printf(a, "The loader found everything; then a function of %s that chooses an "
				    "implementation (IFUNC), which runs while the file is loaded, ended the "
				    "process: %s.", base, h->how);
	if (h->died_in == DIED_IN_CONSTRUCTOR)
		return arena_printf(a, "It was loaded; then a constructor of %s, which runs before the open "
				    "comes back, ended the process: %s.", base, h->how);
	return arena_printf(a, "It did not come back from the open, which can be the work of a constructor: "
			    "%s.", h->how);
}

/* What it wrote last is often why. */
static void add_words(struct dlwhy_finding *f, const struct heard *h, struct arena *a)
{
	const struct dlwhy_evidence **v = ARENA_ARRAY(a, 2, const struct dlwhy_evidence *);
	struct dlwhy_evidence *e;

	for (size_t i = h->nlines; i-- > 0 && f->nevidence == 0;) {
		if (h->lines[i][strspn(h->lines[i], " \t\r")] == '\0')
			continue;
		e = ARENA_NEW(a, struct dlwhy_evidence);
		*e = (struct dlwhy_evidence){ .kind = "text", .object = -1, .offset = -1, .size = -1,
					      .line = -1, .value = h->lines[i],
					      .says = "the last that the process wrote" };
		v[f->nevidence++] = e;
	}
	f->evidence = v;
}

static const struct dlwhy_fix *way_out(const struct heard *h, struct arena *a)
{
	struct dlwhy_fix *fix = ARENA_NEW(a, struct dlwhy_fix);

	fix->n = 1;
	fix->kind = "check";
	fix->risk = "low";
	fix->says = h->died_in == DIED_IN_RESOLVER
			    ? "such a function runs before its library is relocated: it must not call other "
			      "libraries nor use their variables; a debugger shows where it ends"
			    : "such code often writes before what it asks for (a device, a variable, a "
			      "file); 'dlwhy run --' with a program that opens it shows where it ends";
	return fix;
}

static const struct dlwhy_finding *finding(const struct dlwhy_result *r, const struct heard *h,
					   struct arena *a)
{
	struct dlwhy_finding *f = ARENA_NEW(a, struct dlwhy_finding);
	const struct dlwhy_fix **fixes = ARENA_ARRAY(a, 1, const struct dlwhy_fix *);

	f->code = dlwhy_cause_at(CAUSE_INIT_FAILED)->code;
	f->detail = detail_of(h);
	f->severity = DLWHY_ERROR;
	f->certainty = h->died_in == DIED_UNKNOWN ? DLWHY_LIKELY : DLWHY_PROVED;
	f->assumes = h->died_in == DIED_UNKNOWN ? "it was a constructor that ended it" : NULL;
	if (r->is_program) { /* of which only a library was opened, by another program */
		f->certainty = DLWHY_PREDICTED;
		f->assumes = "it does there what it does in a bare program";
	}
	f->object = h->culprit;
	f->summary = summary_of(r, h, a);
	f->fingerprint = fingerprint(a, f->code, f->detail, f->object, NULL, NULL);
	add_words(f, h, a);
	fixes[0] = way_out(h, a);
	f->fixes = fixes;
	f->nfixes = 1;
	return f;
}

const char *prove_death(struct dlwhy_result *r, const struct heard *h, struct arena *a)
{
	const struct dlwhy_finding **v = ARENA_ARRAY(a, r->nfindings + 1, const struct dlwhy_finding *);

	v[0] = finding(r, h, a);
	for (size_t i = 0; i < r->nfindings; i++)
		v[i + 1] = r->findings[i];
	r->findings = v;
	r->nfindings++;
	r->certainty = v[0]->certainty > DLWHY_PREDICTED ? v[0]->certainty : DLWHY_PREDICTED;
	r->assumes = "the code that runs while it is loaded is left aside";
	return v[0]->summary;
}

void prove_refuted(struct dlwhy_result *r, struct arena *a)
{
	static const char assumes[] = "what the real one says, which is otherwise, is left aside";
	const struct dlwhy_finding **v = ARENA_ARRAY(a, r->nfindings + 1, const struct dlwhy_finding *);

	if (r->proof == NULL || !r->proof->done || r->proof->agrees)
		return;
	for (size_t i = 0; i < r->nfindings; i++) {
		struct dlwhy_finding *f = ARENA_NEW(a, struct dlwhy_finding);

		*f = *r->findings[i];
		f->certainty = DLWHY_LIKELY;
		f->assumes = assumes;
		v[i] = f;
	}
	r->findings = v;
	r->certainty = DLWHY_LIKELY;
	r->assumes = assumes;
}
