/* settings.h - environment variables in the files that set them: shell start-up files, activation scripts,
 * units, Dockerfiles. Where is it set, and how would the file read without it, or with it?
 */
#ifndef DLWHY_REPAIR_SETTINGS_H
#define DLWHY_REPAIR_SETTINGS_H

#include "base/arena.h"
#include "base/view.h"
#include "source/source.h"

struct setting_place {
	const char *path;
	int64_t line;     /* the first that names the element */
	const char *what; /* "a start-up file of bash", "a unit of systemd", "read by FILE" */
};

struct setting_places {
	struct setting_place *items;
	size_t n, cap;
};

/* Files that put `element` into the list `variable`, in the order in which they are usually read, and those
 * that they read. `environ` tells where home and the active environment are; where it does not tell of a
 * home, all homes are looked into. Allocates in a. */
void settings_find(struct source *s, const char *const *environ, const char *variable, const char *element,
		   struct arena *a, struct setting_places *out);

/* Scripts of the environment (a folder) in which a list can be set for it: those of venv and virtualenv for
 * each shell, or conda's folders of scripts. *n of them; none: it is no such environment. */
const char *const *settings_scripts(struct source *s, const char *environment, struct arena *a, size_t *n);
/* What such a script reads like with `element` first in the list; old: what it reads like now (n 0: not
 * there). The shell is known by the script's name. In a. */
struct view settings_script_with(const char *path, struct view old, const char *variable,
				 const char *element, struct arena *a);
/* A script that starts `program` with `element` first in the list. In a. */
struct view settings_wrapper(const char *program, const char *variable, const char *element,
			     struct arena *a);

#endif
