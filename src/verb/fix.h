/* fix.h - what the parts of the verb `fix` share.
 *
 *   dlwhy_fix        the question, and what is asked again           fix.c
 *   fix_hear         a text that tells what is to be repaired        fix_text.c
 *   fix_find_plans   which steps make it work                        fix_plans.c
 *   fix_candidates   ways out of a finding                           fix_ways.c
 *   fix_link_command a command that links, and lines it comes from   fix_build.c
 *   fix_versions     versions of Python packages that may fit        fix_versions.c
 *   fix_sonames      names that libraries call themselves            fix_soname.c
 *   fix_simulate     the question, with steps done in an overlay     fix_simulate.c
 *   fix_apply        one plan is done, proved, or taken back         fix_apply.c
 */
#ifndef DLWHY_VERB_FIX_H
#define DLWHY_VERB_FIX_H

#include "repair/plan.h"
#include "repair/transaction.h"
#include "verb/session.h"

enum {
	FIX_SIMULATIONS = 40, /* that are tried in all */
	FIX_STEPS = 12,	      /* of one plan */
	FIX_PLANS = 20
};

/* What is asked again and again: with a plan in place, and after it was done. */
struct fix_question {
	const char *verb; /* "check", "import", "link", "link-go" */
	const char *target;
	const char *const *args; /* of link: the command; of link-go: arguments of go build; NULL-ended */
};

struct fix_plan {
	struct dlwhy_plan said;
	struct plan todo;
	size_t rank; /* lower is better */
};

struct fixing {
	struct dlwhy_session *s;
	const struct dlwhy_fix_request *request;
	struct fix_question q;
	enum dlwhy_severity level; /* errors are repaired; warnings where there are no errors */
	const char
		*program; /* absolute path of the program that is started; NULL: it is a library or module */
	bool mac; /* the question is about a Mac */
	struct arena *a;
	struct plan_files files;
	struct fix_versions *versions; /* of the environment that was looked at last, NULL */
	struct transaction_recovered recovered; /* what a killed run had left */
	size_t simulations;
	struct source *over; /* of the simulation that runs, so that it is freed whatever happens */
	struct store *over_store;
	struct {
		struct fix_plan **items;
		size_t n, cap;
	} plans;
};

/* What a text asks for; q.verb NULL: nothing that could be asked again. */
struct fix_asked {
	struct fix_question q;
	const char *python, *after; /* options of the question, NULL */
};
/* Reads the text of the request: a message, or an answer of dlwhy in JSON. `otherwise` gets the answer of
 * explain where no question comes out of it. */
enum dlwhy_code fix_hear(struct fixing *x, struct fix_asked *out, dlwhy_on_result *otherwise, void *user,
			 struct dlwhy_error *err);

/* What a simulation came to. */
struct fix_outcome {
	const char *refused; /* it was not made: why */
	const char *unseen;  /* it cannot be known before it is done: why */
	bool works;
	const char *fingerprint,
		*summary;  /* of the first error, NULL if it works or nothing could be said */
	const char *code;  /* of that error, NULL */
	const char *state; /* the same if nothing has changed */
	const struct dlwhy_fix *const *fixes; /* of that finding, copies */
	size_t nfixes;
};

/* Asks the question with the steps done in an overlay. */
void fix_simulate(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n, struct plan *todo,
		  struct fix_outcome *out);
/* Asks the question in x->over, with the environment of the plan. False: no memory. */
bool fix_ask_over(struct fixing *x, const struct plan *todo, bool prove, dlwhy_on_result *take_result,
		  void *user);
/* The plan of these steps as it is to be done; without hashes it is one to be shown. */
void fix_make(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n, enum plan_records records,
	      struct plan *todo);
/* The same with these steps done in an overlay. False also where they cannot be. */
bool fix_ask_with(struct fixing *x, const struct dlwhy_edit *const *edits, size_t n,
		  dlwhy_on_result *take_result, void *user);
/* What could be typed in place of a change of a text; NULL: nothing short. */
const char *fix_typed(struct fixing *x, const struct change *c);
/* Ends what fix_simulate and fix_ask_over have open. */
void fix_simulate_end(struct fixing *x);
/* Ways out, in the order in which they are tried. */
struct fix_ways {
	const struct dlwhy_fix **items;
	size_t n, cap;
};
/* The ways out of finding f of r that there are, in x->a: those it has and those that only fix tries. */
void fix_candidates(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		    struct fix_outcome *out);
/* A new way out with room for that many edits. */
struct dlwhy_fix *fix_way(struct fixing *x, struct fix_ways *l, const char *kind, const char *risk,
			  const char *says, size_t nedits);
void fix_way_edit(struct fixing *x, struct dlwhy_fix *f, size_t i, const struct dlwhy_edit *e);
/* Other versions of Python packages: those whose wheels are at hand, and what metadata tells. */
void fix_versions(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		  struct fix_ways *l);

/* Way number i, if it is another command that would link: it can be tried as a whole, and the Makefile, the
 * CMakeLists.txt or the meson.build that it comes from can be changed. */
void fix_link_command(struct fixing *x, struct fix_ways *l, size_t i);
/* Names that loaded libraries call themselves, and should not or should. */
void fix_sonames(struct fixing *x, const struct dlwhy_result *r, const struct dlwhy_finding *f,
		 struct fix_ways *l);
/* Who would stop to work with these steps, because it knows a library by the name that it had: a sentence.
 * NULL: nobody. r: the answer as things are. */
const char *fix_soname_breaks(struct fixing *x, const struct dlwhy_result *r,
			      const struct dlwhy_edit *const *edits, size_t n);

enum dlwhy_code fix_ask(const struct fix_question *q, struct dlwhy_session *s, dlwhy_on_result *on_result,
			void *user, struct dlwhy_error *err);
/* Is all as it must be? */
bool fix_works(const struct fixing *x, const struct dlwhy_result *r);
/* The first finding of x's severity or a worse one: it has to go. NULL: nothing is wrong. */
const struct dlwhy_finding *fix_first(const struct fixing *x, const struct dlwhy_result *r);
/* Fills x->plans, the best first. r is the answer as things are. Allocates in x->a (under arena_run). */
void fix_find_plans(struct fixing *x, const struct dlwhy_result *r);
/* Does plan number request->apply. NULL: it was not to be done. Allocates in x->a (under arena_run). */
const struct dlwhy_applied *fix_apply(struct fixing *x);
/* Where journals are; NULL: nowhere. */
const char *fix_journals(const struct fixing *x);
/* Asks about each change what it would meet: notes for a person, or why it cannot be done. */
void fix_notes(struct fixing *x, struct fix_plan *p);

#endif
