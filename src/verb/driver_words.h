/* driver_words.h - may a command of a compiler driver be run that somebody else has written? */
#ifndef DLWHY_VERB_DRIVER_WORDS_H
#define DLWHY_VERB_DRIVER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* It is a driver or linker of the system's own folders, and every option one that runs, reads and writes
 * nothing else. */
bool driver_is_plain(const char *const *argv, size_t n);
/* A file, not an option; an option that the next word belongs to. */
bool driver_is_input(const char *word);
bool driver_takes_next(const char *option);
/* Of such a command: the link writes its output and nothing beside it. */
bool driver_writes_one_file(const char *const *argv, size_t n);

#endif
