/* settings_text.h - what the text of a start-up file, a unit or a Dockerfile does with a list of folders. */
#ifndef DLWHY_REPAIR_SETTINGS_TEXT_H
#define DLWHY_REPAIR_SETTINGS_TEXT_H

#include "base/arena.h"
#include "base/view.h"

struct settings_files {
	const char **items;
	size_t n, cap;
};

/* The text without that element of the list `variable`. False: no line of it names the element. In a. */
bool settings_without(struct view text, const char *const *environ, const char *variable,
		      const char *element, struct arena *a, struct view *out);
/* The first line that puts the element into the list; 0: none does. */
int64_t settings_line(struct view text, const char *const *environ, const char *variable,
		      const char *element, struct arena *a);
/* Absolute paths of files that it has read ("source FILE", "EnvironmentFile=FILE"). In a. */
void settings_reads(struct view text, const char *const *environ, struct arena *a,
		    struct settings_files *out);

/* A line of fish's universal variables that has the element: how it reads without; "" if nothing is left. */
bool settings_fish(const char *line, const char *variable, const char *element, struct arena *a,
		   const char **without);
/* Do both name one folder? */
bool settings_same_folder(const char *a, const char *b);

#endif
