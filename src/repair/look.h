/* look.h - what a change meets at its path, and whether it may be done: for plans and for the
 * transaction itself. */
#ifndef DLWHY_REPAIR_LOOK_H
#define DLWHY_REPAIR_LOOK_H

#include <stdbool.h>

#include "base/os_place.h"
#include "repair/transaction.h"

struct look {
	int dir;                   /* the folder of the file, -1: it could not be opened, or will be made */
	char folder[OS_PATH_MAX];  /* its path without links, "" if there is none */
	char name[OS_NAME_MAX];
	bool pending;              /* a change before this one makes the folder */
	bool there;
	struct os_facts f;         /* of what is there */
	struct os_facts of_folder; /* if dir is open */
	char link[OS_PATH_MAX];    /* of a symbolic link */
	bool read_only, immutable, capabilities, acl;
	bool needs_root;
	int err;                   /* errno, if that is why it is refused */
	char refused[1024];        /* "": it is not */
};

/* Change number i of the list, which is no CHANGE_RUN. `journals` may be NULL. The caller closes out->dir. */
void look_at(const struct change_list *list, size_t i, const char *journals, struct look *out);
/* A command: its program, and what it covers. */
void look_at_command(const struct change *c, const char *journals, struct look *out);
/* CHANGE_MODE that sets the mode of the file itself: nobody else shares it. */
bool look_is_in_place(const struct change *c, const struct os_facts *f);
/* The CHANGE_MODE of the same path as change i, NULL. */
const struct change *look_mode_of(const struct change_list *list, size_t i);
/* Is it a CHANGE_MODE of something that another change makes anew, and so is done there? */
bool look_is_folded(const struct change_list *list, size_t i);
/* Is `path` the folder, or below it? */
bool look_is_below(const char *path, const char *folder);

#endif
