/* promised.h - the system that a wheel's tag promises, where none of that kind is here. */
#ifndef DLWHY_VERB_PROMISED_H
#define DLWHY_VERB_PROMISED_H

#include "package/wheel_tag.h"
#include "verb/session.h"

/* The programs of the Linux that the tag names. False: it names none that is known. */
bool promised_kind(const struct wheel_tag *tag, struct elf_kind *out);
/* Puts a loader and the libraries that the tag lets a wheel expect into the session's source, an overlay:
 * empty ones, by their names. Nothing can be bound to them: only what is found, and where, can be judged
 * after that.
 * Allocates in a, which lives as long. False: nothing is known of such a machine. */
bool promised_system(struct dlwhy_session *s, const struct wheel_tag *tag, struct arena *a);
/* What every verdict rests on then. */
const char *promised_words(struct arena *a, const struct wheel_tag *tag);

#endif
