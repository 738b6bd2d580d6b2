/* plan.h - from steps as data (struct dlwhy_edit) to changes of files and of the environment.
 *
 *   plan_make      what is to be changed, and what would be refused     plan.c
 *   plan_overlay   the same, only thought of: for the simulation        plan_overlay.c
 *   plan_step_…    what a person should know, what could be typed       plan_words.c
 *   plan_typed     the same for lines of a text                         plan_typed.c
 *
 * Nothing here writes a file or runs a program.
 */
#ifndef DLWHY_REPAIR_PLAN_H
#define DLWHY_REPAIR_PLAN_H

#include <dlwhy/dlwhy.h>

#include "base/arena.h"
#include "repair/change.h"
#include "object/store.h"
#include "source/source.h"

/* Files that plans read; they stay mapped until plan_files_free. */
struct plan_files {
	struct plan_mapping *first;
	uint64_t unpacked; /* bytes that archives among them take */
};
void plan_files_free(struct plan_files *f);

/* RECORD of installed files, which has their hashes. */
enum plan_records {
	PLAN_NO_RECORDS,    /* is left alone */
	PLAN_NAMES_RECORDS, /* is among what changes, with the text that it has */
	PLAN_RECORDS        /* gets the new hashes: each file is read whole */
};

struct plan_input {
	struct source *source;      /* as things are */
	struct store *store;        /* over that */
	const char *const *environ; /* NULL-ended */
	const struct dlwhy_edit *const *edits;
	size_t n;
	enum plan_records records;
	struct plan_files *files;
	struct arena *a;
};

struct plan {
	struct change_list changes;
	struct change_list brings;  /* what commands will leave, where it is known: for the overlay alone */
	const char *const *environ; /* with the steps done: the given one if none is about it */
	bool sets_environ;          /* some step is */
	bool new_cache;             /* the loader's cache is made anew */
	const char *refused;        /* why it cannot be done, a sentence; NULL */
	const char *const *command; /* what is linked with then, NULL-ended; NULL: no step is about it */
	const char *not_now;        /* why it must not be done as things are set, a sentence; NULL */
	const char *note;           /* what a person should know before; NULL */
	const char *unseen;         /* what no simulation can know: what a package will bring; NULL */
};

void plan_make(const struct plan_input *in, struct plan *out);
/* Does the changes in an overlay (source/overlay.h). What is mapped for it is freed with in->files. 0 or
 * errno. */
int plan_overlay(const struct plan_input *in, const struct plan *p, struct source *over);

/* The loader's cache as ldconfig would make it, in the overlay; part of plan_overlay. */
int plan_new_cache(const struct plan_input *in, struct source *over);

/* Files that the plan changes, without repetition. */
void plan_paths(const struct plan *p, struct arena *a, const char *const **out, size_t *n);
/* What one step does, for a person, as an order without a full stop: "set the RUNPATH of X to Y". */
const char *plan_step_words(const struct dlwhy_edit *e, struct arena *a);
/* What could be typed instead of it, in a shell of that path (NULL: sh); NULL: nothing short. */
const char *plan_step_command(const struct dlwhy_edit *e, const char *shell, struct arena *a);
/* What could be typed instead of a change of a text, in in->a; `mac`: where sed is BSD's. NULL: nothing
 * short. */
const char *plan_typed(const struct plan_input *in, const struct change *c, bool mac);

#endif
