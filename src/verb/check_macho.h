/* check_macho.h - files of macOS on any machine: which dyld, which program, as what? */
#ifndef DLWHY_VERB_CHECK_MACHO_H
#define DLWHY_VERB_CHECK_MACHO_H

#include "verb/host.h"

struct mac_case {
	const struct world *world;   /* NULL: *err says why */
	bool is_program;
	const char *program;         /* path of the program that opens it, NULL: one that is only assumed */
	const struct family *family; /* of a plug-in, NULL: none that is known, or its host is named */
	const char *words;           /* who opens it, for a person */
};

/* Is the target one for dyld? en: its file, NULL: not looked for. */
bool is_mac_case(const struct dlwhy_session *s, const char *path, const struct store_entry *en);
void mac_case(struct dlwhy_session *s, const char *path, const struct store_entry *en, struct arena *a,
	      struct mac_case *out, struct dlwhy_error *err);

#endif
