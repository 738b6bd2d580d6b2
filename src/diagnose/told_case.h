/* told_case.h - the facts of a text while it is judged: copies that are completed, doubted and put in order.
 *
 * Each step is a file: told_context.c fills in what the words around say, told_runtime.c what names of
 * libraries and symbols in a loader's words tell, told_framework.c what frameworks go on without, told_attempt.c what is said of attempts, told_symbol.c
 * what names of symbols tell, told_build.c knows the habits of build systems, told_doubt.c what is no error
 * at all; told.c puts what is left in order.
 */
#ifndef DLWHY_DIAGNOSE_TOLD_CASE_H
#define DLWHY_DIAGNOSE_TOLD_CASE_H

#include "diagnose/common.h"
#include "message/message.h"

enum { RANK_WRAPPER = 90 }; /* from here on it is never a cause */

struct told_fact {
	struct msg_fact f;    /* completed; in the order of the text */
	bool denied;          /* it is no error, or only what follows from another */
	bool warning;         /* it stands for itself, but harms nothing by itself */
};

struct told_case {
	struct arena *a;
	const struct msg_facts *in;
	struct told_fact *facts;
	size_t n;
};

static inline bool told_is(const struct msg_fact *f, const char *code)
{
	return f->code != NULL && same_text(f->code, code);
}
/* Both name the same of that kind; paths by their last part. */
bool told_same(const struct msg_fact *x, const struct msg_fact *y, enum msg_field f);
/* May it be a cause by itself? */
bool told_may_be_cause(const struct told_fact *t);

void told_guess(struct told_case *c);   /* told_attempt.c: words of failure count where nothing is known */
void told_framework(struct told_case *c); /* told_framework.c: what frameworks go on without */
void told_context(struct told_case *c);
void told_runtime(struct told_case *c);
void told_attempt(struct told_case *c, size_t n); /* fact n: one of several attempts? */
void told_symbols(struct told_case *c);
void told_link(struct told_case *c);   /* told_link.c: sentences of linkers, joined */
/* What to do about a text that says that something failed, and not why; NULL: it does not say that either. */
const char *told_unsaid(const struct told_case *c);
void told_probes(struct told_case *c); /* told_probe.c: what build systems look for */
void told_tool(struct told_case *c);   /* told_tool.c: compilers, Go, pip, … */
void told_build(struct told_case *c);
void told_doubt(struct told_case *c);

#endif
