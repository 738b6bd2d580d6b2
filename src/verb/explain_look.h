/* explain_look.h - what a text names, looked at on this machine.
 *
 *   explain_look     the first findings, each in turn                     explain_look.c
 *   look_at_files    files and modules: what check and import say         explain_look_file.c
 *   look_provider    does a library lack what it is said to lack?       explain_look_provider.c
 *   look_at_windows  files of Windows that its texts name                 explain_look_windows.c
 *   look_at_link     a command that does not link: what link says         explain_look_link.c
 *   look_near        no command is known: files around here               explain_look_near.c
 *
 * The text may come from anybody. Of what it names only regular files are opened, folders below the working
 * folder are listed, all of it up to a limit; nothing that it names is executed but a compiler that stands
 * on PATH under a usual name, with options that are known to be harmless.
 */
#ifndef DLWHY_VERB_EXPLAIN_LOOK_H
#define DLWHY_VERB_EXPLAIN_LOOK_H

#include "diagnose/told.h"
#include "verb/session.h"

enum {
	LOOK_FINDINGS = 2,  /* the first of the text are looked at */
	LOOK_QUESTIONS = 8, /* put to check, import and link together */
	LOOK_PATH = 4096,   /* bytes of a path that is followed */
	LOOK_SECONDS = 20   /* after which nothing new is begun */
};

struct look {
	struct dlwhy_session *s;
	struct arena *a;
	const struct msg_facts *facts;
	const struct told *told;
	struct dlwhy_finding **findings; /* copies: they may be changed */
	size_t nfindings;
	size_t questions;
	uint64_t until;         /* os_milliseconds */
	struct arena_text said; /* what was looked at, in words */
	const char *hint;       /* a last line for a person, or NULL */
	struct look_question {  /* whose answer has become the first finding; verb NULL: none */
		const char *verb, *target, *python, *after;
	} question;
};

/* One finding while it is looked at. */
struct look_case {
	struct look *l;
	size_t i; /* its number */
	struct dlwhy_finding *f;
	const struct msg_fact *fact;
	bool settled; /* nothing more needs to be looked at for it */
};

/* Changes r's findings, certainty and hint, and told->looked. Allocates in a (under arena_run). */
void explain_look(struct dlwhy_session *s, struct arena *a, const struct msg_facts *facts,
		  const struct told *told, struct dlwhy_result *r, struct dlwhy_told *out);

/* May another question be put? Counts it. */
bool look_may_ask(struct look *l);
/* One more thing that was looked at: a clause without a full stop. */
void look_says(struct look *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A fact that was seen here becomes evidence of c's finding. path may be NULL. */
void look_evidence(struct look_case *c, const char *path, const char *says);
/* c's finding is now the answer of that question. */
void look_asked(struct look_case *c, const char *verb, const char *target, const char *python,
		const char *after);
/* What a question answered takes the place of what the text alone told: certainty no higher than `most`,
 * which then rests on `assumes` (may be NULL). What the text said stays its first evidence. */
void look_replace(struct look_case *c, const struct dlwhy_finding *better, enum dlwhy_certainty most,
		  const char *assumes);
/* The path of a regular file that the text calls `name`: as it is, in the working folder, or in the folder
 * where the text says that it was. NULL: there is none, or it may not be followed. */
const char *look_path(const struct look *l, const char *name);

void look_at_files(struct look_case *c);
/* A library that is said to lack a version or a symbol: does the one here lack it? Settles the case, if that
 * library is here. */
void look_provider(struct look_case *c);
/* Is it a text of Windows? Then only files of Windows can tell more. */
bool look_of_windows(const struct look_case *c);
void look_at_windows(struct look_case *c);
void look_at_link(struct look_case *c);
void look_at_go(struct look_case *c);
void look_near(struct look_case *c);
/* What the files add to a cause that is known. */
void look_detail(struct look_case *c);
/* A library that is not found lies below the working folder. */
void look_present(struct look_case *c);

#endif
